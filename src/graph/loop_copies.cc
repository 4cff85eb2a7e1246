#include "graph/loop_copies.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "graph/loop_flow.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// Walks from every loop through every block end here; beyond, any loop may have a copy.
constexpr std::size_t kMostSteps = std::size_t{1} << 24;
// Loops further apart in the code are no versions of each other.
constexpr LoopIndex kFarthestAlternatives = 16;

// What an instruction does, whatever its registers and addresses.
using Kind = std::tuple<std::uint32_t, IntegerOperation, bool, std::uint16_t>;

Kind kind_of(const Insn& insn) {
  return {insn.classes.bits, insn.operation, insn.has_immediate, insn.memory.bytes};
}

// A loop without the loops inside it.
struct Own {
  std::vector<BlockIndex> blocks;
  std::vector<Kind> mix;  // sorted
  RegisterSet counters;
};

std::size_t in_common(const std::vector<Kind>& a, const std::vector<Kind>& b) {
  std::size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i < *j) {
      ++i;
    } else if (*j < *i) {
      ++j;
    } else {
      ++common;
      ++i;
      ++j;
    }
  }
  return common;
}

bool two_thirds(std::size_t part, std::size_t whole) { return 3 * part >= 2 * whole; }

// Most of `mine` is found in `other`, or most of `other` in `mine` and that is no small
// part of it.
bool much_alike(const std::vector<Kind>& mine, const std::vector<Kind>& other) {
  const std::size_t common = in_common(mine, other);
  return two_thirds(common, mine.size()) ||
         (two_thirds(common, other.size()) && 2 * other.size() >= mine.size());
}

class CopyFinder {
 public:
  CopyFinder(const Function& function, const Cfg& cfg, const Loops& loops)
      : function_(function),
        cfg_(cfg),
        loops_(loops),
        own_(loops.loops.size()),
        copied_(loops.loops.size()) {}
  std::vector<bool> run();

 private:
  void find_own();
  void follow_counters(LoopIndex from);
  void find_alternatives();
  [[nodiscard]] bool nested(LoopIndex a, LoopIndex b) const;
  bool leads_to(LoopIndex from, LoopIndex to);

  const Function& function_;
  const Cfg& cfg_;
  const Loops& loops_;
  std::vector<Own> own_;
  std::vector<RegisterSet> written_;  // per block
  std::vector<bool> copied_;
  std::vector<RegisterSet> arrives_;  // per block, while a loop is followed
  std::vector<BlockIndex> pending_;
  std::vector<bool> seen_;
};

// add ecx, 1; lea rsi, [rsi + 8]; add rdi, r9 with r9 unchanged; x1 of ldr x0, [x1], #8:
// not a sum.
void add_counters(const Function& function, const Cfg& cfg, Own& own, RegisterSet written) {
  const IsaFacts& isa = facts_of(function.isa);
  for (const BlockIndex b : own.blocks) {
    for (std::uint32_t i = cfg.blocks[b].first; i <= cfg.blocks[b].last; ++i) {
      const Insn& insn = function.insns[i];
      const Operand& to = insn.operands[0];
      if (insn.memory.base_update != BaseUpdate::kNone && insn.memory.base != isa.stack_pointer)
        own.counters.insert(insn.memory.base);
      if (to.kind != OperandKind::kRegister || !to.written || !insn.reads.contains(to.reg) ||
          !isa.general.contains(to.reg) || to.reg == isa.stack_pointer)
        continue;
      if (!insn.classes.has_any(InsnClass::kAddSubtract | InsnClass::kLea) ||
          insn.is(InsnClass::kLoad))
        continue;
      RegisterSet others = insn.reads;
      others.erase(to.reg);
      if (insn.operation != IntegerOperation::kNegate && !others.intersects(written))
        own.counters.insert(to.reg);
    }
  }
}

void CopyFinder::find_own() {
  written_.resize(cfg_.blocks.size());
  for (BlockIndex b = 0; b < cfg_.blocks.size(); ++b) {
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i)
      written_[b] |= written_by(function_.insns[i], facts_of(function_.isa));
    if (loops_.loop_of_block[b] != kNoIndex && !cfg_.blocks[b].cold)
      own_[loops_.loop_of_block[b]].blocks.push_back(b);
  }
  for (Own& own : own_) {
    RegisterSet written;
    for (const BlockIndex b : own.blocks) {
      written |= written_[b];
      for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i)
        if (!function_.insns[i].is(InsnClass::kNop)) own.mix.push_back(kind_of(function_.insns[i]));
    }
    std::sort(own.mix.begin(), own.mix.end());
    add_counters(function_, cfg_, own, written);
  }
}

bool CopyFinder::nested(LoopIndex a, LoopIndex b) const {
  return loops_.contains(a, loops_.loops[b].header) || loops_.contains(b, loops_.loops[a].header);
}

// Marks `from` and the loops like it in which one of its counters goes on counting from
// where `from` left it.
void CopyFinder::follow_counters(LoopIndex from) {
  if (own_[from].counters.empty()) return;
  arrives_.assign(cfg_.blocks.size(), {});
  pending_.clear();
  const auto leave = [&](BlockIndex block, RegisterSet counters) {
    for (const Edge& edge : cfg_.successors(block)) {
      if (edge.kind == EdgeKind::kUnwind || cfg_.blocks[edge.to].cold) continue;
      if (loops_.contains(from, edge.to) || (counters - arrives_[edge.to]).empty()) continue;
      arrives_[edge.to] |= counters;
      pending_.push_back(edge.to);
    }
  };
  for (const BlockIndex b : loops_.loops[from].blocks) leave(b, own_[from].counters);
  while (!pending_.empty()) {
    const BlockIndex b = pending_.back();
    pending_.pop_back();
    leave(b, arrives_[b] - written_[b]);
  }
  for (LoopIndex to = 0; to < loops_.loops.size(); ++to) {
    if (to == from || nested(from, to) ||
        !arrives_[loops_.loops[to].header].intersects(own_[to].counters))
      continue;
    if (much_alike(own_[from].mix, own_[to].mix)) copied_[from] = true;
    if (much_alike(own_[to].mix, own_[from].mix)) copied_[to] = true;
  }
}

// True when control gets from one to the other in the same iteration of the loop around.
bool CopyFinder::leads_to(LoopIndex from, LoopIndex to) {
  const LoopIndex parent = loops_.loops[from].parent;
  seen_.assign(cfg_.blocks.size(), false);
  pending_.assign(loops_.loops[from].blocks.begin(), loops_.loops[from].blocks.end());
  while (!pending_.empty()) {
    const BlockIndex b = pending_.back();
    pending_.pop_back();
    for (const Edge& edge : cfg_.successors(b)) {
      if (edge.to == loops_.loops[to].header) return true;
      const bool leaves = parent != kNoIndex && (edge.to == loops_.loops[parent].header ||
                                                 !loops_.contains(parent, edge.to));
      if (leaves || seen_[edge.to] || edge.kind == EdgeKind::kUnwind) continue;
      seen_[edge.to] = true;
      pending_.push_back(edge.to);
    }
  }
  return false;
}

// A condition that does not change in a loop chose between them before it, or the
// source did: if (flag) for (...) ...; else for (...) ...;
void CopyFinder::find_alternatives() {
  for (LoopIndex a = 0; a < loops_.loops.size(); ++a) {
    const LoopIndex last =
        std::min<LoopIndex>(a + kFarthestAlternatives, static_cast<LoopIndex>(own_.size()) - 1);
    for (LoopIndex b = a + 1; b <= last; ++b) {
      if (loops_.loops[a].parent != loops_.loops[b].parent || (copied_[a] && copied_[b])) continue;
      const std::size_t larger = std::max(own_[a].mix.size(), own_[b].mix.size());
      if (!two_thirds(std::min(own_[a].mix.size(), own_[b].mix.size()), larger) ||
          !two_thirds(in_common(own_[a].mix, own_[b].mix), larger) || leads_to(a, b) ||
          leads_to(b, a))
        continue;
      copied_[a] = copied_[b] = true;
    }
  }
}

std::vector<bool> CopyFinder::run() {
  const std::size_t loops = loops_.loops.size();
  if (loops < 2) return copied_;
  if (loops * cfg_.blocks.size() > kMostSteps) return std::vector<bool>(loops, true);
  find_own();
  for (LoopIndex l = 0; l < loops; ++l) follow_counters(l);
  find_alternatives();
  return copied_;
}

}  // namespace

std::vector<bool> loops_with_copies(const Function& function, const Cfg& cfg, const Loops& loops) {
  return CopyFinder(function, cfg, loops).run();
}

}  // namespace asmforge
