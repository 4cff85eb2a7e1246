#include "verdict/revert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/statistics/interval.h"
#include "base/statistics/signed_rank.h"
#include "verdict/measured.h"

namespace asmforge {

RevertAnswer revert_answer(const Trial& trial, std::uint32_t workload, Direction natural) {
  RevertAnswer answer;
  const auto gate = std::ranges::find(trial.gates, kRevertGate, &Gate::name);
  const bool undone = gate != trial.gates.end() && gate->outcome == GateOutcome::kPassed;
  answer.byte_copy = !undone;
  if (gate != trial.gates.end() && gate->outcome == GateOutcome::kFailed) {
    answer.outcome = RevertOutcome::kDiffers;
    answer.detail =
        gate->detail.empty() ? "undoing the change did not give BEFORE again" : gate->detail;
    return answer;
  }

  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kRevert);
  const std::vector<double> control = block_differences(runs, Arm::kControl, Arm::kBefore);
  const std::vector<double> gain = block_differences(runs, Arm::kAfter, Arm::kControl);
  if (control.empty() || gain.empty()) {
    answer.detail = "BEFORE, AFTER and the undone change were not run in turn";
    return answer;
  }
  const TrialSettings& settings = trial.settings;
  const double floor = std::log1p(settings.floor);
  const double level = settings.natural_alpha;
  const double control_shift = hodges_lehmann(control);
  if (signed_rank_p(control) <= settings.alpha && std::fabs(control_shift) >= floor) {
    answer.outcome = RevertOutcome::kDiffers;
    answer.detail = fmt::format("the undone change is {:+.2f} % away from BEFORE",
                                100 * std::expm1(control_shift));
    return answer;
  }
  if (!equivalent_within(signed_rank_interval(control, 1 - 2 * level), floor)) {
    answer.outcome = RevertOutcome::kUnsettled;
    answer.detail = fmt::format(
        "{} blocks could not show that the undone change equals BEFORE within the floor",
        control.size());
    return answer;
  }
  if (natural == Direction::kBetter) {
    const double shift = hodges_lehmann(gain);
    const double p = signed_rank_p(gain);
    if (shift >= 0) {
      answer.outcome = RevertOutcome::kDiffers;
      answer.detail = "AFTER is no better than the undone change";
      return answer;
    }
    if (p > level) {
      answer.outcome = RevertOutcome::kUnsettled;
      answer.detail = fmt::format(
          "{} blocks could not show that AFTER is better than the undone change", gain.size());
      return answer;
    }
  }
  answer.outcome = RevertOutcome::kHolds;
  answer.detail = undone ? "undoing the change undoes the gain"
                         : "a byte copy of BEFORE stood in for the undone change";
  return answer;
}

}  // namespace asmforge
