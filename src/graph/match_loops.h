// Finds the loops of one build in another build of the same function.
//
// A loop that did not change is found by what it does, wherever it went; what is
// left over on both sides is one loop that was changed, or there is no answer:
// two loops that both changed, one that split, or one that went to another
// function look too much like each other.
#pragma once

#include <vector>

#include "core/cfg.h"
#include "core/loop_match.h"
#include "core/source_location.h"

namespace asmforge {

struct LoopSide {
  const Function& function;
  const Cfg& cfg;      // of that function
  const Loops& loops;  // of that graph, with their roles
  const SourceOfAddress& source;
};

// One for each loop before, in their order.
std::vector<LoopMatch> match_loops(const LoopSide& before, const LoopSide& after);

}  // namespace asmforge
