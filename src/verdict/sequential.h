// Samples that were taken one arm after the other: they compare two times of day as much
// as two builds. What they say is reported and decides nothing.
#pragma once

#include <cstdint>
#include <string>

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

// Fills in the difference, what could have been seen, and a note for each arm whose samples
// drift while it alone was running. Says why when there is nothing to compare.
std::string read_sequential(const Trial& trial, std::uint32_t workload, WorkloadVerdict& verdict);

}  // namespace asmforge
