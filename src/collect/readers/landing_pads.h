// Where exceptions land, from the language-specific data area (LSDA) that an FDE
// points to in .gcc_except_table:
//
//     call sites: [begin, begin + length) -> landing pad, action
//
// Format: "Exception Handling Tables" of the Itanium C++ ABI as gcc writes it;
// Rust and clang write the same.
#pragma once

#include <cstdint>
#include <vector>

#include "collect/readers/unwind_table.h"
#include "core/binary.h"

namespace asmforge {

// The call sites of one function part that have a landing pad. What makes no
// sense ends the list.
std::vector<LandingPad> read_landing_pads(const Binary& binary, const UnwindEntry& part);

}  // namespace asmforge
