// The debug info of a linked file may be in a file of its own:
//
//   /usr/lib/debug/.build-id/ab/cdef.debug    found by build id abcdef
//   DIR/NAME, DIR/.debug/NAME, /usr/lib/debug/DIR/NAME
//                                             for a .gnu_debuglink NAME in DIR's file
//
// Another build's debug info would give wrong lines, so build ids must agree, and
// the checksum in .gnu_debuglink must be that of the file it leads to.
#pragma once

#include <string>

#include "base/elf_file.h"
#include "core/binary.h"
#include "core/result.h"

namespace asmforge {

// Sets has_debug_info and debug_path; path and build id of `binary` must be set.
// `named` is what the user gave (--debug-file), or empty: then it must fit, or the
// answer is an error. A file that was found but does not fit becomes a note.
Result<Done> find_debug_info(const ElfFile& file, const std::string& named,
                             const std::string& debug_root, Binary& binary);

}  // namespace asmforge
