// What a Trial says, and what it cannot say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/predicate.h"

namespace asmforge {

enum class VerdictKind : std::uint8_t {
  kAccept,       // better, wherever the linker puts it, and as predicted
  kInvestigate,  // not enough to keep it, and worth knowing why
  kSuspicious,   // a difference that is not the change's own
  kRevert,       // worse, wrong, or nothing at all
  kSame,         // nothing that runs is different
};
std::string_view to_string(VerdictKind kind);  // "ACCEPT"
std::optional<VerdictKind> verdict_kind_from_string(std::string_view text);

enum class VerdictReason : std::uint8_t {
  kImproved,             // ACCEPT
  kNoWorse,              // ACCEPT of --gate no-worse
  kImprovedNaturalOnly,  // ACCEPT with --no-layout, and marked so
  kIdentical,            // SAME: byte for byte
  kPlacement,            // SAME: the same contents at other addresses
  kEqualCounts,          // SAME: a deterministic metric is equal
  kLayoutUnknown,        // INVESTIGATE: better as built; no other layout could be tried
  kLayoutLimited,        // INVESTIGATE: better by itself, not as it was linked
  kStagesDisagree,       // INVESTIGATE: one layout stage says better, the other does not
  kOneStage,             // INVESTIGATE: one layout stage says so, the other could not be had
  kBottleneckElsewhere,  // INVESTIGATE: the assembly changed as predicted; proven no faster
  kUnderpowered,         // INVESTIGATE: more time would tell
  kWorkloadsDisagree,    // INVESTIGATE: better in some workloads, unknown in others
  kProvenEqual,          // REVERT: proven to bring nothing, and nothing was predicted
  kLayoutLuck,           // SUSPICIOUS: differs as built, not by itself
  kSideEffect,           // SUSPICIOUS: faster, but the assembly did not change as predicted
  kBestUpMeanDown,       // SUSPICIOUS: better at its best layouts, worse on average
  kRevertDiffers,        // SUSPICIOUS: undoing the change does not undo the gain
  kRevertNotRun,         // INVESTIGATE: better, but nobody tried to undo it
  kOrderEffect,          // SUSPICIOUS: the data was taken one arm after the other
  kSlower,               // REVERT
  kWorkloadSlower,       // REVERT: one of the workloads is proven slower
  kOutputDiffers,        // REVERT: a correctness gate failed
  kNoEffect,             // REVERT: not as predicted, and no faster
  kUnfit,                // no verdict: BEFORE against its own copy is no tie on this machine
};
std::string_view to_string(VerdictReason reason);  // "layout luck"
std::optional<VerdictReason> verdict_reason_from_string(std::string_view text);

// A comparison in one number: AFTER / BEFORE of what is spent, so below 1 is better.
struct Effect {
  double ratio = 1.0;
  double low = 0.0;  // confidence interval of the level that its stage tests at
  double high = 0.0;
  double p = 1.0;           // two-sided, of ratio 1
  std::uint32_t units = 0;  // pairs or layouts it rests on
};

enum class Direction : std::uint8_t { kBetter, kWorse, kEqual, kUnknown };
std::string_view to_string(Direction direction);

// How far the layouts of one arm lie apart, as ratios to their median.
struct LayoutSpread {
  double low = 1.0;   // 10th percentile
  double high = 1.0;  // 90th
  bool bimodal = false;
};

struct WorkloadVerdict {
  std::string workload;
  VerdictKind kind = VerdictKind::kInvestigate;
  VerdictReason reason = VerdictReason::kUnderpowered;
  std::optional<Effect> natural;
  std::optional<Effect> placement;  // averaged over all start positions: stage C
  std::optional<Effect> blocks;     // blocks at random places as well: stage A
  std::optional<Effect> intrinsic;  // what both say, the more cautious of the two
  std::optional<Effect> expected;   // over the links that the build would make
  std::optional<Effect> reference;  // REFERENCE / BEFORE
  Direction natural_direction = Direction::kUnknown;
  Direction intrinsic_direction = Direction::kUnknown;
  Direction expected_direction = Direction::kUnknown;
  std::optional<LayoutSpread> spread_before;
  std::optional<LayoutSpread> spread_after;
  std::optional<double> natural_spread;             // standard deviation of log ratios of pairs
  std::optional<double> minimum_detectable_effect;  // as a fraction, at 80 % power
  std::optional<double> seconds_needed;             // more of them, to see the floor
  bool bimodal = false;                             // two speeds within one build
  std::optional<double> exact_before;               // of a deterministic metric
  std::optional<double> exact_after;
  std::vector<std::string> notes;
};

struct Verdict {
  VerdictKind kind = VerdictKind::kInvestigate;
  VerdictReason reason = VerdictReason::kUnderpowered;
  std::string explanation;  // one or two sentences for a person
  std::string next_step;    // what to do; may be empty
  Truth as_predicted = Truth::kUnknown;
  bool predicted = false;     // something was predicted at all
  bool natural_only = false;  // no layout stage behind it
  std::vector<WorkloadVerdict> workloads;
  std::optional<Effect> control;                    // BEFORE against its copy: should be a tie
  std::uint32_t runs = 0;                           // that were used
  std::uint32_t disturbed_runs = 0;                 // that were made again
  std::optional<double> minimum_detectable_effect;  // the largest of the workloads
};

}  // namespace asmforge
