// A disk that fills, told apart from what it looks like: a change that does not compile, a
// program that fails, a layout that cannot be linked.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

// kUnavailable when so little is left below `folder` that a build would fill it.
Result<Done> check_room(const std::string& folder);

// Whether somebody's words on a failure are about a full disk.
bool is_about_full_disk(std::string_view words);
// The line of them that is; empty when none is.
std::string line_about_full_disk(std::string_view words);
// The words of the trial that are, on a stage, a gate or the whole; empty when none is.
std::string full_disk_in(const Trial& trial);

// kUnavailable: "building X: No space left on device".
Error full_disk(std::string_view what, std::string_view words);

}  // namespace asmforge
