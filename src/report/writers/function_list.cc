#include "report/writers/function_list.h"

#include "base/text.h"
#include "base/text_table.h"
#include "report/labelled.h"
#include "report/member_notes.h"

namespace asmforge {
namespace {

using Align = TextTable::Align;

std::string title(const Binary& binary) {
  std::string name = printable(binary.path);
  if (!binary.member.empty()) name += "(" + printable(binary.member) + ")";
  return name + ": " + std::string(to_string(binary.isa)) + " " +
         std::string(to_string(binary.kind));
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_separators(count), count == 1 ? one : many);
}

std::string totals_line(const FunctionTotals& totals) {
  return fmt::format("{}, {}, {}, {}", plural(totals.functions, "function", "functions"),
                     plural(totals.instructions, "instruction", "instructions"),
                     plural(totals.bytes, "byte", "bytes"), plural(totals.loops, "loop", "loops"));
}

constexpr std::size_t kLabelColumns = 9;  // "unknown  "

void write_table(const FunctionList& list, const Palette& palette, Output& out) {
  std::vector<TextTable::Column> columns = {{"no.", Align::kRight},   {"address", Align::kRight},
                                            {"bytes", Align::kRight}, {"insns", Align::kRight},
                                            {"loops", Align::kRight}, {"nest", Align::kRight},
                                            {"calls", Align::kRight}};
  if (list.has_profile) columns.push_back({"share", Align::kRight});
  columns.push_back({"function"});
  TextTable table(std::move(columns));
  for (const FunctionSummary& row : list.rows) {
    std::vector<std::string> cells = {std::to_string(list.first_number + row.index),
                                      fmt::format("{:x}", row.address),
                                      std::to_string(row.size),
                                      std::to_string(row.instructions),
                                      std::to_string(row.loops),
                                      std::to_string(row.deepest_loop),
                                      std::to_string(row.calls)};
    if (list.has_profile) cells.push_back(row.share ? percent(*row.share) : "?");
    cells.push_back(printable(list.demangled(row)));
    table.add_row(std::move(cells));
  }
  out.print("{}\n", palette(Paint::kTitle, title(*list.binary)));
  const std::vector<std::string> lines = table.lines(out.width());
  out.print("{}\n", palette(Paint::kTitle, lines[0]));
  for (std::size_t i = 1; i < lines.size(); ++i) out.print("{}\n", lines[i]);
}

// Of all members of an archive together.
void write_totals(const std::vector<FunctionList>& lists, Output& out) {
  FunctionTotals shown;
  FunctionTotals chosen;
  FunctionTotals total;
  std::uint64_t code_bytes = 0;
  std::uint64_t bytes_in_no_function = 0;
  for (const FunctionList& list : lists) {
    for (const FunctionSummary& row : list.rows) shown.add(row);
    chosen.add(list.chosen);
    total.add(list.total);
    code_bytes += list.code_bytes;
    bytes_in_no_function += list.bytes_in_no_function;
  }
  const auto line = [&](std::string_view label, const std::string& text) {
    write_labelled(out, label, kLabelColumns, text);
  };
  const std::string members =
      lists.size() == 1 ? "" : fmt::format(", {} members", with_separators(lists.size()));
  if (shown.functions != chosen.functions) line("shown", totals_line(shown));
  if (lists.front().filtered) line("matching", totals_line(chosen));
  line("total", totals_line(total) + members);
  line("code",
       fmt::format("{}, {} of them in no function (stubs, padding, data)",
                   plural(code_bytes, "byte", "bytes"), with_separators(bytes_in_no_function)));
  line("unknown", fmt::format("{}, {} that are no instruction",
                              plural(total.unresolved_jumps, "indirect jump without known targets",
                                     "indirect jumps without known targets"),
                              plural(total.undecoded_bytes, "byte", "bytes")));
}

void write_notes(const std::vector<FunctionList>& lists, Output& out) {
  std::vector<std::vector<std::string>> notes;
  for (const FunctionList& list : lists) notes.push_back(list.notes);
  for (const std::string& note : total_notes(notes))
    write_labelled(out, "note", kLabelColumns, printable(note));
}

}  // namespace

void FunctionTotals::add(const FunctionSummary& function) {
  ++functions;
  instructions += function.instructions;
  bytes += function.size;
  loops += function.loops;
  calls += function.calls;
  unresolved_jumps += function.unresolved_jumps;
  undecoded_bytes += function.undecoded_bytes;
}

void FunctionTotals::add(const FunctionTotals& more) {
  functions += more.functions;
  instructions += more.instructions;
  bytes += more.bytes;
  loops += more.loops;
  calls += more.calls;
  unresolved_jumps += more.unresolved_jumps;
  undecoded_bytes += more.undecoded_bytes;
}

void write_function_lists(const std::vector<FunctionList>& lists, const Palette& palette,
                          Output& out) {
  for (const FunctionList& list : lists) {
    if (lists.size() > 1 && list.rows.empty()) continue;
    write_table(list, palette, out);
    if (lists.size() > 1) out.write("\n");
  }
  write_totals(lists, out);
  write_notes(lists, out);
}

}  // namespace asmforge
