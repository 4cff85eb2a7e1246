// `asmforge diff -f --json`: schema asmforge/diff/1 with `rows`.
#include "report/json_class_counts.h"
#include "report/json_document.h"
#include "report/writers/function_diff.h"

namespace asmforge {
namespace {

Json side_json(const FunctionDiffSide& side) {
  return {{"file", side.path},           {"name", side.function->name},
          {"demangled", side.demangled}, {"address", hexadecimal(side.function->address)},
          {"size", side.function->size}, {"instructions", side.function->insns.size()}};
}

Json insn_json(const FunctionDiffSide& side, std::uint32_t insn) {
  if (insn == kNoIndex) return {};
  return {{"address", hexadecimal(side.function->insns[insn].address)},
          {"text", side.text[insn]},
          {"shown", side.shown[insn]}};
}

Json changes_json(const DiffRow& row) {
  constexpr std::pair<DiffChange, std::string_view> kNames[] = {
      {DiffChange::kRegister, "register"},
      {DiffChange::kImmediate, "immediate"},
      {DiffChange::kDisplacement, "displacement"},
      {DiffChange::kTarget, "target"},
      {DiffChange::kData, "data"}};
  Json names = Json::array();
  for (const auto& [change, name] : kNames) {
    if (row.changed(change)) names.push_back(name);
  }
  return names;
}

}  // namespace

void write_function_diff_json(const FunctionDiff& f, Output& out) {
  JsonDocument document(out, "asmforge/diff/1");
  document.member("exact", f.exact);
  document.member("before", side_json(f.before));
  document.member("after", side_json(f.after));
  document.member("similarity", f.diff->similarity);
  document.member("penalty", f.diff->penalty);
  document.member("differing_rows", f.diff->differing_rows);
  document.member("counts", class_counts_json(f.diff->before, f.diff->after));
  Json renames = Json::array();
  for (std::size_t i = 0; i < f.renames.size(); ++i)
    renames.push_back({{"registers", f.renames[i]}, {"rows", f.diff->renames[i].rows}});
  document.member("renames", renames);
  document.begin_array("rows");
  for (std::size_t i = 0; i < f.diff->rows.size(); ++i) {
    const DiffRow& row = f.diff->rows[i];
    Json object = {{"kind", to_string(row.kind)},
                   {"before", insn_json(f.before, row.before)},
                   {"after", insn_json(f.after, row.after)}};
    if (row.penalty != 0) object["penalty"] = row.penalty;
    if (row.changes != 0) object["changes"] = changes_json(row);
    if (!f.label_of_row[i].name.empty()) object["label"] = f.label_of_row[i].name;
    document.element(object);
  }
  document.end_array();
}

}  // namespace asmforge
