#include "measure/disturbances.h"

#include <algorithm>

namespace asmforge {
namespace {

// A run that waited less than this share of its work is as good as one that did not; the
// caches it comes back to are still its own.
constexpr double kWaitedShare = 0.05;
constexpr double kWaitedSeconds = 0.0005;  // and one that waited less than half a tick of HZ=1000

// A sibling's own timer ticks are no work.
constexpr double kSiblingShare = 0.1;
constexpr double kTicksPerSecond = 100;  // of /proc/stat, on every Linux
constexpr std::uint64_t kSiblingTicks = 2;

ProcessorTimes times_of(std::span<const ProcessorTimes> times, unsigned processor) {
  for (const ProcessorTimes& row : times)
    if (row.processor == processor) return row;
  return {};
}

}  // namespace

Disturbances disturbances_of(const FinishedProcess& process, std::optional<unsigned> pinned_to) {
  Disturbances found = 0;
  if (process.waited_seconds > std::max(kWaitedSeconds, kWaitedShare * process.cpu_seconds))
    found |= bit(Disturbance::kWaited);
  if (pinned_to && process.last_processor && *process.last_processor != *pinned_to)
    found |= bit(Disturbance::kMoved);
  return found;
}

Disturbances disturbances_between(std::span<const ProcessorTimes> before,
                                  std::span<const ProcessorTimes> after, unsigned processor,
                                  std::span<const unsigned> siblings, double seconds) {
  Disturbances found = 0;
  if (times_of(after, processor).steal > times_of(before, processor).steal)
    found |= bit(Disturbance::kSteal);
  for (const unsigned sibling : siblings) {
    const std::uint64_t later = times_of(after, sibling).busy;
    const std::uint64_t busy = later - std::min(later, times_of(before, sibling).busy);
    if (busy >= kSiblingTicks &&
        static_cast<double>(busy) > kSiblingShare * kTicksPerSecond * seconds)
      found |= bit(Disturbance::kSibling);
  }
  return found;
}

}  // namespace asmforge
