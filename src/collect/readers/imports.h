// Names for the places of a linked file that stand for symbols of other files:
//
//     1030:  jmp qword ptr [rip + 0x2fca]     <- PLT stub, .plt
//     1040:  endbr64; bnd jmp [rip + 0x2f5d]  <- PLT stub, .plt.sec (-z ibtplt)
//     4000:  R_X86_64_JUMP_SLOT puts          <- GOT slot
//
//      630:  adrp x16, 0x11000; ldr x17, [x16, #0xfa8]; add ...; br x17   <- of AArch64
#pragma once

#include <string_view>

#include "base/elf_file.h"
#include "core/binary.h"

namespace asmforge {

// Whether a section holds PLT stubs alone, by its name: .plt, .plt.got, .plt.sec, .iplt.
bool is_plt(std::string_view section_name);

// Fills Binary::imports; sections and symbols must be there already.
void add_imports(const ElfFile& file, Binary& binary);

}  // namespace asmforge
