// Which machine loops do the work of one source loop: a vector or unrolled main
// loop, what runs before it, and what is left behind it.
//
//     .main: vmovups ymm0, [rdi + 4*rax]     advances by 32 bytes
//            vaddps  ymm0, ymm0, [rsi + 4*rax]
//            vmovups [rdi + 4*rax], ymm0
//            add     rax, 8
//            cmp     rax, r9
//            jne     .main
//            mov     rcx, r9                 goes on where .main ended
//     .rest: vmovss  xmm0, [rdi + 4*rcx]     advances by 4 bytes
//            ...
//
// Two loops belong together when they do the same kind of work, one advances by
// a multiple of the other, the exit of one leads to the other, and the other
// begins where the first ended. Anything less stays unknown.

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>
#include <vector>

#include "graph/loop_copies.h"
#include "graph/loop_values.h"
#include "graph/loops.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// Blocks between a main loop and its remainder: iteration-count checks and the
// reduction of vector accumulators.
constexpr std::size_t kFarthestBlocks = 24;
// Loops of one kind further apart than this are not compared.
constexpr std::uint32_t kFarthestSiblings = 6;
// A step back from a loop's limit to what it was computed from.
constexpr int kLimitSteps = 12;

// What every machine loop of one source loop has in common, whatever its width.
InsnClasses classes_of(const Function& function, const Cfg& cfg, const Loop& loop) {
  InsnClasses all;
  for (const BlockIndex b : loop.blocks) {
    if (cfg.blocks[b].cold) continue;
    for (std::uint32_t i = cfg.blocks[b].first; i <= cfg.blocks[b].last; ++i)
      all |= function.insns[i].classes;
  }
  return all;
}

InsnClasses only(InsnClasses all, InsnClasses kept) {
  all.bits &= kept.bits;
  return all;
}

// How far one iteration gets.
struct Advance {
  std::int64_t step = 0;     // bytes, of the widest-stepping stream; 0: no stream
  std::uint64_t stored = 0;  // bytes per iteration in streams
  std::uint64_t loaded = 0;
};

Advance advance_of(const Function& function, const Cfg& cfg, const Loop& loop,
                   const LoopValues& values) {
  Advance advance;
  for (const BlockIndex b : loop.blocks) {
    for (std::uint32_t i = cfg.blocks[b].first; i <= cfg.blocks[b].last; ++i) {
      const Insn& insn = function.insns[i];
      if (!insn.memory.present || !insn.classes.has_any(InsnClass::kLoad | InsnClass::kStore))
        continue;
      const std::optional<std::int64_t> step = values.address_step(i);
      if (!step || *step == 0) continue;
      if (std::abs(*step) > std::abs(advance.step)) advance.step = *step;
      if (insn.is(InsnClass::kStore)) advance.stored += insn.memory.bytes;
      if (insn.is(InsnClass::kLoad)) advance.loaded += insn.memory.bytes;
    }
  }
  return advance;
}

struct Candidate {
  LoopIndex loop = kNoIndex;
  std::uint32_t place = 0;  // among its kind, in the order of the code
  InsnClasses work;         // what loops must share to be compared
  InsnClasses details;      // what alternatives must share too
  bool vector = false;
  Advance advance;
};

// and r, -8; and r, 0x7ffffff8: the largest multiple not above the count.
bool rounds_down(const Insn& insn) {
  if (insn.operation != IntegerOperation::kAnd || !insn.has_immediate) return false;
  auto mask = static_cast<std::uint64_t>(insn.immediate);
  const int zeros = std::countr_zero(mask);
  if (zeros == 0 || zeros > 12) return false;
  mask >>= zeros;
  return std::countr_one(mask) >= 16 && (mask & (mask + 1)) == 0;
}

bool near(const Candidate& a, const Candidate& b) {
  return (a.place > b.place ? a.place - b.place : b.place - a.place) <= kFarthestSiblings;
}

class RoleFinder {
 public:
  RoleFinder(const Function& function, const Cfg& cfg, Loops& loops)
      : function_(function),
        isa_(facts_of(function.isa)),
        cfg_(cfg),
        loops_(loops),
        frame_(function) {}
  void run();

 private:
  [[nodiscard]] Candidate candidate(LoopIndex loop) const;
  [[nodiscard]] LoopValues values_of(LoopIndex loop) const {
    return {function_, cfg_, loops_, loop, frame_, nullptr};
  }
  void siblings(std::vector<Candidate>& group);
  void drop_doubtful();
  [[nodiscard]] bool multiple_of(const Candidate& big, const Candidate& small) const;
  // The blocks from an exit of `from` to the header of `to`, last first.
  [[nodiscard]] bool path(LoopIndex from, LoopIndex to, std::vector<BlockIndex>& blocks) const;
  [[nodiscard]] bool continues(LoopIndex from, LoopIndex to) const;
  [[nodiscard]] bool alternatives(const Candidate& big, const Candidate& small) const;
  [[nodiscard]] std::vector<BlockIndex> blocks_before(LoopIndex loop) const;
  [[nodiscard]] RegisterSet ends_at(LoopIndex loop) const;
  // True when one of them is a count rounded down to a multiple.
  bool trace_back(std::span<const BlockIndex> blocks, RegisterSet& sources) const;

  const Function& function_;
  const IsaFacts& isa_;
  const Cfg& cfg_;
  Loops& loops_;
  StackFrame frame_;
};

bool RoleFinder::multiple_of(const Candidate& big, const Candidate& small) const {
  const std::int64_t a = big.advance.step;
  const std::int64_t b = small.advance.step;
  if (a == 0 || b == 0 || a % b != 0 || a / b < 2) return false;
  const auto factor = static_cast<std::uint64_t>(a / b);
  const bool stores =
      small.advance.stored != 0 && big.advance.stored == factor * small.advance.stored;
  const bool loads =
      small.advance.loaded != 0 && big.advance.loaded == factor * small.advance.loaded;
  return stores || loads;
}

bool RoleFinder::path(LoopIndex from, LoopIndex to, std::vector<BlockIndex>& blocks) const {
  const LoopIndex parent = loops_.loops[from].parent;
  const BlockIndex goal = loops_.loops[to].header;
  struct Step {
    BlockIndex block;
    std::uint32_t before;  // index into steps
  };
  std::vector<Step> steps;
  const auto visit = [&](const Edge& edge, std::uint32_t before) {
    if (edge.kind == EdgeKind::kUnwind || cfg_.blocks[edge.to].cold) return false;
    if (edge.to == goal) return true;
    // Other loops end the way; so does the next iteration of the loop around.
    if (loops_.loop_of_block[edge.to] != parent) return false;
    if (parent != kNoIndex && edge.to == loops_.loops[parent].header) return false;
    const bool known =
        std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return s.block == edge.to; });
    if (!known && steps.size() < kFarthestBlocks) steps.push_back({edge.to, before});
    return false;
  };
  const auto found = [&](std::uint32_t last) {
    blocks.clear();
    for (std::uint32_t s = last; s != kNoIndex; s = steps[s].before)
      blocks.push_back(steps[s].block);
    return true;
  };
  for (const BlockIndex b : loops_.loops[from].blocks)
    for (const Edge& edge : cfg_.successors(b))
      if (!loops_.contains(from, edge.to) && visit(edge, kNoIndex)) return found(kNoIndex);
  for (std::uint32_t s = 0; s < steps.size(); ++s)
    for (const Edge& edge : cfg_.successors(steps[s].block))
      if (visit(edge, s)) return found(s);
  return false;
}

// Replaces registers by what they were computed from, backwards through `blocks`.
bool RoleFinder::trace_back(std::span<const BlockIndex> blocks, RegisterSet& sources) const {
  bool rounded = false;
  for (const BlockIndex b : blocks) {
    for (std::uint32_t i = cfg_.blocks[b].last + 1; i-- > cfg_.blocks[b].first;) {
      const Insn& insn = function_.insns[i];
      const RegisterSet hit = sources & written_by(insn, isa_);
      if (hit.empty()) continue;
      sources = sources - hit;
      if (insn.is(InsnClass::kZeroIdiom) ||
          insn.classes.has_any(InsnClass::kLoad | InsnClass::kCall))
        continue;
      const bool keeps =
          insn.classes.has_any(InsnClass::kMove | InsnClass::kExtend | InsnClass::kLea |
                               InsnClass::kAddSubtract | InsnClass::kShift);
      const bool rounds = rounds_down(insn);
      rounded |= rounds;
      if (!keeps && !rounds) continue;
      insn.reads.for_each([&](Register reg) {
        if (isa_.general.contains(reg)) sources.insert(reg);
      });
    }
  }
  return rounded;
}

// Registers that hold how far `loop` got when it ends: its counters, what they
// are compared with, and what that was scaled from.
RegisterSet RoleFinder::ends_at(LoopIndex l) const {
  const Loop& loop = loops_.loops[l];
  const LoopValues values = values_of(l);
  RegisterSet counters;
  for (const Induction& induction : values.inductions())
    if (induction.step != 0) counters.insert(induction.reg);
  RegisterSet limits;
  for (const BlockIndex b : loop.blocks) {
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) {
      const Insn& insn = function_.insns[i];
      if (insn.operation != IntegerOperation::kCompare || !insn.reads.intersects(counters))
        continue;
      limits |= insn.reads - counters;
    }
  }
  // The limit in bytes was the limit in elements, shifted, before the loop.
  for (const BlockIndex p : cfg_.predecessors(loop.header)) {
    if (loops_.contains(l, p)) continue;
    int steps = 0;
    for (std::uint32_t i = cfg_.blocks[p].last + 1; i-- > cfg_.blocks[p].first;) {
      const Insn& insn = function_.insns[i];
      if (++steps > kLimitSteps) break;
      const Operand& to = insn.operands[0];
      const Operand& from = insn.operands[1];
      if (to.kind != OperandKind::kRegister || !limits.contains(to.reg)) continue;
      const bool scales = insn.is(InsnClass::kLea) && insn.memory.base == kNoRegister;
      if (insn.is(InsnClass::kMove) && from.kind == OperandKind::kRegister)
        limits.insert(from.reg);
      else if (scales && insn.memory.index != kNoRegister)
        limits.insert(insn.memory.index);
    }
  }
  return counters | limits;
}

// `to` begins where `from` ended: its counters, or the addresses it counts from,
// come from the counter or the limit of `from`, or from a count rounded down.
bool RoleFinder::continues(LoopIndex from, LoopIndex to) const {
  std::vector<BlockIndex> between;
  if (!path(from, to, between)) return false;
  const LoopValues values = values_of(to);
  RegisterSet starts;
  for (const Induction& induction : values.inductions())
    if (induction.step != 0) starts.insert(induction.reg);
  for (const BlockIndex b : loops_.loops[to].blocks) {
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) {
      const MemoryOperand& memory = function_.insns[i].memory;
      if (!memory.present || values.address_step(i).value_or(0) == 0) continue;
      if (memory.base != kNoRegister) starts.insert(memory.base);
      if (memory.index != kNoRegister) starts.insert(memory.index);
    }
  }
  const RegisterSet ends = ends_at(from);
  if (trace_back(between, starts) || starts.intersects(ends)) return true;
  // What `from` leaves alone may have been rounded down before it.
  for (const BlockIndex b : loops_.loops[from].blocks)
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i)
      starts = starts - written_by(function_.insns[i], isa_);
  for (const BlockIndex p : cfg_.predecessors(loops_.loops[from].header)) {
    RegisterSet before = starts;
    if (!loops_.contains(from, p) && trace_back(std::span(&p, 1), before)) return true;
  }
  return false;
}

// A check before both chose between them: the same work, once wide and once as
// the source has it, because pointers may overlap or the count may be small.
bool RoleFinder::alternatives(const Candidate& big, const Candidate& small) const {
  if (!big.vector || small.vector || big.details != small.details) return false;
  const auto factor = static_cast<std::uint64_t>(big.advance.step / small.advance.step);
  if (big.advance.stored != factor * small.advance.stored ||
      big.advance.loaded != factor * small.advance.loaded)
    return false;
  std::vector<BlockIndex> between;
  if (path(big.loop, small.loop, between) || path(small.loop, big.loop, between)) return false;
  const std::vector<BlockIndex> before_big = blocks_before(big.loop);
  const std::vector<BlockIndex> before_small = blocks_before(small.loop);
  return std::any_of(before_small.begin(), before_small.end(), [&](BlockIndex b) {
    return std::find(before_big.begin(), before_big.end(), b) != before_big.end();
  });
}

// The nearest blocks from which a loop is entered, without those of other loops.
std::vector<BlockIndex> RoleFinder::blocks_before(LoopIndex l) const {
  const LoopIndex parent = loops_.loops[l].parent;
  std::vector<BlockIndex> found;
  const auto visit = [&](BlockIndex b) {
    if (loops_.loop_of_block[b] == parent && found.size() < kFarthestBlocks &&
        std::find(found.begin(), found.end(), b) == found.end())
      found.push_back(b);
  };
  for (const BlockIndex p : cfg_.predecessors(loops_.loops[l].header)) visit(p);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const BlockIndex p : cfg_.predecessors(found[i])) visit(p);
  return found;
}

// Sibling loops of one kind of work, candidates for one source loop.
void RoleFinder::siblings(std::vector<Candidate>& group) {
  if (group.size() == 1) {
    loops_.loops[group.front().loop].role = LoopRole::kOnly;
    return;
  }
  for (Candidate& c : group) {
    const Loop& loop = loops_.loops[c.loop];
    if (!loop.innermost) return;  // several loop nests of one kind: not told apart
    c.advance = advance_of(function_, cfg_, loop, values_of(c.loop));
  }
  // The widest first, so that what follows a main loop is judged against it.
  std::sort(group.begin(), group.end(), [](const Candidate& a, const Candidate& b) {
    const std::int64_t step_a = std::abs(a.advance.step);
    const std::int64_t step_b = std::abs(b.advance.step);
    return step_a != step_b ? step_a > step_b : a.loop < b.loop;
  });
  for (const Candidate& big : group) {
    LoopRole& role = loops_.loops[big.loop].role;
    if (role != LoopRole::kUnknown && role != LoopRole::kMain) continue;
    for (const Candidate& small : group) {
      LoopRole& other = loops_.loops[small.loop].role;
      if (other != LoopRole::kUnknown || !near(big, small) || !multiple_of(big, small)) continue;
      if (continues(big.loop, small.loop))
        other = LoopRole::kRemainder;
      else if (continues(small.loop, big.loop))
        other = LoopRole::kPeel;
      else
        continue;
      role = LoopRole::kMain;
    }
  }
  for (const Candidate& big : group) {
    LoopRole& role = loops_.loops[big.loop].role;
    if (role != LoopRole::kUnknown && role != LoopRole::kMain) continue;
    for (const Candidate& small : group) {
      LoopRole& other = loops_.loops[small.loop].role;
      if (other != LoopRole::kUnknown || !near(big, small) || !multiple_of(big, small) ||
          !alternatives(big, small))
        continue;
      role = LoopRole::kMain;
      other = LoopRole::kRemainder;
    }
  }
  // Without a loop that could be its partner, a loop stands alone.
  for (const Candidate& c : group) {
    LoopRole& role = loops_.loops[c.loop].role;
    if (role != LoopRole::kUnknown) continue;
    const bool alone = std::none_of(group.begin(), group.end(), [&](const Candidate& o) {
      return o.loop != c.loop &&
             (multiple_of(o, c) || multiple_of(c, o) || o.advance.step == 0 || c.advance.step == 0);
    });
    if (alone) role = LoopRole::kOnly;
  }
}

Candidate RoleFinder::candidate(LoopIndex l) const {
  const InsnClasses all = classes_of(function_, cfg_, loops_.loops[l]);
  Candidate c;
  c.loop = l;
  c.work = only(all, InsnClass::kStore | InsnClass::kFloat | InsnClass::kCall);
  c.details = only(all, InsnClass::kMultiply | InsnClass::kDivide | InsnClass::kConvert);
  c.vector = all.has(InsnClass::kVector);
  return c;
}

void RoleFinder::run() {
  std::vector<Candidate> all;
  for (LoopIndex l = 0; l < loops_.loops.size(); ++l) {
    Loop& loop = loops_.loops[l];
    if (cfg_.blocks[loop.header].cold)
      loop.role = LoopRole::kCold;
    else
      all.push_back(candidate(l));
  }
  std::sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) {
    const LoopIndex pa = loops_.loops[a.loop].parent;
    const LoopIndex pb = loops_.loops[b.loop].parent;
    if (pa != pb) return pa < pb;
    return a.work.bits != b.work.bits ? a.work.bits < b.work.bits : a.loop < b.loop;
  });
  std::vector<Candidate> group;
  for (std::size_t i = 0; i < all.size(); ++i) {
    group.push_back(all[i]);
    group.back().place = static_cast<std::uint32_t>(group.size());
    const bool last = i + 1 == all.size() || all[i + 1].work != all[i].work ||
                      loops_.loops[all[i + 1].loop].parent != loops_.loops[all[i].loop].parent;
    if (!last) continue;
    siblings(group);
    group.clear();
  }
  drop_doubtful();
}

// "only" is a word about the source, and another loop may be of the same source loop.
void RoleFinder::drop_doubtful() {
  const auto is_only = [](const Loop& loop) { return loop.role == LoopRole::kOnly; };
  if (std::ranges::none_of(loops_.loops, is_only)) return;
  const std::vector<bool> copied = loops_with_copies(function_, cfg_, loops_);
  for (LoopIndex l = 0; l < loops_.loops.size(); ++l)
    if (copied[l] && is_only(loops_.loops[l])) loops_.loops[l].role = LoopRole::kUnknown;
}

}  // namespace

void assign_loop_roles(const Function& function, const Cfg& cfg, Loops& loops) {
  if (loops.loops.empty()) return;
  RoleFinder(function, cfg, loops).run();
}

}  // namespace asmforge
