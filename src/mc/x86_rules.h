// What a mnemonic of x86 does: the rows that LLVM's tables do not have, or have wrong.
//
// Mnemonics are Intel's, without prefixes and without a folded-in condition:
// "add", "j", "cmov", "vfmadd231ps".
#pragma once

#include <cstdint>
#include <string_view>

#include "core/insn.h"

namespace asmforge::x86_64 {

// How an instruction uses the memory operand that is written in its text.
enum class MemoryUse : std::uint8_t {
  kAsLlvmSays,  // the load and store bits of its opcode
  kNone,        // the address alone, or nothing at all
  kRead,
  kWrite,
  kReadWrite,
};

struct MnemonicFacts {
  InsnClasses classes;
  IntegerOperation operation = IntegerOperation::kNone;
  MemoryUse memory = MemoryUse::kAsLlvmSays;
  bool scalar_vector = false;        // uses xmm registers for one number
  bool zero_when_same = false;       // the result is known when both sources are one register
  bool destination_is_read = false;  // may keep its old value, though LLVM does not say so
  bool only_reads = false;           // has no destination, though LLVM says so
  bool ignores_address = false;      // the operand is never evaluated: nop
};

// `string_form`: the one-byte opcodes movsd and cmpsd, not the SSE2 ones.
MnemonicFacts facts_of_mnemonic(std::string_view mnemonic, bool string_form);

// Adds what LLVM's table of implicit registers lacks and drops what it has too much.
void adjust_implicit_registers(std::string_view mnemonic, RegisterSet& reads, RegisterSet& writes);

// The SDM's list for the LOCK prefix; with a memory destination only.
bool is_lockable(std::string_view mnemonic);

// Widths that do not print, or not so: fnsave's 108 bytes, one element of a gather.
// 0 for all others.
std::uint16_t bytes_of_mnemonic(std::string_view mnemonic);

// The condition of LLVM's operand, which is the low four bits of the opcode.
Condition condition_from_code(std::uint8_t code);

}  // namespace asmforge::x86_64
