#include "transform/function_attribute.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace asmforge {
namespace {

struct Words {
  std::string_view name;       // of the attribute in the source
  std::string_view opposite;   // a word that says the contrary; empty: none does
  bool only_in_place = false;  // of that word
};

constexpr Words words_of(FunctionAttribute attribute) {
  switch (attribute) {
    case FunctionAttribute::kAlwaysInline: return {"always_inline", "noinline", false};
    case FunctionAttribute::kFlatten: return {"flatten", "", false};
    case FunctionAttribute::kHot: return {"hot", "cold", true};
    case FunctionAttribute::kColdNotInlined: return {"cold, noinline", "always_inline", false};
  }
  return {};
}

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where `name` or `__name__` stands as a word of its own, from its first letter that counts.
std::optional<std::size_t> find_word(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    std::string_view before = text.substr(0, at);
    std::string_view after = text.substr(end);
    if (before.ends_with("__") && after.starts_with("__")) {
      before.remove_suffix(2);
      after.remove_prefix(2);
    }
    if ((before.empty() || !in_word(before.back())) && (after.empty() || !in_word(after.front())))
      return at;
  }
  return std::nullopt;
}

// Attributes and type: what stands before the name, for a definition has none behind it.
std::string_view head_of(std::string_view text, const FunctionDefinition& function) {
  std::string_view head = text.substr(std::min<std::size_t>(function.head, text.size()));
  head = head.substr(0, head.find('{'));
  const std::size_t name = head.rfind(function.name + "(");
  return head.substr(0, name);  // without such a name, to the body
}

}  // namespace

std::string_view to_string(FunctionAttribute attribute) { return words_of(attribute).name; }

Result<Patch> place_attribute(const std::string& file, std::string_view text,
                              const FunctionDefinition& function, FunctionAttribute attribute) {
  const Words words = words_of(attribute);
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}:{}: {}: {}", file, function.line, function.name, why), ""};
  };
  if (function.is_template) return none("is a template");
  const std::string_view head = head_of(text, function);
  const std::string_view first_word = words.name.substr(0, words.name.find(','));
  if (find_word(head, first_word)) return none("has the attribute already");
  if (!words.opposite.empty())
    if (const std::optional<std::size_t> at = find_word(head, words.opposite))
      return Patch{file, function.head + *at, std::string(words.opposite), std::string(words.name)};
  if (words.only_in_place) return none("does not say otherwise");
  return Patch{file, function.offset, "", fmt::format("__attribute__(({})) ", words.name)};
}

}  // namespace asmforge
