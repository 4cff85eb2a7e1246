// Indirect jumps that leave the function: calls in the place of a return.
//
//     mov  rax, qword ptr [rdi]
//     add  rsp, 24
//     jmp  qword ptr [rax + 16]
//
// The target is not known, but that it is another function shows: the stack is
// back where the caller left it, and either the frame was taken down right
// before, or no code of this function is left that only this jump could reach.
#pragma once

#include "core/cfg.h"

namespace asmforge {

// Turns BlockExit::kUnresolved of such jumps into kTailCall and counts them off
// cfg.unresolved_jumps. Needs blocks, edges, reachability and padding.
void find_indirect_tail_calls(const Function& function, Cfg& cfg);

}  // namespace asmforge
