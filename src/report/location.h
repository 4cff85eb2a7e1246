// Source positions as people read them.
#pragma once

#include <string>

#include "core/source_location.h"

namespace asmforge {

// "sum.h:3 (inlined at main.c:7)", with the last part of absolute paths; empty when
// nothing is known.
std::string location_text(const SourceLocation& location);

}  // namespace asmforge
