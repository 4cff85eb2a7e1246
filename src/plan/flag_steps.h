// Steps that ask for another optimisation level of the files that a program spends its time
// in, or take back a flag that hinders the compiler, where the project's build is written down.
#pragma once

#include <span>
#include <vector>

#include "core/step.h"
#include "plan/change_request.h"
#include "plan/hot_functions.h"
#include "plan/tree_sources.h"

namespace asmforge {

// Of makefiles and CMakeLists.txt beside or above a source, and of the project's Cargo.toml
// where the functions are Rust.
std::vector<Step> flag_steps(std::span<const HotFunction> functions, const ChangeRequest& request,
                             TreeSources& sources);

}  // namespace asmforge
