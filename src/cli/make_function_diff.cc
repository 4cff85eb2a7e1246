#include "cli/make_function_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "cli/inputs.h"
#include "cli/select_function.h"
#include "collect/operand_names.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// The rows that jumps of either build lead to, named in the order of the rows. A
// place that each build jumps to once has one name, though an instruction that is
// inserted there puts the targets in different rows.
class Labels {
 public:
  Labels(const AsmDiff& diff, const FunctionView& before, const FunctionView& after)
      : diff_(diff),
        before_(targets(before, diff.row_of_before)),
        after_(targets(after, diff.row_of_after)) {
    unite_places();
    std::map<std::uint32_t, DiffLabel> by_row;
    for (const auto& [row, shown_at] : before_) by_row[shown_at].of_before = true;
    for (const auto& [row, shown_at] : after_) by_row[shown_at].of_after = true;
    shown_.resize(diff.rows.size());
    std::size_t number = 0;
    for (auto& [row, label] : by_row) {
      label.name = fmt::format("L{}", ++number);
      shown_[row] = label;
    }
  }

  [[nodiscard]] const std::vector<DiffLabel>& by_row() const { return shown_; }

  [[nodiscard]] std::optional<std::string> before(std::uint32_t insn) const {
    return name_of(before_, diff_.row_of_before[insn]);
  }
  [[nodiscard]] std::optional<std::string> after(std::uint32_t insn) const {
    return name_of(after_, diff_.row_of_after[insn]);
  }

 private:
  // From the row of a target to the row at which its label is shown.
  using Targets = std::map<std::uint32_t, std::uint32_t>;

  Targets targets(const FunctionView& view, const std::vector<std::uint32_t>& row_of) const {
    Targets rows;
    const auto add = [&](std::uint32_t insn) {
      if (insn != kNoIndex && row_of[insn] < diff_.rows.size()) rows[row_of[insn]] = row_of[insn];
    };
    for (const Insn& insn : view.function.insns) {
      if (insn.is(InsnClass::kJump) && insn.target != kNoAddress)
        add(view.function.insn_at(insn.target));
    }
    for (const Edge& edge : view.cfg.edges) {
      if (edge.kind == EdgeKind::kTable) add(view.cfg.blocks[edge.to].first);
    }
    return rows;
  }

  void unite_places() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> before_rows;  // by place
    std::map<std::uint32_t, std::vector<std::uint32_t>> after_rows;
    for (const auto& [row, shown_at] : before_) before_rows[diff_.next_matched[row]].push_back(row);
    for (const auto& [row, shown_at] : after_) after_rows[diff_.next_matched[row]].push_back(row);
    for (const auto& [place, rows] : before_rows) {
      const auto other = after_rows.find(place);
      if (other == after_rows.end() || rows.size() != 1 || other->second.size() != 1) continue;
      const std::uint32_t first = std::min(rows.front(), other->second.front());
      before_[rows.front()] = first;
      after_[other->second.front()] = first;
    }
  }

  [[nodiscard]] std::optional<std::string> name_of(const Targets& targets,
                                                   std::uint32_t row) const {
    const auto found = targets.find(row);
    if (found == targets.end()) return std::nullopt;
    return shown_[found->second].name;
  }

  const AsmDiff& diff_;
  Targets before_;
  Targets after_;
  std::vector<DiffLabel> shown_;
};

using LabelOfInsn = std::function<std::optional<std::string>(std::uint32_t insn)>;

FunctionDiffSide make_side(const FunctionView& view, const LabelOfInsn& label_of, Syntax syntax) {
  FunctionDiffSide side;
  side.path = display_path(view.binary);
  side.demangled = display_name(view.binary, view.function.entry_index);
  side.function = &view.function;
  for (const Insn& insn : view.function.insns) {
    const auto bytes = view.binary.bytes_at(insn.address, insn.size);
    side.text.push_back(view.decoder.text(insn, bytes, syntax));
    NamedText named = with_names(view.binary, insn, side.text.back(),
                                 [&](std::uint64_t address) -> std::optional<std::string> {
                                   const std::uint32_t target = view.function.insn_at(address);
                                   return target == kNoIndex ? std::nullopt : label_of(target);
                                 });
    if (!named.comment.empty()) named.text += "  ; " + named.comment;
    side.shown.push_back(std::move(named.text));
  }
  return side;
}

}  // namespace

FunctionDiff make_function_diff(const AsmDiff& diff, const FunctionView& before,
                                const FunctionView& after, Syntax syntax) {
  const Labels labels(diff, before, after);
  FunctionDiff made;
  made.diff = &diff;
  made.before = make_side(before, [&](std::uint32_t insn) { return labels.before(insn); }, syntax);
  made.after = make_side(after, [&](std::uint32_t insn) { return labels.after(insn); }, syntax);
  made.label_of_row = labels.by_row();
  const IsaFacts& isa = facts_of(before.function.isa);
  for (const RegisterRename& rename : diff.renames)
    made.renames.push_back(
        fmt::format("{} -> {}", isa.register_name(rename.before), isa.register_name(rename.after)));
  return made;
}

}  // namespace asmforge
