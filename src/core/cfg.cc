#include "core/cfg.h"

#include <algorithm>

namespace asmforge {

void Cfg::clear() {
  blocks.clear();
  edges.clear();
  first_edge.clear();
  predecessor_blocks.clear();
  first_predecessor.clear();
  block_of_insn.clear();
  unresolved_jumps = 0;
  jump_tables = 0;
  jump_tables_by_content = 0;
  targets_outside_code = 0;
}

std::string_view to_string(LoopRole role) {
  switch (role) {
    case LoopRole::kUnknown: return "unknown";
    case LoopRole::kOnly: return "only";
    case LoopRole::kMain: return "main";
    case LoopRole::kPeel: return "peel";
    case LoopRole::kRemainder: return "remainder";
    case LoopRole::kCold: return "cold";
  }
  return "unknown";
}

std::uint32_t Loops::deepest() const {
  std::uint32_t depth = 0;
  for (const Loop& loop : loops) depth = std::max(depth, loop.depth);
  return depth;
}

bool Loops::contains(LoopIndex l, BlockIndex b) const {
  for (LoopIndex i = loop_of_block[b]; i != kNoIndex; i = loops[i].parent)
    if (i == l) return true;
  return false;
}

void Loops::clear() {
  loops.clear();
  loop_of_block.clear();
  irreducible_edges = 0;
  too_deep = 0;
}

}  // namespace asmforge
