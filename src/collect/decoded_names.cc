#include "collect/decoded_names.h"

#include <algorithm>
#include <span>

#include "mc/demangle.h"

namespace asmforge {

namespace {

// lock, rep and the like are part of the mnemonic and not of the opcode; an
// immediate may be one (cmpltps).
bool opcode_tells_mnemonic(const Insn& insn, std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t kPrefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                        0x66, 0x67, 0xf0, 0xf2, 0xf3};
  return !insn.has_immediate && !bytes.empty() &&
         std::ranges::find(kPrefixes, bytes.front()) == std::end(kPrefixes);
}

}  // namespace

std::string DecodedNames::mnemonic(const Insn& insn) {
  const auto bytes = binary_.bytes_at(insn.address, insn.size);
  // What the assembler calls an instruction of AArch64 hangs on its operands: orr is mov.
  if (binary_.isa != Isa::kX86_64 || !opcode_tells_mnemonic(insn, bytes))
    return decoder_.mnemonic(insn, bytes, Syntax::kIntel);
  const std::uint32_t key =
      std::uint32_t{insn.opcode} << 8 | static_cast<std::uint32_t>(insn.condition);
  const auto [entry, is_new] = mnemonics_.try_emplace(key);
  if (is_new) entry->second = decoder_.mnemonic(insn, bytes, Syntax::kIntel);
  return entry->second;
}

std::string DecodedNames::canonical_name(std::string_view symbol) {
  const auto [entry, is_new] = names_.try_emplace(symbol);
  if (is_new) entry->second = demangle(symbol);
  return entry->second;
}

std::string canonical_function_name(std::string_view symbol) {
  const std::string_view stable = stable_symbol(symbol);
  return stable.empty() ? std::string() : demangle(stable);
}

}  // namespace asmforge
