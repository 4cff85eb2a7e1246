// The control-flow graph of one function, and its natural loops.
//
// Blocks are in the order of Function::insns. A block is the instructions
// [first, last], both included. Calls do not end a block unless they never return.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/function.h"

namespace asmforge {

using BlockIndex = std::uint32_t;
using LoopIndex = std::uint32_t;

enum class EdgeKind : std::uint8_t {
  kFallThrough,  // to the next instruction in address order
  kBranch,       // a direct jump, taken
  kTable,        // through a jump table or computed goto
  kUnwind,       // from a call to its landing pad
};

struct Edge {
  BlockIndex from = 0;
  BlockIndex to = 0;
  EdgeKind kind = EdgeKind::kFallThrough;
  friend bool operator==(const Edge&, const Edge&) = default;
};

// How control leaves a block besides its edges.
enum class BlockExit : std::uint8_t {
  kNone,  // through its edges alone
  kReturn,
  kTailCall,    // jumps to another function; conditionally when there is an edge too
  kNoReturn,    // ends in a call or tail call that never returns, or a trap
  kUnresolved,  // an indirect jump whose targets are not known
  kFallsOff,    // runs past the end of the function's bytes
};

struct Block {
  std::uint32_t first = 0;  // index into Function::insns
  std::uint32_t last = 0;
  BlockExit exit = BlockExit::kNone;
  bool reachable = false;  // from the entry, a table or a landing pad
  bool landing_pad = false;
  bool cold = false;     // in a cold part, or all ways from it end in kNoReturn
  bool padding = false;  // unreachable and only nops, int3 or zeros
};

struct Cfg {
  std::vector<Block> blocks;                     // block 0 holds the entry
  std::vector<Edge> edges;                       // sorted by from
  std::vector<std::uint32_t> first_edge;         // blocks.size() + 1 entries
  std::vector<BlockIndex> predecessor_blocks;    // grouped by block
  std::vector<std::uint32_t> first_predecessor;  // blocks.size() + 1 entries
  std::vector<BlockIndex> block_of_insn;         // one per instruction
  // What could not be resolved, to be printed.
  std::uint32_t unresolved_jumps = 0;  // indirect jumps without known targets
  std::uint32_t jump_tables = 0;
  // Of these: no bounds check was found, the table ends at its first entry that
  // is no instruction of the function, or where the next table begins.
  std::uint32_t jump_tables_by_content = 0;
  // Direct jumps into the middle of an instruction, or to bytes that are no code.
  std::uint32_t targets_outside_code = 0;

  [[nodiscard]] std::span<const Edge> successors(BlockIndex b) const {
    return std::span(edges).subspan(first_edge[b], first_edge[b + 1] - first_edge[b]);
  }
  [[nodiscard]] std::span<const BlockIndex> predecessors(BlockIndex b) const {
    return std::span(predecessor_blocks)
        .subspan(first_predecessor[b], first_predecessor[b + 1] - first_predecessor[b]);
  }
  void clear();
};

// What part of the source loop's work a machine loop does.
enum class LoopRole : std::uint8_t {
  kUnknown,
  kOnly,       // the source loop has this one machine loop
  kMain,       // the vector or unrolled body that does most of the iterations
  kPeel,       // runs before the main loop, to align or to shorten
  kRemainder,  // runs after the main loop, for what is left; scalar fallback too
  kCold,       // in a cold part, or on a way that only ends without return
};
std::string_view to_string(LoopRole role);

struct Loop {
  BlockIndex header = 0;
  LoopIndex parent = kNoIndex;
  std::uint32_t depth = 1;  // 1 for an outermost loop
  bool innermost = true;
  LoopRole role = LoopRole::kUnknown;
  std::vector<BlockIndex> blocks;   // ascending; inner loops' blocks included
  std::vector<BlockIndex> latches;  // sources of the back edges
};

// Loops nested deeper are left out and counted, so that the block lists stay
// linear in the function's size. Compilers' output stays below 20.
inline constexpr std::uint32_t kDeepestLoop = 64;

struct Loops {
  std::vector<Loop> loops;               // outer loops before the loops inside them
  std::vector<LoopIndex> loop_of_block;  // the innermost loop of each block, kNoIndex for none
  // Retreating edges whose target does not dominate the source: loops with
  // several entries, which are not in `loops`.
  std::uint32_t irreducible_edges = 0;
  std::uint32_t too_deep = 0;  // loops left out because they nest deeper than kDeepestLoop

  [[nodiscard]] std::uint32_t deepest() const;
  // True when block b belongs to loop l or to a loop inside it.
  [[nodiscard]] bool contains(LoopIndex l, BlockIndex b) const;
  void clear();
};

}  // namespace asmforge
