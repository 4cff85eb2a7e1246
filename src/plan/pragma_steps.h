// Steps that a compiler can be asked for at the hottest loops, one pragma each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/step.h"
#include "plan/hot_loops.h"
#include "transform/loop_pragma.h"

namespace asmforge {

struct PragmaStepsRequest {
  std::string tree;  // the top of the sources that the program was built from
  PragmaDialect dialect = PragmaDialect::kClang;
  std::size_t most_loops = 3;
  std::vector<std::string> forbidden_files;  // from the top
};

// In the order of the loops. Loops whose source is not in the tree, or whose statement does not
// begin a line, have none.
std::vector<Step> pragma_steps(std::span<const HotLoop> loops, const PragmaStepsRequest& request);

// Of the compiler that left its name in a program; gcc's start files are in every one.
Result<PragmaDialect> dialect_of(const std::string& program);

}  // namespace asmforge
