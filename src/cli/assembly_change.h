// What a change did to the assembly of a program, in a few lines for a journal.
//
//     turns: 44 -> 41 instructions, 6 rows differ
//     and 2 more functions
#pragma once

#include <string>

namespace asmforge {

// A line each for the functions that changed most, then the differing rows of the first of
// them. Empty when no function did; a sentence when a program could not be read.
std::string assembly_change(const std::string& before, const std::string& after);

}  // namespace asmforge
