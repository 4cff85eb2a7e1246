// The layout stages: does the change help by itself, wherever the linker puts it?
//
// Placement (C) puts the changed functions at each start residue once per arm, so that their
// mean does not depend on where they sit; blocks (A) puts every block after a jump or return
// at matched random residues. Each has its blind spot: C cannot see that the relative place
// within a function moved, A measures another object. Where both agree a no-op edit was
// hardly ever called a change, so `intrinsic` needs both (docs/dev/verdict.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

struct StageResult {
  Effect effect;
  Direction direction = Direction::kUnknown;
  double low_for_margin = 0;   // log ratio; of the confidence that equivalence
  double high_for_margin = 0;  // needs at natural_alpha
  double minimum_detectable_effect = 0;
  double seconds_needed = 0;  // more, to see the floor
};

struct PlacementResult : StageResult {
  std::optional<Effect> expected;  // over the links that the build would make
  Direction expected_direction = Direction::kUnknown;
  double best_quarter_ratio = 1;  // of the mean of each arm's best quarter: never an estimate
  LayoutSpread spread_before;
  LayoutSpread spread_after;
};

// A stage's answer, or why there is none: one clause, empty when the stage was not tried.
template <class Found>
struct StageAnswer {
  std::optional<Found> result;
  std::string missing;
};

StageAnswer<PlacementResult> placement_result(const Trial& trial, std::uint32_t workload);
StageAnswer<StageResult> blocks_result(const Trial& trial, std::uint32_t workload);

// What both stages say: the smaller effect, the interval that covers both, the larger p.
Effect cautious(const Effect& placement, const Effect& blocks);
// Better or worse only when both are; equal only when both are.
Direction agreed(Direction placement, Direction blocks);

}  // namespace asmforge
