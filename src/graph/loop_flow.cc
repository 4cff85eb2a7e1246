#include "graph/loop_flow.h"

#include <algorithm>
#include <utility>

#include "core/arithmetic.h"
#include "graph/dominators.h"

namespace asmforge {
namespace {

// Hostile code can make every search visit the whole loop: all searches of a loop
// together may look at so many instructions and blocks.
constexpr std::uint64_t kMaxSteps = 1 << 22;
// More copies than these are not followed back from one value.
constexpr int kMostLinks = 64;

std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

bool is_register(const Operand& operand, Register reg) {
  return operand.kind == OperandKind::kRegister && operand.reg == reg && operand.bits >= 32;
}

// push and pop but for those of 16 bits, pop rsp, and leave.
bool moves_eight_bytes(const Insn& insn, const IsaFacts& isa) {
  if (!insn.classes.has_any(InsnClass::kPush | InsnClass::kPop) || insn.operand_count != 1)
    return false;
  const Operand& operand = insn.operands[0];
  if (operand.kind == OperandKind::kMemory) return insn.memory.bytes == 8;
  if (operand.kind == OperandKind::kImmediate) return true;
  return operand.kind == OperandKind::kRegister && operand.bits == 64 &&
         !(operand.written && operand.reg == isa.stack_pointer);
}

// Those of x87 are numbered anew by every push and pop.
bool keeps_its_number(Register reg, const IsaFacts& isa) {
  return isa.general.contains(reg) || isa.vectors.contains(reg);
}

// ldr x0, [x1, #8]!; str x0, [x1], #8
std::optional<CopyPlus> moved_base(const Insn& insn) {
  const MemoryOperand& memory = insn.memory;
  if (memory.base_update == BaseUpdate::kBefore) return CopyPlus{memory.base, memory.displacement};
  if (!insn.has_immediate) return std::nullopt;  // by a register
  return CopyPlus{memory.base, insn.immediate};
}

}  // namespace

RegisterSet written_by(const Insn& insn, const IsaFacts& isa) {
  if (!insn.is(InsnClass::kCall)) return insn.writes;
  return (insn.writes | isa.call_clobbered) - isa.changed_by_calling;
}

std::optional<CopyPlus> copy_plus(const Insn& insn, Register reg, const IsaFacts& isa) {
  const Operand& to = insn.operands[0];
  if (reg == isa.stack_pointer && moves_eight_bytes(insn, isa))
    return CopyPlus{reg, insn.is(InsnClass::kPush) ? -8 : 8};
  if (insn.memory.base_update != BaseUpdate::kNone && reg == insn.memory.base)
    return moved_base(insn);
  if (insn.classes.has_any(InsnClass::kLoad | InsnClass::kCall | InsnClass::kPartialWrite |
                           InsnClass::kConditionalMove) ||
      !is_register(to, reg) || !keeps_its_number(reg, isa))
    return std::nullopt;
  const MemoryOperand& memory = insn.memory;
  if (insn.is(InsnClass::kLea)) {
    if (memory.index != kNoRegister || memory.base == kNoRegister || memory.address != kNoAddress)
      return std::nullopt;
    return CopyPlus{memory.base, memory.displacement};
  }
  const bool two = insn.operand_count == 2;
  const Operand& from = insn.operands[1];
  if (insn.classes.has_any(InsnClass::kMove | InsnClass::kExtend)) {
    // xchg writes both; an extension of a vector makes other lanes.
    if (!two || from.kind != OperandKind::kRegister || from.bits < 32 || from.written ||
        !keeps_its_number(from.reg, isa) ||
        (insn.is(InsnClass::kExtend) && !isa.general.contains(reg)))
      return std::nullopt;
    return CopyPlus{from.reg, 0};
  }
  switch (insn.operation) {
    case IntegerOperation::kIncrement: return CopyPlus{reg, 1};
    case IntegerOperation::kDecrement: return CopyPlus{reg, -1};
    case IntegerOperation::kAdd:
    case IntegerOperation::kSubtract: break;
    default: return std::nullopt;
  }
  const std::optional<Sources> sources = sources_of(insn);
  if (!sources || sources->second->kind != OperandKind::kImmediate ||
      sources->first->kind != OperandKind::kRegister || sources->first->bits < 32)
    return std::nullopt;
  const auto amount = static_cast<std::uint64_t>(insn.immediate);
  const bool adds = insn.operation == IntegerOperation::kAdd;
  return CopyPlus{sources->first->reg, static_cast<std::int64_t>(adds ? amount : -amount)};
}

LoopFlow::LoopFlow(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop)
    : function_(function),
      isa_(facts_of(function.isa)),
      cfg_(cfg),
      loops_(loops),
      loop_(loop),
      blocks_(loops.loops[loop].blocks),
      block_writes_(blocks_.size()),
      seen_(blocks_.size(), 0),
      steps_left_(kMaxSteps) {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = cfg_.blocks[blocks_[b]];
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      block_writes_[b] |= written_by(function_.insns[i], isa_);
      has_call_ |= function_.insns[i].is(InsnClass::kCall);
    }
    written_ |= block_writes_[b];
  }
}

std::uint32_t LoopFlow::local(BlockIndex block) const {
  const auto found = std::lower_bound(blocks_.begin(), blocks_.end(), block);
  return found != blocks_.end() && *found == block
             ? static_cast<std::uint32_t>(found - blocks_.begin())
             : kNoIndex;
}

// The last instruction of the block before `end` that writes `reg`.
std::uint32_t LoopFlow::last_write(BlockIndex block, std::uint32_t end, Register reg) const {
  for (std::uint32_t i = end; i-- > cfg_.blocks[block].first;) {
    if (steps_left_ != 0) --steps_left_;
    if (written_by(function_.insns[i], isa_).contains(reg)) return i;
  }
  return kNoIndex;
}

// Backwards from instruction `end` of `block` to the header. The block itself is
// searched again, as a whole, when a way of an inner loop leads back to it.
void LoopFlow::search(Register reg, BlockIndex block, std::uint32_t end,
                      Definitions& result) const {
  const auto add = [&](std::uint32_t insn) {
    if (std::find(result.insns.begin(), result.insns.end(), insn) == result.insns.end())
      result.insns.push_back(insn);
  };
  if (const std::uint32_t write = last_write(block, end, reg); write != kNoIndex) {
    add(write);
    return;
  }
  ++search_;
  work_.assign(1, block);
  while (!work_.empty()) {
    const BlockIndex b = work_.back();
    work_.pop_back();
    if (b == loop().header) {
      result.from_outside = true;
      continue;
    }
    if (steps_left_ == 0) {
      result.complete = false;
      return;
    }
    for (const BlockIndex p : cfg_.predecessors(b)) {
      // Padding before an aligned block seems to fall into it, but is of no loop.
      const std::uint32_t n = local(p);
      if (n == kNoIndex || seen_[n] == search_) continue;
      seen_[n] = search_;
      if (steps_left_ != 0) --steps_left_;
      if (block_writes_[n].contains(reg))
        add(last_write(p, cfg_.blocks[p].last + 1, reg));
      else
        work_.push_back(p);
    }
  }
}

Definitions LoopFlow::definitions(Register reg, std::uint32_t insn) const {
  Definitions result;
  if (written_.contains(reg))
    search(reg, cfg_.block_of_insn[insn], insn, result);
  else
    result.from_outside = true;
  return result;
}

Definitions LoopFlow::definitions_at_end(BlockIndex block, Register reg) const {
  Definitions result;
  if (written_.contains(reg))
    search(reg, block, cfg_.blocks[block].last + 1, result);
  else
    result.from_outside = true;
  return result;
}

Definitions LoopFlow::carried(Register reg) const {
  Definitions result;
  if (!written_.contains(reg)) {
    result.from_outside = true;
    return result;
  }
  for (const BlockIndex latch : loop().latches)
    search(reg, latch, cfg_.blocks[latch].last + 1, result);
  return result;
}

std::optional<Anchor> LoopFlow::follow(Register reg, std::uint32_t insn, int& links,
                                       std::vector<std::uint32_t>* passed) const {
  const std::optional<CopyPlus> copy = copy_plus(function_.insns[insn], reg, isa_);
  if (!copy) return Anchor{insn, reg, 0};
  if (passed != nullptr) passed->push_back(insn);
  std::optional<Anchor> found = follow(copy->from, definitions(copy->from, insn), links, passed);
  if (found) found->offset = wrapping_sum(found->offset, copy->constant);
  return found;
}

std::optional<Anchor> LoopFlow::follow(Register reg, const Definitions& from, int& links,
                                       std::vector<std::uint32_t>* passed) const {
  if (!from.complete || --links < 0) return std::nullopt;
  std::optional<Anchor> found;
  if (from.from_outside) found = Anchor{kNoIndex, reg, 0};
  for (const std::uint32_t insn : from.insns) {
    const std::optional<Anchor> one = follow(reg, insn, links, passed);
    if (!one || (found && *found != *one)) return std::nullopt;
    found = one;
  }
  return found;
}

std::optional<Anchor> LoopFlow::anchor(Register reg, std::uint32_t insn) const {
  int links = kMostLinks;
  return follow(reg, definitions(reg, insn), links, nullptr);
}

std::optional<Anchor> LoopFlow::anchor_at_end(BlockIndex block, Register reg,
                                              std::vector<std::uint32_t>* passed) const {
  int links = kMostLinks;
  return follow(reg, definitions_at_end(block, reg), links, passed);
}

// Blocks that every way from the header to a latch passes, outside inner loops:
// the common dominators of the latches in the graph of the loop alone.
void LoopFlow::find_blocks_of_every_iteration() const {
  const Loop& loop = loops_.loops[loop_];
  every_iteration_.assign(blocks_.size(), 0);
  Cfg inside;
  inside.blocks.resize(blocks_.size());
  inside.first_edge.assign(1, 0);
  const std::uint32_t header = local(loop.header);
  // The header becomes block 0, as dominators want it.
  const auto number = [&](std::uint32_t b) { return b == header ? 0 : b == 0 ? header : b; };
  inside.first_predecessor.assign(blocks_.size() + 1, 0);
  for (std::uint32_t n = 0; n < blocks_.size(); ++n) {
    for (const Edge& edge : cfg_.successors(blocks_[number(n)])) {
      const std::uint32_t to = local(edge.to);
      if (to == kNoIndex) continue;
      inside.edges.push_back({n, number(to), edge.kind});
      ++inside.first_predecessor[number(to) + 1];
    }
    inside.first_edge.push_back(static_cast<std::uint32_t>(inside.edges.size()));
  }
  for (std::size_t n = 0; n < blocks_.size(); ++n)
    inside.first_predecessor[n + 1] += inside.first_predecessor[n];
  std::vector<std::uint32_t> next(inside.first_predecessor.begin(),
                                  inside.first_predecessor.end() - 1);
  inside.predecessor_blocks.resize(inside.edges.size());
  for (const Edge& edge : inside.edges) inside.predecessor_blocks[next[edge.to]++] = edge.from;

  const std::vector<BlockIndex> idom = immediate_dominators(inside);
  std::vector<std::uint32_t> passed(blocks_.size(), 0);  // latches that a block dominates
  for (const BlockIndex latch : loop.latches) {
    std::uint32_t n = number(local(latch));
    while (idom[n] != kNoIndex) {
      ++passed[n];
      if (n == 0) break;
      n = idom[n];
    }
  }
  for (std::uint32_t n = 0; n < blocks_.size(); ++n) {
    const std::uint32_t b = number(n);
    every_iteration_[b] =
        passed[n] == loop.latches.size() && loops_.loop_of_block[blocks_[b]] == loop_;
  }
}

bool LoopFlow::every_iteration(BlockIndex block) const {
  if (every_iteration_.empty()) find_blocks_of_every_iteration();
  const std::uint32_t b = local(block);
  return b != kNoIndex && every_iteration_[b] != 0;
}

}  // namespace asmforge
