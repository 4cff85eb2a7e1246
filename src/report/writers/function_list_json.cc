// `asmforge list --json`: schema asmforge/list/1.
#include "report/json_document.h"
#include "report/writers/function_list.h"

namespace asmforge {
namespace {

Json totals_json(const FunctionTotals& totals) {
  return {{"functions", totals.functions},
          {"instructions", totals.instructions},
          {"bytes", totals.bytes},
          {"loops", totals.loops},
          {"calls", totals.calls},
          {"unresolved_jumps", totals.unresolved_jumps},
          {"undecoded_bytes", totals.undecoded_bytes}};
}

Json row_json(const FunctionSummary& row, const FunctionList& list) {
  Json object = {{"number", list.first_number + row.index},
                 {"name", row.name},
                 {"demangled", list.demangled(row)},
                 {"address", hexadecimal(row.address)},
                 {"size", row.size},
                 {"instructions", row.instructions},
                 {"loops", row.loops},
                 {"deepest_loop", row.deepest_loop},
                 {"calls", row.calls},
                 {"unresolved_jumps", row.unresolved_jumps},
                 {"undecoded_bytes", row.undecoded_bytes},
                 {"origin", to_string(row.origin)}};
  if (list.has_profile) object["share"] = row.share ? Json(*row.share) : Json();
  if (!list.binary->member.empty()) object["member"] = list.binary->member;
  return object;
}

}  // namespace

void write_function_list_json(const std::vector<FunctionList>& lists, Output& out) {
  JsonDocument document(out, "asmforge/list/1");
  document.begin_array("files");
  for (const FunctionList& list : lists) {
    const Binary& binary = *list.binary;
    document.element({{"path", binary.path},
                      {"member", binary.member},
                      {"build_id", binary.build_id},
                      {"isa", to_string(binary.isa)},
                      {"kind", to_string(binary.kind)},
                      {"code_bytes", list.code_bytes},
                      {"bytes_in_no_function", list.bytes_in_no_function},
                      {"total", totals_json(list.total)},
                      {"notes", list.notes}});
  }
  document.end_array();
  document.begin_array("functions");
  for (const FunctionList& list : lists)
    for (const FunctionSummary& row : list.rows) document.element(row_json(row, list));
  document.end_array();
}

}  // namespace asmforge
