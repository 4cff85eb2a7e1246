// `asmforge audit --json`: schema asmforge/audit/1.
#include "report/json_document.h"
#include "report/json_source.h"
#include "report/writers/findings.h"

namespace asmforge {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json loop_json(const Finding& f) {
  if (f.loop == kNoIndex) return {};
  return {{"loop", f.loop},
          {"depth", f.loop_depth},
          {"begin", hexadecimal(f.loop_range.begin)},
          {"end", hexadecimal(f.loop_range.end)}};
}

Json predicate_json(const Predicate& p) {
  Json selector = {{"whole_function", p.loop.whole_function}};
  if (!p.loop.whole_function) {
    selector["ordinal"] = p.loop.ordinal;
    selector["source_file"] = p.loop.source_file;
    selector["source_line"] = p.loop.source_line;
    selector["depth"] = p.loop.depth;
  }
  return {{"text", to_string(p)},
          {"metric", to_string(p.metric)},
          {"function", p.function},
          {"loop", std::move(selector)},
          {"relation", to_string(p.relation)},
          {"before", p.before},
          {"after", p.after}};
}

Json remarks_json(const Finding& f) {
  Json list = Json::array();
  for (const JoinedRemark& remark : f.remarks)
    list.push_back({{"kind", to_string(remark.kind)},
                    {"pass", remark.pass},
                    {"name", remark.name},
                    {"message", remark.message},
                    {"file", remark.place.file},
                    {"directory", remark.place.directory},
                    {"line", remark.place.line},
                    {"column", remark.place.column}});
  return list;
}

Json remark_totals_json(const RemarkTotals& totals) {
  return {{"files", totals.files},           {"joined", totals.joined},
          {"elsewhere", totals.elsewhere},   {"ambiguous", totals.ambiguous},
          {"unreadable", totals.unreadable}, {"notes", totals.notes}};
}

Json ignored_json(const Finding& f) {
  if (!f.ignored) return {};
  return {{"reason", f.ignored->reason},
          {"file", f.ignored->place.file},
          {"line", f.ignored->place.line}};
}

Json finding_json(const Finding& f, const Binary& binary, bool with_remarks) {
  Json instructions = Json::array();
  for (const Evidence& e : f.evidence)
    instructions.push_back(
        {{"address", hexadecimal(e.address)}, {"text", e.text}, {"note", e.note}});
  Json object = {{"check", f.check},
                 {"title", f.title},
                 {"function",
                  {{"number", f.function_index}, {"name", f.function}, {"demangled", f.demangled}}},
                 {"library_code", f.library_code},
                 {"loop", loop_json(f)},
                 {"role", to_string(f.role)},
                 {"instructions", std::move(instructions)},
                 {"left_out", f.left_out},
                 {"source", source_json(f.source)},
                 {"cause", f.cause},
                 {"fix", {{"c", f.fix_c}, {"rust", f.fix_rust}}},
                 {"risk", f.risk},
                 {"traps_passed", f.traps_passed},
                 {"predicate", predicate_json(f.predicate)},
                 {"confidence", to_string(f.confidence)},
                 {"confidence_reason", f.confidence_reason},
                 {"severity", or_null(f.severity_cycles)},
                 {"severity_reason", f.severity_reason},
                 {"executions", or_null(f.executions)},
                 {"share", or_null(f.share)},
                 {"suppress_key", f.suppress_key},
                 {"fingerprint", f.fingerprint},
                 {"ignored", ignored_json(f)},
                 {"in_baseline", or_null(f.in_baseline)}};
  if (!binary.member.empty()) object["member"] = binary.member;
  if (with_remarks) {
    object["remarks"] = remarks_json(f);
    object["remarks_left_out"] = f.remarks_left_out;
  }
  return object;
}

Json file_json(const AuditedFile& file) {
  const AuditReport& r = file.report;
  Json object = {{"path", file.binary->path},
                 {"member", file.binary->member},
                 {"build_id", file.binary->build_id},
                 {"checks", r.checks},
                 {"functions", r.functions},
                 {"instructions", r.instructions},
                 {"loops", r.loops},
                 {"loops_audited", r.loops_audited},
                 {"unresolved_jumps", r.unresolved_jumps},
                 {"functions_with_undecoded", r.functions_with_undecoded},
                 {"undecoded_bytes", r.undecoded_bytes},
                 {"irreducible_edges", r.irreducible_edges},
                 {"gone_from_baseline", or_null(r.gone_from_baseline)},
                 {"ranked_by_profile", r.ranked_by_profile},
                 {"notes", r.notes}};
  if (r.remarks) object["remarks"] = remark_totals_json(*r.remarks);
  return object;
}

}  // namespace

void write_findings_json(const std::vector<AuditedFile>& files, Output& out) {
  JsonDocument document(out, "asmforge/audit/1");
  document.begin_array("files");
  for (const AuditedFile& file : files) document.element(file_json(file));
  document.end_array();
  const bool with_remarks = files.front().report.remarks.has_value();
  document.begin_array("findings");
  for (const AuditedFile& file : files)
    for (const Finding& finding : file.report.findings)
      document.element(finding_json(finding, *file.binary, with_remarks));
  document.end_array();
}

}  // namespace asmforge
