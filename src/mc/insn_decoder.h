// What a decoder of one ISA does. One a file: x86_decoder.cc, aarch64_decoder.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/insn.h"
#include "mc/decoder.h"

namespace asmforge {

class InsnDecoder {
 public:
  virtual ~InsnDecoder() = default;

  // Keeps the instruction at the front of `bytes` for what follows; returns its size, 0 when
  // there is none.
  virtual std::size_t decode(std::span<const std::uint8_t> bytes, std::uint64_t address) = 0;
  // After a failure: at least 1.
  [[nodiscard]] virtual std::size_t skip_after_failure() const = 0;
  // Of the instruction that was decoded last, at the same address.
  virtual void convert(std::uint64_t address, Insn& out) = 0;
  virtual std::string text(std::uint64_t address, Syntax syntax) = 0;

  // The front of a text: the mnemonic with its prefixes.
  [[nodiscard]] virtual std::string_view mnemonic_of(std::string_view text) const = 0;
};

std::unique_ptr<InsnDecoder> make_x86_64_decoder();
std::unique_ptr<InsnDecoder> make_aarch64_decoder();

}  // namespace asmforge
