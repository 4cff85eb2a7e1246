// A unified diff as a fix of SARIF (section 3.55), which editors offer to make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/sarif.h"

namespace asmforge {

// Lines `first` to `last` of a file become `text`, which has no newline at its end.
struct LineReplacement {
  std::string file;  // from the repository's top
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::string text;
};

// Nothing for what is more than lines that are replaced: files that are made, removed, renamed
// or binary, and hunks that leave no line, or had none.
std::optional<std::vector<LineReplacement>> line_replacements(std::string_view patch);

Json sarif_fix(std::string_view words, const std::vector<LineReplacement>& replacements,
               SarifArtifacts& artifacts);

}  // namespace asmforge
