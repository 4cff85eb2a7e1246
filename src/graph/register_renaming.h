// Which register of one build holds what a register of the other build holds.
//
//     before             after              held in
//     mov  ebx, edi      mov  r12d, edi     rbx ~ r12 from here on
//     add  ebx, 1        add  r12d, 1       agrees
//     add  ebx, ecx      add  r12d, edx     rcx is not held in rdx: reported
//
// A forward walk over the aligned rows. The state is a partial one-to-one map of
// registers: a row that writes r before and s after adds r ~ s and ends what r
// and s stood for; where ways join, only what all of them say remains. At the
// entry every register holds what it holds in the other build; at calls and
// returns the registers of the calling convention must. Where only one build
// writes a register nothing is known, and the same register is believed.
//
// So when all rows agree, each register read holds the same value in both builds
// as long as memory does. In code that no known way leads to (behind an indirect
// jump that could not be resolved) a register is believed when first seen.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "core/asm_diff.h"
#include "core/isa.h"

namespace asmforge {

// What the calling convention says about registers.
struct RegisterRules {
  RegisterSet tracked;  // may be renamed; others must be equal
  std::vector<Register> integer_arguments;
  std::vector<Register> vector_arguments;
  RegisterSet results;       // must agree at a return
  RegisterSet weak_results;  // must agree at a return unless something read them since written
  RegisterSet callee_saved;  // survive a call, and may be saved to the stack at the entry
  RegisterSet stack_bases;   // address stack slots
};
RegisterRules register_rules(Isa isa);

struct RowEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  friend auto operator<=>(const RowEdge&, const RowEdge&) = default;
};

// Where control can go from each row.
struct RowFlow {
  std::vector<RowEdge> edges;       // ascending; besides to the next row
  std::vector<bool> falls_through;  // to the next row
  std::vector<bool> tail_call;      // leaves the function by a jump
};

struct RegisterAgreement {
  std::vector<std::uint8_t> mismatches;  // per row: register operands that do not agree
  std::vector<RegisterRename> renames;   // of the rows that agree, most rows first
};

RegisterAgreement match_registers(std::span<const DiffRow> rows, const Function& before,
                                  const Function& after, const RowFlow& flow,
                                  const RegisterRules& rules);

// For exact comparison: registers agree when they are equal.
RegisterAgreement compare_registers(std::span<const DiffRow> rows, const Function& before,
                                    const Function& after);

}  // namespace asmforge
