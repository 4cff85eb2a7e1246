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
#include "transform/source_map.h"

namespace asmforge {

enum class PragmaDialect : std::uint8_t { kClang, kGcc };

// The loop as it is.
struct LoopFacts {
  std::int64_t instructions = 0;
  std::int64_t vector_width_bits = 0;
  // Another loop does what is left over: it was unrolled or made of vectors.
  bool has_remainder = false;
  // It is scalar, and done with vectors it would give the same result: nothing in it depends on
  // an order that vectors change.
  bool could_be_vectors = false;
  std::int64_t stores = 0;
};

struct LoopPragma {
  std::string text;      // "clang loop unroll_count(4)"
  bool predicts = true;  // false: what it changes cannot be said
  // What it changes in the loop: of `metric`, which is `before` now, to `after`.
  Metric metric = Metric::kInstructions;
  Relation relation = Relation::kEqual;
  std::int64_t before = 0;
  std::int64_t after = 0;
};

// Those that change something for such a loop, as far as can be told from the loop.
std::vector<LoopPragma> loop_pragmas(PragmaDialect dialect, const LoopFacts& facts);

// Places a pragma before the loop. kNotFound where neither a line nor a statement of a
// block begins with it, and under another pragma.
Result<Patch> place_loop_pragma(const std::string& file, std::string_view text,
                                const LoopStatement& loop, std::string_view pragma);

}  // namespace asmforge
