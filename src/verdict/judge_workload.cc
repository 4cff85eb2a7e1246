#include "verdict/judge_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/statistics/interval.h"
#include "base/statistics/signed_rank.h"
#include "verdict/measured.h"
#include "verdict/natural.h"
#include "verdict/placement.h"
#include "verdict/revert.h"
#include "verdict/sequential.h"

namespace asmforge {
namespace {

bool claims(Direction direction) {
  return direction == Direction::kBetter || direction == Direction::kWorse;
}

void decide_as(JudgedWorkload& judged, VerdictKind kind, VerdictReason reason) {
  judged.verdict.kind = kind;
  judged.verdict.reason = reason;
}

// The metric's value in every run of an arm, when it is the same in all of them.
std::optional<double> exact_value(const Trial& trial, std::uint32_t workload, Arm arm) {
  std::optional<double> value;
  for (const RunSample& run : trial.runs) {
    if (run.workload != workload || run.arm != arm || run.stage != Stage::kNatural ||
        run.repeated || !run.succeeded(trial.workloads[workload].exit_status))
      continue;
    if (value && *value != run.value) return std::nullopt;
    value = run.value;
  }
  return value;
}

// Equal, or better or worse by however little. True when that settled it.
bool judge_exactly(const Trial& trial, std::uint32_t workload, Prediction prediction,
                   JudgedWorkload& judged) {
  const std::optional<double> before = exact_value(trial, workload, Arm::kBefore);
  const std::optional<double> after = exact_value(trial, workload, Arm::kAfter);
  if (!before || !after) {
    judged.verdict.notes.push_back(
        "the metric was said to be deterministic, but runs of one build differ; it is judged "
        "as a measured one");
    return false;
  }
  WorkloadVerdict& verdict = judged.verdict;
  verdict.exact_before = before;
  verdict.exact_after = after;
  judged.p = 0;
  if (*before == *after) {
    verdict.intrinsic_direction = Direction::kEqual;
    decide_as(judged, VerdictKind::kSame, VerdictReason::kEqualCounts);
    return true;
  }
  const bool higher_is_better = trial.workloads[workload].metric.higher_is_better;
  const bool better = (*after < *before) != higher_is_better;
  verdict.intrinsic_direction = better ? Direction::kBetter : Direction::kWorse;
  const double spent_ratio = higher_is_better ? *before / *after : *after / *before;
  if (trial.settings.gate_no_worse && !(spent_ratio > 1 + trial.settings.floor))
    decide_as(judged, VerdictKind::kAccept, VerdictReason::kNoWorse);
  else if (!better)
    decide_as(judged, VerdictKind::kRevert, VerdictReason::kSlower);
  else if (prediction == Prediction::kNo)
    decide_as(judged, VerdictKind::kSuspicious, VerdictReason::kSideEffect);
  else
    decide_as(judged, VerdictKind::kAccept, VerdictReason::kImproved);
  return true;
}

std::optional<Effect> paired_effect(const std::vector<double>& differences, double alpha) {
  if (differences.empty()) return std::nullopt;
  const Interval interval = signed_rank_interval(differences, 1 - alpha);
  return effect_of_logs(hodges_lehmann(differences), interval.low, interval.high,
                        signed_rank_p(differences), differences.size());
}

// What the stages found, before it is judged.
struct Evidence {
  std::optional<NaturalResult> natural;
  StageAnswer<PlacementResult> placement;
  StageAnswer<StageResult> blocks;
  Situation situation;
  [[nodiscard]] bool has_layouts() const {
    return placement.result.has_value() || blocks.result.has_value();
  }
  [[nodiscard]] bool has_both() const {
    return placement.result.has_value() && blocks.result.has_value();
  }
};

// Whether the natural link differs by more than the average over all placements can.
bool is_luck(const Evidence& evidence, Direction intrinsic) {
  if (!evidence.natural || !evidence.placement.result) return false;
  if (!claims(evidence.natural->direction) || evidence.natural->direction == intrinsic)
    return false;
  const Effect& natural = evidence.natural->effect;
  const Effect& placement = evidence.placement.result->effect;
  return !Interval{natural.low, natural.high}.overlaps({placement.low, placement.high});
}

void read_layouts(Evidence& evidence, WorkloadVerdict& verdict) {
  Situation& situation = evidence.situation;
  const auto& placement = evidence.placement.result;
  const auto& blocks = evidence.blocks.result;
  const Direction by_placement = placement ? placement->direction : Direction::kUnknown;
  const Direction by_blocks = blocks ? blocks->direction : Direction::kUnknown;
  if (placement) verdict.placement = placement->effect;
  if (blocks) verdict.blocks = blocks->effect;
  if (placement && blocks) {
    verdict.intrinsic = cautious(placement->effect, blocks->effect);
    situation.intrinsic = agreed(by_placement, by_blocks);
    if (situation.intrinsic == Direction::kUnknown && (claims(by_placement) || claims(by_blocks)))
      situation.support = Support::kDisagree;
  } else {
    const Direction only = placement ? by_placement : by_blocks;
    // Equality is no reason to keep a change, so that one stage may say it alone.
    if (only == Direction::kEqual) situation.intrinsic = Direction::kEqual;
    if (claims(only)) situation.support = Support::kOneStage;
  }
  verdict.intrinsic_direction = situation.intrinsic;
  if (!placement) return;

  verdict.spread_before = placement->spread_before;
  verdict.spread_after = placement->spread_after;
  verdict.expected = placement->expected;
  verdict.expected_direction = placement->expected_direction;
  situation.expected = placement->expected_direction;
  const bool leans_worse = placement->expected && placement->expected->ratio >= 1;
  if (situation.intrinsic == Direction::kBetter && leans_worse)
    situation.expected = Direction::kWorse;
  // A gain by itself that the linker hides has a row of its own.
  const bool mean_down =
      placement->direction == Direction::kWorse || situation.expected == Direction::kWorse;
  situation.best_up_mean_down =
      mean_down && situation.intrinsic != Direction::kBetter && placement->best_quarter_ratio < 1;
  situation.luck = is_luck(evidence, situation.intrinsic);
}

void ask_no_worse(const Trial& trial, const Evidence& evidence, JudgedWorkload& judged) {
  const double floor = std::log1p(trial.settings.floor);
  const auto within = [&](const auto& result) {
    return below_margin({result.low_for_margin, result.high_for_margin}, floor);
  };
  if (!evidence.has_layouts()) {
    judged.natural_only = true;
    if (judged.verdict.natural_direction == Direction::kWorse)
      decide_as(judged, VerdictKind::kRevert, VerdictReason::kSlower);
    else if (within(*evidence.natural))
      decide_as(judged, VerdictKind::kAccept, VerdictReason::kNoWorse);
    else
      decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kUnderpowered);
    return;
  }
  const bool placement = !evidence.placement.result || within(*evidence.placement.result);
  const bool blocks = !evidence.blocks.result || within(*evidence.blocks.result);
  if (evidence.situation.intrinsic == Direction::kWorse)
    decide_as(judged, VerdictKind::kRevert, VerdictReason::kSlower);
  else if (!placement || !blocks)
    decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kUnderpowered);
  else if (!evidence.has_both())
    decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kOneStage);
  else
    decide_as(judged, VerdictKind::kAccept, VerdictReason::kNoWorse);
}

// Holds back an ACCEPT that nobody tried to undo.
void verify_by_undoing(const Trial& trial, std::uint32_t workload, JudgedWorkload& judged) {
  const RevertAnswer answer = revert_answer(trial, workload, judged.verdict.natural_direction);
  switch (answer.outcome) {
    case RevertOutcome::kHolds:
      if (answer.byte_copy)
        judged.verdict.notes.push_back(
            "the change was not undone: a byte copy of BEFORE stood in as control");
      return;
    case RevertOutcome::kDiffers:
      decide_as(judged, VerdictKind::kSuspicious, VerdictReason::kRevertDiffers);
      break;
    case RevertOutcome::kNotRun:
      decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kRevertNotRun);
      break;
    case RevertOutcome::kUnsettled:
      decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kUnderpowered);
      break;
  }
  judged.detail = answer.detail;
}

void read_natural(const Evidence& evidence, WorkloadVerdict& verdict) {
  if (!evidence.natural) return;
  verdict.natural = evidence.natural->effect;
  verdict.natural_direction = evidence.natural->direction;
  verdict.natural_spread = evidence.natural->spread;
  verdict.bimodal = evidence.natural->bimodal;
}

void read_power(const Evidence& evidence, WorkloadVerdict& verdict) {
  double smallest = 0;
  double seconds = 0;
  const auto add = [&](const auto& result) {
    smallest = std::max(smallest, result.minimum_detectable_effect);
    seconds += result.seconds_needed;
  };
  if (evidence.placement.result) add(*evidence.placement.result);
  if (evidence.blocks.result) add(*evidence.blocks.result);
  if (!evidence.has_layouts() && evidence.natural) add(*evidence.natural);
  if (smallest > 0 && std::isfinite(smallest)) {
    verdict.minimum_detectable_effect = smallest;
    verdict.seconds_needed = seconds;
  }
}

void note_drift(const Trial& trial, std::uint32_t workload, WorkloadVerdict& verdict) {
  const SharedDrift drift = layout_drift(trial, workload);
  if (drift.half_width == 0) return;
  verdict.notes.push_back(
      fmt::format("the machine's speed varied from run to run by {:.1f} %; each run of the layouts "
                  "was corrected by the {} before and after it, which leaves {:.1f} %",
                  100 * std::expm1(drift.spread_before), drift.half_width,
                  100 * std::expm1(drift.spread_after)));
}

void note_missing_stages(const Evidence& evidence, WorkloadVerdict& verdict) {
  if (!evidence.placement.missing.empty())
    verdict.notes.push_back("no placement stage: " + evidence.placement.missing);
  if (!evidence.blocks.missing.empty())
    verdict.notes.push_back("no blocks stage: " + evidence.blocks.missing);
}

}  // namespace

JudgedWorkload judge_workload(const Trial& trial, std::uint32_t workload, Prediction prediction) {
  JudgedWorkload judged;
  WorkloadVerdict& verdict = judged.verdict;
  verdict.workload = trial.workloads[workload].name;
  verdict.reference =
      paired_effect(block_differences(measured_runs(trial, workload, Stage::kNatural),
                                      Arm::kReference, Arm::kBefore),
                    trial.settings.natural_alpha);
  if (trial.settings.sequential_data) {
    decide_as(judged, VerdictKind::kSuspicious, VerdictReason::kOrderEffect);
    judged.detail = read_sequential(trial, workload, verdict);
    return judged;
  }
  if (trial.workloads[workload].metric.deterministic &&
      judge_exactly(trial, workload, prediction, judged))
    return judged;

  Evidence evidence;
  evidence.natural = natural_result(trial, workload);
  evidence.placement = placement_result(trial, workload);
  evidence.blocks = blocks_result(trial, workload);
  evidence.situation.prediction = prediction;
  read_natural(evidence, verdict);
  note_missing_stages(evidence, verdict);
  if (evidence.has_layouts()) {
    note_drift(trial, workload, verdict);
    read_layouts(evidence, verdict);
    if (verdict.intrinsic) judged.p = verdict.intrinsic->p;
  } else if (evidence.natural) {
    // With the user's consent the natural link stands for all of them.
    evidence.situation.intrinsic = evidence.natural->direction;
    judged.p = evidence.natural->effect.p;
  }
  read_power(evidence, verdict);

  if (!evidence.has_layouts() && !evidence.natural) {
    decide_as(judged, VerdictKind::kInvestigate, VerdictReason::kUnderpowered);
    judged.detail = "no block of runs has both arms";
    return judged;
  }
  if (!evidence.has_layouts() && !trial.settings.no_layout) {
    const bool settled = verdict.natural_direction != Direction::kUnknown;
    decide_as(judged, VerdictKind::kInvestigate,
              settled ? VerdictReason::kLayoutUnknown : VerdictReason::kUnderpowered);
    judged.natural_only = true;
    return judged;
  }
  if (trial.settings.gate_no_worse) {
    ask_no_worse(trial, evidence, judged);
    return judged;
  }
  judged.natural_only = !evidence.has_layouts();
  const MatrixRow& row = row_for(evidence.situation);
  decide_as(judged, row.kind, row.reason);
  if (row.kind != VerdictKind::kAccept) return judged;
  if (judged.natural_only) verdict.reason = VerdictReason::kImprovedNaturalOnly;
  verify_by_undoing(trial, workload, judged);
  return judged;
}

}  // namespace asmforge
