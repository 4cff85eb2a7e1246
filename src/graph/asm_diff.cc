#include "graph/asm_diff.h"

#include <algorithm>

#include "graph/diff_alignment.h"
#include "graph/diff_references.h"
#include "graph/page_addresses.h"
#include "graph/register_renaming.h"

namespace asmforge {
namespace {

class Differ {
 public:
  Differ(const DiffSide& before, const DiffSide& after, const DiffOptions& options)
      : before_side_(before),
        after_side_(after),
        options_(options),
        identical_(same_code(before, after)),
        before_(identical_ ? make_sequence_without_keys(before) : make_sequence(before)),
        after_(identical_ ? make_sequence_without_keys(after) : make_sequence(after)) {}

  AsmDiff run() {
    make_rows();
    compare_operands();
    // The same bytes use the same registers; what they refer to was compared.
    if (!identical_) compare_registers_of_rows();
    for (const std::uint32_t i : before_.insns) diff_.before.add(before_side_.function.insns[i]);
    for (const std::uint32_t i : after_.insns) diff_.after.add(after_side_.function.insns[i]);
    score();
    return std::move(diff_);
  }

 private:
  [[nodiscard]] const Insn& before_insn(const DiffRow& row) const {
    return before_side_.function.insns[row.before];
  }
  [[nodiscard]] const Insn& after_insn(const DiffRow& row) const {
    return after_side_.function.insns[row.after];
  }
  static bool is_matched(const DiffRow& row) {
    return row.before != kNoIndex && row.after != kNoIndex;
  }

  // Equal bytes and equal padding: instruction i is instruction i, and what is left
  // to compare is what they refer to. True of most functions of two builds.
  static bool same_code(const DiffSide& before, const DiffSide& after) {
    const Function& b = before.function;
    const Function& a = after.function;
    if (b.insns.size() != a.insns.size() || b.parts.size() != a.parts.size()) return false;
    if (before.cfg.blocks.size() != after.cfg.blocks.size()) return false;
    for (std::size_t i = 0; i < b.parts.size(); ++i) {
      const auto before_bytes = before.binary.bytes_at(b.parts[i].begin, b.parts[i].size());
      const auto after_bytes = after.binary.bytes_at(a.parts[i].begin, a.parts[i].size());
      if (before_bytes.size() != b.parts[i].size() ||
          !std::ranges::equal(before_bytes, after_bytes))
        return false;
    }
    for (std::size_t i = 0; i < before.cfg.blocks.size(); ++i) {
      const Block& x = before.cfg.blocks[i];
      const Block& y = after.cfg.blocks[i];
      if (x.first != y.first || x.padding != y.padding || x.exit != y.exit) return false;
    }
    return true;
  }

  void make_rows() {
    if (identical_) {
      for (std::uint32_t i = 0; i < before_.size(); ++i) add_row(i, i, DiffRowKind::kSame);
      index_rows();
      return;
    }
    const DiffPartners partners = align_instructions(before_, after_);
    std::uint32_t b = 0;
    std::uint32_t a = 0;
    while (b < before_.size() || a < after_.size()) {
      if (b < before_.size() && partners.after_of[b] != kNoIndex && partners.after_of[b] == a) {
        const bool same_form = before_.form[b] == after_.form[a];
        add_row(b++, a++, same_form ? DiffRowKind::kSame : DiffRowKind::kReplaced);
        continue;
      }
      std::uint32_t deleted = 0;
      std::uint32_t inserted = 0;
      while (b + deleted < before_.size() && partners.after_of[b + deleted] == kNoIndex) ++deleted;
      while (a + inserted < after_.size() && partners.before_of[a + inserted] == kNoIndex)
        ++inserted;
      const std::uint32_t replaced = std::min(deleted, inserted);
      for (std::uint32_t i = 0; i < replaced; ++i) add_row(b++, a++, DiffRowKind::kReplaced);
      for (std::uint32_t i = replaced; i < deleted; ++i)
        add_row(b++, kNoIndex, DiffRowKind::kDeleted);
      for (std::uint32_t i = replaced; i < inserted; ++i)
        add_row(kNoIndex, a++, DiffRowKind::kInserted);
    }
    index_rows();
  }

  void add_row(std::uint32_t b, std::uint32_t a, DiffRowKind kind) {
    DiffRow row;
    row.kind = kind;
    if (b != kNoIndex) row.before = before_.insns[b];
    if (a != kNoIndex) row.after = after_.insns[a];
    diff_.rows.push_back(row);
  }

  void index_rows() {
    const auto row_count = static_cast<std::uint32_t>(diff_.rows.size());
    const auto index = [&](const DiffSequence& sequence, std::uint32_t DiffRow::* side) {
      std::vector<std::uint32_t> row_of_position;
      for (std::uint32_t row = 0; row < row_count; ++row) {
        if (diff_.rows[row].*side != kNoIndex) row_of_position.push_back(row);
      }
      row_of_position.push_back(row_count);
      std::vector<std::uint32_t> rows;
      for (const std::uint32_t position : sequence.position)
        rows.push_back(row_of_position[position]);
      return rows;
    };
    diff_.row_of_before = index(before_, &DiffRow::before);
    diff_.row_of_after = index(after_, &DiffRow::after);
    diff_.next_matched.assign(row_count + 1, row_count);
    for (std::uint32_t row = row_count; row-- > 0;)
      diff_.next_matched[row] = is_matched(diff_.rows[row]) ? row : diff_.next_matched[row + 1];
  }

  [[nodiscard]] bool same_place(std::uint32_t before_index, std::uint32_t after_index) const {
    return diff_.next_matched[diff_.row_of_before[before_index]] ==
           diff_.next_matched[diff_.row_of_after[after_index]];
  }

  void compare_operands() {
    ReferenceComparer references(
        before_side_, after_side_,
        [this](std::uint32_t b, std::uint32_t a) { return same_place(b, a); });
    for (DiffRow& row : diff_.rows) {
      if (!is_matched(row) || row.kind == DiffRowKind::kReplaced) continue;
      const Insn& b = before_insn(row);
      const Insn& a = after_insn(row);
      if (b.target != a.target || b.target != kNoAddress) {
        if (!same_target(b, a, references)) mark(row, DiffChange::kTarget);
      }
      if (!same_immediate(b, a, references)) mark(row, DiffChange::kImmediate);
      const IsaFacts& isa = facts_of(before_side_.function.isa);
      if (makes_page(b, isa) && makes_page(a, isa)) continue;
      if (b.memory.present && a.memory.present) compare_memory(row, b, a, references);
    }
  }

  static bool same_target(const Insn& b, const Insn& a, ReferenceComparer& references) {
    if (b.target == kNoAddress || a.target == kNoAddress) return false;
    return references.same(b.target, a.target, 0);
  }

  bool same_immediate(const Insn& b, const Insn& a, ReferenceComparer& references) const {
    if (b.has_immediate != a.has_immediate) return false;
    if (!b.has_immediate || b.immediate == a.immediate) return true;
    return may_be_address(before_side_.binary, b.immediate) &&
           may_be_address(after_side_.binary, a.immediate) &&
           references.same(static_cast<std::uint64_t>(b.immediate),
                           static_cast<std::uint64_t>(a.immediate), 0);
  }

  void compare_memory(DiffRow& row, const Insn& b, const Insn& a, ReferenceComparer& references) {
    if (b.memory.scale != a.memory.scale && b.memory.index != kNoRegister)
      mark(row, DiffChange::kDisplacement);
    if (b.memory.address != kNoAddress && a.memory.address != kNoAddress) {
      const std::uint32_t bytes = b.is(InsnClass::kLea) ? 0 : b.memory.bytes;
      if (!references.same(b.memory.address, a.memory.address, bytes)) mark(row, DiffChange::kData);
      return;
    }
    if (b.memory.displacement == a.memory.displacement) return;
    const bool both_addresses = may_be_address(before_side_.binary, b.memory.displacement) &&
                                may_be_address(after_side_.binary, a.memory.displacement);
    if (!both_addresses)
      mark(row, DiffChange::kDisplacement);
    else if (!references.same(static_cast<std::uint64_t>(b.memory.displacement),
                              static_cast<std::uint64_t>(a.memory.displacement), 0))
      mark(row, DiffChange::kData);
  }

  static void mark(DiffRow& row, DiffChange change) {
    row.changes |= static_cast<std::uint8_t>(change);
    row.kind = DiffRowKind::kOperands;
  }

  void compare_registers_of_rows() {
    const RegisterAgreement agreement =
        options_.exact ? compare_registers(diff_.rows, before_side_.function, after_side_.function)
                       : match_registers(diff_.rows, before_side_.function, after_side_.function,
                                         flow(), register_rules(before_side_.function.isa));
    for (std::size_t i = 0; i < diff_.rows.size(); ++i) {
      if (agreement.mismatches[i] == 0) continue;
      DiffRow& row = diff_.rows[i];
      row.changes |= static_cast<std::uint8_t>(DiffChange::kRegister);
      if (row.kind == DiffRowKind::kSame) row.kind = DiffRowKind::kRegisters;
      row.penalty = static_cast<std::uint16_t>(kPenaltyRegister * agreement.mismatches[i]);
    }
    diff_.renames = agreement.renames;
  }

  [[nodiscard]] RowFlow flow() const {
    RowFlow flow;
    flow.falls_through.assign(diff_.rows.size(), true);
    flow.tail_call.assign(diff_.rows.size(), false);
    const auto before_pads = landing_pads(before_side_);
    const auto after_pads = landing_pads(after_side_);
    for (std::uint32_t row = 0; row < diff_.rows.size(); ++row) {
      const DiffRow& r = diff_.rows[row];
      bool goes_on = r.before == kNoIndex || r.after == kNoIndex;
      if (r.before != kNoIndex) {
        add_edges(row, before_side_, r.before, diff_.row_of_before, before_pads, flow);
        goes_on |= !ends_here(before_side_, r.before);
      }
      if (r.after != kNoIndex) {
        add_edges(row, after_side_, r.after, diff_.row_of_after, after_pads, flow);
        goes_on |= !ends_here(after_side_, r.after);
      }
      flow.falls_through[row] = goes_on;
      if (is_matched(r))
        flow.tail_call[row] =
            before_side_.cfg.blocks[before_side_.cfg.block_of_insn[r.before]].exit ==
                BlockExit::kTailCall &&
            before_insn(r).is(InsnClass::kJump);
    }
    std::ranges::sort(flow.edges);
    const auto repeated = std::ranges::unique(flow.edges);
    flow.edges.erase(repeated.begin(), repeated.end());
    return flow;
  }

  static std::vector<LandingPad> landing_pads(const DiffSide& side) {
    std::vector<LandingPad> pads;
    const bool unwinds = std::ranges::any_of(
        side.cfg.edges, [](const Edge& edge) { return edge.kind == EdgeKind::kUnwind; });
    if (!unwinds) return pads;
    for (const AddressRange& part : side.function.parts) {
      const auto of_part = side.binary.landing_pads(part.begin);
      pads.insert(pads.end(), of_part.begin(), of_part.end());
    }
    std::ranges::sort(pads, {}, [](const LandingPad& pad) { return pad.calls.begin; });
    return pads;
  }

  static bool ends_here(const DiffSide& side, std::uint32_t insn_index) {
    const Insn& insn = side.function.insns[insn_index];
    if (insn.is(InsnClass::kReturn) || insn.is(InsnClass::kTrap)) return true;
    if (insn.is(InsnClass::kJump)) return !insn.is(InsnClass::kConditional);
    const Block& block = side.cfg.blocks[side.cfg.block_of_insn[insn_index]];
    return block.last == insn_index && block.exit == BlockExit::kNoReturn;
  }

  static void add_edges(std::uint32_t row, const DiffSide& side, std::uint32_t insn_index,
                        const std::vector<std::uint32_t>& row_of_insn,
                        const std::vector<LandingPad>& pads, RowFlow& flow) {
    const Insn& insn = side.function.insns[insn_index];
    const auto add = [&](std::uint32_t to_insn) {
      const std::uint32_t to = row_of_insn[to_insn];
      if (to < flow.falls_through.size()) flow.edges.push_back({row, to});
    };
    if (insn.is(InsnClass::kJump) && insn.target != kNoAddress) {
      const std::uint32_t to = side.function.insn_at(insn.target);
      if (to != kNoIndex) add(to);
    } else if (insn.is(InsnClass::kJump)) {
      for (const Edge& edge : side.cfg.successors(side.cfg.block_of_insn[insn_index])) {
        if (edge.kind == EdgeKind::kTable) add(side.cfg.blocks[edge.to].first);
      }
    }
    if (!insn.is(InsnClass::kCall)) return;
    auto pad = std::ranges::upper_bound(pads, insn.address, {},
                                        [](const LandingPad& p) { return p.calls.begin; });
    if (pad == pads.begin() || !(--pad)->calls.contains(insn.address)) return;
    const std::uint32_t to = side.function.insn_at(pad->address);
    if (to != kNoIndex) add(to);
  }

  void score() {
    for (DiffRow& row : diff_.rows) {
      switch (row.kind) {
        case DiffRowKind::kReplaced: row.penalty = kPenaltyReplaced; break;
        case DiffRowKind::kDeleted:
        case DiffRowKind::kInserted: row.penalty = kPenaltyInsertedOrDeleted; break;
        default: break;
      }
      for (const DiffChange change : {DiffChange::kImmediate, DiffChange::kDisplacement,
                                      DiffChange::kTarget, DiffChange::kData}) {
        if (row.changed(change)) row.penalty += kPenaltyOperand;
      }
      diff_.penalty += row.penalty;
      if (row.kind != DiffRowKind::kSame) ++diff_.differing_rows;
    }
    const std::uint64_t worst =
        std::uint64_t{kPenaltyInsertedOrDeleted} * std::max(before_.size(), after_.size());
    if (worst != 0)
      diff_.similarity =
          1.0 - static_cast<double>(std::min(diff_.penalty, worst)) / static_cast<double>(worst);
  }

  const DiffSide& before_side_;
  const DiffSide& after_side_;
  DiffOptions options_;
  bool identical_;
  DiffSequence before_;
  DiffSequence after_;
  AsmDiff diff_;
};

}  // namespace

AsmDiff diff_functions(const DiffSide& before, const DiffSide& after, const DiffOptions& options) {
  return Differ(before, after, options).run();
}

}  // namespace asmforge
