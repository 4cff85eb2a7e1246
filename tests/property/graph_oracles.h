// Random graphs, and the textbook definitions computed in the slowest way.
#pragma once

#include <random>
#include <set>
#include <vector>

#include "core/cfg.h"

namespace asmforge::test {

// Blocks and edges alone, as build_cfg lays them out; edges are (from, to).
inline Cfg make_graph(std::uint32_t blocks, std::set<std::pair<BlockIndex, BlockIndex>> edges) {
  Cfg cfg;
  cfg.blocks.resize(blocks);
  for (std::uint32_t b = 0; b < blocks; ++b) cfg.blocks[b].first = cfg.blocks[b].last = b;
  cfg.first_edge.assign(blocks + 1, 0);
  cfg.first_predecessor.assign(blocks + 1, 0);
  for (const auto& [from, to] : edges) {
    cfg.edges.push_back({from, to, EdgeKind::kBranch});
    ++cfg.first_edge[from + 1];
    ++cfg.first_predecessor[to + 1];
  }
  for (std::uint32_t b = 0; b < blocks; ++b) {
    cfg.first_edge[b + 1] += cfg.first_edge[b];
    cfg.first_predecessor[b + 1] += cfg.first_predecessor[b];
  }
  cfg.predecessor_blocks.resize(edges.size());
  std::vector<std::uint32_t> next(cfg.first_predecessor.begin(), cfg.first_predecessor.end() - 1);
  for (const Edge& edge : cfg.edges) cfg.predecessor_blocks[next[edge.to]++] = edge.from;
  return cfg;
}

// Sizes from a handful to `most`, from trees to dense graphs.
inline Cfg random_graph(std::mt19937& random, std::uint32_t most) {
  const std::uint32_t blocks = 1 + random() % most;
  std::set<std::pair<BlockIndex, BlockIndex>> edges;
  const std::uint32_t extra = random() % (2 * blocks + 1);
  const bool local = random() % 2 != 0;  // like code: mostly to blocks near by
  for (BlockIndex b = 1; b < blocks; ++b)
    if (random() % 8 != 0) edges.insert({local ? b - 1 : random() % b, b});
  for (std::uint32_t e = 0; e < extra; ++e) {
    const BlockIndex from = random() % blocks;
    const BlockIndex near = (from + blocks + random() % 7 - 3) % blocks;
    edges.insert({from, local && random() % 4 != 0 ? near : random() % blocks});
  }
  return make_graph(blocks, std::move(edges));
}

// Blocks reached from block 0 without entering `removed`.
inline std::vector<bool> reached_without(const Cfg& cfg, BlockIndex removed) {
  std::vector<bool> seen(cfg.blocks.size(), false);
  if (removed == 0) return seen;
  std::vector<BlockIndex> work = {0};
  seen[0] = true;
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    for (const Edge& edge : cfg.successors(b)) {
      if (edge.to == removed || seen[edge.to]) continue;
      seen[edge.to] = true;
      work.push_back(edge.to);
    }
  }
  return seen;
}

// dominates[a][b]: b is reached, and not any more when a is taken away.
inline std::vector<std::vector<bool>> naive_dominators(const Cfg& cfg) {
  const std::vector<bool> reached = reached_without(cfg, kNoIndex);
  std::vector<std::vector<bool>> dominates(cfg.blocks.size());
  for (BlockIndex a = 0; a < cfg.blocks.size(); ++a) {
    const std::vector<bool> left = reached_without(cfg, a);
    dominates[a].resize(cfg.blocks.size());
    for (BlockIndex b = 0; b < cfg.blocks.size(); ++b)
      dominates[a][b] = reached[a] && reached[b] && (a == b || !left[b]);
  }
  return dominates;
}

// The natural loop of `header`: all reached blocks from which some back edge's
// source can be reached without passing the header.
inline std::set<BlockIndex> naive_loop(const Cfg& cfg, BlockIndex header,
                                       const std::vector<std::vector<bool>>& dominates) {
  std::set<BlockIndex> body = {header};
  std::vector<BlockIndex> work;
  for (const BlockIndex latch : cfg.predecessors(header))
    if (dominates[header][latch] && body.insert(latch).second) work.push_back(latch);
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    for (const BlockIndex p : cfg.predecessors(b))
      if (dominates[0][p] && body.insert(p).second) work.push_back(p);
  }
  return body;
}

}  // namespace asmforge::test
