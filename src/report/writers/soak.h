// `asmforge soak`: what a long run said, for people and as JSON with every sample.
#pragma once

#include "core/soak.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

void write_soak(const SoakRecord& record, const SoakReport& report, const Palette& palette,
                Output& out);
// Holds all that `soak --replay` needs.
void write_soak_json(const SoakRecord& record, const SoakReport& report, Output& out);

}  // namespace asmforge
