#include "transform/branch_expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace asmforge {
namespace {

// A compiler asks for a probability; 1 would say that the other way is never gone.
constexpr double kSurest = 0.999;

bool is_balanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return false;
  }
  return depth == 0;
}

bool stands_between_parentheses(std::string_view text, std::size_t begin, std::size_t end) {
  while (begin > 0 && std::isspace(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
  while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) != 0) ++end;
  return begin > 0 && text[begin - 1] == '(' && end < text.size() && text[end] == ')';
}

std::string lowered(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

}  // namespace

Result<Patch> expect_branch(const std::string& file, std::string_view text,
                            const BranchStatement& branch, double holds) {
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound, fmt::format("{}:{}: {}", file, branch.line, why), ""};
  };
  if (branch.condition >= branch.condition_end || branch.condition_end > text.size())
    return none("the condition is not in the text");
  const std::string_view condition =
      text.substr(branch.condition, branch.condition_end - branch.condition);
  if (!is_balanced(condition) ||
      !stands_between_parentheses(text, branch.condition, branch.condition_end))
    return none("the condition does not stand plainly between parentheses");
  const std::string low = lowered(condition);
  if (low.find("likely") != std::string::npos || low.find("expect") != std::string::npos)
    return none("the condition says so already");
  const bool mostly = holds >= 0.5;
  const double surely = std::min(mostly ? holds : 1 - holds, kSurest);
  return Patch{file, branch.condition, std::string(condition),
               fmt::format("__builtin_expect_with_probability(!!({}), {}, {:.3f})", condition,
                           mostly ? 1 : 0, surely)};
}

}  // namespace asmforge
