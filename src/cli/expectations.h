// What a change was said to do to the assembly (`ab --expect`), judged on the two builds:
//
//     panic_edges(sum, loop 2 at sum.rs:14): 1 -> 0
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

// One answer a line. The function is named as for other commands, in the build before.
// An error for a line that cannot be read or does not describe the build before: of
// that, whoever wrote it was mistaken.
Result<std::vector<StatedPrediction>> judge_expectations(const std::vector<std::string>& lines,
                                                         const std::string& before,
                                                         const std::string& after);

}  // namespace asmforge
