// What is coloured how. Colour repeats what the words say, never adds to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asmforge {

enum class Paint : std::uint8_t {
  kTitle,   // headings, function names
  kDim,     // addresses, what is there for reference
  kLabel,   // block labels, branch targets
  kSource,  // source lines
  kHot,     // at least 1 % of the profile
  kGood,
  kBad,
  kAdded,
  kRemoved,
  kChanged,
};

struct Palette {
  bool color = false;
  bool unicode = false;  // box-drawing characters for loops, otherwise / | and a backslash

  [[nodiscard]] std::string operator()(Paint paint, std::string_view text) const;
};

}  // namespace asmforge
