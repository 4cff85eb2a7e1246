// How long a cycle of the core takes now, without counters.
#pragma once

#include <optional>

namespace asmforge {

// Seconds: the shortest of many short runs of dependent multiplications, three cycles each on
// every x86-64 core since 2008 (Fog, "Instruction tables", 2024; uops.info). Others' work on the
// machine only makes a run longer. Takes a quarter of a second. None on other instruction sets.
std::optional<double> seconds_per_cycle();

}  // namespace asmforge
