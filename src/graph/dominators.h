// Which block every way from the entry to another block must pass.
#pragma once

#include <vector>

#include "core/cfg.h"

namespace asmforge {

// Immediate dominator per block; the entry's is itself; kNoIndex for blocks
// that the entry does not reach. Lengauer and Tarjan, "A Fast Algorithm for
// Finding Dominators in a Flowgraph", 1979, with path compression: O(m log n)
// on hostile graphs too, where iterating to a fixed point is quadratic.
std::vector<BlockIndex> immediate_dominators(const Cfg& cfg);
void immediate_dominators(const Cfg& cfg, std::vector<BlockIndex>& out);

// Answers "does a dominate b" in constant time after linear preparation.
class DominatorTree {
 public:
  void build(const Cfg& cfg);
  // Every way from the entry to `b` passes `a`; a block dominates itself. False
  // for blocks that the entry does not reach.
  [[nodiscard]] bool dominates(BlockIndex a, BlockIndex b) const {
    return enter_[a] <= enter_[b] && leave_[b] <= leave_[a] && enter_[a] != 0 && enter_[b] != 0;
  }
  [[nodiscard]] BlockIndex immediate(BlockIndex b) const { return idom_[b]; }
  // Reached blocks, each before the blocks it dominates.
  [[nodiscard]] const std::vector<BlockIndex>& preorder() const { return preorder_; }

 private:
  std::vector<BlockIndex> idom_;
  std::vector<std::uint32_t> enter_;  // 1-based; 0 for blocks not reached
  std::vector<std::uint32_t> leave_;
  std::vector<BlockIndex> preorder_;
  std::vector<std::uint32_t> first_child_;
  std::vector<BlockIndex> children_;
};

}  // namespace asmforge
