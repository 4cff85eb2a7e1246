// The natural stage: the two programs as they were built, in blocks of BEFORE AFTER AFTER
// BEFORE or its mirror, until a planned look says that it is settled.
//
// One statistic a quad, the mean of its two log ratios. At each look the signed-rank test
// of the quads is held against a boundary of Pocock type, so that looking does not fool
// (base/statistics/group_sequential.h). The natural link is one draw from the lottery of
// layouts: this stage is reported and does not gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

// Up to eight looks, the first at 10 quads, then in even ratios up to what the budget
// holds: a large effect stops soon, a small one has all the time there is. A budget that
// holds fewer than 10 quads gets the one look that it can pay for, of at least 6 quads,
// below which no 5 % test can say anything.
LookPlan plan_looks(double seconds_per_pair, double budget_seconds, double alpha);

struct NaturalLook {
  Effect effect;
  bool stop = false;
  std::string why;  // one clause
};

// After look `look` (from 0) of the plan: stop or go on. Only the quads of that look count.
NaturalLook look_at(const Trial& trial, std::uint32_t workload, std::size_t look);

// What the stage has to say as far as it got.
struct NaturalResult {
  Effect effect;  // its interval: of the level of the look reached (repeated interval)
  Direction direction = Direction::kUnknown;
  double low_for_margin = 0;   // log ratio; of the confidence that equivalence at
  double high_for_margin = 0;  // natural_alpha needs at this look
  double spread = 0;           // standard deviation of the log ratios of quads
  double seconds = 0;          // that its runs took
  double minimum_detectable_effect = 0;
  double seconds_needed = 0;  // more, to see the floor
  bool bimodal = false;
};
// Nothing when no block has both arms.
std::optional<NaturalResult> natural_result(const Trial& trial, std::uint32_t workload);

}  // namespace asmforge
