// Whether code is the user's own, or comes from a standard library or a system header.
#pragma once

#include <span>
#include <string>

#include "core/binary.h"
#include "core/finding.h"

namespace asmforge {

// By where the source lies: library code has no line of the user's among the frames that
// were inlined into each other. Without source lines by the function's name, where
// `crates_in_std` count as the standard library.
bool is_library_code(const Finding& finding, std::span<const std::string> crates_in_std = {});

// Sets Finding::library_code once the lines are known. Where others have lines, a Rust
// function without any is std's when its crate is one that std is built from and none of
// that crate has a line of the user's.
void mark_library_code(const Binary& binary, std::span<Finding> findings);

}  // namespace asmforge
