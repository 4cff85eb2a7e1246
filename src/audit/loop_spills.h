// Values that a loop stores to its function's frame and loads again, because it has more of them
// than registers:
//
//     .loop: mov  qword ptr [rsp + 24], rdx   spilled
//            lea  rdx, [rsi + 8*rcx]          the register has another use
//            ...
//            mov  rdx, qword ptr [rsp + 24]   reloaded
//
// None of these: slots of loops that leave registers free, what was saved around a call, locals
// whose address is taken or that are read and written in parts, or that may be part of such, stores
// and loads on ways that end the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/audited_function.h"
#include "graph/stack_frame.h"

namespace asmforge {

struct LoopSpill {
  StackSlot slot;
  std::vector<std::uint32_t> stores;  // of the loop's own blocks, ascending
  std::vector<std::uint32_t> reloads;
};

enum class SpillKind : std::uint8_t {
  kGeneral,  // of general registers
  kVector,   // of vector registers, with scalar floats
};

// By slot.
std::vector<LoopSpill> loop_spills(AuditedFunction& function, LoopIndex loop, SpillKind kind);

// What the two checks of spills have in common in their findings: evidence, confidence, the
// prediction of fewer loads, and what was ruled out.
Finding spill_finding(AuditedFunction& function, LoopIndex loop,
                      const std::vector<LoopSpill>& spills, std::string title);

}  // namespace asmforge
