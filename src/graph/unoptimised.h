// Whether a function looks as if the compiler did not optimise it (-O0).
//
//     .loop: mov  eax, dword ptr [rbp - 4]      every variable is loaded where it is used
//            cdqe
//            add  rax, qword ptr [rbp - 16]
//            ...
//            add  dword ptr [rbp - 4], 1        and stored where it changes
//     .test: cmp  dword ptr [rbp - 4], 9
//            jle  .loop                         so that no register holds a value from one
//                                               block to the next
//
// What such code loads again says nothing about aliasing.
#pragma once

#include "core/cfg.h"
#include "core/function.h"

namespace asmforge {

// False where it is not clear, and for functions without a loop.
bool looks_unoptimised(const Function& function, const Cfg& cfg, const Loops& loops);

}  // namespace asmforge
