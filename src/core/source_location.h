// Where an instruction comes from in the source, with the functions inlined there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace asmforge {

struct SourceFrame {
  std::string function;    // demangled; empty when unknown
  std::string file;        // as the debug info names it
  std::uint32_t line = 0;  // 0 when unknown
  std::uint32_t column = 0;
};

// Innermost frame first; empty when nothing is known.
struct SourceLocation {
  std::vector<SourceFrame> frames;
  [[nodiscard]] bool known() const { return !frames.empty() && frames.front().line != 0; }
};

}  // namespace asmforge
