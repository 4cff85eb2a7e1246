// Dominators and natural loops against their definitions on random graphs, and
// in linear time on the graphs that make simple algorithms quadratic.

#include "graph/loops.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "graph_oracles.h"

namespace asmforge {
namespace {

using test::naive_dominators;
using test::naive_loop;

constexpr int kGraphs = 3000;
constexpr unsigned kSeed = 20260101;

TEST(Dominators, AgreeWithTakingBlocksAway) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < kGraphs; ++round) {
    const Cfg cfg = test::random_graph(random, 24);
    const auto expected = naive_dominators(cfg);
    const std::vector<BlockIndex> idom = immediate_dominators(cfg);
    DominatorTree tree;
    tree.build(cfg);
    const auto n = static_cast<BlockIndex>(cfg.blocks.size());
    for (BlockIndex b = 0; b < n; ++b) {
      if (!expected[0][b]) {
        EXPECT_EQ(idom[b], kNoIndex);
        continue;
      }
      for (BlockIndex a = 0; a < n; ++a)
        ASSERT_EQ(tree.dominates(a, b), expected[a][b])
            << a << " over " << b << ", seed " << kSeed << " round " << round;
      if (b == 0) {
        EXPECT_EQ(idom[b], 0u);
        continue;
      }
      // The immediate one: dominates b, and every other strict dominator dominates it.
      ASSERT_NE(idom[b], b);
      for (BlockIndex a = 0; a < n; ++a)
        if (a != b && expected[a][b]) ASSERT_TRUE(expected[a][idom[b]]);
    }
  }
}

TEST(FindLoops, AgreeWithTheDefinition) {
  std::mt19937 random(kSeed + 1);
  int seen = 0;
  int irreducible = 0;
  for (int round = 0; round < kGraphs; ++round) {
    const Cfg cfg = test::random_graph(random, 24);
    const auto dominates = naive_dominators(cfg);
    Loops loops;
    find_loops(cfg, loops);
    const auto n = static_cast<BlockIndex>(cfg.blocks.size());
    std::set<BlockIndex> headers;
    for (const Edge& edge : cfg.edges)
      if (dominates[edge.to][edge.from]) headers.insert(edge.to);
    ASSERT_EQ(loops.loops.size(), headers.size()) << "seed " << kSeed + 1 << " round " << round;
    seen += static_cast<int>(headers.size());
    irreducible += loops.irreducible_edges != 0 ? 1 : 0;
    for (LoopIndex l = 0; l < loops.loops.size(); ++l) {
      const Loop& loop = loops.loops[l];
      ASSERT_TRUE(headers.contains(loop.header));
      const std::set<BlockIndex> body = naive_loop(cfg, loop.header, dominates);
      ASSERT_EQ(std::set<BlockIndex>(loop.blocks.begin(), loop.blocks.end()), body);
      ASSERT_TRUE(std::is_sorted(loop.blocks.begin(), loop.blocks.end()));
      std::set<BlockIndex> latches;
      for (const BlockIndex p : cfg.predecessors(loop.header))
        if (dominates[loop.header][p]) latches.insert(p);
      ASSERT_EQ(std::set<BlockIndex>(loop.latches.begin(), loop.latches.end()), latches);
      ASSERT_EQ(loop.latches.size(), latches.size());
      // The parent is the smallest other loop around it.
      if (loop.parent == kNoIndex) {
        EXPECT_EQ(loop.depth, 1u);
      } else {
        EXPECT_LT(loop.parent, l);
        EXPECT_EQ(loop.depth, loops.loops[loop.parent].depth + 1);
        EXPECT_FALSE(loops.loops[loop.parent].innermost);
      }
      std::size_t smallest = ~std::size_t{0};
      LoopIndex around = kNoIndex;
      for (LoopIndex o = 0; o < loops.loops.size(); ++o) {
        const std::vector<BlockIndex>& blocks = loops.loops[o].blocks;
        if (o == l || !std::binary_search(blocks.begin(), blocks.end(), loop.header)) continue;
        if (blocks.size() < smallest) {
          smallest = blocks.size();
          around = o;
        }
      }
      ASSERT_EQ(loop.parent, around);
    }
    for (BlockIndex b = 0; b < n; ++b) {
      std::size_t smallest = ~std::size_t{0};
      LoopIndex innermost = kNoIndex;
      for (LoopIndex l = 0; l < loops.loops.size(); ++l)
        if (std::binary_search(loops.loops[l].blocks.begin(), loops.loops[l].blocks.end(), b) &&
            loops.loops[l].blocks.size() < smallest) {
          smallest = loops.loops[l].blocks.size();
          innermost = l;
        }
      ASSERT_EQ(loops.loop_of_block[b], innermost);
    }
    // Irreducible: a cycle is left when the back edges are taken away.
    std::set<std::pair<BlockIndex, BlockIndex>> forward;
    for (const Edge& edge : cfg.edges)
      if (!dominates[edge.to][edge.from] && dominates[0][edge.from])
        forward.insert({edge.from, edge.to});
    std::vector<int> incoming(n, 0);
    for (const auto& [from, to] : forward) ++incoming[to];
    std::vector<BlockIndex> ready;
    for (BlockIndex b = 0; b < n; ++b)
      if (incoming[b] == 0) ready.push_back(b);
    std::size_t sorted = 0;
    while (!ready.empty()) {
      const BlockIndex b = ready.back();
      ready.pop_back();
      ++sorted;
      for (const auto& [from, to] : forward)
        if (from == b && --incoming[to] == 0) ready.push_back(to);
    }
    ASSERT_EQ(loops.irreducible_edges != 0, sorted != n);
  }
  EXPECT_GT(seen, kGraphs);             // the graphs do have loops,
  EXPECT_GT(irreducible, kGraphs / 9);  // and tangles
}

// Each block jumps to the next, to the one after, and back to its half: deep
// dominator trees with joins from far away.
TEST(FindLoops, StaysLinearOnLongLadders) {
  constexpr std::uint32_t kBlocks = 200'000;
  std::set<std::pair<BlockIndex, BlockIndex>> edges;
  for (BlockIndex b = 0; b + 1 < kBlocks; ++b) {
    edges.insert({b, b + 1});
    edges.insert({kBlocks - 1 - b, b});  // nested: the last block closes every loop
    edges.insert({b / 2, b + 1});
  }
  const Cfg cfg = test::make_graph(kBlocks, std::move(edges));
  Loops loops;
  find_loops(cfg, loops);
  EXPECT_GT(loops.loops.size() + loops.irreducible_edges, 0u);
}

TEST(FindLoops, LeavesOutAndCountsWhatNestsTooDeep) {
  constexpr std::uint32_t kDepth = 50'000;
  std::set<std::pair<BlockIndex, BlockIndex>> edges;
  for (BlockIndex b = 0; b + 1 < 2 * kDepth; ++b) edges.insert({b, b + 1});
  for (BlockIndex b = 0; b < kDepth; ++b) edges.insert({2 * kDepth - 1 - b, b});
  const Cfg cfg = test::make_graph(2 * kDepth, std::move(edges));
  Loops loops;
  find_loops(cfg, loops);
  EXPECT_EQ(loops.loops.size(), kDeepestLoop);
  EXPECT_EQ(loops.too_deep, kDepth - kDeepestLoop);
  EXPECT_EQ(loops.deepest(), kDeepestLoop);
  EXPECT_EQ(loops.loop_of_block[kDepth], kDeepestLoop - 1);
}

}  // namespace
}  // namespace asmforge
