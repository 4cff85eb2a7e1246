// Pragmas that ask a compiler to treat one loop in another way, and never assert anything
// that it could not prove:
//
//     _Pragma("clang loop unroll_count(4)") for (i = 0; i < n; i++) sum += a[i];
//
// As an operator within the line, so that the line numbers of the file stay what they were.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/patch.h"
#include "core/predicate.h"
#include "core/result.h"

namespace asmforge {

enum class PragmaDialect : std::uint8_t { kClang, kGcc };

// The loop as it is.
struct LoopFacts {
  std::int64_t instructions = 0;
  std::int64_t vector_width_bits = 0;
};

struct LoopPragma {
  std::string text;  // "clang loop unroll_count(4)"
  // What it changes in the loop: of `metric`, which is `before` now, to `after`.
  Metric metric = Metric::kInstructions;
  Relation relation = Relation::kEqual;
  std::int64_t before = 0;
  std::int64_t after = 0;
};

// Those that could change something for such a loop.
std::vector<LoopPragma> loop_pragmas(PragmaDialect dialect, const LoopFacts& facts);

// Compilers give no instruction the line of `do {`, but the branch back that of `} while (...)`.
// Of such a line: that of its `do`, found by counting braces. Otherwise, and when there is none,
// the line itself.
std::uint32_t line_of_loop(std::string_view text, std::uint32_t line);

// Places a pragma before the loop statement that begins `line` (from 1) of the text. kNotFound
// when no for, while or do begins there, or it stands in a macro or under another pragma.
Result<Patch> place_loop_pragma(const std::string& file, std::string_view text, std::uint32_t line,
                                std::string_view pragma);

}  // namespace asmforge
