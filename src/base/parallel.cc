#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace asmforge {
namespace {

// Neighbours share pages of the file; runs this long keep the threads apart
// without leaving one of them alone with the last large run.
constexpr std::size_t kRun = 32;

}  // namespace

unsigned available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

void parallel_for(std::size_t items, unsigned threads,
                  const std::function<void(unsigned, std::size_t)>& work) {
  threads = std::max(1u, std::min<unsigned>(threads, static_cast<unsigned>(items / kRun + 1)));
  std::atomic<std::size_t> next{0};
  const auto run = [&](unsigned worker) {
    for (;;) {
      const std::size_t begin = next.fetch_add(kRun);
      if (begin >= items) return;
      const std::size_t end = std::min(items, begin + kRun);
      for (std::size_t item = begin; item < end; ++item) work(worker, item);
    }
  };
  std::vector<std::thread> others;
  for (unsigned worker = 1; worker < threads; ++worker) others.emplace_back(run, worker);
  run(0);
  for (std::thread& thread : others) thread.join();
}

}  // namespace asmforge
