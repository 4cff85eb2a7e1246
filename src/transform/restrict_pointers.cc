#include "transform/restrict_pointers.h"

#include <fmt/format.h>

#include <vector>

namespace asmforge {

Result<Patch> place_restrict(const std::string& file, std::string_view text,
                             const FunctionDefinition& function) {
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}:{}: {}: {}", file, function.line, function.name, why), ""};
  };
  std::vector<std::uint64_t> places;
  std::size_t pointers = 0;
  for (const Parameter& parameter : function.parameters) {
    pointers += parameter.kind == ParameterKind::kRestrict ? 1 : 0;
    if (parameter.kind != ParameterKind::kPointer) continue;
    ++pointers;
    if (parameter.name_at == 0 || parameter.name_at > text.size())
      return none("a pointer has no name");
    if (!places.empty() && parameter.name_at <= places.back()) return none("a macro wrote it");
    places.push_back(parameter.name_at);
  }
  if (pointers < 2) return none("fewer than two pointers");
  if (places.empty()) return none("all of its pointers say so already");
  // One edit from the first name to the last.
  Patch patch{file, places.front(), "", ""};
  patch.old_bytes = text.substr(places.front(), places.back() - places.front());
  for (std::size_t i = 0; i < places.size(); ++i) {
    patch.new_bytes += "__restrict ";
    if (i + 1 < places.size()) patch.new_bytes += text.substr(places[i], places[i + 1] - places[i]);
  }
  return patch;
}

}  // namespace asmforge
