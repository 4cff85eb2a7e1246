// Natural loops from back edges (target dominates source), merged by header.
#pragma once

#include "core/cfg.h"
#include "graph/dominators.h"

namespace asmforge {

// Replaces `out`; roles stay kUnknown. Sibling loops come in the order of their
// headers.
void find_loops(const Cfg& cfg, Loops& out);

// Fills Loop::role from the structure alone (loop_roles.cc); kUnknown when it is
// not certain which loops belong together.
void assign_loop_roles(const Function& function, const Cfg& cfg, Loops& loops);

}  // namespace asmforge
