// Gives findings what is too dear to look up for every function: names for
// people, source positions, and keys that tell them apart from build to build.
#pragma once

#include "core/audit_report.h"
#include "core/binary.h"

namespace asmforge {

// Fills demangled, source, predicate.loop, suppress_key and fingerprint of every finding. Why
// positions are missing is added to the report's notes.
void join_source(const Binary& binary, bool find_source, AuditReport& report);

}  // namespace asmforge
