#include "transform/loop_pragma.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 3> kLoops = {"for", "while", "do"};

bool continues_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool begins_loop(std::string_view code) {
  for (const std::string_view word : kLoops)
    if (code.starts_with(word) &&
        (code.size() == word.size() || !continues_word(code[word.size()])))
      return true;
  return false;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

struct LineAt {
  std::size_t begin = 0;
  std::string_view text;  // without its newline
};

std::optional<LineAt> line_at(std::string_view text, std::uint32_t number) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < number; ++i) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return std::nullopt;
    begin = end + 1;
  }
  const std::size_t end = text.find('\n', begin);
  return LineAt{begin, text.substr(begin, end == std::string_view::npos ? end : end - begin)};
}

// Where the brace opens that closes at `close`; npos when none does. A brace in a string or a
// comment misleads it, and then no `do` stands before what it finds.
std::size_t opening_brace(std::string_view text, std::size_t close) {
  std::size_t depth = 0;
  for (std::size_t at = close; at-- > 0;) {
    if (text[at] == '}') ++depth;
    if (text[at] != '{') continue;
    if (depth == 0) return at;
    --depth;
  }
  return std::string_view::npos;
}

// Where the `do` begins after which the text ends, but for blanks; npos when it ends otherwise.
std::size_t do_at_end_of(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos || last == 0) return std::string_view::npos;
  const std::size_t begin = last - 1;
  if (text.substr(begin, 2) != "do") return std::string_view::npos;
  return begin > 0 && continues_word(text[begin - 1]) ? std::string_view::npos : begin;
}

}  // namespace

std::uint32_t line_of_loop(std::string_view text, std::uint32_t line) {
  const std::optional<LineAt> at = line == 0 ? std::nullopt : line_at(text, line);
  if (!at) return line;
  const std::string_view code = without_blanks(at->text);
  if (!code.starts_with('}') || !begins_loop(without_blanks(code.substr(1)))) return line;
  const std::size_t open = opening_brace(text, at->begin + at->text.find('}'));
  if (open == std::string_view::npos) return line;
  const std::size_t begin = do_at_end_of(text.substr(0, open));
  if (begin == std::string_view::npos) return line;
  return static_cast<std::uint32_t>(1 + std::ranges::count(text.substr(0, begin), '\n'));
}

std::vector<LoopPragma> loop_pragmas(PragmaDialect dialect, const LoopFacts& facts) {
  const std::int64_t size = facts.instructions;
  const auto more = [&](std::string text) {
    return LoopPragma{std::move(text), Metric::kInstructions, Relation::kGreater, size, size};
  };
  const auto fewer = [&](std::string text) {
    return LoopPragma{std::move(text), Metric::kInstructions, Relation::kLess, size, size};
  };
  if (dialect == PragmaDialect::kGcc) return {more("GCC unroll 4"), fewer("GCC unroll 1")};
  std::vector<LoopPragma> pragmas = {more("clang loop unroll_count(4)"),
                                     fewer("clang loop unroll(disable)")};
  if (facts.vector_width_bits > 0) {
    pragmas.push_back(more("clang loop interleave_count(4)"));
    pragmas.push_back({"clang loop vectorize(disable)", Metric::kVectorWidthBits, Relation::kEqual,
                       facts.vector_width_bits, 0});
  }
  return pragmas;
}

Result<Patch> place_loop_pragma(const std::string& file, std::string_view text, std::uint32_t line,
                                std::string_view pragma) {
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound, fmt::format("{}:{}: {}", file, line, why), ""};
  };
  const std::optional<LineAt> at = line == 0 ? std::nullopt : line_at(text, line);
  if (!at) return none("there is no such line");
  const std::size_t indent = at->text.find_first_not_of(" \t");
  if (indent == std::string_view::npos || !begins_loop(at->text.substr(indent)))
    return none("no loop begins with the line");
  if (without_blanks(at->text).ends_with('\\')) return none("the loop stands in a macro");
  if (line > 1) {
    const std::optional<LineAt> above = line_at(text, line - 1);
    const std::string_view code = above ? without_blanks(above->text) : std::string_view();
    if (code.ends_with('\\')) return none("the loop stands in a macro");
    if (code.starts_with("#pragma") || code.find("_Pragma") != std::string_view::npos)
      return none("a pragma is there already");
  }
  return Patch{file, at->begin + indent, "", fmt::format("_Pragma(\"{}\") ", pragma)};
}

}  // namespace asmforge
