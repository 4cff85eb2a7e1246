// Natural loops from back edges (target dominates source), merged by header.
#pragma once

#include <vector>

#include "core/cfg.h"

namespace asmforge {

// Immediate dominator per block; the entry's is itself; kNoIndex for blocks
// that the entry does not reach. Cooper, Harvey, Kennedy: "A Simple, Fast
// Dominance Algorithm", 2001.
std::vector<BlockIndex> immediate_dominators(const Cfg& cfg);

// Replaces `out`; roles stay kUnknown.
void find_loops(const Cfg& cfg, Loops& out);

// Fills Loop::role from the structure alone: vector or unrolled body against
// the scalar loop that follows or precedes it, cold blocks.
void assign_loop_roles(const Function& function, const Cfg& cfg, Loops& loops);

}  // namespace asmforge
