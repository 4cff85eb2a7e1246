// Joins the parts of a function that the compiler placed elsewhere to the
// function that jumps to them.
//
//     f:        cmp  rsi, rdx            f.cold:   lea  rdi, [rip + message]
//               jae  f.cold                        call fail
//               ...                                jmp  f + 0x2a
//
// A part is cold when nobody can call it (at its first byte the return address
// is not on top of the stack) or nobody does and it goes back into the middle of
// the one function that jumps to it, or never returns. References decide; a name
// only labels. A piece that gcc split off as a function (f.part.0) is called or
// tail-called and returns, so it stays one.
#pragma once

#include <cstdint>
#include <vector>

#include "collect/readers/code_parts.h"
#include "collect/readers/code_scan.h"
#include "collect/readers/unwind_table.h"
#include "mc/decoder.h"

namespace asmforge {

// Sets CodePart::parent. The begins of all parts that may be cold were the
// entries of `transfers`, and all of those that nobody can call.
void join_cold_parts(const Binary& binary, const UnwindTable& unwind, const Transfers& transfers,
                     Decoder& decoder, std::vector<CodePart>& parts);

}  // namespace asmforge
