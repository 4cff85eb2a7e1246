// Instruction counts by class in JSON: {"loads": {"before": 3, "after": 4}, ...}.
#pragma once

#include "core/asm_diff.h"
#include "report/json_document.h"

namespace asmforge {

Json class_counts_json(const ClassCounts& before, const ClassCounts& after);

}  // namespace asmforge
