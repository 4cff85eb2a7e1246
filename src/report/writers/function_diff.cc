#include "report/writers/function_diff.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "base/text_table.h"

namespace asmforge {
namespace {

constexpr std::size_t kLineColumns = 80;

std::string plural(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", with_separators(count), what, count == 1 ? "" : "s");
}

void write_side(std::string_view title, const FunctionDiffSide& side, const ClassCounts& counts,
                Output& out) {
  const std::uint64_t all = side.function->insns.size();
  const std::uint64_t padding = all - counts.of(CountedClass::kInstructions);
  out.print("{:<8} {}  {:x}, {}{}, {}\n", title, printable(side.path), side.function->address,
            plural(all, "instruction"),
            padding == 0 ? "" : fmt::format(" ({} of padding not counted)", padding),
            plural(side.function->size, "byte"));
}

std::string_view without_trailing_spaces(std::string_view line) {
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string row_kinds(const AsmDiff& diff) {
  constexpr DiffRowKind kOrder[] = {DiffRowKind::kDeleted, DiffRowKind::kInserted,
                                    DiffRowKind::kReplaced, DiffRowKind::kOperands,
                                    DiffRowKind::kRegisters};
  std::string text;
  for (const DiffRowKind kind : kOrder) {
    const auto count = std::ranges::count(diff.rows, kind, &DiffRow::kind);
    if (count != 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(kind));
  }
  return text;
}

void write_head(const FunctionDiff& f, const Palette& palette, Output& out) {
  out.print("{}\n", palette(Paint::kTitle, printable(f.before.demangled)));
  if (f.after.demangled != f.before.demangled)
    out.print("{}\n", palette(Paint::kTitle, "-> " + printable(f.after.demangled)));
  write_side("before", f.before, f.diff->before, out);
  write_side("after", f.after, f.diff->after, out);
  const AsmDiff& diff = *f.diff;
  out.print("{:<8} {}", "similar", similarity_text(diff.similarity));
  if (diff.same())
    out.print(", {}\n", f.exact ? "all rows are the same, registers too" : "all rows are the same");
  else
    out.print(", {} of {} differ: {}\n", with_separators(diff.differing_rows),
              plural(diff.rows.size(), "row"), row_kinds(diff));
  std::string line;
  for (std::size_t i = 0; i < diff.renames.size(); ++i) {
    const std::string item =
        fmt::format("{} ({})", f.renames[i], plural(diff.renames[i].rows, "row"));
    if (!line.empty() && 9 + line.size() + 2 + item.size() > kLineColumns) {
      line += fmt::format(" and {} more", diff.renames.size() - i);
      break;
    }
    line += (line.empty() ? "" : ", ") + item;
  }
  if (!line.empty()) out.print("{:<8} {}\n", "renamed", line);
}

// Which rows are printed: those that differ, and `context` around each.
std::vector<bool> rows_shown(const AsmDiff& diff, std::size_t context) {
  std::vector<bool> shown(diff.rows.size(), false);
  for (std::size_t i = 0; i < diff.rows.size(); ++i) {
    if (diff.rows[i].kind == DiffRowKind::kSame) continue;
    const std::size_t begin = i - std::min(i, context);
    const std::size_t end = std::min(diff.rows.size(), i + 1 + std::min(context, diff.rows.size()));
    std::fill(shown.begin() + static_cast<std::ptrdiff_t>(begin),
              shown.begin() + static_cast<std::ptrdiff_t>(end), true);
  }
  return shown;
}

class RowWriter {
 public:
  RowWriter(const FunctionDiff& f, const Palette& palette, Output& out)
      : f_(f), palette_(palette), out_(out) {}

  void write(std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end;) {
      // A run of replaced rows: first what went, then what came.
      std::size_t run = row;
      while (run < end && f_.diff->rows[run].kind == DiffRowKind::kReplaced &&
             (run == row || f_.label_of_row[run].name.empty()))
        ++run;
      write_label(row);
      if (run == row) {
        write_row(f_.diff->rows[row]);
        ++row;
        continue;
      }
      for (std::size_t i = row; i < run; ++i) line('-', Paint::kRemoved, before(f_.diff->rows[i]));
      for (std::size_t i = row; i < run; ++i) line('+', Paint::kAdded, after(f_.diff->rows[i]));
      row = run;
    }
  }

 private:
  void write_label(std::size_t row) {
    const DiffLabel& label = f_.label_of_row[row];
    if (label.name.empty()) return;
    if (label.of_before && label.of_after)
      out_.print("  {}\n", palette_(Paint::kLabel, label.name + ":"));
    else
      line(label.of_before ? '-' : '+', label.of_before ? Paint::kRemoved : Paint::kAdded,
           label.name + ":");
  }

  [[nodiscard]] std::string before(const DiffRow& row) const { return text(f_.before, row.before); }
  [[nodiscard]] std::string after(const DiffRow& row) const { return text(f_.after, row.after); }
  static std::string text(const FunctionDiffSide& side, std::uint32_t insn) {
    return fmt::format("{:x}  {}", side.function->insns[insn].address, printable(side.shown[insn]));
  }

  void line(char marker, Paint paint, const std::string& body) {
    out_.print("{}\n", palette_(paint, fmt::format("{} {}", marker, body)));
  }

  void write_row(const DiffRow& row) {
    switch (row.kind) {
      case DiffRowKind::kSame: out_.print("  {}\n", before(row)); break;
      case DiffRowKind::kDeleted: line('-', Paint::kRemoved, before(row)); break;
      case DiffRowKind::kInserted: line('+', Paint::kAdded, after(row)); break;
      case DiffRowKind::kReplaced: break;  // write() has its runs
      case DiffRowKind::kOperands: write_changed('~', row); break;
      case DiffRowKind::kRegisters: write_changed('r', row); break;
    }
  }

  void write_changed(char marker, const DiffRow& row) {
    const std::string left = before(row);
    const std::string& then = f_.after.shown[row.after];
    const std::string& was = f_.before.shown[row.before];
    if (then == was) {
      line(marker, Paint::kChanged, fmt::format("{}  ({})", left, why_equal_text(row)));
    } else if (left.size() + then.size() + 6 <= kLineColumns) {
      line(marker, Paint::kChanged, left + "  -> " + printable(then));
    } else {
      line(marker, Paint::kChanged, left);
      const std::size_t indent = left.find("  ") + 2;
      line(marker, Paint::kChanged, std::string(indent - 3, ' ') + "-> " + printable(then));
    }
  }

  static std::string_view why_equal_text(const DiffRow& row) {
    if (row.changed(DiffChange::kData)) return "what is there differs";
    if (row.changed(DiffChange::kRegister)) return "a register holds another value";
    return "leads elsewhere";
  }

  const FunctionDiff& f_;
  const Palette& palette_;
  Output& out_;
};

}  // namespace

std::string similarity_text(double similarity) {
  // Rounding must not make a difference disappear.
  return similarity < 1.0 && similarity >= 0.9995 ? ">99.9 %" : percent(similarity);
}

void write_class_counts(const ClassCounts& before, const ClassCounts& after, const Palette& palette,
                        Output& out) {
  using Align = TextTable::Align;
  TextTable table({{""}, {"before", Align::kRight}, {"after", Align::kRight}, {"", Align::kRight}});
  for (std::size_t i = 0; i < kCountedClasses; ++i) {
    const auto counted = static_cast<CountedClass>(i);
    const std::uint64_t b = before.of(counted);
    const std::uint64_t a = after.of(counted);
    if (b == 0 && a == 0) continue;
    const std::string change = a == b  ? ""
                               : a > b ? "+" + with_separators(a - b)
                                       : "-" + with_separators(b - a);
    table.add_row(
        {std::string(to_string(counted)), with_separators(b), with_separators(a), change});
  }
  const std::vector<std::string> lines = table.lines(out.width());
  out.print("\n{}\n", palette(Paint::kTitle, without_trailing_spaces(lines[0])));
  for (std::size_t i = 1; i < lines.size(); ++i)
    out.print("{}\n", without_trailing_spaces(lines[i]));
}

void write_function_diff(const FunctionDiff& f, std::size_t context, const Palette& palette,
                         Output& out) {
  write_head(f, palette, out);
  if (f.diff->before != f.diff->after)
    write_class_counts(f.diff->before, f.diff->after, palette, out);
  if (f.diff->same()) return;
  out.write("\n");
  const std::vector<bool> shown = rows_shown(*f.diff, context);
  RowWriter writer(f, palette, out);
  for (std::size_t row = 0; row < shown.size();) {
    std::size_t end = row;
    while (end < shown.size() && shown[end] == shown[row]) ++end;
    if (shown[row])
      writer.write(row, end);
    else
      out.print("  {}\n",
                palette(Paint::kDim, fmt::format("... {} the same", plural(end - row, "row"))));
    row = end;
  }
}

}  // namespace asmforge
