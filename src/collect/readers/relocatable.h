// Links one relocatable object in memory.
//
// Its sections get consecutive addresses, as a linker would give them; then
//
//     call bar            e8 00 00 00 00   R_X86_64_PLT32 bar - 4
//     mov  rax, [rip+x]   48 8b 05 ...     R_X86_64_REX_GOTPCRELX x - 4
//
// get their values. A symbol of another file gets an address of its own behind
// the sections ("*UND*"), and each symbol that is read through the global offset
// table gets a slot there ("*GOT*"), both listed in Binary::imports.
// Formulas: relocation_formulas.h.
#pragma once

#include <cstdint>
#include <vector>

#include "base/elf_file.h"
#include "core/binary.h"
#include "core/result.h"

namespace asmforge {

// Fills sections, symbols, imports and notes of `binary`. `image` receives the
// relocated bytes; the sections point into it and into the file.
Result<Done> link_relocatable(const ElfFile& file, Binary& binary,
                              std::vector<std::uint8_t>& image);

}  // namespace asmforge
