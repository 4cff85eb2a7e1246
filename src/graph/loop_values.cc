#include "graph/loop_values.h"

#include <algorithm>
#include <utility>

#include "core/arithmetic.h"

namespace asmforge {
namespace {

// Chains of results longer than this are not followed.
constexpr int kDeepest = 64;

bool is_barrier(const Insn& insn) {
  return insn.classes.has_any(InsnClass::kAtomic | InsnClass::kFence | InsnClass::kSystem);
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

LoopValues::LoopValues(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop,
                       const StackFrame& frame, const Binary* binary)
    : function_(function), binary_(binary), frame_(frame), flow_(function, cfg, loops, loop) {
  flow_.for_each_insn([&](std::uint32_t i) {
    const Insn& insn = function_.insns[i];
    has_barrier_ |= is_barrier(insn);
    if (insn.is(InsnClass::kStore) && !insn.is(InsnClass::kCall)) stores_.push_back(i);
  });
}

LoopValues::Value LoopValues::advancing(std::optional<std::int64_t> step) {
  if (!step) return {ValueKind::kDerived, 0};
  return {*step == 0 ? ValueKind::kInvariant : ValueKind::kAffine, *step};
}

LoopValues::Value LoopValues::value(Register reg, std::uint32_t insn) const {
  if (reg == kNoRegister || reg == flow_.isa().program_counter || !flow_.written().contains(reg))
    return advancing(0);
  return value_of(flow_.definitions(reg, insn), flow_.anchor(reg, insn), reg);
}

LoopValues::Value LoopValues::value_at_end(BlockIndex block, Register reg) const {
  return value_of(flow_.definitions_at_end(block, reg), flow_.anchor_at_end(block, reg, nullptr),
                  reg);
}

LoopValues::Value LoopValues::value_of(const Definitions& definitions, std::optional<Anchor> anchor,
                                       Register reg) const {
  if (!definitions.complete) return {};
  // A constant added changes neither kind nor step.
  if (anchor && anchor->insn == kNoIndex) return at_begin(anchor->reg);
  if (anchor) return result(anchor->insn, anchor->reg);
  if (definitions.single()) return result(definitions.insns.front(), reg);
  // Which one it is depends on the way taken, so at best the value is derived.
  ValueKind kind = ValueKind::kDerived;
  if (definitions.from_outside) kind = std::max(kind, at_begin(reg).kind);
  for (const std::uint32_t insn : definitions.insns) kind = std::max(kind, result(insn, reg).kind);
  return {kind, 0};
}

// What `reg` holds after the instruction.
LoopValues::Value LoopValues::result(std::uint32_t insn, Register reg) const {
  const std::uint64_t key = std::uint64_t{insn} << 8 | reg;
  if (const auto known = results_.find(key); known != results_.end() && known->second.done)
    return known->second.value;
  Results& own = solving_ ? assumed_results_ : results_;
  if (depth_ == kDeepest) return {};
  // What an inner loop computes from itself is not followed.
  if (const auto [entry, fresh] = own.try_emplace(key); !fresh) return entry->second.value;
  ++depth_;
  const Value value = compute(insn, reg);
  --depth_;
  own[key] = {value, true};
  return value;
}

LoopValues::Value LoopValues::compute(std::uint32_t index, Register reg) const {
  const Insn& insn = function_.insns[index];
  if (insn.is(InsnClass::kCall) || is_barrier(insn)) return {};
  if (insn.is(InsnClass::kZeroIdiom)) return advancing(0);
  if (const std::optional<std::int64_t> step = step_made_by(index, reg)) return advancing(step);
  ValueKind kind = ValueKind::kInvariant;
  RegisterSet inputs = insn.reads;
  // cmov keeps what it does not overwrite; csel takes one of two others.
  const bool keeps = insn.is(InsnClass::kConditionalMove) && insn.operand_count < 3;
  if (keeps || insn.is(InsnClass::kPartialWrite)) inputs.insert(reg);
  inputs.for_each([&](Register input) { kind = std::max(kind, value(input, index).kind); });
  if (kind == ValueKind::kAffine) kind = ValueKind::kDerived;
  if (insn.is(InsnClass::kLoad)) kind = std::max(kind, loaded_kind(index));
  return {kind, 0};
}

// Of what is computed by sums of values that advance by constants.
std::optional<std::int64_t> LoopValues::step_made_by(std::uint32_t index, Register reg) const {
  const Insn& insn = function_.insns[index];
  if (const std::optional<CopyPlus> copy = copy_plus(insn, reg, flow_.isa()))
    return step(copy->from, index);
  const Operand& to = insn.operands[0];
  if (insn.classes.has_any(InsnClass::kCall | InsnClass::kLoad | InsnClass::kPartialWrite) ||
      to.kind != OperandKind::kRegister || to.reg != reg || to.bits < 32)
    return std::nullopt;
  if (insn.is(InsnClass::kLea)) return address_step(index);
  if (insn.operation == IntegerOperation::kNegate) {
    const Operand& negated = insn.operands[insn.operand_count == 2 ? 1 : 0];
    return scaled(step(negated.reg, index), -1);
  }
  const std::optional<Sources> sources = sources_of(insn);
  if (!sources || sources->first->kind != OperandKind::kRegister) return std::nullopt;
  const Register first = sources->first->reg;
  const Operand& second = *sources->second;
  switch (insn.operation) {
    case IntegerOperation::kAdd:
    case IntegerOperation::kSubtract: {
      if (second.kind != OperandKind::kRegister) return std::nullopt;
      const std::int64_t sign = insn.operation == IntegerOperation::kAdd ? 1 : -1;
      return add(step(first, index), scaled(step(second.reg, index), sign));
    }
    case IntegerOperation::kShiftLeft:
      if (!insn.has_immediate || insn.immediate < 0 || insn.immediate > 31) return std::nullopt;
      return scaled(step(first, index), std::int64_t{1} << insn.immediate);
    default: return std::nullopt;
  }
}

LoopValues::Value LoopValues::address(std::uint32_t insn) const {
  const MemoryOperand& memory = function_.insns[insn].memory;
  if (memory.address != kNoAddress) return advancing(0);
  const Value base = value(memory.base, insn);
  const Value index = value(memory.index, insn);
  if (base.advances_by_constant() && index.advances_by_constant())
    return advancing(add(base.step, scaled(index.step, memory.scale)));
  return {std::max({ValueKind::kDerived, base.kind, index.kind}), 0};
}

// What a register that the loop writes holds when an iteration begins.
LoopValues::Value LoopValues::at_begin(Register reg) const {
  const auto known = [&] {
    return std::find_if(at_begin_.begin(), at_begin_.end(),
                        [&](const AtBegin& a) { return a.reg == reg; });
  };
  if (known() == at_begin_.end()) {
    const std::optional<Induction> induction = induction_of(reg);
    at_begin_.push_back({reg,
                         induction ? advancing(induction->step) : Value{ValueKind::kDerived, 0},
                         induction.has_value()});
    changed_ = true;
  }
  if (!known()->final && !solving_) solve_at_begin();
  return known()->value;
}

// The least kinds that agree with what the latches leave behind: registers may
// depend on each other around the loop, so all begin as derived and rise.
void LoopValues::solve_at_begin() const {
  solving_ = true;
  const int depth = std::exchange(depth_, 0);
  do {
    changed_ = false;
    assumed_results_.clear();
    for (std::size_t i = 0; i < at_begin_.size(); ++i) {  // it grows meanwhile
      if (at_begin_[i].final) continue;
      const Register reg = at_begin_[i].reg;
      const ValueKind old = at_begin_[i].value.kind;
      ValueKind kind = old;
      for (const BlockIndex latch : flow_.loop().latches)
        kind = std::max(kind, value_at_end(latch, reg).kind);
      at_begin_[i].value.kind = kind;
      changed_ = changed_ || kind != old;
    }
  } while (changed_);
  for (AtBegin& a : at_begin_) a.final = true;
  for (const auto& [key, known] : assumed_results_)
    if (known.done) results_[key] = known;
  depth_ = depth;
  solving_ = false;
}

std::optional<Induction> LoopValues::induction_of(Register reg) const {
  std::optional<Induction> found;
  for (const BlockIndex latch : flow_.loop().latches) {
    std::vector<std::uint32_t> updates;
    const std::optional<Anchor> end = flow_.anchor_at_end(latch, reg, &updates);
    if (!end || !end->at_begin_of(reg) || (found && found->step != end->offset))
      return std::nullopt;
    if (!found) found = Induction{reg, end->offset, {}};
    found->updates.insert(found->updates.end(), updates.begin(), updates.end());
  }
  if (!found) return std::nullopt;
  std::sort(found->updates.begin(), found->updates.end());
  found->updates.erase(std::unique(found->updates.begin(), found->updates.end()),
                       found->updates.end());
  return found;
}

const std::vector<Induction>& LoopValues::inductions() const {
  if (inductions_known_) return inductions_;
  inductions_known_ = true;
  flow_.written().for_each([&](Register reg) {
    if (!flow_.isa().general.contains(reg)) return;
    if (std::optional<Induction> induction = induction_of(reg))
      inductions_.push_back(std::move(*induction));
  });
  return inductions_;
}

ValueKind LoopValues::kind(Register reg, std::uint32_t insn) const { return value(reg, insn).kind; }

std::optional<std::int64_t> LoopValues::step(Register reg, std::uint32_t insn) const {
  const Value v = value(reg, insn);
  return v.advances_by_constant() ? std::optional(v.step) : std::nullopt;
}

std::optional<std::int64_t> LoopValues::step(Register reg) const {
  if (!flow_.written().contains(reg)) return 0;
  const Value v = at_begin(reg);
  return v.advances_by_constant() ? std::optional(v.step) : std::nullopt;
}

ValueKind LoopValues::address_kind(std::uint32_t insn) const { return address(insn).kind; }

std::optional<std::int64_t> LoopValues::address_step(std::uint32_t insn) const {
  if (!function_.insns[insn].memory.present) return std::nullopt;
  const Value v = address(insn);
  return v.advances_by_constant() ? std::optional(v.step) : std::nullopt;
}

ValueKind LoopValues::loaded_kind(std::uint32_t index) const {
  const Insn& insn = function_.insns[index];
  if (!insn.memory.present || address_kind(index) != ValueKind::kInvariant)
    return ValueKind::kLoaded;
  if (is_read_only(insn.memory)) return ValueKind::kInvariant;
  switch (clobber_of(index).kind) {
    case Clobber::kNone: return ValueKind::kInvariant;
    case Clobber::kMay: return ValueKind::kReloaded;
    case Clobber::kCertain:
    case Clobber::kOpaque: break;
  }
  return ValueKind::kLoaded;
}

}  // namespace asmforge
