#include "core/verdict.h"

#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::array<NameOf<VerdictKind>, 5> kKindNames = {{
    {VerdictKind::kAccept, "ACCEPT"},
    {VerdictKind::kInvestigate, "INVESTIGATE"},
    {VerdictKind::kSuspicious, "SUSPICIOUS"},
    {VerdictKind::kRevert, "REVERT"},
    {VerdictKind::kSame, "SAME"},
}};

constexpr std::array<NameOf<VerdictReason>, 25> kReasonNames = {{
    {VerdictReason::kImproved, "improved"},
    {VerdictReason::kNoWorse, "no worse"},
    {VerdictReason::kImprovedNaturalOnly, "improved, natural layout only"},
    {VerdictReason::kIdentical, "identical"},
    {VerdictReason::kPlacement, "placement"},
    {VerdictReason::kEqualCounts, "equal counts"},
    {VerdictReason::kLayoutUnknown, "layout unknown"},
    {VerdictReason::kLayoutLimited, "layout limited"},
    {VerdictReason::kStagesDisagree, "layout stages disagree"},
    {VerdictReason::kOneStage, "one layout stage only"},
    {VerdictReason::kBottleneckElsewhere, "bottleneck elsewhere"},
    {VerdictReason::kUnderpowered, "underpowered"},
    {VerdictReason::kWorkloadsDisagree, "workloads disagree"},
    {VerdictReason::kProvenEqual, "proven equal"},
    {VerdictReason::kLayoutLuck, "layout luck"},
    {VerdictReason::kSideEffect, "side effect"},
    {VerdictReason::kBestUpMeanDown, "better at best, worse on average"},
    {VerdictReason::kRevertDiffers, "undoing it does not undo the gain"},
    {VerdictReason::kRevertNotRun, "undoing it was not tried"},
    {VerdictReason::kOrderEffect, "order effect"},
    {VerdictReason::kSlower, "slower"},
    {VerdictReason::kWorkloadSlower, "slower in a workload"},
    {VerdictReason::kOutputDiffers, "output differs"},
    {VerdictReason::kNoEffect, "no effect"},
    {VerdictReason::kUnfit, "machine unfit"},
}};

constexpr std::array<NameOf<Direction>, 4> kDirectionNames = {{
    {Direction::kBetter, "better"},
    {Direction::kWorse, "worse"},
    {Direction::kEqual, "equal"},
    {Direction::kUnknown, "unknown"},
}};

}  // namespace

std::string_view to_string(VerdictKind kind) { return name_in(kKindNames, kind); }
std::optional<VerdictKind> verdict_kind_from_string(std::string_view text) {
  return value_in(kKindNames, text);
}
std::string_view to_string(VerdictReason reason) { return name_in(kReasonNames, reason); }
std::optional<VerdictReason> verdict_reason_from_string(std::string_view text) {
  return value_in(kReasonNames, text);
}
std::string_view to_string(Direction direction) { return name_in(kDirectionNames, direction); }

}  // namespace asmforge
