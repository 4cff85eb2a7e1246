// What a run of the loop tried, one change at a time, and what became of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/step.h"
#include "core/verdict.h"

namespace asmforge {

enum class StepState : std::uint8_t {
  kPending,    // not tried yet
  kKept,       // accepted: what comes later builds on it
  kDropped,    // measured, and not accepted
  kFailed,     // could not be applied, built or compared
  kWithdrawn,  // kept at first, and lost on what it was not chosen by
  kLeft,       // not tried: the budget ended before
};
std::string_view to_string(StepState state);
std::optional<StepState> step_state_from_string(std::string_view text);

struct ForgeStep {
  Step step;
  StepState state = StepState::kPending;
  std::string why;                   // of its state, one clause; empty while it waits
  std::string parent_commit;         // what it was tried on
  std::string commit;                // with the change
  std::vector<std::int64_t> trials;  // numbers of the journal's entries, one a program
  std::optional<VerdictKind> kind;   // of the trial that decided
  VerdictReason reason = VerdictReason::kUnderpowered;
  std::optional<Effect> effect;
  std::string assembly;  // what changed in the functions, a line each
};

// Seconds of wall time.
struct ForgeTimes {
  double building = 0;   // builds, relinking for other layouts, profiling
  double measuring = 0;  // gates and timed runs
  double other = 0;      // all the rest: the loop's own cost
};

struct ForgeRun {
  std::int64_t number = 0;  // 0: not stored yet
  std::string started;      // UTC, ISO 8601
  std::string base_commit;  // the project's when it began
  std::string tip_commit;   // with all that is kept
  std::uint64_t seed = 0;
  double budget_seconds = 0;  // of measuring
  double floor = 0;
  bool finished = false;
  bool holds = false;                     // first against last, measured anew, and validated
  std::string outcome;                    // of the whole, one sentence; empty until finished
  std::string applied_commit;             // what the project's branch got; empty until applied
  std::vector<std::int64_t> totals;       // the journal's entries of first against last
  std::vector<std::int64_t> validations;  // and on workloads that were never used to choose
  std::vector<std::string> remaining;     // where most is executed in what is kept, a line each
  std::optional<Effect> total;            // of first against last, when one workload was measured
  ForgeTimes times;
  std::vector<ForgeStep> steps;
};

}  // namespace asmforge
