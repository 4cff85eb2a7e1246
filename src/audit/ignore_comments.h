// Comments by which people say that they know of a finding and leave it as it is, on its line
// or on a line of nothing but comment above it:
//
//     // asmforge: ignore invariant-divide the loop runs twice a second
//     for (int i = 0; i < n; i++) out[i] = in[i] / d;
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/audit_report.h"

namespace asmforge {

// The text of a source line without its indentation; nothing when it is not known.
using LineOfSource = std::function<std::optional<std::string>(const SourceFrame&)>;

// Marks the findings that such a comment names: at the line of the instruction, at lines where
// that was inlined, or where the loop begins. A comment that names no check, or gives no
// reason, ignores nothing; a note says so.
void mark_ignored(const LineOfSource& line_of, AuditReport& report);

}  // namespace asmforge
