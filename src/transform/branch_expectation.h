// Telling a compiler how often a condition holds, from counts:
//
//     if (__builtin_expect_with_probability(!!(x == 0), 0, 0.999)) {
#pragma once

#include <string>
#include <string_view>

#include "core/patch.h"
#include "core/result.h"
#include "transform/source_map.h"

namespace asmforge {

// `holds` is the share of times that it was true, 0 to 1. kNotFound when the condition says so
// already (likely, __builtin_expect), or stands not plainly in the text.
Result<Patch> expect_branch(const std::string& file, std::string_view text,
                            const BranchStatement& branch, double holds);

}  // namespace asmforge
