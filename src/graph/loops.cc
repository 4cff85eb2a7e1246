#include "graph/loops.h"

#include <algorithm>

#include "graph/depth_first.h"

namespace asmforge {
namespace {

struct Scratch {
  DepthFirst order;
  DominatorTree dominators;
  std::vector<Edge> back_edges;
  // Loops by discovery, inner before outer.
  std::vector<BlockIndex> header;
  std::vector<LoopIndex> parent;
  std::vector<LoopIndex> outermost;  // union-find: towards the outermost known loop
  std::vector<LoopIndex> loop_of_block;
  std::vector<std::uint32_t> first_latch;
  std::vector<BlockIndex> work;
  std::vector<LoopIndex> renumbered;
  std::vector<LoopIndex> sorted;
};

LoopIndex find_outermost(std::vector<LoopIndex>& up, LoopIndex l) {
  LoopIndex root = l;
  while (up[root] != root) root = up[root];
  while (up[l] != root) {
    const LoopIndex next = up[l];
    up[l] = root;
    l = next;
  }
  return root;
}

// Walks backwards from the latches to the header; loops met on the way are
// inside this one, and the walk goes on at their header.
void discover(const Cfg& cfg, Scratch& s, LoopIndex l, std::size_t first, std::size_t last) {
  const BlockIndex header = s.header[l];
  s.work.clear();
  for (std::size_t e = first; e < last; ++e) s.work.push_back(s.back_edges[e].from);
  while (!s.work.empty()) {
    const BlockIndex b = s.work.back();
    s.work.pop_back();
    if (s.order.number[b] == kNoIndex) continue;  // unreachable predecessor
    BlockIndex continue_at = b;
    if (s.loop_of_block[b] == kNoIndex) {
      s.loop_of_block[b] = l;
      if (b == header) continue;
    } else {
      const LoopIndex inner = find_outermost(s.outermost, s.loop_of_block[b]);
      if (inner == l) continue;
      s.parent[inner] = l;
      s.outermost[inner] = l;
      continue_at = s.header[inner];
      if (continue_at == header) continue;
    }
    for (const BlockIndex predecessor : cfg.predecessors(continue_at))
      s.work.push_back(predecessor);
  }
  if (s.loop_of_block[header] == kNoIndex) s.loop_of_block[header] = l;
}

// Gives the loops their final order (parents first, siblings by header) and
// leaves out what nests too deep: such blocks belong to the deepest loop kept.
void emit(Scratch& s, Loops& out) {
  const auto count = static_cast<std::uint32_t>(s.header.size());
  s.renumbered.assign(count, kNoIndex);
  s.sorted.resize(count);
  std::vector<std::uint32_t> depth(count, 0);
  // Discovery goes from inner to outer, so the parents of higher number are done first.
  for (std::uint32_t l = count; l-- > 0;)
    depth[l] = s.parent[l] == kNoIndex ? 1 : depth[s.parent[l]] + 1;

  std::vector<std::uint32_t> first_child(count + 2, 0);  // slot 0: outermost loops
  const auto slot_of = [&](LoopIndex l) { return s.parent[l] == kNoIndex ? 0 : s.parent[l] + 1; };
  for (LoopIndex l = 0; l < count; ++l) ++first_child[slot_of(l) + 1];
  for (std::uint32_t i = 0; i <= count; ++i) first_child[i + 1] += first_child[i];
  std::vector<std::uint32_t> next(first_child.begin(), first_child.end() - 1);
  std::vector<LoopIndex> by_header(count);
  for (LoopIndex l = 0; l < count; ++l) by_header[l] = l;
  std::sort(by_header.begin(), by_header.end(),
            [&](LoopIndex a, LoopIndex b) { return s.header[a] < s.header[b]; });
  for (const LoopIndex l : by_header) s.sorted[next[slot_of(l)]++] = l;

  std::vector<LoopIndex> stack;
  for (std::uint32_t i = first_child[1]; i-- > first_child[0];) stack.push_back(s.sorted[i]);
  while (!stack.empty()) {
    const LoopIndex l = stack.back();
    stack.pop_back();
    if (depth[l] > kDeepestLoop) {
      ++out.too_deep;
    } else {
      s.renumbered[l] = static_cast<LoopIndex>(out.loops.size());
      Loop& loop = out.loops.emplace_back();
      loop.header = s.header[l];
      loop.depth = depth[l];
      if (s.parent[l] != kNoIndex) {
        loop.parent = s.renumbered[s.parent[l]];
        out.loops[loop.parent].innermost = false;
      }
    }
    for (std::uint32_t i = first_child[l + 2]; i-- > first_child[l + 1];)
      stack.push_back(s.sorted[i]);
  }
  // A loop that was left out stands for the one around it. Parents have higher
  // numbers, so this settles in one descending pass.
  for (std::uint32_t l = count; l-- > 0;)
    if (s.renumbered[l] == kNoIndex) s.renumbered[l] = s.renumbered[s.parent[l]];
}

Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

}  // namespace

void find_loops(const Cfg& cfg, Loops& out) {
  out.clear();
  const auto count = static_cast<std::uint32_t>(cfg.blocks.size());
  out.loop_of_block.assign(count, kNoIndex);
  Scratch& s = scratch();
  s.order.run(cfg);
  if (s.order.retreating.empty()) return;

  s.dominators.build(cfg);
  s.back_edges.clear();
  for (const Edge& edge : s.order.retreating) {
    if (s.dominators.dominates(edge.to, edge.from))
      s.back_edges.push_back(edge);
    else
      ++out.irreducible_edges;
  }
  // Headers in reverse preorder of the depth-first search: a loop's header is
  // numbered before the headers of the loops inside it.
  std::sort(s.back_edges.begin(), s.back_edges.end(), [&](const Edge& a, const Edge& b) {
    const std::uint32_t number_a = s.order.number[a.to];
    const std::uint32_t number_b = s.order.number[b.to];
    return number_a != number_b ? number_a > number_b : a.from < b.from;
  });
  s.header.clear();
  s.first_latch.clear();
  for (std::uint32_t e = 0; e < s.back_edges.size(); ++e) {
    if (e != 0 && s.back_edges[e].to == s.back_edges[e - 1].to) continue;
    s.header.push_back(s.back_edges[e].to);
    s.first_latch.push_back(e);
  }
  const auto loops = static_cast<std::uint32_t>(s.header.size());
  s.first_latch.push_back(static_cast<std::uint32_t>(s.back_edges.size()));
  s.parent.assign(loops, kNoIndex);
  s.outermost.resize(loops);
  for (LoopIndex l = 0; l < loops; ++l) s.outermost[l] = l;
  s.loop_of_block.assign(count, kNoIndex);
  for (LoopIndex l = 0; l < loops; ++l) discover(cfg, s, l, s.first_latch[l], s.first_latch[l + 1]);

  emit(s, out);
  for (BlockIndex b = 0; b < count; ++b) {
    if (s.loop_of_block[b] == kNoIndex) continue;
    out.loop_of_block[b] = s.renumbered[s.loop_of_block[b]];
    for (LoopIndex l = out.loop_of_block[b]; l != kNoIndex; l = out.loops[l].parent)
      out.loops[l].blocks.push_back(b);
  }
  for (LoopIndex l = 0; l < loops; ++l) {
    Loop& loop = out.loops[s.renumbered[l]];
    if (loop.header != s.header[l]) continue;  // left out
    for (std::uint32_t e = s.first_latch[l]; e < s.first_latch[l + 1]; ++e)
      if (loop.latches.empty() || loop.latches.back() != s.back_edges[e].from)
        loop.latches.push_back(s.back_edges[e].from);
  }
}

}  // namespace asmforge
