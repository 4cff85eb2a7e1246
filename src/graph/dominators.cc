#include "graph/dominators.h"

#include "graph/depth_first.h"

namespace asmforge {
namespace {

// Everything below is in depth-first numbers, not in block indices.
struct Scratch {
  DepthFirst order;
  std::vector<std::uint32_t> semi;      // semidominator
  std::vector<std::uint32_t> ancestor;  // in the forest of processed vertices
  std::vector<std::uint32_t> label;     // vertex of least semidominator on the path to the root
  std::vector<std::uint32_t> idom;
  std::vector<std::uint32_t> bucket_head;  // vertices by semidominator, as linked lists
  std::vector<std::uint32_t> bucket_next;
  std::vector<std::uint32_t> path;
};

// The vertex of least semidominator between v and its root; shortens the path.
std::uint32_t evaluate(Scratch& s, std::uint32_t v) {
  if (s.ancestor[v] == kNoIndex) return v;
  s.path.clear();
  for (std::uint32_t u = v; s.ancestor[s.ancestor[u]] != kNoIndex; u = s.ancestor[u])
    s.path.push_back(u);
  for (std::size_t i = s.path.size(); i-- > 0;) {
    const std::uint32_t u = s.path[i];
    const std::uint32_t above = s.ancestor[u];
    if (s.semi[s.label[above]] < s.semi[s.label[u]]) s.label[u] = s.label[above];
    s.ancestor[u] = s.ancestor[above];
  }
  return s.label[v];
}

void run(const Cfg& cfg, Scratch& s) {
  const std::vector<BlockIndex>& block_of = s.order.preorder;
  const auto count = static_cast<std::uint32_t>(block_of.size());
  s.semi.resize(count);
  s.label.resize(count);
  for (std::uint32_t v = 0; v < count; ++v) s.semi[v] = s.label[v] = v;
  s.ancestor.assign(count, kNoIndex);
  s.idom.assign(count, 0);
  s.bucket_head.assign(count, kNoIndex);
  s.bucket_next.assign(count, kNoIndex);

  for (std::uint32_t w = count; w-- > 1;) {
    for (const BlockIndex predecessor : cfg.predecessors(block_of[w])) {
      const std::uint32_t v = s.order.number[predecessor];
      if (v == kNoIndex) continue;
      const std::uint32_t u = evaluate(s, v);
      s.semi[w] = std::min(s.semi[w], s.semi[u]);
    }
    s.bucket_next[w] = s.bucket_head[s.semi[w]];
    s.bucket_head[s.semi[w]] = w;
    const std::uint32_t parent = s.order.parent[w];
    s.ancestor[w] = parent;
    for (std::uint32_t v = s.bucket_head[parent]; v != kNoIndex; v = s.bucket_next[v]) {
      const std::uint32_t u = evaluate(s, v);
      s.idom[v] = s.semi[u] < s.semi[v] ? u : parent;
    }
    s.bucket_head[parent] = kNoIndex;
  }
  for (std::uint32_t w = 1; w < count; ++w)
    if (s.idom[w] != s.semi[w]) s.idom[w] = s.idom[s.idom[w]];
}

Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

}  // namespace

void immediate_dominators(const Cfg& cfg, std::vector<BlockIndex>& out) {
  out.assign(cfg.blocks.size(), kNoIndex);
  if (cfg.blocks.empty()) return;
  Scratch& s = scratch();
  s.order.run(cfg);
  run(cfg, s);
  for (std::uint32_t v = 0; v < s.order.preorder.size(); ++v)
    out[s.order.preorder[v]] = s.order.preorder[s.idom[v]];
}

std::vector<BlockIndex> immediate_dominators(const Cfg& cfg) {
  std::vector<BlockIndex> out;
  immediate_dominators(cfg, out);
  return out;
}

void DominatorTree::build(const Cfg& cfg) {
  immediate_dominators(cfg, idom_);
  const std::size_t count = idom_.size();
  enter_.assign(count, 0);
  leave_.assign(count, 0);
  preorder_.clear();
  if (count == 0) return;

  first_child_.assign(count + 1, 0);
  for (BlockIndex b = 1; b < count; ++b)
    if (idom_[b] != kNoIndex) ++first_child_[idom_[b] + 1];
  for (std::size_t b = 0; b < count; ++b) first_child_[b + 1] += first_child_[b];
  children_.resize(first_child_[count]);
  // Blocks are put in backwards, so that the list of each parent is ascending
  // and first_child_ ends as its first position.
  for (std::size_t b = count; b-- > 1;) {
    if (idom_[b] == kNoIndex) continue;
    // Counts moved one up: [p + 1] is the end of p's children.
    children_[--first_child_[idom_[b] + 1]] = static_cast<BlockIndex>(b);
  }
  // Now [p + 1] is the begin of p's children; the end is [p + 2]'s begin.
  const auto begin_of = [&](BlockIndex p) { return first_child_[p + 1]; };
  const auto end_of = [&](BlockIndex p) {
    return p + 2 <= count ? first_child_[p + 2] : static_cast<std::uint32_t>(children_.size());
  };

  // leave_ serves as the position in the list of children until it is final.
  std::uint32_t clock = 0;
  BlockIndex b = 0;
  enter_[0] = ++clock;
  leave_[0] = begin_of(0);
  preorder_.push_back(0);
  while (true) {
    if (leave_[b] < end_of(b)) {
      const BlockIndex child = children_[leave_[b]++];
      enter_[child] = ++clock;
      leave_[child] = begin_of(child);
      preorder_.push_back(child);
      b = child;
      continue;
    }
    leave_[b] = clock;
    if (b == 0) break;
    b = idom_[b];
  }
}

}  // namespace asmforge
