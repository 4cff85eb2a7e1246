// Steps that tell a compiler which way a branch of a hot function goes, where it laid out the
// other one as the straight way:
//
//     je  .rare-way-was-laid-out-first    ; taken 99 of 100 times
#pragma once

#include <span>
#include <vector>

#include "core/profile.h"
#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_functions.h"
#include "plan/tree_sources.h"

namespace asmforge {

std::vector<Step> branch_steps(std::span<const HotFunction> functions, const Profile& profile,
                               const ChangeRequest& request, TreeSources& sources);

}  // namespace asmforge
