// Asserting that what a function's pointers lead to does not overlap:
//
//     void add(float *__restrict a, const float *__restrict b, int n)
//
// A compiler cannot prove it, and what breaks when it is not so is silent. For people who
// allow assumptions (docs/user/forge.md).
#pragma once

#include <string>
#include <string_view>

#include "core/patch.h"
#include "core/result.h"
#include "transform/source_map.h"

namespace asmforge {

// At each pointer to numbers. kNotFound with fewer than two, when all say so already, or where
// one has no name.
Result<Patch> place_restrict(const std::string& file, std::string_view text,
                             const FunctionDefinition& function);

}  // namespace asmforge
