#include "graph/reaching_definitions.h"

#include <algorithm>

namespace asmforge {
namespace {

// Instructions that all searches together may look at.
constexpr std::uint64_t kMaxSteps = 1 << 20;

}  // namespace

ReachingDefinitions::ReachingDefinitions(const Function& function, const Cfg& cfg)
    : function_(function), cfg_(cfg), seen_(cfg.blocks.size(), 0), steps_left_(kMaxSteps) {}

Definitions ReachingDefinitions::of(Register reg, std::uint32_t insn) {
  Definitions result;
  ++search_;
  work_.clear();
  const auto search_back = [&](BlockIndex block, std::uint32_t end) {
    for (std::uint32_t i = end; i-- > cfg_.blocks[block].first;) {
      if (steps_left_ == 0) {
        result.complete = false;
        return;
      }
      --steps_left_;
      if (!written_by(function_.insns[i], facts_of(function_.isa)).contains(reg)) continue;
      result.insns.push_back(i);
      return;
    }
    const auto before = cfg_.predecessors(block);
    if (block == 0 || before.empty()) result.from_outside = true;
    for (const BlockIndex b : before) {
      if (seen_[b] == search_ || !cfg_.blocks[b].reachable) continue;
      seen_[b] = search_;
      work_.push_back(b);
    }
  };
  search_back(cfg_.block_of_insn[insn], insn);
  while (!work_.empty() && result.complete) {
    const BlockIndex b = work_.back();
    work_.pop_back();
    search_back(b, cfg_.blocks[b].last + 1);
  }
  // The block itself, searched first up to `insn` and then as a whole.
  std::sort(result.insns.begin(), result.insns.end());
  result.insns.erase(std::unique(result.insns.begin(), result.insns.end()), result.insns.end());
  return result;
}

}  // namespace asmforge
