// Steps that a compiler can be asked for at the hottest loops, one pragma each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_loops.h"
#include "plan/tree_sources.h"

namespace asmforge {

// In the order of the loops. Loops whose statement is not found have none.
std::vector<Step> pragma_steps(std::span<const HotLoop> loops, const ChangeRequest& request,
                               TreeSources& sources);

// Of the compiler that left its name in a program; gcc's start files are in every one.
Result<PragmaDialect> dialect_of(const std::string& program);

}  // namespace asmforge
