// Steps that tell a compiler how to treat a function, from what calls and runs.
//
// Looked for: a function that a hot one calls so often that the calls alone cost a share of
// what is executed; a hot function that its source calls cold; code of a function that was
// inlined into a hot one and hardly ever runs there; a loop that is done with narrower vectors
// than most processors have.
#pragma once

#include <span>
#include <vector>

#include "core/profile.h"
#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_functions.h"
#include "plan/hot_loops.h"
#include "plan/tree_sources.h"

namespace asmforge {

std::vector<Step> attribute_steps(std::span<const HotFunction> functions,
                                  std::span<const HotLoop> loops, const Profile& profile,
                                  const ChangeRequest& request, TreeSources& sources);

}  // namespace asmforge
