// Steps that assert what a compiler cannot prove, where most is executed: that pointers do not
// overlap, that iterations of a loop do not depend on each other, that floating-point rules
// which cost time are not needed. None unless the request allows them, and each is to be tried
// before it is measured (Step::assumption).
#pragma once

#include <span>
#include <vector>

#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_functions.h"
#include "plan/hot_loops.h"
#include "plan/tree_sources.h"

namespace asmforge {

std::vector<Step> assumption_steps(std::span<const HotFunction> functions,
                                   std::span<const HotLoop> loops, const ChangeRequest& request,
                                   TreeSources& sources);

}  // namespace asmforge
