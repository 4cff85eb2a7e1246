#include "report/json_source.h"

namespace asmforge {
namespace {

Json frame_json(const SourceFrame& frame) {
  return {{"function", frame.function},
          {"file", frame.file},
          {"directory", frame.directory},
          {"line", frame.line},
          {"column", frame.column}};
}

}  // namespace

Json source_json(const SourceLocation& location) {
  if (location.frames.empty()) return {};
  Json object = frame_json(location.frames.front());
  Json& inlined = object["inlined_at"] = Json::array();
  for (std::size_t i = 1; i < location.frames.size(); ++i)
    inlined.push_back(frame_json(location.frames[i]));
  return object;
}

}  // namespace asmforge
