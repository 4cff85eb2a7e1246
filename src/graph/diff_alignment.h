// Which instruction of one build stands for which of the other.
//
// Instructions with equal values (immediates, displacements, names called) are
// matched first, then, in what is left between those, instructions of equal form,
// then those of equal mnemonic, which stand in each other's place.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/asm_diff.h"

namespace asmforge {

// The instructions of one side without padding, with what alignment compares.
struct DiffSequence {
  std::vector<std::uint32_t> insns;     // indices into Function::insns, ascending
  std::vector<std::uint32_t> position;  // per instruction: of it or the next one kept, in `insns`
  std::vector<std::uint64_t> mnemonic;  // with the condition
  std::vector<std::uint64_t> form;      // and kinds of operands
  std::vector<std::uint64_t> value;     // and immediates, displacements, names called
  std::vector<std::uint64_t> exact;     // and registers
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(insns.size()); }
};
// What values say of the things that are referred to: stripped builds have names
// for imports alone.
enum class KeyNames : std::uint8_t { kAll, kImports };
DiffSequence make_sequence(const DiffSide& side, KeyNames names = KeyNames::kAll);
// `insns` and `position` alone, which take a fraction of the time.
DiffSequence make_sequence_without_keys(const DiffSide& side);

// One number for all the values in their order: equal ones are all but surely equal.
std::uint64_t content_key(const DiffSequence& sequence);

// Partners by position in the sequences, in both directions; kNoIndex for none.
struct DiffPartners {
  std::vector<std::uint32_t> after_of;
  std::vector<std::uint32_t> before_of;
};
DiffPartners align_instructions(const DiffSequence& before, const DiffSequence& after);

// A number that may be an address in this file: only position-dependent code and
// relocatables, which are laid out when they are opened, hold such.
bool may_be_address(const Binary& binary, std::int64_t value);

}  // namespace asmforge
