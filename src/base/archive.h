// The members of an ar archive: GNU, thin, and BSD names.
//
//     !<arch>\n
//     foo.o/          1732147200  0     0     100644  1234      `\n   header, 60 bytes
//     ...1234 bytes, padded to an even offset...
//
// A thin archive ("!<thin>\n") holds headers alone; its members are files named
// relative to the archive's folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/elf_file.h"
#include "core/result.h"

namespace asmforge {

struct ArchiveMember {
  std::string name;  // as the archive names it; a path in a thin archive
  Bytes bytes;       // empty in a thin archive
};

struct Archive {
  bool thin = false;
  std::vector<ArchiveMember> members;  // without symbol and name tables
};

bool is_archive(Bytes bytes);
Result<Archive> read_archive(Bytes bytes);

// A GNU archive of these members, not thin, without a symbol table: LLVM's linker
// reads the members' own.
std::vector<std::uint8_t> write_archive(const Archive& archive);

}  // namespace asmforge
