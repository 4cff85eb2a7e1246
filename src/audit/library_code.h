// Whether code is the user's own, or comes from a standard library or a system header.
#pragma once

#include "core/finding.h"

namespace asmforge {

// By where the source lies: library code has no line of the user's among the frames that
// were inlined into each other. Without source lines by the function's name.
bool is_library_code(const Finding& finding);

}  // namespace asmforge
