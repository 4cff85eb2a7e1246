// What else happened on the machine while a block of runs was made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/trial.h"
#include "measure/launch.h"
#include "measure/proc_text.h"

namespace asmforge {

// Bits of Disturbance.
using Disturbances = std::uint8_t;
inline Disturbances bit(Disturbance disturbance) { return static_cast<Disturbances>(disturbance); }

// Of one run: it had to wait for the processor, or was not where it should have been.
Disturbances disturbances_of(const FinishedProcess& process, std::optional<unsigned> pinned_to);

// Of a block, from /proc/stat before and after it: steal on the measured processor, work
// on a sibling. `seconds` is how long the block took.
Disturbances disturbances_between(std::span<const ProcessorTimes> before,
                                  std::span<const ProcessorTimes> after, unsigned processor,
                                  std::span<const unsigned> siblings, double seconds);

}  // namespace asmforge
