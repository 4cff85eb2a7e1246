#include "verdict/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"

namespace asmforge {
namespace {

std::string share(double ratio) {
  return fmt::format("{:.2f} % {}", 100 * std::fabs(ratio - 1), ratio <= 1 ? "less" : "more");
}

std::string percent(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

// The workload whose numbers the verdict is told with: the one that has its reason.
const WorkloadVerdict* spokesman(const Verdict& verdict) {
  if (verdict.workloads.empty()) return nullptr;
  const auto same = std::ranges::find(verdict.workloads, verdict.reason, &WorkloadVerdict::reason);
  if (same != verdict.workloads.end()) return &*same;
  const auto slower =
      std::ranges::find(verdict.workloads, VerdictReason::kSlower, &WorkloadVerdict::reason);
  if (slower != verdict.workloads.end()) return &*slower;
  return &verdict.workloads[0];
}

const std::optional<Effect>& leading_effect(const WorkloadVerdict& one) {
  if (one.intrinsic) return one.intrinsic;
  if (one.placement) return one.placement;
  if (one.blocks) return one.blocks;
  return one.natural;
}

// "AFTER spends ..." of the number that leads, or of exact counts.
std::string after_spends(const WorkloadVerdict& one) {
  if (one.exact_before && one.exact_after)
    return fmt::format("AFTER counts {} where BEFORE counts {} ({:+})", *one.exact_after,
                       *one.exact_before, *one.exact_after - *one.exact_before);
  const std::optional<Effect>& effect = leading_effect(one);
  return effect ? "AFTER " + spends(*effect) : "AFTER was not measured";
}

std::string natural_spends(const WorkloadVerdict& one) {
  return one.natural ? "As built, AFTER " + spends(*one.natural) + "." : "";
}

std::string list_of(const Verdict& verdict, VerdictKind kind) {
  std::string names;
  for (const WorkloadVerdict& one : verdict.workloads)
    if (one.kind == kind) names += (names.empty() ? "" : ", ") + one.workload;
  return names.empty() ? "none" : names;
}

std::string two_stages(const WorkloadVerdict& one) {
  std::string text;
  if (one.placement) text += "averaged over start positions AFTER " + spends(*one.placement);
  if (one.blocks)
    text += std::string(text.empty() ? "" : "; ") + "with blocks at random places it " +
            spends(*one.blocks);
  return text;
}

// The next step of each reason.
struct Step {
  VerdictReason reason;
  std::string_view text;
};
constexpr std::array kSteps = {
    Step{VerdictReason::kLayoutUnknown,
         "Record the builds with `asmforge capture` so that other layouts can be tried, or "
         "consent to the natural link with --no-layout."},
    Step{VerdictReason::kLayoutLimited,
         "Pin the alignment of the changed functions (for instance -falign-functions=64) and "
         "compare again."},
    Step{VerdictReason::kStagesDisagree,
         "Compare again with a new --seed; if the stages still disagree, the change moves code "
         "in a way that only one of them sees."},
    Step{VerdictReason::kOneStage,
         "Make the missing layout stage possible: it needs a build whose compiler can emit "
         "assembly and whose link can be repeated."},
    Step{VerdictReason::kBottleneckElsewhere,
         "Look where the time goes: what changed is not what the program waits for."},
    Step{VerdictReason::kLayoutLuck,
         "Do not keep it for speed: the next link draws the layout anew."},
    Step{VerdictReason::kSideEffect,
         "Find what else changed with `asmforge diff` before you keep it."},
    Step{VerdictReason::kBestUpMeanDown,
         "Do not keep it: most links get slower. Pin the alignment if the best layout is wanted."},
    Step{VerdictReason::kRevertDiffers,
         "Find what else differs between the builds: flags, environment, or another change."},
    Step{VerdictReason::kRevertNotRun, "Give the undone build with --reverted or --revert-build."},
    Step{VerdictReason::kOrderEffect, "Run both builds in turn, or let asmforge do it."},
    Step{VerdictReason::kWorkloadsDisagree,
         "Give the workloads that are not settled more of the budget."},
    Step{VerdictReason::kUnfit, "Quiet the machine, or use another one; see `asmforge doctor`."},
};

}  // namespace

std::string spends(const Effect& effect) {
  const std::string middle = "spends " + share(effect.ratio);
  if (!std::isfinite(effect.high) || effect.low <= 0) return middle + " (too few runs to say more)";
  return fmt::format("{} ({} to {})", middle, share(effect.low), share(effect.high));
}

std::string explanation_of(const Trial& trial, const Verdict& verdict, const std::string& detail) {
  const WorkloadVerdict* one = spokesman(verdict);
  const std::string floor = percent(trial.settings.floor);
  const std::string in =
      one != nullptr && verdict.workloads.size() > 1 ? "In " + one->workload + ": " : "";
  const auto because = [&](const std::string& text) {
    return detail.empty() ? text + "." : text + ": " + detail + ".";
  };
  // Reasons that need no numbers of a workload.
  switch (verdict.reason) {
    case VerdictReason::kIdentical:
      return because("Everything that is loaded is byte for byte the same");
    case VerdictReason::kPlacement:
      return because("The contents are the same, only at other addresses");
    case VerdictReason::kOutputDiffers: return because("AFTER does not do what BEFORE does");
    case VerdictReason::kUnfit:
      return because("This machine cannot tell these builds apart from noise");
    default: break;
  }
  if (one == nullptr) return because("Nothing was measured");

  const std::string after = in + after_spends(*one);
  switch (verdict.reason) {
    case VerdictReason::kEqualCounts:
      return fmt::format("{}Both builds count {}.", in, one->exact_before.value_or(0));
    case VerdictReason::kImproved:
      return one->exact_before ? after + "."
                               : after +
                                     ", wherever its functions and blocks are placed; both "
                                     "layout stages agree.";
    case VerdictReason::kNoWorse:
      return fmt::format("{}; more than {} is excluded{}.", after, floor,
                         verdict.natural_only ? ", for the layouts as built" : "");
    case VerdictReason::kImprovedNaturalOnly:
      return after +
             " as it was built. No other layout was tried, so this may be luck of the link.";
    case VerdictReason::kLayoutUnknown:
      return after +
             " as it was built. One layout a build cannot tell the change from the luck "
             "of the link.";
    case VerdictReason::kLayoutLimited:
      return fmt::format("{} by itself, but over the links that the build would make it {}.", after,
                         one->expected ? spends(*one->expected) : "does not gain");
    case VerdictReason::kStagesDisagree:
      return fmt::format("{}The layout stages do not agree: {}.", in, two_stages(*one));
    case VerdictReason::kOneStage:
      return fmt::format("{}Only one layout stage could be had: {}. Alone it is not enough.", in,
                         two_stages(*one));
    case VerdictReason::kBottleneckElsewhere:
      return fmt::format(
          "{}The assembly changed as predicted, and the time did not: any difference "
          "is below {}.",
          in, floor);
    case VerdictReason::kProvenEqual:
      return fmt::format("{}The change brings nothing: any difference is below {}.", in, floor);
    case VerdictReason::kUnderpowered: {
      if (!detail.empty()) return in + "Not settled: " + detail + ".";
      const std::string seen =
          one->minimum_detectable_effect
              ? fmt::format(" The smallest effect that would have been seen is {}.",
                            percent(*one->minimum_detectable_effect))
              : "";
      return fmt::format("{}; that is neither a proven difference nor proven equality.{}", after,
                         seen);
    }
    case VerdictReason::kWorkloadsDisagree:
      return fmt::format(
          "Better in {}; not settled in {}; slower in {}.", list_of(verdict, VerdictKind::kAccept),
          list_of(verdict, VerdictKind::kInvestigate), list_of(verdict, VerdictKind::kRevert));
    case VerdictReason::kLayoutLuck:
      return fmt::format("{}{} Averaged over layouts that is not so: {}.", in, natural_spends(*one),
                         two_stages(*one));
    case VerdictReason::kSideEffect:
      return after + ", but the assembly did not change as predicted.";
    case VerdictReason::kBestUpMeanDown:
      return fmt::format(
          "{}AFTER is better at its best layouts and worse on average: {}.", in,
          one->expected && one->expected->ratio > 1
              ? "over the links that the build would make it " + spends(*one->expected)
              : two_stages(*one));
    case VerdictReason::kRevertDiffers:
      return after + fmt::format(", but undoing the change does not undo that: {}.", detail);
    case VerdictReason::kRevertNotRun: return after + ". " + "It is not verified: " + detail + ".";
    case VerdictReason::kOrderEffect:
      return fmt::format(
          "Nothing shows that BEFORE and AFTER ran in turn: a drift of the machine looks like the "
          "change, and these samples cannot tell the two apart. Taken at their word they say that "
          "{}.",
          after);
    case VerdictReason::kSlower: return after + ".";
    case VerdictReason::kWorkloadSlower:
      return after + ". A proven slowdown of one forbids the rest.";
    case VerdictReason::kNoEffect:
      return after + ". The assembly did not change as predicted, and no gain was seen.";
    default: break;
  }
  AF_CHECK(!"every reason has its sentence");
}

std::string next_step_of(const Trial& trial, const Verdict& verdict) {
  if (verdict.reason == VerdictReason::kUnderpowered) {
    if (trial.settings.foreign_data) return "Take more samples, of both builds in turn.";
    double seconds = 0;
    for (const WorkloadVerdict& one : verdict.workloads) seconds += one.seconds_needed.value_or(0);
    if (seconds < 1) return "Compare again with a larger --budget.";
    return fmt::format(
        "About {:.0f} more seconds of measuring would show an effect of {}; or raise "
        "--floor.",
        std::ceil(seconds), percent(trial.settings.floor));
  }
  for (const Step& step : kSteps)
    if (step.reason == verdict.reason) return std::string(step.text);
  return "";
}

}  // namespace asmforge
