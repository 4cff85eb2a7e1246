#include "graph/invariance.h"

#include <algorithm>
#include <limits>

#include "graph/dominators.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

// Chains of copies and sums longer than this are not followed.
constexpr int kDeepest = 24;
// A frame pointer is set up among the first instructions or not at all.
constexpr std::size_t kPrologue = 32;

bool sets_frame_pointer(const Insn& insn) {
  return insn.is(InsnClass::kMove) && insn.operand_count == 2 &&
         insn.operands[0].kind == OperandKind::kRegister &&
         insn.operands[0].reg == x86_64::kFramePointer &&
         insn.operands[1].kind == OperandKind::kRegister &&
         insn.operands[1].reg == x86_64::kStackPointer;
}

// The result depends on the registers read and on nothing else.
bool computes(const Insn& insn) {
  return !insn.classes.has_any(InsnClass::kLoad | InsnClass::kCall | InsnClass::kAtomic |
                               InsnClass::kSystem | InsnClass::kString | InsnClass::kPush |
                               InsnClass::kPop);
}

// What an instruction adds to `reg`, when that is all it does to it.
std::optional<std::int64_t> constant_added(const Insn& insn, Register reg) {
  const Operand& to = insn.operands[0];
  if (to.kind != OperandKind::kRegister || to.reg != reg || to.bits < 32) return std::nullopt;
  switch (insn.operation) {
    case IntegerOperation::kIncrement: return 1;
    case IntegerOperation::kDecrement: return -1;
    case IntegerOperation::kAdd:
      if (insn.has_immediate && insn.operand_count == 2) return insn.immediate;
      return std::nullopt;
    case IntegerOperation::kSubtract:
      if (insn.has_immediate && insn.operand_count == 2 &&
          insn.immediate != std::numeric_limits<std::int64_t>::min())
        return -insn.immediate;
      return std::nullopt;
    default: break;
  }
  if (insn.is(InsnClass::kLea) && insn.memory.base == reg && insn.memory.index == kNoRegister)
    return insn.memory.displacement;
  return std::nullopt;
}

std::optional<std::int64_t> add(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  std::int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

std::optional<std::int64_t> scaled(std::optional<std::int64_t> a, std::int64_t factor) {
  std::int64_t product = 0;
  if (!a || __builtin_mul_overflow(*a, factor, &product)) return std::nullopt;
  return product;
}

}  // namespace

RegisterSet written_by(const Insn& insn) {
  if (!insn.is(InsnClass::kCall)) return insn.writes;
  RegisterSet writes = insn.writes | x86_64::call_clobbered();
  writes.erase(x86_64::kStackPointer);
  writes.erase(x86_64::kShadowStack);
  writes.erase(x86_64::kRip);
  return writes;
}

LoopValues::LoopValues(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop)
    : function_(function),
      cfg_(cfg),
      loops_(loops),
      loop_(loop),
      blocks_(loops.loops[loop].blocks) {
  block_writes_.resize(blocks_.size());
  first_insn_.resize(blocks_.size() + 1);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = cfg_.blocks[blocks_[b]];
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      block_writes_[b] |= written_by(function_.insns[i]);
      has_call_ |= function_.insns[i].is(InsnClass::kCall);
    }
    written_ |= block_writes_[b];
    first_insn_[b + 1] = first_insn_[b] + block.last - block.first + 1;
  }
  answers_.assign(first_insn_.back(), Answer::kUnknown);
  const std::size_t prologue = std::min(kPrologue, function_.insns.size());
  has_frame_pointer_ = std::any_of(function_.insns.begin(),
                                   function_.insns.begin() + static_cast<std::ptrdiff_t>(prologue),
                                   sets_frame_pointer);
  find_blocks_of_every_iteration();
  find_inductions();
}

std::uint32_t LoopValues::local(BlockIndex block) const {
  const auto found = std::lower_bound(blocks_.begin(), blocks_.end(), block);
  return found != blocks_.end() && *found == block
             ? static_cast<std::uint32_t>(found - blocks_.begin())
             : kNoIndex;
}

// Blocks that every way from the header to a latch passes, outside inner loops:
// the common dominators of the latches in the graph of the loop alone.
void LoopValues::find_blocks_of_every_iteration() {
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

bool LoopValues::every_iteration(BlockIndex block) const {
  const std::uint32_t b = local(block);
  return b != kNoIndex && every_iteration_[b] != 0;
}

void LoopValues::find_inductions() {
  RegisterSet spoiled;  // written in another way, or not once per iteration
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = cfg_.blocks[blocks_[b]];
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const Insn& insn = function_.insns[i];
      written_by(insn).for_each([&](Register reg) {
        if (!x86_64::is_general(reg) || spoiled.contains(reg)) return;
        const std::optional<std::int64_t> added = constant_added(insn, reg);
        auto known = std::find_if(inductions_.begin(), inductions_.end(),
                                  [&](const Induction& known) { return known.reg == reg; });
        const std::optional<std::int64_t> total =
            add(added, known == inductions_.end() ? 0 : known->step);
        if (every_iteration_[b] == 0 || !total) {
          spoiled.insert(reg);
          if (known != inductions_.end()) inductions_.erase(known);
          return;
        }
        if (known == inductions_.end()) known = inductions_.insert(known, Induction{reg, 0, {}});
        known->step = *total;
        known->updates.push_back(i);
      });
    }
  }
}

// Backwards from instruction `end` of `block` to the header.
void LoopValues::search(Register reg, BlockIndex block, std::uint32_t end,
                        Definitions& result) const {
  const BlockIndex header = loops_.loops[loop_].header;
  // False when the way goes on before the block.
  const auto found_in = [&](BlockIndex b, std::uint32_t before) {
    for (std::uint32_t i = before; i-- > cfg_.blocks[b].first;) {
      if (!written_by(function_.insns[i]).contains(reg)) continue;
      if (std::find(result.insns.begin(), result.insns.end(), i) == result.insns.end())
        result.insns.push_back(i);
      return true;
    }
    return false;
  };
  if (found_in(block, end)) return;
  std::vector<std::uint8_t> seen(blocks_.size(), 0);
  std::vector<BlockIndex> work = {block};
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    if (b == header) {
      result.from_outside = true;
      continue;
    }
    for (const BlockIndex p : cfg_.predecessors(b)) {
      const std::uint32_t n = local(p);
      if (n == kNoIndex || seen[n] != 0) continue;
      seen[n] = 1;
      if (block_writes_[n].contains(reg) && found_in(p, cfg_.blocks[p].last + 1)) continue;
      work.push_back(p);
    }
  }
}

LoopValues::Definitions LoopValues::definitions(Register reg, std::uint32_t insn) const {
  Definitions result;
  if (written_.contains(reg))
    search(reg, cfg_.block_of_insn[insn], insn, result);
  else
    result.from_outside = true;
  return result;
}

LoopValues::Definitions LoopValues::carried(Register reg) const {
  Definitions result;
  if (!written_.contains(reg)) {
    result.from_outside = true;
    return result;
  }
  for (const BlockIndex latch : loops_.loops[loop_].latches)
    search(reg, latch, cfg_.blocks[latch].last + 1, result);
  return result;
}

bool LoopValues::pure_and_invariant(std::uint32_t definition, int depth) const {
  const std::uint32_t b = local(cfg_.block_of_insn[definition]);
  if (b == kNoIndex) return false;
  const Insn& insn = function_.insns[definition];
  Answer& answer =
      answers_[first_insn_[b] + definition - cfg_.blocks[cfg_.block_of_insn[definition]].first];
  if (answer == Answer::kYes || answer == Answer::kNo) return answer == Answer::kYes;
  if (answer == Answer::kAsked || depth > kDeepest) return false;  // depends on itself
  answer = Answer::kAsked;
  bool good = computes(insn) || insn.is(InsnClass::kZeroIdiom);
  if (!good && insn.is(InsnClass::kMove) && insn.is(InsnClass::kLoad)) {
    // A reload of a value that was spilled before the loop.
    const std::optional<StackSlot> slot = stack_slot(insn.memory);
    good = slot && unchanged_slot(*slot);
  }
  if (good && !insn.is(InsnClass::kZeroIdiom))
    insn.reads.for_each(
        [&](Register reg) { good = good && invariant(reg, definition, depth + 1); });
  answer = good ? Answer::kYes : Answer::kNo;
  return good;
}

bool LoopValues::invariant(Register reg, std::uint32_t insn, int depth) const {
  if (reg == x86_64::kRip || !written_.contains(reg)) return true;
  const Definitions found = definitions(reg, insn);
  return !found.from_outside && found.insns.size() == 1 &&
         pure_and_invariant(found.insns.front(), depth);
}

bool LoopValues::invariant(Register reg, std::uint32_t insn) const {
  return invariant(reg, insn, 0);
}

bool LoopValues::invariant_address(std::uint32_t insn) const {
  const MemoryOperand& memory = function_.insns[insn].memory;
  if (!memory.present) return false;
  if (memory.address != kNoAddress) return true;
  const auto fixed = [&](Register reg) { return reg == kNoRegister || invariant(reg, insn, 0); };
  return fixed(memory.base) && fixed(memory.index);
}

std::optional<std::int64_t> LoopValues::step(Register reg) const {
  if (!written_.contains(reg)) return 0;
  const auto known = std::find_if(inductions_.begin(), inductions_.end(),
                                  [&](const Induction& i) { return i.reg == reg; });
  return known == inductions_.end() ? std::nullopt : std::optional(known->step);
}

std::optional<std::int64_t> LoopValues::step_of_sum(const MemoryOperand& memory, std::uint32_t insn,
                                                    int depth) const {
  if (memory.address != kNoAddress) return 0;
  std::optional<std::int64_t> total = 0;
  if (memory.base != kNoRegister) total = add(total, step(memory.base, insn, depth + 1));
  if (memory.index != kNoRegister)
    total = add(total, scaled(step(memory.index, insn, depth + 1), memory.scale));
  return total;
}

std::optional<std::int64_t> LoopValues::step_made_by(std::uint32_t definition, Register reg,
                                                     int depth) const {
  const Insn& insn = function_.insns[definition];
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  if (insn.classes.has_any(InsnClass::kCall | InsnClass::kLoad | InsnClass::kConditionalMove) ||
      to.kind != OperandKind::kRegister || to.reg != reg || to.bits < 32)
    return std::nullopt;
  if (insn.is(InsnClass::kLea)) return step_of_sum(insn.memory, definition, depth);
  const bool two = insn.operand_count == 2;
  if ((insn.is(InsnClass::kMove) || insn.is(InsnClass::kExtend)) && two &&
      from.kind == OperandKind::kRegister && from.bits >= 32)
    return step(from.reg, definition, depth + 1);
  const std::optional<std::int64_t> old = step(reg, definition, depth + 1);
  switch (insn.operation) {
    case IntegerOperation::kIncrement:
    case IntegerOperation::kDecrement: return old;
    case IntegerOperation::kAdd:
    case IntegerOperation::kSubtract: {
      if (!two) return std::nullopt;
      if (from.kind == OperandKind::kImmediate) return old;
      if (from.kind != OperandKind::kRegister) return std::nullopt;
      const std::optional<std::int64_t> other = step(from.reg, definition, depth + 1);
      return add(old, scaled(other, insn.operation == IntegerOperation::kAdd ? 1 : -1));
    }
    case IntegerOperation::kNegate: return scaled(old, -1);
    case IntegerOperation::kShiftLeft:
      if (!two || !insn.has_immediate || insn.immediate < 0 || insn.immediate > 31)
        return std::nullopt;
      return scaled(old, std::int64_t{1} << insn.immediate);
    default: return std::nullopt;
  }
}

std::optional<std::int64_t> LoopValues::step(Register reg, std::uint32_t insn, int depth) const {
  if (depth > kDeepest) return std::nullopt;
  if (const std::optional<std::int64_t> known = step(reg)) return known;
  if (invariant(reg, insn, depth)) return 0;
  const Definitions found = definitions(reg, insn);
  if (found.from_outside || found.insns.size() != 1) return std::nullopt;
  return step_made_by(found.insns.front(), reg, depth);
}

std::optional<std::int64_t> LoopValues::step(Register reg, std::uint32_t insn) const {
  return step(reg, insn, 0);
}

std::optional<std::int64_t> LoopValues::address_step(std::uint32_t insn) const {
  const MemoryOperand& memory = function_.insns[insn].memory;
  if (!memory.present) return std::nullopt;
  return step_of_sum(memory, insn, 0);
}

std::optional<StackSlot> LoopValues::stack_slot(const MemoryOperand& memory) const {
  const bool on_stack = memory.base == x86_64::kStackPointer ||
                        (memory.base == x86_64::kFramePointer && has_frame_pointer_);
  if (!memory.present || !on_stack || memory.index != kNoRegister ||
      memory.segment != kNoRegister || memory.bytes == 0)
    return std::nullopt;
  return StackSlot{memory.base, memory.displacement, memory.bytes};
}

// The lowest address of the frame that is taken anywhere; what lies above it may
// belong to an object that others know.
void LoopValues::find_taken_addresses() const {
  taken_known_ = true;
  const auto note = [&](Register base, std::int64_t displacement) {
    std::int64_t& lowest = base == x86_64::kStackPointer ? lowest_taken_rsp_ : lowest_taken_rbp_;
    lowest = std::min(lowest, displacement);
  };
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::min();
  for (const Insn& insn : function_.insns) {
    const Operand& to = insn.operands[0];
    const bool to_frame = to.kind == OperandKind::kRegister &&
                          (to.reg == x86_64::kStackPointer || to.reg == x86_64::kFramePointer);
    if (to_frame) continue;  // the frame itself is made or left
    if (insn.is(InsnClass::kLea)) {
      const Register base = insn.memory.base;
      if (base == x86_64::kStackPointer || (base == x86_64::kFramePointer && has_frame_pointer_))
        note(base, insn.memory.index == kNoRegister ? insn.memory.displacement : kAll);
    } else if (insn.is(InsnClass::kMove) && to.kind == OperandKind::kRegister &&
               insn.operands[1].kind == OperandKind::kRegister) {
      const Register from = insn.operands[1].reg;
      if (from == x86_64::kStackPointer || (from == x86_64::kFramePointer && has_frame_pointer_))
        note(from, 0);
    }
  }
}

bool LoopValues::unchanged_slot(const StackSlot& slot) const {
  if (written_.contains(slot.base)) return false;
  if (!taken_known_) find_taken_addresses();
  const bool by_rsp = slot.base == x86_64::kStackPointer;
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  if (slot.displacement + std::int64_t{slot.bytes} >
      (by_rsp ? lowest_taken_rsp_ : lowest_taken_rbp_))
    return false;
  // How far rsp and rbp are apart is not followed.
  if ((by_rsp ? lowest_taken_rbp_ : lowest_taken_rsp_) != kNone) return false;
  for (const BlockIndex b : blocks_) {
    const Block& block = cfg_.blocks[b];
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const Insn& insn = function_.insns[i];
      if (!insn.is(InsnClass::kStore) || insn.is(InsnClass::kPush) || !insn.memory.present)
        continue;
      const bool in_frame = insn.memory.base == x86_64::kStackPointer ||
                            (insn.memory.base == x86_64::kFramePointer && has_frame_pointer_);
      if (!in_frame) continue;
      const std::optional<StackSlot> other = stack_slot(insn.memory);
      if (!other || other->base != slot.base || other->overlaps(slot)) return false;
    }
  }
  return true;
}

LoopValues analyse_loop_values(const Function& function, const Cfg& cfg, const Loops& loops,
                               LoopIndex loop) {
  return {function, cfg, loops, loop};
}

}  // namespace asmforge
