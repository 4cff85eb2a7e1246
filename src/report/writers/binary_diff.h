// `asmforge diff`: what changed between two builds, one function a row.
#pragma once

#include <string>
#include <vector>

#include "core/binary_diff.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct BinaryDiffList {
  std::string before_path;
  std::string after_path;
  const BinaryDiff* diff = nullptr;
  bool exact = false;
  bool has_profile = false;
  std::size_t limit = 0;           // rows of each list; 0 for all
  std::vector<std::string> notes;  // on either file
};

void write_binary_diff(const BinaryDiffList& list, const Palette& palette, Output& out);
void write_binary_diff_json(const BinaryDiffList& list, Output& out);

}  // namespace asmforge
