#include "core/trial.h"

#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::array<NameOf<Arm>, kArms> kArmNames = {{
    {Arm::kBefore, "before"},
    {Arm::kAfter, "after"},
    {Arm::kControl, "control"},
    {Arm::kReference, "reference"},
}};

constexpr std::array<NameOf<Stage>, kStages> kStageNames = {{
    {Stage::kCalibration, "calibration"},
    {Stage::kNatural, "natural"},
    {Stage::kPlacement, "placement"},
    {Stage::kBlocks, "blocks"},
    {Stage::kRevert, "revert"},
}};

constexpr std::array<NameOf<Disturbance>, kDisturbances> kDisturbanceNames = {{
    {Disturbance::kSteal, "steal"},
    {Disturbance::kWaited, "waited"},
    {Disturbance::kCanary, "canary"},
    {Disturbance::kSibling, "sibling"},
    {Disturbance::kMoved, "moved"},
}};

constexpr std::array<NameOf<MetricSource>, 8> kMetricSourceNames = {{
    {MetricSource::kCpuTime, "cpu-time"},
    {MetricSource::kWallTime, "wall-time"},
    {MetricSource::kRegex, "regex"},
    {MetricSource::kGoogleBenchmark, "google-benchmark"},
    {MetricSource::kCriterion, "criterion"},
    {MetricSource::kInstructions, "instructions"},
    {MetricSource::kPeakMemory, "peak-memory"},
    {MetricSource::kSamples, "samples"},
}};

constexpr std::array<NameOf<GateOutcome>, 3> kGateOutcomeNames = {{
    {GateOutcome::kPassed, "passed"},
    {GateOutcome::kFailed, "failed"},
    {GateOutcome::kNotRun, "not run"},
}};

constexpr std::array<NameOf<Closure>, 3> kClosureNames = {{
    {Closure::kDiffers, "differs"},
    {Closure::kIdentical, "identical"},
    {Closure::kPlacement, "placement"},
}};

}  // namespace

std::string_view to_string(Arm arm) { return name_in(kArmNames, arm); }
std::optional<Arm> arm_from_string(std::string_view text) { return value_in(kArmNames, text); }
std::string_view to_string(Stage stage) { return name_in(kStageNames, stage); }
std::optional<Stage> stage_from_string(std::string_view text) {
  return value_in(kStageNames, text);
}
std::string_view to_string(Disturbance disturbance) {
  return name_in(kDisturbanceNames, disturbance);
}
std::string_view to_string(MetricSource source) { return name_in(kMetricSourceNames, source); }
std::optional<MetricSource> metric_source_from_string(std::string_view text) {
  return value_in(kMetricSourceNames, text);
}
std::string_view to_string(GateOutcome outcome) { return name_in(kGateOutcomeNames, outcome); }
std::optional<GateOutcome> gate_outcome_from_string(std::string_view text) {
  return value_in(kGateOutcomeNames, text);
}
std::string_view to_string(Closure closure) { return name_in(kClosureNames, closure); }
std::optional<Closure> closure_from_string(std::string_view text) {
  return value_in(kClosureNames, text);
}

}  // namespace asmforge
