// Whether the memory of one program grows: soak/judge.h says how that is judged.
#pragma once

#include "core/soak.h"

namespace asmforge {

// Fills kind, reason, growth, late_growth, growth_per_operation, hours_needed, releases.
void judge_memory(const SoakArm& arm, const SoakSettings& settings, SoakArmReport& report);

}  // namespace asmforge
