#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace asmforge {
namespace {

TEST(ParallelFor, DoesEveryItemOnceWithAnyNumberOfThreads) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    for (const std::size_t items : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
      std::vector<std::atomic<int>> done(items);
      std::atomic<bool> worker_in_range = true;
      parallel_for(items, threads, [&](unsigned worker, std::size_t item) {
        if (worker >= threads) worker_in_range = false;
        ++done[item];
      });
      EXPECT_TRUE(worker_in_range);
      for (const std::atomic<int>& count : done) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ParallelFor, OneThreadKeepsTheOrder) {
  std::vector<std::size_t> seen;
  parallel_for(100, 1, [&](unsigned, std::size_t item) { seen.push_back(item); });
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i);
}

}  // namespace
}  // namespace asmforge
