// Where indirect jumps go: jump tables of switches and computed gotos.
//
//     cmp   edi, 7                    lea    rdx, [rip + table]
//     ja    default                   movsxd rax, dword ptr [rdx + 4*rdi]
//     jmp   qword ptr [8*rdi + table] add    rax, rdx
//                                     jmp    rax
//
//     adrp  x0, table                 ; AArch64: entries of 1 or 2 bytes count instructions
//     add   x0, x0, :lo12:table       ; from a place that adr names
//     ldrb  w0, [x0, w1, uxtw]
//     adr   x1, .L
//     add   x0, x1, w0, sxtb #2
//     br    x0
//
// A jump's target is evaluated backwards over all ways that lead to it, to
// constant + load(constant + scale * index). The table ends where the bound
// check, mask or width of the index says, and never goes past an entry that is
// no instruction of the function. Without a bound it ends there, or where the
// next known table begins. What does not evaluate to this shape stays unresolved.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/binary.h"
#include "graph/code_map.h"
#include "graph/flow_view.h"

namespace asmforge {

struct IndirectJump {
  std::uint32_t insn = 0;  // index into Function::insns
  bool resolved = false;
  bool leaves = false;              // resolved: some targets are outside the function
  bool table = false;               // resolved through a table
  bool bounded = false;             // the table's length is known from code
  std::uint64_t table_address = 0;  // when `table`, also when not resolved; 0 unknown
  // Into JumpTables::targets: instruction indices, ascending, each once.
  std::uint32_t first_target = 0;
  std::uint32_t target_count = 0;
};

struct JumpTables {
  std::vector<IndirectJump> jumps;  // ascending in insn
  std::vector<std::uint32_t> targets;
  void clear() {
    jumps.clear();
    targets.clear();
  }
};

// Resolves tables.jumps, which names the jumps alone when it is called.
// falls_through[i] is nonzero when instruction i may go on to i + 1. `branches`
// holds the direct jumps; resolved targets are added to it.
void resolve_indirect_jumps(const Function& function, const Binary& binary, const CodeMap& code,
                            std::span<const std::uint8_t> falls_through,
                            std::vector<DirectBranch>& branches, JumpTables& tables);

}  // namespace asmforge
