#include "graph/index_bound.h"

#include <algorithm>
#include <vector>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

// Compilers put the check next to the jump; hoisted ones lie some blocks away.
constexpr int kFarthest = 512;
// Larger than any table: a compare with it says nothing useful.
constexpr std::uint64_t kNoBound = 1u << 20;

// Where the index lives at the current point of the walk.
struct Places {
  RegisterSet registers;
  std::vector<MemoryOperand> memory;

  [[nodiscard]] bool none() const { return registers.empty() && memory.empty(); }
  [[nodiscard]] bool in_memory(const MemoryOperand& m) const {
    return std::any_of(memory.begin(), memory.end(), [&](const MemoryOperand& other) {
      return other.base == m.base && other.index == m.index && other.scale == m.scale &&
             other.segment == m.segment && other.displacement == m.displacement;
    });
  }
  [[nodiscard]] bool holds(const Operand& operand, const Insn& insn) const {
    if (operand.kind == OperandKind::kRegister)
      return !operand.high_byte && registers.contains(operand.reg);
    return operand.kind == OperandKind::kMemory && in_memory(insn.memory);
  }
};

// Entries allowed when `index CONDITION limit` held (or did not).
std::optional<std::uint64_t> entries_below(Condition condition, bool held, std::uint64_t limit) {
  switch (condition) {
    case Condition::kUnsignedGreater:
    case Condition::kSignedGreater: return held ? std::nullopt : std::optional(limit + 1);
    case Condition::kUnsignedGreaterEqual:
    case Condition::kSignedGreaterEqual: return held ? std::nullopt : std::optional(limit);
    case Condition::kUnsignedLess:
    case Condition::kSignedLess: return held ? std::optional(limit) : std::nullopt;
    case Condition::kUnsignedLessEqual:
    case Condition::kSignedLessEqual: return held ? std::optional(limit + 1) : std::nullopt;
    case Condition::kEqual: return held ? std::optional(limit + 1) : std::nullopt;
    case Condition::kNotEqual: return held ? std::nullopt : std::optional(limit + 1);
    default: return std::nullopt;
  }
}

class Walk {
 public:
  Walk(FlowView& flow, Register index) : flow_(flow) { places_.registers.insert(index); }
  std::optional<std::uint64_t> run(std::uint32_t at);

 private:
  // The one instruction before `i`, or kNoIndex; notes the jump that was passed.
  std::uint32_t back(std::uint32_t i);
  void compare(const Insn& insn);
  // False when the index was computed here and is known no further back.
  bool redefine(const Insn& insn);
  void narrow(std::optional<std::uint64_t> bound) {
    if (bound && *bound < kNoBound && *bound != 0) best_ = std::min(best_.value_or(*bound), *bound);
  }

  FlowView& flow_;
  Places places_;
  std::optional<std::uint64_t> best_;
  // A conditional jump that was passed and whose flags were not found yet.
  Condition pending_ = Condition::kNone;
  bool pending_held_ = false;
};

std::uint32_t Walk::back(std::uint32_t i) {
  const bool falls = flow_.falls_into(i);
  std::uint32_t from = falls ? i - 1 : kNoIndex;
  bool taken = false;
  if (flow_.is_target(i)) {
    const std::span<const DirectBranch> branches = flow_.branches_to(i);
    if (falls || branches.size() != 1) return kNoIndex;
    from = branches.front().source;
    taken = true;
  }
  if (from == kNoIndex) return kNoIndex;
  const Insn& insn = flow_.insn(from);
  if (insn.is(InsnClass::kConditional)) {
    pending_ = insn.condition;
    pending_held_ = taken;
  }
  return from;
}

void Walk::compare(const Insn& insn) {
  const Condition condition = pending_;
  pending_ = Condition::kNone;
  if (condition == Condition::kNone) return;
  const bool subtracts =
      insn.operation == IntegerOperation::kCompare || insn.operation == IntegerOperation::kSubtract;
  if (!subtracts || !insn.has_immediate || insn.operand_count != 2) return;
  // sub leaves index - limit in the register: its flags speak of the value before.
  if (insn.operation == IntegerOperation::kSubtract) return;
  if (!places_.holds(insn.operands[0], insn)) return;
  const std::uint16_t bits = insn.operands[0].bits;
  std::uint64_t limit = static_cast<std::uint64_t>(insn.immediate);
  if (bits != 0 && bits < 64) limit &= (std::uint64_t{1} << bits) - 1;
  narrow(entries_below(condition, pending_held_, limit));
}

bool Walk::redefine(const Insn& insn) {
  if (insn.is(InsnClass::kCall)) {
    places_.registers = places_.registers & x86_64::callee_saved();
    std::erase_if(places_.memory, [](const MemoryOperand& m) {
      return m.base != x86_64::kStackPointer && m.base != x86_64::kFramePointer;
    });
    return !places_.none();
  }
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  // A spill of the index: it lived in the stored register before.
  if (insn.is(InsnClass::kMove) && insn.is(InsnClass::kStore) && to.kind == OperandKind::kMemory &&
      from.kind == OperandKind::kRegister && places_.in_memory(insn.memory)) {
    places_.registers.insert(from.reg);
    return true;
  }
  // An address register that changes makes a place another one further back.
  std::erase_if(places_.memory, [&](const MemoryOperand& m) {
    return (m.base != kNoRegister && insn.writes.contains(m.base)) ||
           (m.index != kNoRegister && insn.writes.contains(m.index));
  });
  const RegisterSet lost = places_.registers & insn.writes;
  if (lost.empty()) return !places_.none();
  places_.registers = places_.registers - lost;
  const bool copies = insn.is(InsnClass::kMove) || insn.is(InsnClass::kExtend);
  if (copies && insn.operand_count == 2 && to.kind == OperandKind::kRegister &&
      lost.contains(to.reg)) {
    const bool from_memory = from.kind == OperandKind::kMemory;
    const unsigned bits = from_memory ? 8u * insn.memory.bytes : from.bits;
    // movzx of a byte selects at most 256 entries.
    if (insn.is(InsnClass::kExtend) && (bits == 8 || bits == 16)) narrow(std::uint64_t{1} << bits);
    if (from_memory)
      places_.memory.push_back(insn.memory);
    else if (from.kind == OperandKind::kRegister && !from.high_byte)
      places_.registers.insert(from.reg);
  } else if (copies && insn.operand_count < 2) {
    places_.registers |= lost & insn.reads;  // cdqe: rax from eax
  } else if (insn.operation == IntegerOperation::kAnd && insn.has_immediate &&
             insn.immediate >= 0) {
    narrow(static_cast<std::uint64_t>(insn.immediate) + 1);
  }
  return !places_.none();
}

std::optional<std::uint64_t> Walk::run(std::uint32_t at) {
  for (int steps = 0; steps < kFarthest && flow_.step(); ++steps) {
    at = back(at);
    if (at == kNoIndex) break;
    const Insn& insn = flow_.insn(at);
    if (insn.writes.contains(x86_64::kStatusFlags)) compare(insn);
    if (!redefine(insn)) break;
  }
  return best_;
}

}  // namespace

std::optional<std::uint64_t> index_bound(FlowView& flow, Register index, std::uint32_t at) {
  return Walk(flow, index).run(at);
}

}  // namespace asmforge
