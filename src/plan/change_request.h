// What steps of asmforge's own are drawn from: a program's sources as it was built from them,
// and what is not wanted.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/source_location.h"
#include "transform/loop_pragma.h"

namespace asmforge {

struct ChangeRequest {
  std::string tree;           // the top of the sources that the program was built from
  std::string project;        // the project's folder in it
  std::string build_command;  // of the project
  PragmaDialect dialect = PragmaDialect::kClang;
  std::size_t most_loops = 3;
  std::size_t most_functions = 3;
  std::size_t most_branches = 3;
  // Transforms, and files from the top, that are not to be touched.
  std::vector<std::string> forbidden;
  bool allow_assumptions = false;  // steps that assert what the compiler cannot prove, too
  // Whether a place in the program is one of those to be changed. May be empty: all are.
  std::function<bool(const Finding& place, const std::vector<SourceLocation>& sources)> chosen;

  [[nodiscard]] bool forbids(std::string_view what) const {
    return std::ranges::find(forbidden, what) != forbidden.end();
  }
};

}  // namespace asmforge
