#include "transform/rust_functions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <string>

namespace asmforge {
namespace {

struct Line {
  std::size_t offset = 0;  // of its first word
  std::string_view text;   // from there to its end
};

// What may stand before `fn`; `pub` may have a scope in parentheses, `extern` a name.
constexpr std::array<std::string_view, 6> kQualifiers = {"pub",    "const",  "async",
                                                         "unsafe", "extern", "default"};

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

std::string_view take_word(std::string_view& text) {
  const auto* end = std::ranges::find_if_not(text, in_word);
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

// "(crate)" or "\"C\"".
void skip_detail(std::string_view& text) {
  skip_blanks(text);
  if (text.empty() || (text.front() != '(' && text.front() != '"')) return;
  const std::size_t end = text.find(text.front() == '(' ? ')' : '"', 1);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
}

// The name of the function that the line begins; none when it begins something else.
std::optional<std::string> function_named(std::string_view line) {
  while (true) {
    skip_blanks(line);
    const std::string_view word = take_word(line);
    if (word == "fn") {
      skip_blanks(line);
      const std::string_view name = take_word(line);
      if (name.empty()) return std::nullopt;
      return std::string(name);
    }
    if (std::ranges::find(kQualifiers, word) == kQualifiers.end()) return std::nullopt;
    skip_detail(line);
  }
}

}  // namespace

SourceMap map_rust_functions(std::string_view text) {
  SourceMap map;
  std::uint32_t number = 0;
  std::optional<std::size_t> attributes;  // where those of the next line begin
  for (std::size_t at = 0; at < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Line line{at, text.substr(at, end - at)};
    skip_blanks(line.text);
    line.offset = end - line.text.size();
    at = end + 1;
    if (line.text.starts_with("#[")) {
      if (!attributes) attributes = line.offset;
      continue;
    }
    if (std::optional<std::string> name = function_named(line.text)) {
      if (!map.functions.empty()) map.functions.back().last_line = number - 1;
      FunctionDefinition& function = map.functions.emplace_back();
      function.name = std::move(*name);
      function.line = number;
      function.last_line = std::numeric_limits<std::uint32_t>::max();
      function.offset = line.offset;
      function.head = attributes.value_or(line.offset);
    }
    attributes.reset();
  }
  return map;
}

}  // namespace asmforge
