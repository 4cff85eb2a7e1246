#include "graph/stack_frame.h"

#include <algorithm>
#include <limits>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

// A frame pointer is set up among the first instructions or not at all.
constexpr std::size_t kPrologue = 32;
// Any address of the frame may have been made.
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::min();

// mov rbp, rsp; lea rbp, [rsp + 128]
bool sets_frame_pointer(const Insn& insn) {
  const Operand& to = insn.operands[0];
  if (to.kind != OperandKind::kRegister || to.reg != x86_64::kFramePointer || to.bits != 64)
    return false;
  if (insn.is(InsnClass::kLea))
    return insn.memory.base == x86_64::kStackPointer && insn.memory.index == kNoRegister;
  return insn.is(InsnClass::kMove) && insn.operand_count == 2 &&
         insn.operands[1].kind == OperandKind::kRegister &&
         insn.operands[1].reg == x86_64::kStackPointer;
}

// Where a frame is made or left: its registers are computed from each other.
bool moves_frame(const Insn& insn, bool has_frame_pointer) {
  if (insn.classes.has_any(InsnClass::kPush | InsnClass::kPop | InsnClass::kCall |
                           InsnClass::kReturn | InsnClass::kCompare))
    return true;
  const Operand& to = insn.operands[0];
  if (to.kind != OperandKind::kRegister || !to.written) return false;
  if (to.reg == x86_64::kStackPointer) return true;
  // lea rbp, [rsp + 16] may as well make the address of a local.
  return has_frame_pointer && sets_frame_pointer(insn) && insn.is(InsnClass::kMove);
}

}  // namespace

StackFrame::StackFrame(const Function& function) : function_(function) {
  const std::size_t prologue = std::min(kPrologue, function.insns.size());
  has_frame_pointer_ = std::any_of(function.insns.begin(),
                                   function.insns.begin() + static_cast<std::ptrdiff_t>(prologue),
                                   sets_frame_pointer);
}

bool StackFrame::is_frame_register(Register reg) const {
  return reg == x86_64::kStackPointer || (has_frame_pointer_ && reg == x86_64::kFramePointer);
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
    (base == x86_64::kStackPointer ? taken_by_stack_pointer_ : taken_by_frame_pointer_)
        .push_back(displacement);
  };
  for (const Insn& insn : function_.insns) {
    if (moves_frame(insn, has_frame_pointer_)) continue;
    if (insn.is(InsnClass::kLea)) {
      if (is_frame_register(insn.memory.base)) note(insn.memory.base, insn.memory.displacement);
      if (is_frame_register(insn.memory.index)) note(insn.memory.index, kAll);
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
  const bool by_stack_pointer = slot.base == x86_64::kStackPointer;
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
