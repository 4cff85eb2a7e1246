// Which machine loops may be copies, or parts, of one source loop without being a main
// loop and its remainder: a nest of which compilers made several, because some
// iterations need less than others.
//
//     .first: inc  ecx                     the source loop, until something is found
//             cmp  byte ptr [rdi + rcx], 0
//             je   .first
//     .next:  mov  dword ptr [rsi], ecx    the same source loop from there on
//             inc  ecx
//             cmp  byte ptr [rdi + rcx], 0
//             je   .next
//
// Without source lines it cannot be told from two loops of the source; so "may be" is
// all that is said.
#pragma once

#include <vector>

#include "core/cfg.h"
#include "core/function.h"

namespace asmforge {

// One entry per loop: true when another loop may do a part of its source loop's work.
// That is a loop with much the same instructions, that goes on with a counter where
// the first one left it, or that runs in its stead.
std::vector<bool> loops_with_copies(const Function& function, const Cfg& cfg, const Loops& loops);

}  // namespace asmforge
