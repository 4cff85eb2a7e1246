// The text of source lines that debug info names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/source_location.h"

namespace asmforge {

// Keeps each file that was read. Debug info may name anything: only regular files
// of a source's size are read.
class SourceText {
 public:
  // Without indentation; nullopt when the file or the line is not there.
  std::optional<std::string> line(const SourceFrame& frame);

 private:
  const std::vector<std::string>& lines_of(const SourceFrame& frame);
  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace asmforge
