// Whether two programs are the same without running either: not by what looks
// hot, but by everything that is loaded or decides how it is loaded.
//
//     unsigned stride = 1;        // one word of .data
//     for (...) { s += buf[j]; j += stride; }
//
// The loop is the same to the last byte in a build where stride is 4096, and takes
// nine times as long. So nothing that is loaded is left out, and what cannot be
// shown to be the same differs.
//
// Needed libraries are compared by name: what the names lead to at run time is the
// same for both programs unless their search paths are not. A program that reads
// its own file is outside of what this can see.
#pragma once

#include <string>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

struct ClosureAnswer {
  Closure closure = Closure::kDiffers;
  // One clause: the first difference, or which parts lie elsewhere.
  std::string detail;
};

// kIdentical: all that is loaded is byte for byte the same, at the same addresses;
// only debug information, symbol tables, .comment or the build id may differ.
// kPlacement: the same code and data at other addresses, everything that refers to
// them accordingly.
Result<ClosureAnswer> compare_closures(const std::string& before, const std::string& after);

}  // namespace asmforge
