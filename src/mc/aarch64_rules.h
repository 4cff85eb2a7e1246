// What a mnemonic of AArch64 does: the rows that LLVM's tables do not have, or have wrong.
//
// Mnemonics are those of the architecture, before the assembler's other names for special cases
// of them: "subs", not "cmp"; "ubfm", not "lsr"; "csinc", not "cset"; "b.", not "b.eq".
#pragma once

#include <cstdint>
#include <string_view>

#include "core/insn.h"

namespace asmforge::aarch64 {

// How an instruction uses the memory operand in its text.
enum class MemoryUse : std::uint8_t {
  kAsLlvmSays,
  kNone,  // the address alone: prefetches
  kRead,
  kWrite,
  kReadWrite,
};

struct MnemonicFacts {
  InsnClasses classes;
  IntegerOperation operation = IntegerOperation::kNone;  // of its forms with general registers
  MemoryUse memory = MemoryUse::kAsLlvmSays;
  bool pair = false;        // two registers of the same width are moved
  bool moves_tags = false;  // of memory, and no bytes that the register holds
  std::uint16_t bytes = 0;  // of the access; 0: as wide as the register
};

MnemonicFacts facts_of_mnemonic(std::string_view mnemonic);

// Of the four bits that instructions hold: eq, ne, hs, lo, ...
Condition condition_from_code(std::uint64_t code);
// al and nv, which always hold, have no inverse.
bool always_holds(std::uint64_t code);

}  // namespace asmforge::aarch64
