#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace asmforge {
namespace {

// Neighbours share pages of the file; runs this long keep the threads apart.
constexpr std::size_t kLongestRun = 32;

// Towards the end the runs get shorter, so that no thread is left alone with many
// items (guided self-scheduling, Polychronopoulos and Kuck 1987).
std::size_t run_length(std::size_t items_left, unsigned threads) {
  constexpr std::size_t kRunsLeftPerThread = 8;
  return std::clamp(items_left / (kRunsLeftPerThread * threads), std::size_t{1}, kLongestRun);
}

}  // namespace

unsigned available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

void parallel_for(std::size_t items, unsigned threads,
                  const std::function<void(unsigned, std::size_t)>& work) {
  threads =
      std::max(1u, std::min<unsigned>(threads, static_cast<unsigned>(items / kLongestRun + 1)));
  std::atomic<std::size_t> next{0};
  const auto run = [&](unsigned worker) {
    for (;;) {
      std::size_t end = 0;
      std::size_t begin = next.load(std::memory_order_relaxed);
      do {
        if (begin >= items) return;
        end = begin + run_length(items - begin, threads);
      } while (!next.compare_exchange_weak(begin, end));
      for (std::size_t item = begin; item < end; ++item) work(worker, item);
    }
  };
  std::vector<std::thread> others;
  for (unsigned worker = 1; worker < threads; ++worker) others.emplace_back(run, worker);
  run(0);
  for (std::thread& thread : others) thread.join();
}

}  // namespace asmforge
