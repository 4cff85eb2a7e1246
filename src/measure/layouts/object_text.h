// The code of object files, as far as moving it needs to know: which section a function
// is in, and copies whose sections may start anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/elf_file.h"
#include "core/result.h"

namespace asmforge {

struct DefinedFunction {
  std::string name;
  std::string section;               // ".text.hot"
  std::uint64_t offset = 0;          // of its start in the section
  std::uint64_t alignment = 1;       // of its start, that the object asks for
  std::uint32_t functions_here = 0;  // in the same section, itself included
  friend bool operator==(const DefinedFunction&, const DefinedFunction&) = default;
};

// Those of `names` that the object defines, in the order of `names`.
Result<std::vector<DefinedFunction>> defined_functions(Bytes object,
                                                       const std::vector<std::string>& names);

// A copy in which every section named .text* has alignment 1.
Result<std::vector<std::uint8_t>> without_text_alignment(Bytes object);

// The executable sections' names and bytes, one after another: equal when an assembler
// made the same code. No-ops are all written alike, because assemblers fill alignment
// with other ones for another tuning, which assembly does not say.
Result<std::vector<std::uint8_t>> comparable_code(Bytes object);

// An object with one section of `bytes` bytes of no-ops, aligned to 64, that garbage
// collection keeps and whose symbol is kPadSymbol.
inline constexpr std::string_view kPadSymbol = "__asmforge_pad";
std::vector<std::uint8_t> pad_object(std::uint32_t bytes);

}  // namespace asmforge
