// Mnemonics and canonical names of one build, for its diff with another.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "core/binary.h"
#include "graph/asm_diff.h"
#include "mc/decoder.h"

namespace asmforge {

// One per thread; remembers what it was asked.
class DecodedNames : public DiffNames {
 public:
  // Both must outlive it.
  DecodedNames(const Binary& binary, Decoder& decoder) : binary_(binary), decoder_(decoder) {}

  std::string mnemonic(const Insn& insn) override;
  std::string canonical_name(std::string_view symbol) override;

 private:
  const Binary& binary_;
  Decoder& decoder_;
  std::unordered_map<std::uint32_t, std::string> mnemonics_;  // by opcode and condition
  std::unordered_map<std::string_view, std::string> names_;   // keys point into the binary
};

// The name by which a function is recognised in another build: demangled, without
// Rust's hash and the numbers that compilers give to clones. Empty for none.
std::string canonical_function_name(std::string_view symbol);

}  // namespace asmforge
