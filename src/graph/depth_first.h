// Depth-first numbering of the blocks that the entry reaches, without recursion.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/cfg.h"

namespace asmforge {

struct DepthFirst {
  std::vector<BlockIndex> preorder;
  std::vector<std::uint32_t> number;  // per block: position in preorder; kNoIndex not reached
  std::vector<std::uint32_t> parent;  // per number: the number it was reached from
  // Edges to a block that was being visited: retreating edges.
  std::vector<Edge> retreating;

  void run(const Cfg& cfg) {
    preorder.clear();
    parent.clear();
    retreating.clear();
    const std::size_t count = cfg.blocks.size();
    number.assign(count, kNoIndex);
    open_.assign(count, 0);
    if (count == 0) return;
    stack_.clear();
    enter(cfg, 0, 0);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      if (top.next == cfg.first_edge[top.block + 1]) {
        open_[top.block] = 0;
        stack_.pop_back();
        continue;
      }
      const Edge& edge = cfg.edges[top.next++];
      if (number[edge.to] == kNoIndex)
        enter(cfg, edge.to, number[edge.from]);
      else if (open_[edge.to])
        retreating.push_back(edge);
    }
  }

 private:
  struct Frame {
    BlockIndex block;
    std::uint32_t next;
  };
  void enter(const Cfg& cfg, BlockIndex b, std::uint32_t from) {
    number[b] = static_cast<std::uint32_t>(preorder.size());
    preorder.push_back(b);
    parent.push_back(from);
    open_[b] = 1;
    stack_.push_back({b, cfg.first_edge[b]});
  }
  std::vector<Frame> stack_;
  std::vector<std::uint8_t> open_;
};

}  // namespace asmforge
