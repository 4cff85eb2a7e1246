// A source location in JSON: the innermost frame, and where it was inlined.
#pragma once

#include "core/source_location.h"
#include "report/json_document.h"

namespace asmforge {

// null when nothing is known.
Json source_json(const SourceLocation& location);

}  // namespace asmforge
