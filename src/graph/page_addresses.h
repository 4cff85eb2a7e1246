// The addresses that code puts together from a page and an offset in it:
//
//     adrp  x0, 0x411000              the page of table
//     add   x0, x0, #0x2f8            table: 0x4112f8
//     ldr   w1, [x0, #4]              the word at 0x4112fc
//     adrp  x2, 0x412000
//     ldr   x2, [x2, #0xfd8]          the slot at 0x412fd8
//
// Each of them says what it addresses only together with those before it, on all ways that lead
// there. ISAs whose instructions hold whole addresses are left alone.
#pragma once

#include "core/cfg.h"
#include "core/insn.h"
#include "isa/isa.h"

namespace asmforge {

// Sets memory.address of what addresses one place on all known ways to it. An addition that makes
// such an address becomes an lea too: `memory` holds its base, displacement and address, and
// the offset is no immediate any more.
void find_page_addresses(const Cfg& cfg, Function& function);

// adrp: what it makes is no address that code uses.
inline bool makes_page(const Insn& insn, const IsaFacts& isa) {
  return isa.addresses_by_pages && insn.is(InsnClass::kLea) &&
         insn.memory.base == isa.program_counter && (insn.memory.address & 0xfff) == 0;
}

}  // namespace asmforge
