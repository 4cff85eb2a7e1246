// What a relinked program must have in common with its siblings, and where its
// functions are.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/elf_file.h"
#include "core/result.h"

namespace asmforge {

struct ProgramShape {
  std::uint16_t type = 0;  // ET_EXEC, ET_DYN
  std::string interpreter;
  std::vector<std::string> needed;  // shared libraries
  // Of what is loaded and is no code.
  std::vector<std::pair<std::string, std::uint64_t>> section_sizes;
  friend bool operator==(const ProgramShape&, const ProgramShape&) = default;
};
Result<ProgramShape> shape_of_program(Bytes bytes);

// What tells them apart, as the end of a sentence; empty when they are equal.
std::string difference(const ProgramShape& one, const ProgramShape& other);

// Local functions may share a name.
Result<std::vector<std::uint64_t>> addresses_of_function(Bytes bytes, const std::string& name);

}  // namespace asmforge
