#include "graph/pointer_origins.h"

#include <algorithm>
#include <optional>

#include "isa/isa.h"

namespace asmforge {
namespace {

// Values that are followed back from one memory operand.
constexpr std::size_t kMostUses = 256;

}  // namespace

PointerOrigins::PointerOrigins(const Function& function, const Cfg& cfg, const StackFrame& frame)
    : function_(function), frame_(frame), definitions_(function, cfg) {}

bool PointerOrigins::may_share(std::uint32_t one_insn, std::uint32_t other_insn) {
  const Origins one = find(one_insn);
  const Origins other = find(other_insn);
  if (!one.complete || !other.complete) return true;
  return std::any_of(one.all.begin(), one.all.end(), [&](const Origin& o) {
    return std::binary_search(other.all.begin(), other.all.end(), o);
  });
}

PointerOrigins::Origins PointerOrigins::find(std::uint32_t insn) {
  found_ = {};
  uses_.clear();
  follow(function_.insns[insn].memory, insn);
  for (std::size_t u = 0; u < uses_.size() && found_.complete; ++u) {
    const auto [at, reg] = uses_[u];
    const Definitions from = definitions_.of(reg, at);
    if (!from.complete || uses_.size() > kMostUses) found_.complete = false;
    if (from.from_outside) found_.all.push_back({Kind::kArgument, 0, reg});
    for (const std::uint32_t definition : from.insns) follow_definition(definition, reg);
  }
  std::sort(found_.all.begin(), found_.all.end());
  return std::move(found_);
}

void PointerOrigins::follow(const MemoryOperand& memory, std::uint32_t insn) {
  if (memory.address != kNoAddress) {
    found_.all.push_back({Kind::kObject, memory.address});
    return;
  }
  follow(memory.base, insn);
  // What is multiplied is no pointer.
  if (memory.scale == 1) follow(memory.index, insn);
}

void PointerOrigins::follow(Register reg, std::uint32_t insn) {
  const IsaFacts& isa = facts_of(function_.isa);
  if (!isa.general.contains(reg) || reg == isa.stack_pointer) return;
  const std::pair<std::uint32_t, Register> use{insn, reg};
  if (std::find(uses_.begin(), uses_.end(), use) == uses_.end()) uses_.push_back(use);
}

void PointerOrigins::follow_load(std::uint32_t insn, Register reg) {
  const MemoryOperand& memory = function_.insns[insn].memory;
  if (memory.address != kNoAddress)
    found_.all.push_back({Kind::kLoadedFrom, memory.address});
  else if (const std::optional<StackSlot> slot = frame_.slot(memory))
    found_.all.push_back(
        {Kind::kSpilledAt, static_cast<std::uint64_t>(slot->displacement), slot->base});
  else
    found_.all.push_back({Kind::kResult, insn, reg});
}

void PointerOrigins::follow_definition(std::uint32_t index, Register reg) {
  const Insn& insn = function_.insns[index];
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const auto is_result = [&] { found_.all.push_back({Kind::kResult, index, reg}); };
  // ldr x0, [x1], #8 moves x1 within what it points to.
  if (insn.memory.base_update != BaseUpdate::kNone && reg == insn.memory.base)
    return follow(reg, index);
  if (insn.classes.has_any(InsnClass::kCall | InsnClass::kPop | InsnClass::kString) ||
      to.kind != OperandKind::kRegister || to.reg != reg)
    return is_result();
  // Numbers are no pointers.
  if (to.bits < 64 || insn.is(InsnClass::kZeroIdiom) ||
      insn.classes.has_any(InsnClass::kExtend | InsnClass::kMultiply | InsnClass::kShift))
    return;
  if (insn.is(InsnClass::kLea)) return follow(insn.memory, index);
  if (insn.is(InsnClass::kMove) && insn.has_immediate) return;
  if (insn.is(InsnClass::kMove) && from.kind == OperandKind::kRegister && !from.written)
    return follow(from.reg, index);
  const bool adds = insn.classes.has_any(InsnClass::kAddSubtract | InsnClass::kLogic |
                                         InsnClass::kConditionalMove);
  if (insn.is(InsnClass::kLoad)) follow_load(index, reg);
  const bool subtracts = insn.operation == IntegerOperation::kSubtract;
  if (adds && insn.operand_count == 3 && !to.read) {
    // add x0, x1, x2; csel x0, x1, x2, eq
    const Operand& second = insn.operands[2];
    if (from.kind == OperandKind::kRegister) follow(from.reg, index);
    if (second.kind == OperandKind::kRegister && !subtracts) follow(second.reg, index);
  } else if (adds) {
    follow(reg, index);
    if (from.kind == OperandKind::kRegister && !subtracts) follow(from.reg, index);
  } else if (!insn.is(InsnClass::kLoad)) {
    is_result();
  }
}

}  // namespace asmforge
