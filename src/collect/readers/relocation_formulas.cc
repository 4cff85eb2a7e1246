#include "collect/readers/relocation_formulas.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace asmforge {
namespace {

// System V ABI, AMD64 supplement 1.0, table 4.10.
// The three forms of APX's code prefixes have no names in <elf.h> yet.
constexpr std::array kX86_64Types = {
    RelocationType{R_X86_64_NONE, Formula::kNothing, 0},
    RelocationType{R_X86_64_64, Formula::kAbsolute, 8},
    RelocationType{R_X86_64_PC32, Formula::kRelative, 4},
    RelocationType{R_X86_64_GOT32, Formula::kSlotOffset, 4},
    RelocationType{R_X86_64_PLT32, Formula::kRelative, 4},
    RelocationType{R_X86_64_GOTPCREL, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_32, Formula::kAbsolute, 4},
    RelocationType{R_X86_64_32S, Formula::kAbsolute, 4},
    RelocationType{R_X86_64_16, Formula::kAbsolute, 2},
    RelocationType{R_X86_64_PC16, Formula::kRelative, 2},
    RelocationType{R_X86_64_8, Formula::kAbsolute, 1},
    RelocationType{R_X86_64_PC8, Formula::kRelative, 1},
    RelocationType{R_X86_64_DTPOFF64, Formula::kBlockOffset, 8},
    RelocationType{R_X86_64_TPOFF64, Formula::kThreadOffset, 8},
    RelocationType{R_X86_64_TLSGD, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_TLSLD, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_DTPOFF32, Formula::kBlockOffset, 4},
    RelocationType{R_X86_64_GOTTPOFF, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_TPOFF32, Formula::kThreadOffset, 4},
    RelocationType{R_X86_64_PC64, Formula::kRelative, 8},
    RelocationType{R_X86_64_GOTOFF64, Formula::kFromTable, 8},
    RelocationType{R_X86_64_GOTPC32, Formula::kTableRelative, 4},
    RelocationType{R_X86_64_GOT64, Formula::kSlotOffset, 8},
    RelocationType{R_X86_64_GOTPCREL64, Formula::kSlotRelative, 8},
    RelocationType{R_X86_64_GOTPC64, Formula::kTableRelative, 8},
    RelocationType{R_X86_64_PLTOFF64, Formula::kFromTable, 8},
    RelocationType{R_X86_64_SIZE32, Formula::kSize, 4},
    RelocationType{R_X86_64_SIZE64, Formula::kSize, 8},
    RelocationType{R_X86_64_GOTPC32_TLSDESC, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_TLSDESC_CALL, Formula::kNothing, 0},
    RelocationType{R_X86_64_GOTPCRELX, Formula::kSlotRelative, 4},
    RelocationType{R_X86_64_REX_GOTPCRELX, Formula::kSlotRelative, 4},
    RelocationType{43, Formula::kSlotRelative, 4},  // R_X86_64_CODE_4_GOTPCRELX
    RelocationType{44, Formula::kSlotRelative, 4},  // R_X86_64_CODE_4_GOTTPOFF
    RelocationType{45, Formula::kSlotRelative, 4},  // R_X86_64_CODE_4_GOTPC32_TLSDESC
};

using Field = RelocatedField;
constexpr RelocationType insn(std::uint32_t type, Formula formula, Field field,
                              std::uint8_t shift = 0) {
  return {type, formula, 4, field, shift};
}

// ELF for the Arm 64-bit Architecture 2024Q3, section 5.7. What checks for overflow and what
// does not store the same. 256 is how old assemblers write R_AARCH64_NONE.
constexpr std::array kAarch64Types = {
    RelocationType{R_AARCH64_NONE, Formula::kNothing, 0},
    RelocationType{256, Formula::kNothing, 0},
    RelocationType{R_AARCH64_ABS64, Formula::kAbsolute, 8},
    RelocationType{R_AARCH64_ABS32, Formula::kAbsolute, 4},
    RelocationType{R_AARCH64_ABS16, Formula::kAbsolute, 2},
    RelocationType{R_AARCH64_PREL64, Formula::kRelative, 8},
    RelocationType{R_AARCH64_PREL32, Formula::kRelative, 4},
    RelocationType{R_AARCH64_PREL16, Formula::kRelative, 2},
    insn(R_AARCH64_MOVW_UABS_G0, Formula::kAbsolute, Field::kImm16),
    insn(R_AARCH64_MOVW_UABS_G0_NC, Formula::kAbsolute, Field::kImm16),
    insn(R_AARCH64_MOVW_UABS_G1, Formula::kAbsolute, Field::kImm16, 16),
    insn(R_AARCH64_MOVW_UABS_G1_NC, Formula::kAbsolute, Field::kImm16, 16),
    insn(R_AARCH64_MOVW_UABS_G2, Formula::kAbsolute, Field::kImm16, 32),
    insn(R_AARCH64_MOVW_UABS_G2_NC, Formula::kAbsolute, Field::kImm16, 32),
    insn(R_AARCH64_MOVW_UABS_G3, Formula::kAbsolute, Field::kImm16, 48),
    insn(R_AARCH64_LD_PREL_LO19, Formula::kRelative, Field::kImm19, 2),
    insn(R_AARCH64_ADR_PREL_LO21, Formula::kRelative, Field::kSplitImm21),
    insn(R_AARCH64_ADR_PREL_PG_HI21, Formula::kPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_ADR_PREL_PG_HI21_NC, Formula::kPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_ADD_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12),
    insn(R_AARCH64_LDST8_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12),
    insn(R_AARCH64_LDST16_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12, 1),
    insn(R_AARCH64_LDST32_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12, 2),
    insn(R_AARCH64_LDST64_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12, 3),
    insn(R_AARCH64_LDST128_ABS_LO12_NC, Formula::kAbsolute, Field::kLow12, 4),
    insn(R_AARCH64_TSTBR14, Formula::kRelative, Field::kImm14, 2),
    insn(R_AARCH64_CONDBR19, Formula::kRelative, Field::kImm19, 2),
    insn(R_AARCH64_JUMP26, Formula::kRelative, Field::kImm26, 2),
    insn(R_AARCH64_CALL26, Formula::kRelative, Field::kImm26, 2),
    insn(R_AARCH64_GOT_LD_PREL19, Formula::kSlotRelative, Field::kImm19, 2),
    insn(R_AARCH64_ADR_GOT_PAGE, Formula::kSlotPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_LD64_GOT_LO12_NC, Formula::kSlot, Field::kLow12, 3),
    insn(R_AARCH64_LD64_GOTPAGE_LO15, Formula::kSlotFromPage, Field::kImm12, 3),
    RelocationType{314, Formula::kRelative, 4},      // R_AARCH64_PLT32
    RelocationType{315, Formula::kSlotRelative, 4},  // R_AARCH64_GOTPCREL32
    insn(R_AARCH64_TLSGD_ADR_PAGE21, Formula::kSlotPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_TLSGD_ADD_LO12_NC, Formula::kSlot, Field::kLow12),
    insn(R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21, Formula::kSlotPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC, Formula::kSlot, Field::kLow12, 3),
    insn(R_AARCH64_TLSDESC_ADR_PAGE21, Formula::kSlotPages, Field::kSplitImm21, 12),
    insn(R_AARCH64_TLSDESC_LD64_LO12, Formula::kSlot, Field::kLow12, 3),
    insn(R_AARCH64_TLSDESC_ADD_LO12, Formula::kSlot, Field::kLow12),
    RelocationType{R_AARCH64_TLSDESC_CALL, Formula::kNothing, 0},
    insn(R_AARCH64_TLSLE_MOVW_TPREL_G2, Formula::kThreadOffset, Field::kImm16, 32),
    insn(R_AARCH64_TLSLE_MOVW_TPREL_G1, Formula::kThreadOffset, Field::kImm16, 16),
    insn(R_AARCH64_TLSLE_MOVW_TPREL_G1_NC, Formula::kThreadOffset, Field::kImm16, 16),
    insn(R_AARCH64_TLSLE_MOVW_TPREL_G0, Formula::kThreadOffset, Field::kImm16),
    insn(R_AARCH64_TLSLE_MOVW_TPREL_G0_NC, Formula::kThreadOffset, Field::kImm16),
    insn(R_AARCH64_TLSLE_ADD_TPREL_HI12, Formula::kThreadOffset, Field::kImm12, 12),
    insn(R_AARCH64_TLSLE_ADD_TPREL_LO12, Formula::kThreadOffset, Field::kLow12),
    insn(R_AARCH64_TLSLE_ADD_TPREL_LO12_NC, Formula::kThreadOffset, Field::kLow12),
    insn(R_AARCH64_TLSLE_LDST8_TPREL_LO12, Formula::kThreadOffset, Field::kLow12),
    insn(R_AARCH64_TLSLE_LDST8_TPREL_LO12_NC, Formula::kThreadOffset, Field::kLow12),
    insn(R_AARCH64_TLSLE_LDST16_TPREL_LO12, Formula::kThreadOffset, Field::kLow12, 1),
    insn(R_AARCH64_TLSLE_LDST16_TPREL_LO12_NC, Formula::kThreadOffset, Field::kLow12, 1),
    insn(R_AARCH64_TLSLE_LDST32_TPREL_LO12, Formula::kThreadOffset, Field::kLow12, 2),
    insn(R_AARCH64_TLSLE_LDST32_TPREL_LO12_NC, Formula::kThreadOffset, Field::kLow12, 2),
    insn(R_AARCH64_TLSLE_LDST64_TPREL_LO12, Formula::kThreadOffset, Field::kLow12, 3),
    insn(R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC, Formula::kThreadOffset, Field::kLow12, 3),
};

// Puts the low `width` bits of `value` at `bit` of the instruction.
std::uint32_t with_bits(std::uint32_t word, std::uint64_t value, unsigned bit, unsigned width) {
  const std::uint32_t mask = ((std::uint32_t{1} << width) - 1) << bit;
  return (word & ~mask) | (static_cast<std::uint32_t>(value << bit) & mask);
}

}  // namespace

const RelocationType* relocation_type(Isa isa, std::uint64_t type) {
  const std::span<const RelocationType> types =
      isa == Isa::kAarch64 ? std::span<const RelocationType>(kAarch64Types) : kX86_64Types;
  const auto found = std::find_if(types.begin(), types.end(), [&](const RelocationType& candidate) {
    return candidate.type == type;
  });
  return found == types.end() ? nullptr : &*found;
}

void store_relocated(const RelocationType& type, std::uint64_t value, std::uint8_t* place) {
  if (type.field == Field::kData) {
    std::memcpy(place, &value, type.bytes);
    return;
  }
  std::uint32_t word = 0;
  std::memcpy(&word, place, sizeof(word));
  value >>= type.shift;
  switch (type.field) {
    case Field::kData: break;
    case Field::kImm12: word = with_bits(word, value, 10, 12); break;
    case Field::kLow12: word = with_bits(word, value & (0xfffU >> type.shift), 10, 12); break;
    case Field::kImm14: word = with_bits(word, value, 5, 14); break;
    case Field::kImm16: word = with_bits(word, value, 5, 16); break;
    case Field::kImm19: word = with_bits(word, value, 5, 19); break;
    case Field::kImm26: word = with_bits(word, value, 0, 26); break;
    case Field::kSplitImm21:
      word = with_bits(with_bits(word, value, 29, 2), value >> 2, 5, 19);
      break;
  }
  std::memcpy(place, &word, sizeof(word));
}

}  // namespace asmforge
