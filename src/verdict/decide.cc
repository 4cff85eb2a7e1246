#include "verdict/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/statistics/holm.h"
#include "base/statistics/interval.h"
#include "base/statistics/signed_rank.h"
#include "verdict/explain.h"
#include "verdict/judge_workload.h"
#include "verdict/measured.h"

namespace asmforge {
namespace {

Truth all_of(const std::vector<StatedPrediction>& predictions) {
  const auto some = [&](Truth truth) {
    return std::ranges::any_of(predictions,
                               [&](const StatedPrediction& p) { return p.result.truth == truth; });
  };
  if (some(Truth::kFalse)) return Truth::kFalse;
  return predictions.empty() || some(Truth::kUnknown) ? Truth::kUnknown : Truth::kTrue;
}

// What could not be found in the assembly is not held against the change, nor for it.
Prediction prediction_of(const Verdict& verdict) {
  switch (verdict.as_predicted) {
    case Truth::kTrue: return Prediction::kYes;
    case Truth::kFalse: return Prediction::kNo;
    case Truth::kUnknown: break;
  }
  return Prediction::kUnstated;
}

const Gate* failed_gate(const Trial& trial) {
  for (const Gate& gate : trial.gates)
    if (gate.outcome == GateOutcome::kFailed && gate.name != kRevertGate) return &gate;
  return nullptr;
}

// Runs that ended badly say nothing about speed, but much about the build.
std::size_t failed_runs(const Trial& trial, Arm arm) {
  return static_cast<std::size_t>(std::ranges::count_if(trial.runs, [&](const RunSample& run) {
    return run.arm == arm && !run.repeated && run.workload < trial.workloads.size() &&
           !run.succeeded(trial.workloads[run.workload].exit_status);
  }));
}

// BEFORE against its byte copy in the calibration: the workload that is furthest from a tie.
struct ControlCheck {
  std::optional<Effect> effect;
  bool tie = true;
  std::string workload;
};
ControlCheck check_control(const Trial& trial) {
  ControlCheck check;
  const auto workloads = static_cast<double>(trial.workloads.size());
  for (std::uint32_t w = 0; w < trial.workloads.size(); ++w) {
    const std::vector<double> differences = block_differences(
        measured_runs(trial, w, Stage::kCalibration), Arm::kControl, Arm::kBefore);
    if (differences.empty()) continue;
    const Interval interval = signed_rank_interval(differences, 1 - trial.settings.alpha);
    const Effect effect = effect_of_logs(hodges_lehmann(differences), interval.low, interval.high,
                                         signed_rank_p(differences), differences.size());
    if (!check.effect || effect.p < check.effect->p) {
      check.effect = effect;
      check.workload = trial.workloads[w].name;
    }
  }
  if (check.effect)
    check.tie = direction_of(*check.effect, trial.settings.alpha / workloads, trial.settings.floor,
                             false) == Direction::kUnknown;
  return check;
}

// All workloads together. A gain must survive Holm's correction to be kept; a loss forbids
// ACCEPT as soon as its own test shows it, and is called a slowdown when it survives too.
void decide_together(const Trial& trial, const std::vector<JudgedWorkload>& judged,
                     Verdict& verdict, std::string& detail) {
  std::vector<double> p;
  p.reserve(judged.size());
  for (const JudgedWorkload& one : judged) p.push_back(one.p);
  const std::vector<double> adjusted = holm_adjusted(p);
  const auto conclude = [&](VerdictKind kind, VerdictReason reason) {
    verdict.kind = kind;
    verdict.reason = reason;
  };
  const auto conclude_as = [&](const JudgedWorkload& one) {
    conclude(one.verdict.kind, one.verdict.reason);
    detail = one.detail;
  };
  const auto level = [&](const JudgedWorkload& one) {
    return one.natural_only ? trial.settings.natural_alpha : trial.settings.alpha;
  };

  const JudgedWorkload* suspicious = nullptr;
  const JudgedWorkload* open = nullptr;  // neither kept nor known to be equal
  std::size_t slower = 0;
  std::size_t proven_slower = 0;
  std::size_t accepted = 0;
  std::size_t same = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const WorkloadVerdict& one = judged[i].verdict;
    const bool survives = adjusted[i] <= level(judged[i]);
    if (one.reason == VerdictReason::kSlower) {
      ++slower;
      proven_slower += survives ? 1 : 0;
    } else if (one.kind == VerdictKind::kAccept) {
      // "No worse" must hold in every workload, which needs no correction.
      if (survives || one.reason == VerdictReason::kNoWorse)
        ++accepted;
      else
        open = open != nullptr ? open : &judged[i];
    } else if (one.kind == VerdictKind::kSuspicious) {
      suspicious = suspicious != nullptr ? suspicious : &judged[i];
    } else if (one.kind == VerdictKind::kSame) {
      ++same;
    } else if ((judged[i].natural_only ? one.natural_direction : one.intrinsic_direction) !=
               Direction::kEqual) {
      open = open != nullptr ? open : &judged[i];
    }
  }

  if (judged.size() == 1) {
    conclude_as(judged[0]);
  } else if (proven_slower > 0) {
    conclude(VerdictKind::kRevert, proven_slower == judged.size() ? VerdictReason::kSlower
                                                                  : VerdictReason::kWorkloadSlower);
  } else if (slower > 0) {
    conclude(VerdictKind::kInvestigate, VerdictReason::kWorkloadsDisagree);
  } else if (suspicious != nullptr) {
    conclude_as(*suspicious);
  } else if (same == judged.size()) {
    conclude(VerdictKind::kSame, judged[0].verdict.reason);
  } else if (accepted > 0 && open != nullptr) {
    conclude(VerdictKind::kInvestigate, VerdictReason::kWorkloadsDisagree);
  } else if (accepted > 0) {
    const auto kept = std::ranges::find(judged, VerdictKind::kAccept,
                                        [](const JudgedWorkload& one) { return one.verdict.kind; });
    conclude_as(*kept);
  } else if (open != nullptr && open->verdict.kind == VerdictKind::kAccept) {
    conclude(VerdictKind::kInvestigate, VerdictReason::kUnderpowered);
    detail = "the gain does not survive the correction for several workloads";
  } else {
    conclude_as(open != nullptr ? *open : judged[0]);
  }
}

void finish(const Trial& trial, const std::string& detail, Verdict& verdict) {
  verdict.explanation = explanation_of(trial, verdict, detail);
  verdict.next_step = next_step_of(trial, verdict);
}

}  // namespace

Verdict decide(const Trial& trial) {
  Verdict verdict;
  verdict.predicted = !trial.predictions.empty();
  verdict.as_predicted = all_of(trial.predictions);
  for (const RunSample& run : trial.runs) ++(run.repeated ? verdict.disturbed_runs : verdict.runs);

  const auto done = [&](VerdictKind kind, VerdictReason reason, const std::string& detail) {
    verdict.kind = kind;
    verdict.reason = reason;
    finish(trial, detail, verdict);
    return verdict;
  };
  if (trial.closure == Closure::kIdentical)
    return done(VerdictKind::kSame, VerdictReason::kIdentical, trial.closure_detail);
  if (trial.closure == Closure::kPlacement)
    return done(VerdictKind::kSame, VerdictReason::kPlacement, trial.closure_detail);
  if (const Gate* gate = failed_gate(trial))
    return done(
        VerdictKind::kRevert, VerdictReason::kOutputDiffers,
        gate->detail.empty() ? fmt::format("the gate \"{}\" failed", gate->name) : gate->detail);
  if (const std::size_t failed = failed_runs(trial, Arm::kBefore))
    return done(VerdictKind::kInvestigate, VerdictReason::kUnfit,
                fmt::format("{} runs of BEFORE itself failed", failed));
  if (const std::size_t failed = failed_runs(trial, Arm::kAfter))
    return done(VerdictKind::kRevert, VerdictReason::kOutputDiffers,
                fmt::format("{} runs of AFTER failed", failed));

  std::vector<JudgedWorkload> judged;
  for (std::uint32_t w = 0; w < trial.workloads.size(); ++w) {
    judged.push_back(judge_workload(trial, w, prediction_of(verdict)));
    const WorkloadVerdict& one = judged.back().verdict;
    verdict.workloads.push_back(one);
    verdict.natural_only = verdict.natural_only || judged.back().natural_only;
    if (one.minimum_detectable_effect)
      verdict.minimum_detectable_effect =
          std::max(verdict.minimum_detectable_effect.value_or(0), *one.minimum_detectable_effect);
  }
  const ControlCheck control = check_control(trial);
  verdict.control = control.effect;
  if (!control.tie)
    return done(VerdictKind::kInvestigate, VerdictReason::kUnfit,
                fmt::format("in {} BEFORE and its own copy differ by {:+.2f} %", control.workload,
                            100 * (control.effect->ratio - 1)));
  if (judged.empty())
    return done(VerdictKind::kInvestigate, VerdictReason::kUnderpowered, "no workload was given");

  std::string detail;
  decide_together(trial, judged, verdict, detail);
  // What was to come could have spoken against it.
  if (!trial.failure.empty() &&
      (verdict.kind == VerdictKind::kAccept || verdict.kind == VerdictKind::kSame))
    return done(VerdictKind::kInvestigate, VerdictReason::kUnderpowered,
                "measuring ended before its time: " + trial.failure);
  finish(trial, detail, verdict);
  return verdict;
}

}  // namespace asmforge
