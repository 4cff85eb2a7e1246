// One row of `asmforge list`: a function in numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/binary.h"

namespace asmforge {

struct FunctionSummary {
  std::uint32_t index = 0;  // into Binary::functions
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes of all parts
  std::string_view name;   // as in the object file; empty when there is none
  FunctionOrigin origin = FunctionOrigin::kSymbol;
  std::uint32_t instructions = 0;
  std::uint32_t loops = 0;
  std::uint32_t deepest_loop = 0;  // nesting of the deepest loop; 0 for none
  std::uint32_t calls = 0;         // call instructions and tail calls
  std::uint32_t unresolved_jumps = 0;
  std::uint32_t undecoded_bytes = 0;
  std::optional<double> share;  // of the profile; nullopt without one
};

}  // namespace asmforge
