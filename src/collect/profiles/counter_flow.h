// From counters on some edges and blocks of a function to a count of each instruction.
//
// Counters stand where a spanning tree of the function's graph does not go, and in the
// tree's leaves; the rest follows, since what comes into a block leaves it:
//
//          A   9 in                      counted: B -> B 90, and the leaf C 8
//          v                             A -> B = ?, B -> C = 8
//     .->  B   leaves 98 times           B = 90 + 8 = 98, A -> B = 98 - 90 = 8: one short,
//     '--- |   (90 back)                 for one time a call in B did not come back
//          v
//          C   8
//
// So what follows from "what comes in" is exact, and what follows from "what leaves" a
// block with a call is so only when its calls come back once each. The two are kept apart.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collect/profiles/counter_tables.h"
#include "core/function.h"
#include "core/profile.h"

namespace asmforge {

struct InstructionCounts {
  std::vector<ProfileEntry> entries;  // of instructions that ran, ascending
  std::uint64_t total = 0;            // sum of their counts
  // Of these executions: they are what they are if all calls came back once.
  std::uint64_t if_calls_return = 0;
  std::uint64_t bytes = 0;          // of code whose count is known, 0 or more
  std::uint64_t bytes_unknown = 0;  // of blocks that could not be placed or solved
};

// `code` is the function as it was, without its cold parts; landing pads are addresses.
// All is unknown when the tables cannot be of this code, or counters contradict each other
// where no call can be the reason.
InstructionCounts count_instructions(const CountedFunction& counted, const Function& code,
                                     std::span<const std::uint64_t> landing_pads,
                                     std::span<const std::uint64_t> counters);

}  // namespace asmforge
