// Where the file says that data begins between instructions, and where code goes on:
//
//     340: $x     adr  x1, .Lk256
//     380: $d     .Lk256: .word 0x428a2f98 ...
//     480: $x     next function
//
// Assemblers for AArch64 mark both (ELF for the Arm 64-bit Architecture, section 5.5.5).
// Stripped files have lost the marks: all of their code sections are taken for code.
#pragma once

#include "core/binary.h"

namespace asmforge {

// Takes such symbols out of Binary::symbols, for they name nothing, and fills data_in_code.
// Sections must be there already. Of other ISAs nothing is taken.
void take_mapping_symbols(Binary& binary);

}  // namespace asmforge
