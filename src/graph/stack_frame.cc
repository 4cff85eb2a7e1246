#include "graph/stack_frame.h"

#include <algorithm>
#include <limits>

#include "isa/isa.h"

namespace asmforge {
namespace {

// A frame pointer is set up among the first instructions or not at all.
constexpr std::size_t kPrologue = 32;
// Any address of the frame may have been made.
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::min();

// add x0, sp, #16; sub x0, x29, #8: from the frame's register, by the immediate.
bool offsets(const Insn& insn) {
  return (insn.operation == IntegerOperation::kAdd ||
          insn.operation == IntegerOperation::kSubtract) &&
         insn.has_immediate && insn.operand_count == 3 &&
         insn.operands[1].kind == OperandKind::kRegister;
}

// mov rbp, rsp; lea rbp, [rsp + 128]; add x29, sp, #16
bool sets_frame_pointer(const Insn& insn, const IsaFacts& isa) {
  const Operand& to = insn.operands[0];
  if (to.kind != OperandKind::kRegister || to.reg != isa.frame_pointer || to.bits != 64)
    return false;
  if (insn.is(InsnClass::kLea))
    return insn.memory.base == isa.stack_pointer && insn.memory.index == kNoRegister;
  const bool copies = insn.is(InsnClass::kMove) && insn.operand_count == 2;
  return (copies || offsets(insn)) && insn.operands[1].kind == OperandKind::kRegister &&
         insn.operands[1].reg == isa.stack_pointer;
}

// Where a frame is made or left: its registers are computed from each other.
bool moves_frame(const Insn& insn, bool has_frame_pointer, const IsaFacts& isa) {
  if (insn.classes.has_any(InsnClass::kPush | InsnClass::kPop | InsnClass::kCall |
                           InsnClass::kReturn | InsnClass::kCompare))
    return true;
  // stp x29, x30, [sp, #-32]!: both are the caller's.
  if (insn.is(InsnClass::kStore) && insn.reads.contains(isa.link_register) &&
      insn.reads.contains(isa.frame_pointer))
    return true;
  const Operand& to = insn.operands[0];
  if (to.kind != OperandKind::kRegister || !to.written) return false;
  if (to.reg == isa.stack_pointer) return true;
  // lea rbp, [rsp + 16] may as well make the address of a local.
  return has_frame_pointer && sets_frame_pointer(insn, isa) && insn.is(InsnClass::kMove);
}

}  // namespace

StackFrame::StackFrame(const Function& function)
    : function_(function), isa_(facts_of(function.isa)) {
  const std::size_t prologue = std::min(kPrologue, function.insns.size());
  has_frame_pointer_ = std::any_of(
      function.insns.begin(), function.insns.begin() + static_cast<std::ptrdiff_t>(prologue),
      [&](const Insn& insn) { return sets_frame_pointer(insn, isa_); });
}

bool StackFrame::is_frame_register(Register reg) const {
  return reg == isa_.stack_pointer || (has_frame_pointer_ && reg == isa_.frame_pointer);
}

bool StackFrame::contains(const MemoryOperand& memory) const {
  return memory.present && memory.segment == kNoRegister && is_frame_register(memory.base);
}

std::optional<StackSlot> StackFrame::slot(const MemoryOperand& memory) const {
  if (!contains(memory) || memory.index != kNoRegister || memory.bytes == 0) return std::nullopt;
  return StackSlot{memory.base, memory.displacement, memory.bytes};
}

void StackFrame::find_taken_addresses() const {
  taken_known_ = true;
  const auto note = [&](Register base, std::int64_t displacement) {
    (base == isa_.stack_pointer ? taken_by_stack_pointer_ : taken_by_frame_pointer_)
        .push_back(displacement);
  };
  for (const Insn& insn : function_.insns) {
    if (moves_frame(insn, has_frame_pointer_, isa_)) continue;
    if (insn.is(InsnClass::kLea)) {
      if (is_frame_register(insn.memory.base)) note(insn.memory.base, insn.memory.displacement);
      if (is_frame_register(insn.memory.index)) note(insn.memory.index, kAll);
      continue;
    }
    if (offsets(insn) && is_frame_register(insn.operands[1].reg)) {
      const bool adds = insn.operation == IntegerOperation::kAdd;
      note(insn.operands[1].reg, adds ? insn.immediate : -insn.immediate);
      continue;
    }
    for (std::uint8_t o = 0; o < insn.operand_count; ++o) {
      const Operand& operand = insn.operands[o];
      if (operand.kind != OperandKind::kRegister || !operand.read ||
          !is_frame_register(operand.reg))
        continue;
      note(operand.reg, insn.is(InsnClass::kMove) ? 0 : kAll);
    }
  }
  std::sort(taken_by_stack_pointer_.begin(), taken_by_stack_pointer_.end());
  std::sort(taken_by_frame_pointer_.begin(), taken_by_frame_pointer_.end());
}

Exposure StackFrame::exposure(const StackSlot& slot) const {
  if (!taken_known_) find_taken_addresses();
  const bool by_stack_pointer = slot.base == isa_.stack_pointer;
  const auto& taken = by_stack_pointer ? taken_by_stack_pointer_ : taken_by_frame_pointer_;
  const auto& others = by_stack_pointer ? taken_by_frame_pointer_ : taken_by_stack_pointer_;
  const auto end = slot.displacement + std::int64_t{slot.bytes};
  const auto below_end = std::lower_bound(taken.begin(), taken.end(), end);
  if (below_end != taken.begin() && *std::prev(below_end) >= slot.displacement)
    return Exposure::kTaken;
  // How far rsp and rbp are apart is not followed.
  return below_end != taken.begin() || !others.empty() ? Exposure::kUnclear : Exposure::kNone;
}

}  // namespace asmforge
