#include "graph/index_bound.h"

#include <algorithm>
#include <vector>

#include "core/arithmetic.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// Compilers put the check next to the jump; hoisted ones lie some blocks away.
constexpr int kFarthest = 512;
// Joins of several ways that the walk goes through, and ways at each.
constexpr int kMostJoins = 3;
constexpr std::size_t kMostWays = 4;
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
  std::optional<std::uint64_t> run(std::uint32_t at, int joins);
  [[nodiscard]] std::uint64_t width() const { return width_; }

 private:
  // What one instruction on the way back says. False when the index is not known
  // before it.
  bool pass(std::uint32_t i, bool taken);
  std::optional<std::uint64_t> at_join(std::uint32_t i, int joins);
  void compare(const Insn& insn);
  // False when the index was computed here and is known no further back.
  bool redefine(const Insn& insn);
  void narrow(std::optional<std::uint64_t> bound) {
    if (bound && *bound < kNoBound && *bound != 0) best_ = std::min(best_.value_or(*bound), *bound);
  }

  FlowView& flow_;
  Places places_;
  // A register that was compared and is not known to hold the index; it may turn
  // out to be a copy of it:  mov rcx, rax; sub rcx, 11; ja default; jmp [8*rax + table]
  struct Compared {
    Register reg = kNoRegister;
    std::optional<std::uint64_t> entries;
  };
  void follow_compared(const Insn& insn);
  Compared compared_;
  std::optional<std::uint64_t> best_;
  std::uint64_t width_ = kNoBound;  // what extensions on the way allow
  // A conditional jump that was passed and whose flags were not found yet.
  Condition pending_ = Condition::kNone;
  bool pending_held_ = false;
};

bool Walk::pass(std::uint32_t i, bool taken) {
  const Insn& insn = flow_.insn(i);
  if (insn.is(InsnClass::kConditional)) {
    pending_ = insn.condition;
    pending_held_ = taken;
  }
  follow_compared(insn);
  if (insn.writes.contains(flow_.isa().status_flags)) compare(insn);
  if (!redefine(insn)) return false;
  if (places_.registers.contains(compared_.reg)) {
    narrow(compared_.entries);
    compared_ = {};
  }
  return true;
}

// Back to where the compared register was copied from.
void Walk::follow_compared(const Insn& insn) {
  if (compared_.reg == kNoRegister || !insn.writes.contains(compared_.reg)) return;
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const bool copies = insn.is(InsnClass::kMove) && insn.operand_count == 2 &&
                      to.kind == OperandKind::kRegister && to.reg == compared_.reg;
  if (copies && from.kind == OperandKind::kRegister && !from.high_byte) {
    compared_.reg = from.reg;
    return;
  }
  if (copies && from.kind == OperandKind::kMemory && places_.in_memory(insn.memory))
    narrow(compared_.entries);
  compared_ = {};
}

void Walk::compare(const Insn& insn) {
  const Condition condition = pending_;
  pending_ = Condition::kNone;
  if (condition == Condition::kNone) return;
  const bool subtracts =
      insn.operation == IntegerOperation::kCompare || insn.operation == IntegerOperation::kSubtract;
  const std::optional<Sources> sources = sources_of(insn);
  if (!subtracts || !insn.has_immediate || !sources) return;
  const Operand& index = *sources->first;
  const std::uint16_t bits = index.bits;
  std::uint64_t limit = static_cast<std::uint64_t>(insn.immediate);
  if (bits != 0 && bits < 64) limit &= (std::uint64_t{1} << bits) - 1;
  const std::optional<std::uint64_t> entries = entries_below(condition, pending_held_, limit);
  // sub leaves the difference behind; its flags speak of the value before.
  if (insn.operation == IntegerOperation::kCompare && places_.holds(index, insn))
    narrow(entries);
  else if (index.kind == OperandKind::kRegister && !index.high_byte)
    compared_ = {index.reg, entries};
}

bool Walk::redefine(const Insn& insn) {
  if (insn.is(InsnClass::kCall)) {
    // What is read afterwards was not clobbered; only results come from the call.
    places_.registers = places_.registers - flow_.isa().return_registers;
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
    if (insn.is(InsnClass::kExtend) && (bits == 8 || bits == 16))
      width_ = std::min(width_, std::uint64_t{1} << bits);
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

// Several ways lead to `i`: the table is as long as the longest of them allows.
std::optional<std::uint64_t> Walk::at_join(std::uint32_t i, int joins) {
  const std::span<const DirectBranch> branches = flow_.branches_to(i);
  if (joins == 0 || branches.size() > kMostWays) return best_;
  std::uint64_t longest = 0;
  const auto follow = [&](std::uint32_t from, bool taken) {
    Walk way = *this;
    std::optional<std::uint64_t> bound = way.best_;
    if (way.pass(from, taken)) bound = way.run(from, joins - 1);
    longest = std::max(longest, bound.value_or(kNoBound));
  };
  if (flow_.falls_into(i)) follow(i - 1, false);
  for (const DirectBranch& branch : branches) follow(branch.source, true);
  narrow(longest);
  return best_;
}

std::optional<std::uint64_t> Walk::run(std::uint32_t at, int joins) {
  for (int steps = 0; steps < kFarthest && flow_.step(); ++steps) {
    const bool falls = flow_.falls_into(at);
    const std::size_t jumps = flow_.is_target(at) ? flow_.branches_to(at).size() : 0;
    if (jumps + (falls ? 1 : 0) == 0) break;
    if (jumps + (falls ? 1 : 0) > 1) return at_join(at, joins);
    at = falls ? at - 1 : flow_.branches_to(at).front().source;
    if (!pass(at, !falls)) break;
  }
  return best_;
}

}  // namespace

IndexBound index_bound(FlowView& flow, Register index, std::uint32_t at) {
  if (index == kNoRegister) return {};
  Walk walk(flow, index);
  const std::optional<std::uint64_t> checked = walk.run(at, kMostJoins);
  if (checked && *checked <= walk.width()) return {IndexBound::Kind::kChecked, *checked};
  if (walk.width() < kNoBound) return {IndexBound::Kind::kWidth, walk.width()};
  return {};
}

}  // namespace asmforge
