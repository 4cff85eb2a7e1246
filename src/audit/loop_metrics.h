// Counts in one loop or function: what predicates compare between two builds,
// and what checks find. One definition for both, so that a finding's predicate
// begins at the value that was found.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "audit/audited_function.h"
#include "core/predicate.h"

namespace asmforge {

// An integer division that the hardware does.
bool is_integer_divide(const Insn& insn);

// A branch of a loop's own block to where nothing comes back from.
struct PanicEdge {
  BlockIndex block = 0;  // ends in the branch
  BlockIndex to = 0;     // the panic's first block
  bool taken = false;    // the panic is where the branch jumps to
  PanicPaths::End end;
};
std::vector<PanicEdge> panic_edges(AuditedFunction& function, LoopIndex loop);

// Loads of the loop whose address is the same in every iteration, except those
// that cost nothing or cannot move: constants, the GOT, thread-local data, the
// function's own stack slots, and instructions that write the loaded value back.
std::vector<std::uint32_t> invariant_loads(AuditedFunction& function, LoopIndex loop);

// In the loop's own blocks (not those of loops inside it), or in the whole
// function for nullopt. kVectorWidthBits is a maximum, the others are sums.
std::int64_t measure(Metric metric, AuditedFunction& function, std::optional<LoopIndex> loop);

}  // namespace asmforge
