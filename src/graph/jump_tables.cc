#include "graph/jump_tables.h"

#include <algorithm>
#include <map>
#include <optional>

#include "graph/index_bound.h"
#include "graph/jump_target.h"

namespace asmforge {
namespace {

// Rounds after which a chain of dispatches that only find each other is given
// up: each round resolves the jumps whose ways became known in the one before.
constexpr int kRounds = 16;
// More entries than any compiler emits; a table without a bound ends here.
constexpr std::uint64_t kMostEntries = 1u << 16;

struct Table {
  std::uint64_t address = 0;
  std::int64_t base = 0;  // added to each entry
  std::uint8_t width = 0;
  std::uint8_t shift = 0;  // an entry counts units of 1 << shift bytes
  bool is_signed = false;
};

class Resolver {
 public:
  Resolver(const Function& function, const Binary& binary, const CodeMap& code, FlowView& flow,
           JumpTables& tables)
      : function_(function),
        binary_(binary),
        code_(code),
        flow_(flow),
        tables_(tables),
        edge_budget_(64 * function.insns.size() + kMostEntries) {}

  // True when something new was found out.
  bool round(bool accept_unbounded);

 private:
  bool resolve(IndirectJump& jump, bool accept_unbounded);
  bool resolve_table(IndirectJump& jump, const TargetValue& value, bool accept_unbounded,
                     bool must_be_complete);
  [[nodiscard]] std::optional<std::uint64_t> entry(const Table& table, std::uint64_t index) const;
  [[nodiscard]] bool is_other_code(std::uint64_t target, bool bounded) const;
  [[nodiscard]] std::uint64_t next_table_after(std::uint64_t address) const;
  void set_targets(IndirectJump& jump);

  const Function& function_;
  const Binary& binary_;
  const CodeMap& code_;
  FlowView& flow_;
  JumpTables& tables_;
  std::uint64_t edge_budget_;  // table edges that may still be added
  std::vector<std::uint32_t> found_;
  std::map<std::uint64_t, std::size_t> by_address_;  // table to the first jump through it
};

std::optional<std::uint64_t> Resolver::entry(const Table& table, std::uint64_t index) const {
  const std::uint64_t at = table.address + index * table.width;
  std::optional<std::uint64_t> raw;
  if (table.width == 8 && table.base == 0)
    raw = binary_.pointer_at(at);
  else
    raw = binary_.read_unsigned(at, table.width);
  if (!raw) return std::nullopt;
  std::uint64_t value = *raw;
  if (table.width < 8 && table.is_signed) {
    const std::uint64_t sign = std::uint64_t{1} << (8 * table.width - 1);
    value = (value ^ sign) - sign;
  }
  return static_cast<std::uint64_t>(table.base) + (value << table.shift);
}

std::uint64_t Resolver::next_table_after(std::uint64_t address) const {
  const auto next = by_address_.upper_bound(address);
  return next == by_address_.end() ? kNoAddress : next->first;
}

// Adds the edges, sharing the list with the first jump through the same table.
void Resolver::set_targets(IndirectJump& jump) {
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  jump.first_target = static_cast<std::uint32_t>(tables_.targets.size());
  jump.target_count = static_cast<std::uint32_t>(found_.size());
  if (const auto same = by_address_.find(jump.table_address); same != by_address_.end()) {
    const IndirectJump& other = tables_.jumps[same->second];
    const auto begin = tables_.targets.begin() + other.first_target;
    if (&other != &jump && other.target_count == found_.size() &&
        std::equal(found_.begin(), found_.end(), begin))
      jump.first_target = other.first_target;
  }
  if (jump.first_target == tables_.targets.size())
    tables_.targets.insert(tables_.targets.end(), found_.begin(), found_.end());
  jump.resolved = true;
  edge_budget_ -= found_.size();
  for (const std::uint32_t target : found_) flow_.add_branch(target, jump.insn);
}

bool Resolver::resolve_table(IndirectJump& jump, const TargetValue& value, bool accept_unbounded,
                             bool must_be_complete) {
  const Table table{static_cast<std::uint64_t>(value.load_address), value.constant,
                    value.load_bytes, value.load_shift, value.load_signed};
  const Section* section = binary_.section_at(table.address);
  if (section == nullptr) return false;
  const auto note_table = [&] {
    jump.table = true;
    jump.table_address = table.address;
    by_address_.try_emplace(table.address, static_cast<std::size_t>(&jump - tables_.jumps.data()));
  };
  // Where a certain table begins, others end, whether this one resolves or not.
  if (!must_be_complete) note_table();
  const IndexBound bound = index_bound(flow_, value.symbol, value.symbol_at);
  const bool exact = bound.kind == IndexBound::Kind::kChecked;
  if (!exact && (!accept_unbounded || must_be_complete)) return false;
  std::uint64_t limit = kMostEntries;
  // An index that was scaled beforehand counts in bytes.
  if (bound.kind != IndexBound::Kind::kNone)
    limit = std::min(limit, (bound.entries * value.scale + table.width - 1) / table.width);
  if (!exact) {
    const std::uint64_t next = next_table_after(table.address);
    if (next != kNoAddress) limit = std::min(limit, (next - table.address) / table.width);
  }
  found_.clear();
  bool leaves = false;
  std::uint64_t good = 0;  // entries until the first that is no place to jump to
  for (; good < limit; ++good) {
    const std::optional<std::uint64_t> target = entry(table, good);
    if (!target) break;
    if (const std::uint32_t insn = code_.insn_at(*target); insn != kNoIndex) {
      found_.push_back(insn);
      continue;
    }
    if (code_.contains(*target)) break;
    // gcc lets cases that cannot happen point just behind the function's code.
    if (exact && code_.insn_before(*target, 15) != kNoIndex) continue;
    if (!is_other_code(*target, bound.kind != IndexBound::Kind::kNone)) break;
    leaves = true;
  }
  if (must_be_complete && good != limit) return false;
  jump.bounded = bound.kind != IndexBound::Kind::kNone && good == limit;
  if (good == 0 || found_.size() > edge_budget_) return false;
  if (found_.empty() && !leaves) return false;
  note_table();
  jump.leaves = leaves;
  jump.resolved = true;
  if (!found_.empty()) set_targets(jump);
  return true;
}

// Entries may be functions: a table of handlers that are called last. In a table
// of known length they may be any code, like a cold part that nothing else refers to.
bool Resolver::is_other_code(std::uint64_t target, bool bounded) const {
  if (binary_.function_at(target) != nullptr || binary_.import_at(target) != nullptr) return true;
  const Section* section = binary_.section_at(target);
  return bounded && section != nullptr && section->executable;
}

bool Resolver::resolve(IndirectJump& jump, bool accept_unbounded) {
  const Insn& insn = function_.insns[jump.insn];
  if (insn.memory.present && insn.memory.address != kNoAddress) {
    // jmp [rip + slot]: through the GOT or a pointer variable.
    jump.resolved = true;
    jump.leaves = true;
    return true;
  }
  const std::optional<TargetValue> value = evaluate_jump_target(flow_, jump.insn);
  if (!value) return false;
  if (value->is_constant()) {
    const std::uint32_t target = code_.insn_at(static_cast<std::uint64_t>(value->constant));
    if (target == kNoIndex) {
      const Section* section = binary_.section_at(static_cast<std::uint64_t>(value->constant));
      if (section == nullptr || !section->executable) return false;
      jump.resolved = true;
      jump.leaves = true;
      return true;
    }
    found_.assign(1, target);
    set_targets(jump);
    return true;
  }
  if (value->is_slot()) {
    jump.resolved = true;
    jump.leaves = true;
    return true;
  }
  if (value->is_table()) return resolve_table(jump, *value, accept_unbounded, false);
  // A base that most ways agree on, confirmed by a check whose every entry is good.
  const std::optional<TargetValue> likely =
      evaluate_jump_target(flow_, jump.insn, /*only_constants=*/true);
  const bool relative = likely && likely->is_table() && likely->load_bytes == 4 &&
                        likely->constant == likely->load_address;
  return relative && resolve_table(jump, *likely, accept_unbounded, true);
}

bool Resolver::round(bool accept_unbounded) {
  bool progress = false;
  for (IndirectJump& jump : tables_.jumps) {
    if (jump.resolved || flow_.exhausted()) continue;
    progress |= resolve(jump, accept_unbounded);
  }
  return progress;
}

}  // namespace

void resolve_indirect_jumps(const Function& function, const Binary& binary, const CodeMap& code,
                            std::span<const std::uint8_t> falls_through,
                            std::vector<DirectBranch>& branches, JumpTables& tables) {
  FlowView flow(function, falls_through, branches);
  Resolver resolver(function, binary, code, flow, tables);
  // Tables with a known length first: their starts are where others end.
  for (int i = 0; i < kRounds; ++i) {
    const bool more = resolver.round(/*accept_unbounded=*/false);
    flow.settle();
    if (more) continue;
    if (!resolver.round(/*accept_unbounded=*/true)) break;
    flow.settle();
  }
}

}  // namespace asmforge
