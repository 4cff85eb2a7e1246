// `asmforge audit --sarif`: one run of SARIF 2.1.0.
#include <filesystem>
#include <string>

#include "base/text.h"
#include "core/error.h"
#include "report/member_notes.h"
#include "report/remark_text.h"
#include "report/sarif.h"
#include "report/sarif_finding.h"
#include "report/writers/findings.h"

namespace asmforge {
namespace {

AuditReport sum_of(const std::vector<AuditedFile>& files) {
  AuditReport sum;
  for (const AuditedFile& file : files) add_counts(sum, file.report);
  return sum;
}

// Silence about what could not be read means nothing, so it is said.
std::vector<SarifNotification> notifications_of(const std::vector<AuditedFile>& files) {
  const AuditReport sum = sum_of(files);
  std::vector<SarifNotification> list;
  const auto add = [&](std::uint64_t count, std::string_view id, std::string_view what) {
    if (count == 0) return;
    list.push_back({id, "warning", fmt::format("{} {}", with_separators(count), what)});
  };
  add(sum.unresolved_jumps, "unresolved-jumps",
      "indirect jumps without known targets: the code behind them was not seen");
  add(sum.functions_with_undecoded, "undecoded-bytes",
      fmt::format("functions hold {} bytes that are no instruction",
                  with_separators(sum.undecoded_bytes)));
  add(sum.irreducible_edges, "irreducible-loops",
      "cycle edges outside natural loops: no check looks at such cycles");
  if (const auto gone = files.front().report.gone_from_baseline; gone && *gone != 0)
    list.push_back({"baseline", "note",
                    fmt::format("{} of the baseline's findings are gone", with_separators(*gone))});
  if (const auto& remarks = files.front().report.remarks) {
    list.push_back({"remarks", remarks->unreadable == 0 ? "note" : "warning",
                    "remarks of the compiler: " + remark_totals_text(*remarks)});
    for (const std::string& note : remarks->notes) list.push_back({"remarks", "note", note});
  }
  std::vector<std::vector<std::string>> notes;
  notes.reserve(files.size());
  for (const AuditedFile& file : files) notes.push_back(file.report.notes);
  for (const std::string& note : total_notes(notes)) list.push_back({"note", "note", note});
  return list;
}

Json properties_of(const std::vector<AuditedFile>& files) {
  const AuditReport sum = sum_of(files);
  return {{"functions", sum.functions},
          {"instructions", sum.instructions},
          {"loops", sum.loops},
          {"loopsAudited", sum.loops_audited},
          {"functionsUnoptimised", sum.unoptimised},
          {"buildId", files.front().binary->build_id},
          {"rankedByProfile", files.front().report.ranked_by_profile}};
}

std::size_t rule_of(const std::string& check, const std::vector<CheckDescription>& checks) {
  std::size_t at = 0;
  while (at < checks.size() && checks[at].id != check) ++at;
  AF_CHECK(at < checks.size());
  return at;
}

}  // namespace

void write_findings_sarif(const std::vector<AuditedFile>& files, const FindingsSarif& about,
                          Output& out) {
  AF_CHECK(!files.empty() && about.programs.size() == files.size());
  SarifArtifacts artifacts(about.root);
  const SarifProgram& first = about.programs.front();
  JsonDocument document(out, sarif_frame(sarif_driver(sarif_rules(about.checks))));
  // Runs of one program follow each other; those of others stand beside them.
  const std::string name = std::filesystem::path(first.path).filename().string();
  document.member("automationDetails", {{"id", printable("asmforge/audit/" + name + "/")}});
  document.member("originalUriBaseIds", artifacts.base_ids());
  document.member("invocations",
                  Json::array({sarif_invocation(notifications_of(files), about.exit_status)}));
  for (const SarifProgram& program : about.programs) artifacts.program(program);
  document.begin_array("results");
  for (std::size_t i = 0; i < files.size(); ++i)
    for (const Finding& finding : files[i].report.findings)
      document.element(sarif_finding(finding, rule_of(finding.check, about.checks),
                                     about.programs[i], artifacts));
  document.end_array();
  document.member("artifacts", artifacts.all());
  document.member("properties", properties_of(files));
}

}  // namespace asmforge
