// `asmforge diff --json` of whole files: schema asmforge/diff/1 with `functions`.
#include "report/json_class_counts.h"
#include "report/json_document.h"
#include "report/writers/binary_diff.h"

namespace asmforge {
namespace {

Json extent_json(const FunctionExtent& extent) {
  return {{"address", hexadecimal(extent.address)},
          {"size", extent.size},
          {"instructions", extent.instructions}};
}

Json change_json(const FunctionChange& f) {
  Json object = {{"name", f.name},
                 {"demangled", f.demangled},
                 {"matched_by", to_string(f.how)},
                 {"similarity", f.similarity},
                 {"penalty", f.penalty},
                 {"differing_rows", f.differing_rows},
                 {"before", extent_json(f.before)},
                 {"after", extent_json(f.after)}};
  if (!f.member.empty()) object["member"] = f.member;
  if (f.share) object["share"] = *f.share;
  return object;
}

Json lone_json(const LoneFunction& f) {
  Json object = {{"name", f.name}, {"demangled", f.demangled}};
  object.update(extent_json(f.extent));
  if (!f.member.empty()) object["member"] = f.member;
  if (f.share) object["share"] = *f.share;
  return object;
}

}  // namespace

void write_binary_diff_json(const BinaryDiffList& list, Output& out) {
  const BinaryDiff& diff = *list.diff;
  JsonDocument document(out, "asmforge/diff/1");
  document.member("exact", list.exact);
  document.member("before", {{"file", list.before_path}});
  document.member("after", {{"file", list.after_path}});
  document.member("similarity", diff.similarity);
  document.member("penalty", diff.penalty);
  document.member("same_functions", diff.same_functions);
  document.member("counts", class_counts_json(diff.before, diff.after));
  document.member("notes", list.notes);
  document.begin_array("functions");
  for (const FunctionChange& f : diff.changed) document.element(change_json(f));
  document.end_array();
  document.begin_array("only_before");
  for (const LoneFunction& f : diff.only_before) document.element(lone_json(f));
  document.end_array();
  document.begin_array("only_after");
  for (const LoneFunction& f : diff.only_after) document.element(lone_json(f));
  document.end_array();
}

}  // namespace asmforge
