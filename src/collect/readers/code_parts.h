// The ranges of code that a file's tables tell of, before it is decided which
// are functions and which are cold parts of functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collect/readers/unwind_table.h"
#include "core/binary.h"

namespace asmforge {

struct CodePart {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string_view name;
  FunctionOrigin origin = FunctionOrigin::kSymbol;
  bool size_known = true;
  bool frame_is_fresh = true;  // what UnwindEntry says; true without one
  bool may_be_cold = false;    // has an FDE, and no name but perhaps a cold part's
  std::uint32_t alias_count = 0;
  std::uint32_t parent = kNoIndex;  // index of the part that it is a cold part of

  [[nodiscard]] AddressRange range() const { return {begin, end}; }
  [[nodiscard]] std::uint64_t size() const { return end - begin; }
  // Not a function: joined to one, or no call can enter it.
  [[nodiscard]] bool is_function() const { return parent == kNoIndex && frame_is_fresh; }
};

// The executable section that holds the address, unless it is one of PLT stubs.
const Section* code_section_at(const Binary& binary, std::uint64_t address);

// Whether a call could enter the code of an unwind entry at its begin.
bool is_callable(const Binary& binary, const UnwindEntry& entry);

// Compilers name the cold part of f "f.cold", older ones and BOLT "f.cold.0". Such
// a name proves nothing: LLVM's outliner names whole functions so.
bool is_cold_label(std::string_view name);

// Ascending in begin, one part per address. From symbols; with `unwind` from its
// entries and the file's entry points too.
std::vector<CodePart> collect_code_parts(const Binary& binary, const UnwindTable* unwind);

// The part that holds the address (the last that begins at or before it), or kNoIndex.
std::uint32_t part_containing(const std::vector<CodePart>& parts, std::uint64_t address);

}  // namespace asmforge
