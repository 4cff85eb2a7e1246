// The GNU build id: what tells two builds apart, and what a debug file shares with
// the program it was split from.
#pragma once

#include <string>

#include "base/elf_file.h"

namespace asmforge {

// Lower-case hexadecimal; empty when the file has none.
std::string build_id_of(const ElfFile& file);

}  // namespace asmforge
