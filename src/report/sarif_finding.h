// A finding as a result of SARIF.
#pragma once

#include "core/finding.h"
#include "report/sarif.h"

namespace asmforge {

// `rule` is the check's place among the rules. What goes beyond the standard stands in
// `properties`.
Json sarif_finding(const Finding& finding, std::size_t rule, const SarifProgram& program,
                   SarifArtifacts& artifacts);

}  // namespace asmforge
