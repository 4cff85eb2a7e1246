// Steps that assert what a compiler cannot prove, for those who allow them: today that the
// pointers of a hot function lead to places apart.
#pragma once

#include <span>
#include <vector>

#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_functions.h"
#include "plan/tree_sources.h"

namespace asmforge {

std::vector<Step> assumption_steps(std::span<const HotFunction> functions,
                                   const ChangeRequest& request, TreeSources& sources);

}  // namespace asmforge
