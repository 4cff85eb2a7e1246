#include "graph/register_renaming.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "isa/isa.h"

namespace asmforge {
namespace {

constexpr std::size_t kRegisters = 128;
constexpr Register kNothingKnown = 0xfe;  // only one build wrote it
constexpr Register kUnseen = 0xfc;        // in code that no known way leads to
constexpr Register kLost = 0xfd;          // what it stood for was overwritten, or ways disagree

// A walk over the rows repeats until the states where ways join stay; code of
// compilers takes 2 to 5 times.
constexpr int kMaxWalks = 64;

using RegisterPair = std::pair<Register, Register>;  // before, after

struct PairedOperands {
  std::array<RegisterPair, 8> reads;   // 5 operands, base, index, segment
  std::array<RegisterPair, 6> writes;  // 5 operands, a base that moves
  std::size_t read_count = 0;
  std::size_t write_count = 0;
  [[nodiscard]] std::span<const RegisterPair> all_reads() const {
    return std::span(reads).first(read_count);
  }
  [[nodiscard]] std::span<const RegisterPair> all_writes() const {
    return std::span(writes).first(write_count);
  }
};

// Registers in the same place of two instructions of the same form.
PairedOperands pair_operands(const Insn& before, const Insn& after) {
  PairedOperands pairs;
  const bool idiom = before.is(InsnClass::kZeroIdiom) && after.is(InsnClass::kZeroIdiom);
  for (std::size_t i = 0; i < std::min(before.operand_count, after.operand_count); ++i) {
    const Operand& b = before.operands[i];
    const Operand& a = after.operands[i];
    if (b.kind != OperandKind::kRegister || a.kind != OperandKind::kRegister) continue;
    // A partial write keeps bits that nobody asked for (setcc, cvtsi2sd).
    const bool only_kept = b.written && before.is(InsnClass::kPartialWrite);
    if (b.read && !idiom && !only_kept) pairs.reads[pairs.read_count++] = {b.reg, a.reg};
    if (b.written) pairs.writes[pairs.write_count++] = {b.reg, a.reg};
    if (!b.read && !b.written && b.reg != a.reg) pairs.reads[pairs.read_count++] = {b.reg, a.reg};
  }
  const auto address_register = [&](Register b, Register a) {
    if (b != kNoRegister || a != kNoRegister) pairs.reads[pairs.read_count++] = {b, a};
  };
  if (before.memory.present && after.memory.present) {
    address_register(before.memory.base, after.memory.base);
    address_register(before.memory.index, after.memory.index);
    address_register(before.memory.segment, after.memory.segment);
    if (before.memory.base_update != BaseUpdate::kNone &&
        after.memory.base_update != BaseUpdate::kNone)
      pairs.writes[pairs.write_count++] = {before.memory.base, after.memory.base};
  }
  return pairs;
}

// What an instruction reads or writes without naming it.
RegisterSet unnamed(const Insn& insn, RegisterSet used) {
  for (std::size_t i = 0; i < insn.operand_count; ++i) {
    if (insn.operands[i].kind == OperandKind::kRegister) used.erase(insn.operands[i].reg);
  }
  if (insn.memory.present) {
    used.erase(insn.memory.base);
    used.erase(insn.memory.index);
  }
  return used;
}

bool is_register(Register r) { return r < kRegisters; }

// What is known of one side's registers besides what they stand for.
struct SideState {
  RegisterSet entry_value;  // callee-saved ones that still hold the caller's value
  RegisterSet defined;      // since the entry or the last call, on some way
  RegisterSet unread;       // since they were written, on some way
  bool join(const SideState& o) {
    const SideState joined = {entry_value & o.entry_value, defined | o.defined, unread | o.unread};
    const bool changed = !(joined.entry_value == entry_value && joined.defined == defined &&
                           joined.unread == unread);
    *this = joined;
    return changed;
  }
};

struct State {
  std::array<Register, kRegisters> to_after;
  std::array<Register, kRegisters> to_before;
  SideState before;
  SideState after;

  static State at_entry(const RegisterRules& rules) {
    State state;
    for (std::size_t r = 0; r < kRegisters; ++r)
      state.to_after[r] = state.to_before[r] = static_cast<Register>(r);
    for (SideState* side : {&state.before, &state.after}) {
      side->entry_value = rules.callee_saved;
      for (const Register r : rules.integer_arguments) side->defined.insert(r);
      for (const Register r : rules.vector_arguments) side->defined.insert(r);
    }
    return state;
  }
  static State unknown() {
    State state;
    state.to_after.fill(kUnseen);
    state.to_before.fill(kUnseen);
    return state;
  }

  static bool join(std::array<Register, kRegisters>& into,
                   const std::array<Register, kRegisters>& from) {
    bool changed = false;
    for (std::size_t r = 0; r < kRegisters; ++r) {
      if (into[r] == from[r] || into[r] == kLost) continue;
      const bool one_sided =
          from[r] != kLost && (into[r] == kNothingKnown || from[r] == kNothingKnown);
      const Register joined = one_sided ? kNothingKnown : kLost;
      changed |= joined != into[r];
      into[r] = joined;
    }
    return changed;
  }
  bool join(const State& o) {
    bool changed = join(to_after, o.to_after);
    changed |= join(to_before, o.to_before);
    changed |= before.join(o.before);
    changed |= after.join(o.after);
    return changed;
  }

  // Ends what a register stood for; its partner becomes `partner_becomes`.
  void forget_before(Register r, Register partner_becomes) {
    if (is_register(to_after[r])) to_before[to_after[r]] = partner_becomes;
    to_after[r] = kNothingKnown;
    written(before, r);
  }
  void forget_after(Register r, Register partner_becomes) {
    if (is_register(to_before[r])) to_after[to_before[r]] = partner_becomes;
    to_before[r] = kNothingKnown;
    written(after, r);
  }
  void bind(Register b, Register a) {
    to_after[b] = a;
    to_before[a] = b;
  }

 private:
  static void written(SideState& side, Register r) {
    side.entry_value.erase(r);
    side.defined.insert(r);
    side.unread.insert(r);
  }
};

class Matcher {
 public:
  Matcher(std::span<const DiffRow> rows, const Function& before, const Function& after,
          const RowFlow& flow, const RegisterRules& rules)
      : rows_(rows), before_(before), after_(after), flow_(flow), rules_(rules) {}

  // nullopt when the states do not settle.
  std::optional<RegisterAgreement> run() {
    slot_of_row_.assign(rows_.size() + 1, kNoIndex);
    for (const RowEdge& edge : flow_.edges) {
      if (slot_of_row_[edge.to] == kNoIndex)
        slot_of_row_[edge.to] = static_cast<std::uint32_t>(joins_++);
    }
    states_.assign(joins_, std::nullopt);
    int walks = 0;
    while (walk()) {
      if (++walks == kMaxWalks) return std::nullopt;
    }
    reporting_ = true;
    agreement_.mismatches.assign(rows_.size(), 0);
    walk();
    return finish();
  }

 private:
  // One pass over all rows; true when the state at some join changed.
  bool walk() {
    bool changed = false;
    std::optional<State> state = State::at_entry(rules_);
    auto edge = flow_.edges.begin();
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
      changed |= enter(row, state);
      if (!state && reporting_) state = State::unknown();
      if (state) step(row, *state);
      for (; edge != flow_.edges.end() && edge->from == row; ++edge) {
        if (state && !reporting_) changed |= join_into(states_[slot_of_row_[edge->to]], *state);
      }
      if (!flow_.falls_through[row]) state.reset();
    }
    return changed;
  }

  // Joins what comes from the row above with what jumps here.
  bool enter(std::uint32_t row, std::optional<State>& state) {
    const std::uint32_t slot = slot_of_row_[row];
    if (slot == kNoIndex) return false;
    const bool changed = state && !reporting_ && join_into(states_[slot], *state);
    state = states_[slot];
    return changed;
  }

  static bool join_into(std::optional<State>& into, const State& from) {
    if (into) return into->join(from);
    into = from;
    return true;
  }

  void step(std::uint32_t row, State& state) {
    const DiffRow& r = rows_[row];
    const Insn* before = r.before == kNoIndex ? nullptr : &before_.insns[r.before];
    const Insn* after = r.after == kNoIndex ? nullptr : &after_.insns[r.after];
    if (before != nullptr && after != nullptr && r.kind != DiffRowKind::kReplaced) {
      const PairedOperands pairs = pair_operands(*before, *after);
      std::uint32_t mismatches = read_operands(*before, *after, pairs, state);
      mismatches += read_unnamed(*before, *after, state);
      mismatches += leave(row, *before, state);
      if (reporting_) report(row, mismatches, pairs);
      write_both(*before, *after, pairs, state);
      return;
    }
    if (before != nullptr)
      written_by(*before).for_each([&](Register w) { state.forget_before(w, kNothingKnown); });
    if (after != nullptr)
      written_by(*after).for_each([&](Register w) { state.forget_after(w, kNothingKnown); });
    if (before != nullptr && after != nullptr) bind_only_results(*before, *after, state);
  }

  bool agrees(Register b, Register a, State& state) const {
    if (!is_register(b) || !is_register(a)) return b == a;
    if (!rules_.tracked.contains(b) || !rules_.tracked.contains(a)) return b == a;
    state.before.unread.erase(b);
    state.after.unread.erase(a);
    if (state.to_after[b] == a) return true;
    if (state.to_after[b] == kUnseen && state.to_before[a] == kUnseen) {
      state.bind(b, a);
      return true;
    }
    const bool before_free = state.to_after[b] == kNothingKnown;
    const bool after_free = state.to_before[a] == kNothingKnown;
    if (!before_free && !after_free) return false;
    if (before_free && after_free) state.bind(b, a);  // reported once, then believed
    return b == a;
  }

  std::uint32_t read_operands(const Insn& before, const Insn& after, const PairedOperands& pairs,
                              State& state) const {
    if (saves_entry_value(before, state.before) && saves_entry_value(after, state.after)) return 0;
    std::uint32_t mismatches = 0;
    for (const auto& [b, a] : pairs.all_reads()) mismatches += agrees(b, a, state) ? 0 : 1;
    // Untracked registers are never renamed, so writing them counts too.
    for (const auto& [b, a] : pairs.all_writes()) {
      if (b != a && !(rules_.tracked.contains(b) && rules_.tracked.contains(a))) ++mismatches;
    }
    return mismatches;
  }

  // push rbx, mov [rsp + 8], rbx, or stp x19, x20, [sp, #16], of registers that the caller owns:
  // which one is saved is the allocator's choice, and the restore writes it anew.
  bool saves_entry_value(const Insn& insn, const SideState& side) const {
    const bool push = insn.is(InsnClass::kPush);
    const bool store = insn.is(InsnClass::kStore) && insn.is(InsnClass::kMove) &&
                       insn.memory.present && rules_.stack_bases.contains(insn.memory.base) &&
                       insn.memory.index == kNoRegister;
    if (!push && !store) return false;
    bool any = false;
    for (std::size_t i = 0; i < insn.operand_count; ++i) {
      const Operand& value = insn.operands[i];
      if (value.kind != OperandKind::kRegister) continue;
      if (!side.entry_value.contains(value.reg)) return false;
      any = true;
    }
    return any;
  }

  std::uint32_t read_unnamed(const Insn& before, const Insn& after, State& state) const {
    std::uint32_t mismatches = 0;
    const RegisterSet both =
        (unnamed(before, before.reads) | unnamed(after, after.reads)) & rules_.tracked;
    both.for_each([&](Register r) { mismatches += agrees(r, r, state) ? 0 : 1; });
    return mismatches;
  }

  // Calls, tail calls and returns hand registers over by convention: 1 when one
  // of them does not agree.
  std::uint32_t leave(std::uint32_t row, const Insn& insn, const State& state) const {
    if (insn.is(InsnClass::kCall) || flow_.tail_call[row])
      return arguments_agree(state, rules_.integer_arguments) &&
                     arguments_agree(state, rules_.vector_arguments)
                 ? 0
                 : 1;
    if (!insn.is(InsnClass::kReturn)) return 0;
    bool agree = true;
    (rules_.results | (rules_.weak_results & (state.before.unread | state.after.unread)))
        .for_each([&](Register r) { agree &= holds_the_same(state, r); });
    return agree ? 0 : 1;
  }

  static bool holds_the_same(const State& state, Register r) {
    const auto open = [](Register partner) {
      return partner == kNothingKnown || partner == kUnseen;
    };
    return state.to_after[r] == r || open(state.to_after[r]) || open(state.to_before[r]);
  }

  // Arguments are passed in order: after the first register that is not even
  // defined there are none.
  static bool arguments_agree(const State& state, std::span<const Register> in_order) {
    for (const Register r : in_order) {
      if (!state.before.defined.contains(r) || !state.after.defined.contains(r)) return true;
      if (!holds_the_same(state, r)) return false;
    }
    return true;
  }

  [[nodiscard]] RegisterSet written_by(const Insn& insn) const {
    const RegisterSet writes = insn.writes & rules_.tracked;
    return insn.is(InsnClass::kCall) ? writes | (rules_.tracked - rules_.callee_saved) : writes;
  }

  void write_both(const Insn& before, const Insn& after, const PairedOperands& pairs,
                  State& state) const {
    written_by(before).for_each([&](Register r) { state.forget_before(r, kLost); });
    written_by(after).for_each([&](Register r) { state.forget_after(r, kLost); });
    if (before.is(InsnClass::kCall)) {
      state.before.defined = state.after.defined = {};
      state.before.unread = state.after.unread = rules_.results | rules_.weak_results;
    }
    const RegisterSet same = before.is(InsnClass::kCall)
                                 ? written_by(before)
                                 : unnamed(before, written_by(before)) & written_by(after);
    same.for_each([&](Register r) { state.bind(r, r); });
    for (const auto& [b, a] : pairs.all_writes()) {
      if (rules_.tracked.contains(b) && rules_.tracked.contains(a)) state.bind(b, a);
    }
  }

  // Two different instructions in the same place probably compute the same thing.
  void bind_only_results(const Insn& before, const Insn& after, State& state) const {
    const auto only_result = [&](const Insn& insn) {
      Register found = kNoRegister;
      for (std::size_t i = 0; i < insn.operand_count; ++i) {
        if (insn.operands[i].kind != OperandKind::kRegister || !insn.operands[i].written) continue;
        if (found != kNoRegister) return kNoRegister;
        found = insn.operands[i].reg;
      }
      return found != kNoRegister && rules_.tracked.contains(found) ? found : kNoRegister;
    };
    const Register b = only_result(before);
    const Register a = only_result(after);
    if (b != kNoRegister && a != kNoRegister) state.bind(b, a);
  }

  void report(std::uint32_t row, std::uint32_t mismatches, const PairedOperands& pairs) {
    agreement_.mismatches[row] = static_cast<std::uint8_t>(mismatches);
    if (mismatches != 0) return;
    std::array<RegisterPair, 14> seen;
    std::size_t count = 0;
    for (const auto& list : {pairs.all_reads(), pairs.all_writes()}) {
      for (const RegisterPair& pair : list) {
        const auto end = seen.begin() + static_cast<std::ptrdiff_t>(count);
        if (pair.first == pair.second || std::find(seen.begin(), end, pair) != end) continue;
        seen[count++] = pair;
        ++renamed_rows_[pair];
      }
    }
  }

  RegisterAgreement finish() {
    for (const auto& [pair, rows] : renamed_rows_)
      agreement_.renames.push_back({pair.first, pair.second, rows});
    std::ranges::sort(agreement_.renames, [](const RegisterRename& x, const RegisterRename& y) {
      return x.rows != y.rows ? x.rows > y.rows
                              : std::pair(x.before, x.after) < std::pair(y.before, y.after);
    });
    return std::move(agreement_);
  }

  std::span<const DiffRow> rows_;
  const Function& before_;
  const Function& after_;
  const RowFlow& flow_;
  const RegisterRules& rules_;
  std::vector<std::uint32_t> slot_of_row_;
  std::vector<std::optional<State>> states_;
  std::size_t joins_ = 0;
  bool reporting_ = false;
  std::map<RegisterPair, std::uint32_t> renamed_rows_;
  RegisterAgreement agreement_;
};

}  // namespace

RegisterRules register_rules(Isa isa) {
  const IsaFacts& facts = facts_of(isa);
  RegisterRules rules;
  rules.tracked = facts.general | facts.vectors | facts.predicates;
  rules.integer_arguments.assign(facts.integer_arguments.begin(), facts.integer_arguments.end());
  rules.vector_arguments.assign(facts.vector_arguments.begin(), facts.vector_arguments.end());
  rules.results = facts.results;
  // Functions without such a result use them for other things, which they read.
  rules.weak_results = facts.rare_results;
  rules.callee_saved = facts.callee_saved & rules.tracked;
  rules.stack_bases.insert(facts.stack_pointer);
  rules.stack_bases.insert(facts.frame_pointer);
  return rules;
}

RegisterAgreement match_registers(std::span<const DiffRow> rows, const Function& before,
                                  const Function& after, const RowFlow& flow,
                                  const RegisterRules& rules) {
  if (auto agreement = Matcher(rows, before, after, flow, rules).run())
    return *std::move(agreement);
  return compare_registers(rows, before, after);
}

RegisterAgreement compare_registers(std::span<const DiffRow> rows, const Function& before,
                                    const Function& after) {
  RegisterAgreement agreement;
  agreement.mismatches.assign(rows.size(), 0);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const DiffRow& r = rows[row];
    if (r.before == kNoIndex || r.after == kNoIndex || r.kind == DiffRowKind::kReplaced) continue;
    const Insn& b = before.insns[r.before];
    const Insn& a = after.insns[r.after];
    std::uint8_t different = 0;
    for (std::size_t i = 0; i < std::min(b.operand_count, a.operand_count); ++i) {
      if (b.operands[i].kind == OperandKind::kRegister &&
          a.operands[i].kind == OperandKind::kRegister && b.operands[i].reg != a.operands[i].reg)
        ++different;
    }
    for (const auto& [x, y] :
         {RegisterPair{b.memory.base, a.memory.base}, RegisterPair{b.memory.index, a.memory.index},
          RegisterPair{b.memory.segment, a.memory.segment}}) {
      if (b.memory.present && a.memory.present && x != y) ++different;
    }
    agreement.mismatches[row] = different;
  }
  return agreement;
}

}  // namespace asmforge
