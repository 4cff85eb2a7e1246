#include "transform/loop_pragma.h"

#include <fmt/format.h>

#include <cctype>

namespace asmforge {
namespace {

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.remove_suffix(1);
  return text;
}

std::string_view last_line_of(std::string_view text) {
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace

std::vector<LoopPragma> loop_pragmas(PragmaDialect dialect, const LoopFacts& facts) {
  const std::int64_t size = facts.instructions;
  const auto asked = [&](std::string text, Relation relation, bool predicts = true) {
    return LoopPragma{std::move(text), predicts, Metric::kInstructions, relation, size, size};
  };
  const bool gcc = dialect == PragmaDialect::kGcc;
  std::vector<LoopPragma> pragmas;
  // gcc's pragmas for vectors all assert that iterations are independent.
  if (!gcc && facts.could_be_vectors) {
    pragmas.push_back(
        {"clang loop vectorize(enable)", true, Metric::kVectorWidthBits, Relation::kGreater, 0, 0});
    // One of the parts may be done with vectors then.
    if (facts.stores > 1)
      pragmas.push_back(asked("clang loop distribute(enable)", Relation::kLess, false));
  }
  // What was unrolled is not unrolled again by four, and what was not cannot be taken back.
  if (!facts.has_remainder) {
    pragmas.push_back(
        asked(gcc ? "GCC unroll 4" : "clang loop unroll_count(4)", Relation::kGreater));
    return pragmas;
  }
  if (gcc) return {asked("GCC unroll 1", Relation::kLess)};
  if (facts.vector_width_bits == 0) {
    pragmas.push_back(asked("clang loop unroll(disable)", Relation::kLess));
  } else {
    // It may have so many accumulators already.
    pragmas.push_back(asked("clang loop interleave_count(4)", Relation::kGreater, false));
    pragmas.push_back({"clang loop vectorize(disable)", true, Metric::kVectorWidthBits,
                       Relation::kEqual, facts.vector_width_bits, 0});
  }
  return pragmas;
}

Result<Patch> place_loop_pragma(const std::string& file, std::string_view text,
                                const LoopStatement& loop, std::string_view pragma) {
  const auto none = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound, fmt::format("{}:{}: {}", file, loop.line, why), ""};
  };
  if (loop.offset > text.size()) return none("there is no such loop");
  const std::string_view before = without_blanks_behind(text.substr(0, loop.offset));
  const std::string_view line_before = last_line_of(before);
  if (line_before.find("#pragma") != std::string_view::npos ||
      line_before.find("_Pragma") != std::string_view::npos)
    return none("a pragma is there already");
  const std::string_view indent = last_line_of(text.substr(0, loop.offset));
  const bool begins_line = indent.find_first_not_of(" \t") == std::string_view::npos;
  // Within a line a pragma could become the statement of an `if` or a label.
  if (!begins_line && !before.ends_with(';') && !before.ends_with('{') && !before.ends_with('}'))
    return none("neither a line nor a statement of a block begins there");
  return Patch{file, loop.offset, "", fmt::format("_Pragma(\"{}\") ", pragma)};
}

}  // namespace asmforge
