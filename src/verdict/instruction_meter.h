// Counts the instructions that a program executes, in QEMU: exact, and blind to layout,
// caches and noise. The memory and clocks of such a run are the emulator's.
#pragma once

#include <memory>

#include "measure/meter.h"

namespace asmforge {

std::unique_ptr<Meter> make_instruction_meter();

}  // namespace asmforge
