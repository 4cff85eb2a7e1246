// Functions that no table knows, found because something calls them: the start-up
// code of the C runtime, hand-written assembly without unwind information, and
// everything in a stripped file without .eh_frame.
#pragma once

#include <vector>

#include "collect/readers/code_parts.h"
#include "collect/readers/code_scan.h"
#include "mc/decoder.h"

namespace asmforge {

// Ends entry points whose size nobody tells after their last instruction, as far
// as it can be told: before a known start, behind a return or jump that nothing
// jumps over. So that what follows them is seen to be unknown.
void measure_entry_points(const Binary& binary, Decoder& decoder, std::vector<CodePart>& parts);

// The executable bytes that no part covers.
std::vector<AddressRange> uncovered_code(const Binary& binary, const std::vector<CodePart>& parts);

// Adds a part for every uncovered place that an instruction of a known part calls
// or tail-calls, and for what these call in turn. `transfers` holds at least all
// transfers into uncovered code.
void add_call_targets(const Binary& binary, const std::vector<Transfer>& transfers,
                      Decoder& decoder, std::vector<CodePart>& parts);

}  // namespace asmforge
