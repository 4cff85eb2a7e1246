// A flag for one source, asked for where the project's build is written down: in the makefile or
// CMakeLists.txt beside the source, or in a folder above it.
//
//     Makefile: -O3 for src/sort.c
#pragma once

#include <optional>
#include <string>

#include "core/step.h"
#include "plan/change_request.h"
#include "plan/tree_sources.h"

namespace asmforge {

// None when there is no such build file, it is forbidden, or has the flag already; none for a
// header, which is compiled by the flags of those that include it.
std::optional<Step> flag_for_source(const TreeSource& source, const ChangeRequest& request,
                                    const std::string& flag);

}  // namespace asmforge
