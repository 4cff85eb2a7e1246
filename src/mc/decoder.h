// Bytes to instructions, and instructions to text, through LLVM's MC layer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/binary.h"
#include "core/function.h"
#include "core/result.h"

namespace asmforge {

enum class Syntax : std::uint8_t { kIntel, kAtt };  // of x86; others have one

class InsnDecoder;

// Not thread-safe: make one per thread. Creation takes about a millisecond.
class Decoder {
 public:
  explicit Decoder(Isa isa);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Decodes one instruction at the front of `bytes`; false when there is none.
  bool decode_one(std::span<const std::uint8_t> bytes, std::uint64_t address, Insn& out);

  // Decodes `bytes` from front to back, appends to out.insns, and to
  // out.not_decoded what is no instruction (as many bytes as LLVM read before it gave
  // up, as objdump does, so that both meet again).
  void decode_linear(std::span<const std::uint8_t> bytes, std::uint64_t address, Function& out);

  // What a disassembler prints: mnemonic and operands, one space between them,
  // absolute targets in hexadecimal, no symbols. The mnemonic is the front of the
  // text, with its prefixes: "lock cmpxchg". Empty when `bytes` are not insn's.
  std::string text(const Insn& insn, std::span<const std::uint8_t> bytes, Syntax syntax);
  std::string mnemonic(const Insn& insn, std::span<const std::uint8_t> bytes, Syntax syntax);

 private:
  std::unique_ptr<InsnDecoder> decoder_;
};

}  // namespace asmforge
