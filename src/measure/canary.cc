#include "measure/canary.h"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>
#include <vector>

namespace asmforge {
namespace {

constexpr std::size_t kRemembered = 31;
constexpr std::size_t kNeeded = 5;
// A quiet machine keeps it within 1 %; a busy core neighbour costs tens of percent.
constexpr double kOff = 1.05;

constexpr int kRuns = 3;
constexpr std::uint64_t kLinks = 20'000;  // four cycles each: about 30 us

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void run_chain() {
  std::uint64_t value = 1;
  for (std::uint64_t link = 0; link < kLinks; ++link) {
    value = value * 0x9e37'79b9'7f4a'7c15 + 1;
    asm volatile("" : "+r"(value));  // the compiler must not know what comes out
  }
}

}  // namespace

bool CanaryHistory::off(double seconds) {
  bool is_off = false;
  if (recent_.size() >= kNeeded) {
    std::vector<double> sorted(recent_.begin(), recent_.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    is_off = seconds > kOff * *middle;
  }
  recent_.push_back(seconds);
  if (recent_.size() > kRemembered) recent_.pop_front();
  return is_off;
}

double time_canary(unsigned processor, bool pinned) {
  cpu_set_t before;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  const bool moved = pinned && sched_getaffinity(0, sizeof before, &before) == 0 &&
                     sched_setaffinity(0, sizeof one, &one) == 0;
  double least = std::numeric_limits<double>::infinity();
  for (int run = 0; run < kRuns; ++run) {
    const double start = thread_seconds();
    run_chain();
    least = std::min(least, thread_seconds() - start);
  }
  if (moved) sched_setaffinity(0, sizeof before, &before);
  return least;
}

}  // namespace asmforge
