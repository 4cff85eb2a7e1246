#include "graph/indirect_tail_calls.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "isa/isa.h"

namespace asmforge {
namespace {

// Bytes between the stack pointer and the return address: 0 at the entry.
using Height = std::optional<std::int64_t>;

struct StackEffect {
  Height height;            // after the instruction
  bool takes_down = false;  // gives frame memory back
};

// stp x29, x30, [sp, #-32]!; ldp x29, x30, [sp], #32
StackEffect after_base_update(const Insn& insn, Height before) {
  const bool first = insn.memory.base_update == BaseUpdate::kBefore;
  if (!before || (!first && !insn.has_immediate)) return {std::nullopt, false};
  const std::int64_t up = first ? insn.memory.displacement : insn.immediate;
  return {*before - up, up > 0};
}

// sub sp, sp, #32; add sp, x29, #16
StackEffect after_offset(const Insn& insn, Height base) {
  if (!base || !insn.has_immediate) return {std::nullopt, false};
  if (insn.operation == IntegerOperation::kAdd) return {*base - insn.immediate, insn.immediate > 0};
  return {*base + insn.immediate, insn.immediate < 0};
}

StackEffect after(const Insn& insn, const IsaFacts& isa, Height before, Height& frame) {
  const Register frame_pointer = isa.frame_pointer;
  const Register stack_pointer = isa.stack_pointer;
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const bool from_stack_pointer = from.kind == OperandKind::kRegister && from.reg == stack_pointer;
  const bool to_frame_pointer = to.kind == OperandKind::kRegister && to.reg == frame_pointer;
  const bool offsets =
      insn.operand_count == 3 && !to.read &&
      (insn.operation == IntegerOperation::kAdd || insn.operation == IntegerOperation::kSubtract);
  if (insn.is(InsnClass::kMove) && to_frame_pointer && from_stack_pointer) frame = before;
  if (offsets && to_frame_pointer && from_stack_pointer) frame = after_offset(insn, before).height;
  if (!insn.writes.contains(stack_pointer) || insn.is(InsnClass::kCall)) return {before, false};
  if (insn.memory.base_update != BaseUpdate::kNone) return after_base_update(insn, before);
  if (offsets && to.reg == stack_pointer) {
    if (from_stack_pointer) return after_offset(insn, before);
    const bool by_frame = from.kind == OperandKind::kRegister && from.reg == frame_pointer;
    return {after_offset(insn, by_frame ? frame : std::nullopt).height, by_frame};
  }
  const bool leaves = insn.writes.contains(frame_pointer) && !insn.is(InsnClass::kPop);
  if (leaves) return {frame ? Height(*frame - 8) : std::nullopt, true};
  if (!before) return {std::nullopt, false};
  const auto slot = [&] { return to.bits == 16 ? 2 : 8; };
  if (insn.is(InsnClass::kPush)) return {*before + slot(), false};
  if (insn.is(InsnClass::kPop)) return {*before - slot(), true};
  const bool to_stack_pointer = to.kind == OperandKind::kRegister && to.reg == stack_pointer;
  if (to_stack_pointer && insn.has_immediate) {
    if (insn.operation == IntegerOperation::kAdd)
      return {*before - insn.immediate, insn.immediate > 0};
    if (insn.operation == IntegerOperation::kSubtract)
      return {*before + insn.immediate, insn.immediate < 0};
  }
  const bool plain_lea =
      insn.is(InsnClass::kLea) && to_stack_pointer && insn.memory.index == kNoRegister;
  if (plain_lea && insn.memory.base == stack_pointer)
    return {*before - insn.memory.displacement, insn.memory.displacement > 0};
  if (plain_lea && insn.memory.base == frame_pointer && frame)
    return {*frame - insn.memory.displacement, true};
  if (insn.is(InsnClass::kMove) && to_stack_pointer && from.kind == OperandKind::kRegister &&
      from.reg == frame_pointer)
    return {frame, true};
  return {std::nullopt, false};
}

}  // namespace

void find_indirect_tail_calls(const Function& function, Cfg& cfg) {
  const IsaFacts& isa = facts_of(function.isa);
  const std::size_t count = cfg.blocks.size();
  const bool all_explained = std::all_of(cfg.blocks.begin(), cfg.blocks.end(),
                                         [](const Block& b) { return b.reachable || b.padding; });
  struct State {
    Height height;
    Height frame;
    bool seen = false;
  };
  std::vector<State> at(count);
  std::vector<BlockIndex> work = {0};
  at[0] = {0, std::nullopt, true};
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    Block& block = cfg.blocks[b];
    Height height = at[b].height;
    Height frame = at[b].frame;
    bool taken_down = false;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const StackEffect effect = after(function.insns[i], isa, height, frame);
      height = effect.height;
      taken_down |= effect.takes_down;
    }
    const Insn& last = function.insns[block.last];
    if (block.exit == BlockExit::kUnresolved && last.target == kNoAddress && height == 0 &&
        last.memory.index == kNoRegister && (taken_down || all_explained)) {
      block.exit = BlockExit::kTailCall;
      --cfg.unresolved_jumps;
    }
    for (const Edge& edge : cfg.successors(b)) {
      if (at[edge.to].seen) continue;
      // A landing pad runs on the frame of the function, at a height we know
      // only from the blocks around it.
      at[edge.to] = {height, frame, true};
      work.push_back(edge.to);
    }
  }
}

}  // namespace asmforge
