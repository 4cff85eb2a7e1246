#include "report/writers/function_list.h"

#include "base/text.h"
#include "base/text_table.h"

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

void write_totals(const FunctionList& list, Output& out) {
  FunctionTotals shown;
  for (const FunctionSummary& row : list.rows) shown.add(row);
  if (shown.functions != list.chosen.functions) out.print("shown    {}\n", totals_line(shown));
  if (list.filtered) out.print("matching {}\n", totals_line(list.chosen));
  out.print("total    {}\n", totals_line(list.total));
  out.print("code     {}, {} of them in no function (stubs, padding, data)\n",
            plural(list.code_bytes, "byte", "bytes"), with_separators(list.bytes_in_no_function));
  out.print("unknown  {}, {} that are no instruction\n",
            plural(list.total.unresolved_jumps, "indirect jump without known targets",
                   "indirect jumps without known targets"),
            plural(list.total.undecoded_bytes, "byte", "bytes"));
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

void write_function_list(const FunctionList& list, const Palette& palette, Output& out) {
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
  write_totals(list, out);
  for (const std::string& note : list.notes) out.print("note     {}\n", printable(note));
}

}  // namespace asmforge
