#include "graph/jump_target.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "core/arithmetic.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// How many copies, additions and loads may lie between the table and the jump.
constexpr int kDeepest = 8;
// Different places that may set a register; more are a variable, not a constant.
constexpr std::size_t kMostDefinitions = 256;

using Value = std::optional<TargetValue>;

Value constant(std::int64_t value, bool anchored) {
  TargetValue v;
  v.constant = value;
  v.anchored = anchored;
  return v;
}

Value symbol(Register reg, std::uint32_t at) {
  TargetValue v;
  v.symbol = reg;
  v.symbol_at = at;
  v.scale = 1;
  return v;
}

class Evaluator {
 public:
  Evaluator(FlowView& flow, bool only_constants) : flow_(flow), only_constants_(only_constants) {}

  Value before(Register reg, std::uint32_t at, int depth);
  Value address(const MemoryOperand& memory, std::uint32_t at, int depth);
  Value loaded(const Insn& insn, std::uint32_t at, bool is_signed, int depth);

 private:
  // `insn` gives `reg` its value.
  struct Definition {
    std::uint32_t insn = 0;
    Register reg = kNoRegister;
    friend bool operator==(const Definition&, const Definition&) = default;
  };
  // Both: false when there are too many or the value comes from outside.
  bool definitions(Register reg, std::uint32_t at, std::vector<Definition>& found);
  bool search(Register reg, std::uint32_t at, std::vector<Definition>& found);
  Value defined(std::uint32_t definition, Register reg, int depth);
  Value plus_entry(std::uint32_t definition, int depth);
  Value sum(const Value& a, const Value& b);

  FlowView& flow_;
  bool only_constants_;  // of several definitions, those that are no constants do not count
  std::vector<std::uint32_t> work_;
};

// The register that a plain copy of all 64 bits takes its value from.
Register copied_from(const Insn& insn) {
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const bool copies = insn.is(InsnClass::kMove) && insn.operand_count == 2 &&
                      to.kind == OperandKind::kRegister && to.bits == 64 &&
                      from.kind == OperandKind::kRegister && from.bits == 64;
  return copies ? from.reg : kNoRegister;
}

// Looks through copies: a base that is kept elsewhere around a call and copied
// back comes from itself otherwise.
bool Evaluator::definitions(Register reg, std::uint32_t at, std::vector<Definition>& found) {
  std::vector<Definition> asked = {{at, reg}};  // values wanted before an instruction
  for (std::size_t next = 0; next < asked.size(); ++next) {
    const std::size_t before_search = found.size();
    if (!search(asked[next].reg, asked[next].insn, found)) return false;
    for (std::size_t i = before_search; i < found.size();) {
      const Register source = copied_from(flow_.insn(found[i].insn));
      if (source == kNoRegister) {
        ++i;
        continue;
      }
      const Definition copy{found[i].insn, source};
      found.erase(found.begin() + static_cast<std::ptrdiff_t>(i));
      if (std::find(asked.begin(), asked.end(), copy) != asked.end()) continue;
      if (asked.size() == kMostDefinitions) return false;
      asked.push_back(copy);
    }
  }
  return true;
}

bool Evaluator::search(Register reg, std::uint32_t at, std::vector<Definition>& found) {
  flow_.start_search();
  work_.clear();
  work_.push_back(at);
  // A register that is read was not clobbered by the calls before (the callee is
  // known to leave it alone, or that way cannot be gone), and at the entry only
  // arguments mean anything.
  const bool returned = flow_.isa().return_registers.contains(reg);
  const bool argument = flow_.isa().argument_registers.contains(reg);
  while (!work_.empty()) {
    const std::uint32_t i = work_.back();
    work_.pop_back();
    if (i == 0 && argument) return false;
    const auto arrive = [&](std::uint32_t from) {
      if (!flow_.step()) return false;
      const Insn& insn = flow_.insn(from);
      const bool writes = insn.is(InsnClass::kCall) ? returned : insn.writes.contains(reg);
      if (writes) {
        const Definition definition{from, reg};
        if (std::find(found.begin(), found.end(), definition) != found.end()) return true;
        found.push_back(definition);
        return found.size() <= kMostDefinitions;
      }
      if (flow_.visit(from)) work_.push_back(from);
      return true;
    };
    if (flow_.falls_into(i) && !arrive(i - 1)) return false;
    if (!flow_.is_target(i)) continue;
    for (const DirectBranch& branch : flow_.branches_to(i))
      if (!arrive(branch.source)) return false;
  }
  return true;
}

Value Evaluator::sum(const Value& a, const Value& b) {
  if (!a || !b) return std::nullopt;
  if (a->unreached || b->unreached) return a->unreached ? a : b;
  if (!a->is_constant() && !b->is_constant()) return std::nullopt;
  TargetValue result = a->is_constant() ? *b : *a;
  result.constant = static_cast<std::int64_t>(static_cast<std::uint64_t>(a->constant) +
                                              static_cast<std::uint64_t>(b->constant));
  result.anchored = a->anchored || b->anchored;
  return result;
}

// base + index * scale + displacement, with at most one of them no constant.
Value Evaluator::address(const MemoryOperand& memory, std::uint32_t at, int depth) {
  if (memory.segment != kNoRegister) return std::nullopt;
  if (memory.address != kNoAddress)
    return constant(static_cast<std::int64_t>(memory.address), true);
  Value result = constant(memory.displacement, memory.base == kNoRegister);
  if (memory.base != kNoRegister) {
    Value base = before(memory.base, at, depth + 1);
    if (!base || base->unreached) return base;
    // With an index, a base that is no constant may still be the scaled index
    // and the index the constant: (%rax,%rdx) with the table in rdx.
    result = sum(result, base);
  }
  if (memory.index != kNoRegister && result && result->is_constant()) {
    TargetValue scaled;
    scaled.symbol = memory.index;
    scaled.symbol_at = at;
    scaled.scale = memory.scale;
    return sum(result, scaled);
  }
  if (memory.index != kNoRegister && result && memory.scale == 1)
    return sum(result, before(memory.index, at, depth + 1));
  if (memory.index != kNoRegister) return std::nullopt;
  return result;
}

Value Evaluator::loaded(const Insn& insn, std::uint32_t at, bool is_signed, int depth) {
  const std::uint16_t bytes = insn.memory.bytes;
  const bool narrow = bytes == 1 || bytes == 2;
  if (narrow && bytes < flow_.isa().narrowest_table_entry) return std::nullopt;
  if (!narrow && bytes != 4 && bytes != 8) return std::nullopt;
  if (insn.memory.base_update != BaseUpdate::kNone || insn.operand_count > 2) return std::nullopt;
  const Value where = address(insn.memory, at, depth);
  if (!where || where->load_bytes != 0) return std::nullopt;
  if (where->unreached) return where;
  TargetValue value = *where;
  value.load_address = where->constant;
  value.constant = 0;
  value.load_bytes = static_cast<std::uint8_t>(bytes);
  value.load_signed = is_signed;
  return value;
}

// add x0, x1, w0, sxtb #2; add x10, x10, x11, lsl #2: a base and an entry that counts
// instructions.
Value Evaluator::plus_entry(std::uint32_t definition, int depth) {
  const Insn& insn = flow_.insn(definition);
  const Operand& base = insn.operands[1];
  const Operand& scaled = insn.operands[2];
  Value entry = before(scaled.reg, definition, depth + 1);
  if (!entry || entry->unreached) return entry;
  if (entry->load_bytes == 0 || entry->constant != 0 || entry->load_shift != 0) return std::nullopt;
  const std::int64_t factor =
      insn.is(InsnClass::kLea) ? insn.memory.scale : std::int64_t{1} << (insn.immediate & 63);
  if (!std::has_single_bit(static_cast<std::uint64_t>(factor))) return std::nullopt;
  if (scaled.bits == 8 * entry->load_bytes)
    entry->load_signed = scaled.sign_extended;
  else if (scaled.bits < 8 * entry->load_bytes)
    return std::nullopt;
  entry->load_shift =
      static_cast<std::uint8_t>(std::countr_zero(static_cast<std::uint64_t>(factor)));
  return sum(before(base.reg, definition, depth + 1), entry);
}

Value Evaluator::defined(std::uint32_t definition, Register reg, int depth) {
  const Insn& insn = flow_.insn(definition);
  if (insn.is(InsnClass::kCall) || insn.is(InsnClass::kConditionalMove)) return std::nullopt;
  const Operand& to = insn.operands[0];
  const Operand& from = insn.operands[1];
  const bool adds_scaled = insn.is(InsnClass::kAddSubtract) && insn.operand_count == 3 &&
                           insn.operands[2].kind == OperandKind::kRegister &&
                           insn.classes.has_any(InsnClass::kLea | InsnClass::kExtend);
  if (adds_scaled && to.reg == reg) {
    if (const Value value = plus_entry(definition, depth)) return value;
    if (insn.is(InsnClass::kExtend)) return std::nullopt;
  }
  if (insn.is(InsnClass::kLea)) return address(insn.memory, definition, depth);
  if (insn.is(InsnClass::kZeroIdiom) && flow_.isa().general.contains(reg))
    return constant(0, false);
  if (insn.is(InsnClass::kMove) && !insn.is(InsnClass::kPartialWrite)) {
    if (insn.operand_count != 2 || to.kind != OperandKind::kRegister || to.reg != reg)
      return std::nullopt;
    if (from.kind == OperandKind::kMemory) return loaded(insn, definition, false, depth);
    if (from.kind == OperandKind::kImmediate)
      return constant(to.bits == 32
                          ? static_cast<std::int64_t>(static_cast<std::uint32_t>(insn.immediate))
                          : insn.immediate,
                      true);
    if (from.kind == OperandKind::kRegister) {
      Value value = before(from.reg, definition, depth + 1);
      if (to.bits == 32 && value && value->is_constant()) value->constant &= 0xffffffff;
      return value;
    }
    return std::nullopt;
  }
  if (insn.is(InsnClass::kExtend)) {
    if (insn.memory.present)
      return loaded(insn, definition, insn.memory.bytes >= 4 || from.sign_extended, depth);
    // movsxd rax, eax; cdqe writes rax from eax without naming it.
    const Register source = insn.operand_count == 2 ? from.reg : reg;
    const std::uint16_t bits = insn.operand_count == 2 ? from.bits : 32;
    if (bits != 32 || source == kNoRegister) return std::nullopt;
    Value value = before(source, definition, depth + 1);
    if (value && value->load_bytes == 4 && value->constant == 0) value->load_signed = true;
    return value;
  }
  if (insn.operation == IntegerOperation::kAdd && to.kind == OperandKind::kRegister &&
      to.reg == reg && to.bits == 64) {
    const std::optional<Sources> sources = sources_of(insn);
    if (!sources || sources->first->kind != OperandKind::kRegister) return std::nullopt;
    const Operand& second = *sources->second;
    const Value left = before(sources->first->reg, definition, depth + 1);
    if (second.kind == OperandKind::kImmediate) return sum(left, constant(insn.immediate, false));
    if (second.kind == OperandKind::kRegister)
      return sum(left, before(second.reg, definition, depth + 1));
    if (second.kind == OperandKind::kMemory)
      return sum(left, loaded(insn, definition, false, depth));
  }
  return std::nullopt;
}

// Entries of one table, chosen in different places.
bool same_table(const TargetValue& a, const TargetValue& b) {
  return a.is_table() && b.is_table() && a.load_address == b.load_address &&
         a.constant == b.constant && a.load_bytes == b.load_bytes &&
         a.load_signed == b.load_signed && a.load_shift == b.load_shift && a.scale == b.scale;
}

// The value of `reg` before instruction `at`; the symbol itself when it has no
// simpler form.
Value Evaluator::before(Register reg, std::uint32_t at, int depth) {
  if (depth > kDeepest) return std::nullopt;
  std::vector<Definition> found;
  if (!definitions(reg, at, found)) return symbol(reg, at);
  if (found.empty()) {
    Value nowhere = symbol(reg, at);
    nowhere->unreached = true;
    return nowhere;
  }
  Value common;
  for (const Definition& definition : found) {
    const Value value = defined(definition.insn, definition.reg, depth);
    if (found.size() == 1) return value ? value : symbol(reg, at);
    // Handlers of a computed goto are reached once its table is known.
    if (value && value->unreached) continue;
    const bool counts = value && (!only_constants_ || (value->is_constant() && value->anchored));
    if (!counts && only_constants_) continue;
    if (!counts) return symbol(reg, at);
    if (!common) {
      common = value;
    } else if (value->is_constant() && common->is_constant()) {
      if (common->constant != value->constant) return symbol(reg, at);
    } else if (same_table(*common, *value)) {
      common->symbol = kNoRegister;  // any entry: several indices have no common bound
    } else {
      return symbol(reg, at);
    }
  }
  return common && (common->is_constant() || common->is_table()) ? common : symbol(reg, at);
}

}  // namespace

std::optional<TargetValue> evaluate_jump_target(FlowView& flow, std::uint32_t jump,
                                                bool only_constants) {
  Evaluator evaluator(flow, only_constants);
  const Insn& insn = flow.insn(jump);
  Value value;
  if (insn.memory.present) value = evaluator.loaded(insn, jump, false, 0);
  // Of braa x0, x1 the second authenticates the first.
  if (insn.operand_count != 0 && insn.operands[0].kind == OperandKind::kRegister)
    value = evaluator.before(insn.operands[0].reg, jump, 0);
  return value && !value->unreached ? value : std::nullopt;
}

}  // namespace asmforge
