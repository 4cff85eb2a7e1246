// The two inputs of an addition, a shift, a comparison, wherever its result goes:
//
//     add eax, ecx          eax and ecx; the result replaces the first
//     add w0, w1, w2        w1 and w2
//     cmp rdi, 8            rdi and 8; the result is dropped
#pragma once

#include <optional>

#include "core/insn.h"

namespace asmforge {

struct Sources {
  const Operand* first = nullptr;
  const Operand* second = nullptr;
};

// nullopt for instructions of another form. The operands belong to the instruction.
inline std::optional<Sources> sources_of(const Insn& insn) {
  const Operand* const operands = insn.operands.data();
  if (insn.operand_count == 2 && operands[0].read) return Sources{operands, operands + 1};
  if (insn.operand_count == 3 && operands[0].written && !operands[0].read)
    return Sources{operands + 1, operands + 2};
  return std::nullopt;
}

}  // namespace asmforge
