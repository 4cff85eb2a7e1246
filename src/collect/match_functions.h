// Which function of one build is which of another.
#pragma once

#include <cstdint>
#include <vector>

#include "core/binary.h"
#include "core/binary_diff.h"

namespace asmforge {

struct FunctionMatches {
  std::vector<FunctionPair> pairs;         // ascending in `before`; each function once
  std::vector<std::uint32_t> only_before;  // ascending
  std::vector<std::uint32_t> only_after;
};

// By symbol, then by canonical name; several of one name in the order of their
// addresses, those of equal size first. Functions without a name (stripped
// binaries) are recognised by content when it is unique in both builds, and by
// place when a gap between recognised ones holds equally many in both. Decodes
// nameless functions on `threads` threads.
FunctionMatches match_functions(const Binary& before, const Binary& after, unsigned threads);

}  // namespace asmforge
