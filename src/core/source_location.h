// Where an instruction comes from in the source, with the functions inlined there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace asmforge {

struct SourceFrame {
  std::string function;  // demangled; empty when unknown
  // Relative to `directory` when it lies beneath it, otherwise absolute; so two
  // builds in different folders agree on it.
  std::string file;
  std::string directory;   // where the compiler ran; empty when `file` is absolute
  std::uint32_t line = 0;  // 0 when unknown
  std::uint32_t column = 0;
};

// Innermost frame first; empty when nothing is known.
struct SourceLocation {
  std::vector<SourceFrame> frames;
  [[nodiscard]] bool known() const { return !frames.empty() && frames.front().line != 0; }
};

// The source position of an address; unknown when it is not known. May be empty.
using SourceOfAddress = std::function<SourceLocation(std::uint64_t)>;

}  // namespace asmforge
