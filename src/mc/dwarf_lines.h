// Source positions from DWARF 4 and 5 through LLVM, for one object file.
//
// LLVM's readers abort, recurse and allocate without bound on hostile bytes: use
// this in a base/worker.h worker only, as collect/source_lines.h does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/source_location.h"

namespace asmforge {

// Where a section of a relocatable object was laid out.
struct SectionPlace {
  std::uint32_t index = 0;  // in the file's section table
  std::uint64_t address = 0;
};

struct DwarfLocation {
  SourceLocation source;
  // The outermost function is named as in the source, "size" for "std::vector<int>::size",
  // because the debug info has no linkage name for it.
  bool short_name = false;
};

class DwarfLines {
 public:
  // `file` holds the whole ELF file and outlives this. `layout` is empty for a
  // linked file; for a relocatable one it gives every allocated section an address
  // of its own: without it all functions of an object built with -ffunction-sections
  // are at 0 and get each other's inline stacks.
  static Result<DwarfLines> open(std::span<const std::uint8_t> file,
                                 std::vector<SectionPlace> layout);
  ~DwarfLines();
  DwarfLines(DwarfLines&&) noexcept;
  DwarfLines& operator=(DwarfLines&&) noexcept;

  // `section` is the file's index of the section that holds `address`, or
  // kNoSection. Function names are demangled.
  DwarfLocation locate(std::uint64_t address, std::uint32_t section);
  static constexpr std::uint32_t kNoSection = 0xffffffff;

 private:
  struct State;
  explicit DwarfLines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace asmforge
