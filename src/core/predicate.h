// A statement about how the assembly of one loop or function changes, that can
// be found true, false or unknown on two builds:
//
//     panic_edges(sum, loop 2) : 1 -> 0
//
// Findings predict with it, plans rank by it, contracts store it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace asmforge {

// What is counted, in the selected loop's own blocks or in the whole function.
enum class Metric : std::uint8_t {
  kInstructions,
  kBytes,
  kLoads,
  kStores,
  kCalls,
  kConditionalBranches,
  kDivides,          // hardware integer divides
  kPanicEdges,       // branches to a block that only leads to a call that never returns
  kInvariantLoads,   // loads whose address does not change in the loop
  kVectorWidthBits,  // widest packed arithmetic; 0 for none
  kLoops,            // loops in the selection
};
std::string_view to_string(Metric metric);
std::optional<Metric> metric_from_string(std::string_view text);

enum class Relation : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};
std::string_view to_string(Relation relation);

// How to find the loop again in another build. All that is known is used;
// a selector that fits no loop, or several, makes the predicate unknown.
struct LoopSelector {
  bool whole_function = true;     // the rest is not used then
  std::uint32_t ordinal = 0;      // in the before build: index into Loops::loops
  std::string source_file;        // of the header's innermost frame; may be empty
  std::uint32_t source_line = 0;  // 0 unknown
  std::uint32_t depth = 0;        // 1 for an outermost loop; 0 unknown
};

struct Predicate {
  Metric metric = Metric::kInstructions;
  std::string function;
  LoopSelector loop;
  Relation relation = Relation::kEqual;  // of the value in the after build to `after`
  std::int64_t before = 0;               // value in the before build, to be found there
  std::int64_t after = 0;
};

enum class Truth : std::uint8_t { kFalse, kTrue, kUnknown };
std::string_view to_string(Truth truth);
std::optional<Truth> truth_from_string(std::string_view text);

struct PredicateResult {
  Truth truth = Truth::kUnknown;
  std::optional<std::int64_t> before;  // what was found in each build
  std::optional<std::int64_t> after;
  std::string reason;  // why unknown or false; one clause
  bool operator==(const PredicateResult&) const = default;
};

// One line: "panic_edges(sum, loop 2 at sum.rs:14): 1 -> 0".
std::string to_string(const Predicate& predicate);
// Reads that line, which tells nothing of the loop's depth. kUsage for what is none.
Result<Predicate> parse_predicate(std::string_view line);

}  // namespace asmforge
