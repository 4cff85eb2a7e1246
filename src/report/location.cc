#include "report/location.h"

#include <fmt/format.h>

#include "base/text.h"

namespace asmforge {
namespace {

std::string short_file(const std::string& file) {
  return file.starts_with('/') ? file.substr(file.rfind('/') + 1) : file;
}

std::string frame_text(const SourceFrame& frame) {
  return fmt::format("{}:{}", printable(short_file(frame.file)), frame.line);
}

}  // namespace

std::string location_text(const SourceLocation& location) {
  if (location.frames.empty()) return "";
  std::string text = frame_text(location.frames.front());
  for (std::size_t i = 1; i < location.frames.size(); ++i)
    text += (i == 1 ? " (inlined at " : ", ") + frame_text(location.frames[i]);
  return location.frames.size() > 1 ? text + ")" : text;
}

}  // namespace asmforge
