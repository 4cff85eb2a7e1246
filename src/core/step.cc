#include "core/step.h"

#include <charconv>

namespace asmforge {

bool asserts_something(std::string_view transform) {
  return transform == kRestrictTransform || transform == kIvdepTransform ||
         transform == kFastMathTransform;
}

std::string to_string(const Assumption& assumption) {
  std::string text = std::to_string(assumption.line) + ' ';
  if (!assumption.flag.empty()) text += assumption.flag + ' ';
  return text + assumption.file;
}

std::optional<Assumption> assumption_from_string(std::string_view text) {
  Assumption assumption;
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, assumption.line);
  if (failed != std::errc() || rest == end || *rest != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  // No file that is compiled has a name like a flag's.
  if (text.starts_with('-')) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    assumption.flag = text.substr(0, blank);
    text.remove_prefix(blank + 1);
  }
  if (text.empty()) return std::nullopt;
  assumption.file = text;
  return assumption;
}

}  // namespace asmforge
