#include "report/writers/binary_diff.h"

#include <algorithm>

#include "base/text.h"
#include "base/text_table.h"
#include "report/labelled.h"
#include "report/writers/function_diff.h"

namespace asmforge {
namespace {

using Align = TextTable::Align;

std::string function_name(const std::string& member, const std::string& demangled, MatchedBy how) {
  std::string name = printable(demangled);
  if (!member.empty()) name = printable(member) + ": " + name;
  if (how == MatchedBy::kContent || how == MatchedBy::kPlace)
    name += fmt::format(" (by {})", to_string(how));
  return name;
}

void write_table(const TextTable& table, const Palette& palette, Output& out) {
  const std::vector<std::string> lines = table.lines(out.width());
  out.print("{}\n", palette(Paint::kTitle, lines[0]));
  for (std::size_t i = 1; i < lines.size(); ++i) out.print("{}\n", lines[i]);
}

std::size_t rows_to_show(const BinaryDiffList& list, std::size_t rows) {
  return list.limit == 0 ? rows : std::min(list.limit, rows);
}

void write_rest(std::size_t shown, std::size_t rows, Output& out) {
  if (shown != rows)
    out.print("and {} more (--limit 0 shows all)\n", with_separators(rows - shown));
}

std::string share_cell(const std::optional<double>& share) { return share ? percent(*share) : "?"; }

void write_changed(const BinaryDiffList& list, const Palette& palette, Output& out) {
  const std::vector<FunctionChange>& changed = list.diff->changed;
  if (changed.empty()) return;
  out.print("\nchanged, {} first\n", list.has_profile ? "hottest" : "most");
  std::vector<TextTable::Column> columns = {
      {"similar", Align::kRight}, {"insns", Align::kRight}, {"change", Align::kRight}};
  if (list.has_profile) columns.insert(columns.begin(), {"share", Align::kRight});
  columns.push_back({"function"});
  TextTable table(std::move(columns));
  const std::size_t shown = rows_to_show(list, changed.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const FunctionChange& f = changed[i];
    const auto more = static_cast<std::int64_t>(f.after.instructions) -
                      static_cast<std::int64_t>(f.before.instructions);
    std::vector<std::string> cells = {similarity_text(f.similarity),
                                      with_separators(f.before.instructions),
                                      more == 0 ? "0" : fmt::format("{:+}", more)};
    if (list.has_profile) cells.insert(cells.begin(), share_cell(f.share));
    cells.push_back(function_name(f.member, f.demangled, f.how));
    table.add_row(std::move(cells));
  }
  write_table(table, palette, out);
  write_rest(shown, changed.size(), out);
}

void write_lone(std::string_view title, const std::vector<LoneFunction>& lone,
                const BinaryDiffList& list, const Palette& palette, Output& out) {
  if (lone.empty()) return;
  out.print("\n{}\n", title);
  std::vector<TextTable::Column> columns = {{"insns", Align::kRight}};
  if (list.has_profile) columns.insert(columns.begin(), {"share", Align::kRight});
  columns.push_back({"function"});
  TextTable table(std::move(columns));
  const std::size_t shown = rows_to_show(list, lone.size());
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<std::string> cells = {with_separators(lone[i].extent.instructions)};
    if (list.has_profile) cells.insert(cells.begin(), share_cell(lone[i].share));
    cells.push_back(function_name(lone[i].member, lone[i].demangled, MatchedBy::kSymbol));
    table.add_row(std::move(cells));
  }
  write_table(table, palette, out);
  write_rest(shown, lone.size(), out);
}

}  // namespace

void write_binary_diff(const BinaryDiffList& list, const Palette& palette, Output& out) {
  const BinaryDiff& diff = *list.diff;
  out.print("{:<9} {}\n{:<9} {}\n", "before", printable(list.before_path), "after",
            printable(list.after_path));
  out.print("{:<9} {} the same, {} changed, {} only before, {} only after\n", "functions",
            with_separators(diff.same_functions), with_separators(diff.changed.size()),
            with_separators(diff.only_before.size()), with_separators(diff.only_after.size()));
  out.print("{:<9} {}\n", "similar", similarity_text(diff.similarity));
  for (const std::string& note : list.notes) write_labelled(out, "note", 10, printable(note));
  if (diff.same()) return;
  write_class_counts(diff.before, diff.after, palette, out);
  write_changed(list, palette, out);
  write_lone("only before", diff.only_before, list, palette, out);
  write_lone("only after", diff.only_after, list, palette, out);
}

}  // namespace asmforge
