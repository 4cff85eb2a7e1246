#include "soak/run_soak.h"

#include <algorithm>

#include "core/error.h"

namespace asmforge {
namespace {

// Looks within an epoch, for the lowest memory.
constexpr int kLooks = 8;
constexpr double kSecondsBetweenMaps = 60;
// Times of single operations that are kept of each program.
constexpr std::size_t kKeptOperations = 200'000;

// One epoch of one program; false when it has ended.
bool run_epoch(const SoakSettings& settings, SoakTarget& target, SoakArm& arm, double& ran,
               SoakClock& clock) {
  target.go();
  const double began = clock.now();
  std::optional<SoakSample> last;
  std::uint64_t lowest = ~std::uint64_t{0};
  for (int look = 0; look < kLooks; ++look) {
    const double wanted = began + settings.epoch_seconds * (look + 1) / kLooks;
    clock.sleep(std::max(0.0, wanted - clock.now()));
    last = target.sample();
    if (!last) break;
    lowest = std::min(lowest, last->resident_bytes);
  }
  if (arm.memory.empty() || ran - arm.memory.back().seconds >= kSecondsBetweenMaps) {
    if (auto memory = target.memory()) {
      memory->seconds = ran;
      arm.memory.push_back(*memory);
    }
  }
  const double seconds = clock.now() - began;
  target.hold();
  ran += seconds;
  for (const double gap : target.take_operation_seconds()) {
    if (arm.operation_seconds.size() < kKeptOperations) arm.operation_seconds.push_back(gap);
  }
  if (!last) {
    arm.ending = target.ending();
    return false;
  }
  last->seconds = ran;
  last->resident_low_bytes = lowest;
  arm.samples.push_back(*last);
  return true;
}

}  // namespace

void run_soak(SoakRecord& record, std::span<SoakTarget* const> targets, const SoakRun& run) {
  AF_CHECK(targets.size() == record.arms.size());
  const SoakSettings& settings = record.settings;
  std::vector<double> ran(targets.size(), 0);
  while (ran.back() < settings.seconds) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (run.should_stop && run.should_stop()) {
        record.interrupted = true;
        return;
      }
      if (!run_epoch(settings, *targets[i], record.arms[i], ran[i], run.clock)) return;
    }
    if (run.progress) run.progress(ran.back(), settings.seconds);
  }
}

}  // namespace asmforge
