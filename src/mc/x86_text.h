// Reads what LLVM's Intel printer wrote: the operands, and the widths of memory
// operands, which no table of LLVM has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge::x86_64 {

struct TextOperand {
  enum class Kind : std::uint8_t { kRegister, kMemory, kNumber };
  Kind kind = Kind::kRegister;
  std::string_view text;
};

// "vaddps zmm2 {k1} {z}, zmm1, dword ptr [rax]{1to16}" gives zmm2, k1, zmm1, memory.
// Prefixes and the mnemonic are passed over.
std::vector<TextOperand> text_operands(std::string_view text);

// The width that "qword ptr" and its like name; 0 when there is none.
std::uint16_t bytes_of_pointer(std::string_view text);

// As many leading words as are prefixes, and the mnemonic: "lock cmpxchg".
std::string_view mnemonic_of_text(std::string_view text);

}  // namespace asmforge::x86_64
