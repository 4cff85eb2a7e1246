#include "transform/function_attribute.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace asmforge {
namespace {

struct Words {
  std::string_view name;                     // of the attribute in the source
  std::array<std::string_view, 2> replaced;  // words in whose place it stands; may be empty
  // What makes it stand by itself; empty: it only takes the place of those words.
  std::string_view front;
  std::string_view back;
};

Words words_in_c(FunctionAttribute attribute) {
  constexpr std::string_view kFront = "__attribute__((";
  constexpr std::string_view kBack = ")) ";
  switch (attribute) {
    case FunctionAttribute::kAlwaysInline: return {"always_inline", {"noinline"}, kFront, kBack};
    case FunctionAttribute::kFlatten: return {"flatten", {}, kFront, kBack};
    case FunctionAttribute::kHot: return {"hot", {"cold"}, "", ""};
    case FunctionAttribute::kColdNotInlined:
      return {"cold, noinline", {"always_inline"}, kFront, kBack};
    case FunctionAttribute::kWiderVectors:
      return {"target_clones(\"avx2\", \"default\")", {}, kFront, kBack};
  }
  return {};
}

std::optional<Words> words_in_rust(FunctionAttribute attribute) {
  switch (attribute) {
    case FunctionAttribute::kAlwaysInline:
      return Words{"inline(always)", {"inline(never)", "inline"}, "#[", "] "};
    case FunctionAttribute::kColdNotInlined:
      return Words{"cold] #[inline(never)", {"inline(always)", "inline"}, "#[", "] "};
    case FunctionAttribute::kFlatten:
    case FunctionAttribute::kHot:
    case FunctionAttribute::kWiderVectors: break;
  }
  return std::nullopt;
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

std::string_view to_string(FunctionAttribute attribute) { return words_in_c(attribute).name; }

Result<Patch> place_attribute(const std::string& file, std::string_view text,
                              const FunctionDefinition& function, FunctionAttribute attribute) {
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}:{}: {}: {}", file, function.line, function.name, why), ""};
  };
  const std::optional<Words> words =
      file.ends_with(".rs") ? words_in_rust(attribute) : words_in_c(attribute);
  if (!words) return none("Rust has no such attribute");
  if (function.is_template) return none("is a template");
  const std::string_view head = head_of(text, function);
  const std::string_view first_word = words->name.substr(0, words->name.find_first_of(",]"));
  if (find_word(head, first_word)) return none("has the attribute already");
  if (attribute == FunctionAttribute::kWiderVectors) {
    if (function.name == "main") return none("has one version only");
    // Versions are called through a pointer, so none of them is inlined.
    for (const std::string_view word : {"target_clones", "target", "always_inline"})
      if (find_word(head, word)) return none("says already how it is to be compiled");
  }
  for (const std::string_view opposite : words->replaced)
    if (const auto at = opposite.empty() ? std::nullopt : find_word(head, opposite))
      return Patch{file, function.head + *at, std::string(opposite), std::string(words->name)};
  if (words->front.empty()) return none("does not say otherwise");
  return Patch{file, function.offset, "",
               fmt::format("{}{}{}", words->front, words->name, words->back)};
}

}  // namespace asmforge
