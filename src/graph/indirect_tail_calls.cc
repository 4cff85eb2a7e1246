#include "graph/indirect_tail_calls.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

// Bytes between the stack pointer and the return address: 0 at the entry.
using Height = std::optional<std::int64_t>;

struct StackEffect {
  Height height;            // after the instruction
  bool takes_down = false;  // gives frame memory back
};

StackEffect after(const Insn& insn, Height before, Height& frame) {
  using x86_64::kFramePointer;
  using x86_64::kStackPointer;
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const bool sets_frame = insn.is(InsnClass::kMove) && to.kind == OperandKind::kRegister &&
                          to.reg == kFramePointer && from.kind == OperandKind::kRegister &&
                          from.reg == kStackPointer;
  if (sets_frame) frame = before;
  if (!insn.writes.contains(kStackPointer) || insn.is(InsnClass::kCall)) return {before, false};
  const bool leaves = insn.writes.contains(kFramePointer) && !insn.is(InsnClass::kPop);
  if (leaves) return {frame ? Height(*frame - 8) : std::nullopt, true};
  if (!before) return {std::nullopt, false};
  const auto slot = [&] { return to.bits == 16 ? 2 : 8; };
  if (insn.is(InsnClass::kPush)) return {*before + slot(), false};
  if (insn.is(InsnClass::kPop)) return {*before - slot(), true};
  const bool to_stack_pointer = to.kind == OperandKind::kRegister && to.reg == kStackPointer;
  if (to_stack_pointer && insn.has_immediate) {
    if (insn.operation == IntegerOperation::kAdd)
      return {*before - insn.immediate, insn.immediate > 0};
    if (insn.operation == IntegerOperation::kSubtract)
      return {*before + insn.immediate, insn.immediate < 0};
  }
  const bool plain_lea =
      insn.is(InsnClass::kLea) && to_stack_pointer && insn.memory.index == kNoRegister;
  if (plain_lea && insn.memory.base == kStackPointer)
    return {*before - insn.memory.displacement, insn.memory.displacement > 0};
  if (plain_lea && insn.memory.base == kFramePointer && frame)
    return {*frame - insn.memory.displacement, true};
  if (insn.is(InsnClass::kMove) && to_stack_pointer && from.kind == OperandKind::kRegister &&
      from.reg == kFramePointer)
    return {frame, true};
  return {std::nullopt, false};
}

}  // namespace

void find_indirect_tail_calls(const Function& function, Cfg& cfg) {
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
      const StackEffect effect = after(function.insns[i], height, frame);
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
