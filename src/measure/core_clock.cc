#include "measure/core_clock.h"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>

namespace asmforge {
namespace {

// A machine that others slow down is slow for longer than one run.
[[maybe_unused]] constexpr int kRounds = 8;
[[maybe_unused]] constexpr long kPauseNanoseconds = 30'000'000;
[[maybe_unused]] constexpr int kRuns = 10;
[[maybe_unused]] constexpr std::uint64_t kLinks = 16'384;
[[maybe_unused]] constexpr double kCyclesOfLink = 3;

[[maybe_unused]] double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

std::optional<double> seconds_per_cycle() {
#ifdef __x86_64__
  double least = std::numeric_limits<double>::infinity();
  std::uint64_t value = 3;
  for (int run = 0; run < kRounds * kRuns; ++run) {
    if (run > 0 && run % kRuns == 0) {
      const timespec pause{0, kPauseNanoseconds};
      nanosleep(&pause, nullptr);
    }
    const double start = now();
    for (std::uint64_t link = 0; link < kLinks; link += 8)
      asm volatile(
          "imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0\n\t"
          "imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0"
          : "+r"(value)
          :
          : "cc");
    least = std::min(least, now() - start);
  }
  return least / (kCyclesOfLink * static_cast<double>(kLinks));
#else
  return std::nullopt;
#endif
}

}  // namespace asmforge
