// Applying a Patch to a text, undoing it, and showing it as others write changes.
#pragma once

#include <string>
#include <string_view>

#include "core/patch.h"
#include "core/result.h"

namespace asmforge {

// kBadInput when other bytes stand there than the patch replaces.
Result<std::string> applied(std::string_view text, const Patch& patch);
// The patch that takes it back.
Patch undo_of(const Patch& patch);
// For `git apply`, with three lines around the change. `text` is the file before it, and has
// the patch's old bytes.
std::string unified_diff(std::string_view text, const Patch& patch);

}  // namespace asmforge
