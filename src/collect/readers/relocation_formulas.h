// What the relocations of object files store, and where in the relocated bytes it goes.
#pragma once

#include <cstdint>

#include "core/isa.h"

namespace asmforge {

// What a relocation stores, in the ABI's letters: S symbol, A addend, P place,
// G slot of the symbol in the table, GOT the table, Z size of the symbol.
enum class Formula : std::uint8_t {
  kNothing,        // a marker for the linker
  kAbsolute,       // S + A
  kRelative,       // S + A - P
  kSlotRelative,   // G + GOT + A - P
  kSlotOffset,     // G + A
  kTableRelative,  // GOT + A - P
  kFromTable,      // S + A - GOT
  kThreadOffset,   // S + A - end of the thread-local block
  kBlockOffset,    // S + A - begin of the thread-local block
  kSize,           // Z + A
  kPages,          // Page(S + A) - Page(P), Page being the address without its low 12 bits
  kSlotPages,      // Page(G + GOT + A) - Page(P)
  kSlot,           // G + GOT + A
  kSlotFromPage,   // G + GOT - Page(GOT) + A
};

// The part of the relocated place that holds the value.
enum class RelocatedField : std::uint8_t {
  kData,       // all of its bytes
  kImm12,      // bits 10 to 21 of an instruction: add, ldr
  kLow12,      // the same, and the value's low 12 bits alone: what adrp leaves out
  kImm14,      // bits 5 to 18: tbz
  kImm16,      // bits 5 to 20: movz
  kImm19,      // bits 5 to 23: b.eq, cbz, ldr of a literal
  kImm26,      // bits 0 to 25: b, bl
  kSplitImm21  // bits 5 to 23 with the low two in 29 and 30: adr, adrp
};

struct RelocationType {
  std::uint32_t type;
  Formula formula;
  std::uint8_t bytes;  // of the place
  RelocatedField field = RelocatedField::kData;
  std::uint8_t shift = 0;  // low bits of the value that the field leaves out
};

// nullptr for a type that is not known.
const RelocationType* relocation_type(Isa isa, std::uint64_t type);

// Puts `value` into the field of the `type.bytes` bytes at `place`.
void store_relocated(const RelocationType& type, std::uint64_t value, std::uint8_t* place);

}  // namespace asmforge
