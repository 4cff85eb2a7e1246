// `asmforge report --sarif`: each change that was tried as a result of SARIF 2.1.0. What is
// kept and not applied is a finding with its patch as the fix; what was not tried is open.
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "report/effect_text.h"
#include "report/sarif.h"
#include "report/sarif_patch.h"
#include "report/writers/forge_report.h"

namespace asmforge {
namespace {

struct Transform {
  std::string_view name;  // Step::transform
  CheckDescription rule;
};
const Transform kTransforms[] = {
    {"patch", {"forge-patch", "A patch of [candidates] was tried", ""}},
    {"branch", {"forge-branch", "A branch or commit of [candidates] was tried", ""}},
    {"command", {"forge-command", "A command of [candidates] that edits files was tried", ""}},
    {"flag", {"forge-flag", "A compiler flag for a hot file was tried", ""}},
    {"attribute", {"forge-attribute", "An attribute of a hot function was tried", ""}},
    {"pragma", {"forge-pragma", "A pragma at a hot loop was tried", ""}},
    {"expectation", {"forge-expectation", "Which way a hot branch goes was said", ""}},
    {"restrict", {"forge-restrict", "Pointers that do not overlap were asserted", ""}},
    {"ivdep", {"forge-ivdep", "Independent iterations of a hot loop were asserted", ""}},
    {"fast-math", {"forge-fast-math", "A flag that gives floating-point rules up was tried", ""}},
    {"", {"forge-change", "A change was tried", ""}},
};

std::size_t rule_of(const ForgeStep& step) {
  std::size_t at = 0;
  while (kTransforms[at].name != step.step.transform && !kTransforms[at].name.empty()) ++at;
  return at;
}

// Section 3.27.9.
std::string_view kind_of(const ForgeStep& step, const ForgeRun& run) {
  switch (step.state) {
    case StepState::kPending:
    case StepState::kLeft: return "open";
    case StepState::kKept:
      if (!run.finished) return "open";
      if (!run.holds) return "informational";  // not to be applied
      return run.applied_commit.empty() ? "fail" : "pass";
    case StepState::kFailed: return "notApplicable";
    case StepState::kDropped:
      return step.kind == VerdictKind::kInvestigate || step.kind == VerdictKind::kSuspicious
                 ? "review"
                 : "informational";
    case StepState::kWithdrawn: break;
  }
  return "informational";
}

std::string text_of(const ForgeStep& step) {
  std::string text = fmt::format("{}: {}", step.step.name, to_string(step.state));
  if (step.kind) text += fmt::format(", {} {}", to_string(*step.kind), to_string(step.reason));
  if (step.effect) text += fmt::format(", time spent beside before {}", spends(step.effect));
  return step.why.empty() ? text : fmt::format("{}. {}", text, step.why);
}

Json location_of(const std::optional<std::vector<LineReplacement>>& lines,
                 const std::string& project_file, SarifArtifacts& artifacts) {
  // What is no patch of lines was named in the project's file.
  if (!lines)
    return {{"physicalLocation", {{"artifactLocation", artifacts.project_file(project_file)}}}};
  return {{"physicalLocation",
           {{"artifactLocation", artifacts.project_file(lines->front().file)},
            {"region", {{"startLine", lines->front().first}}}}}};
}

std::string fingerprint_of(const ForgeStep& step) {
  return step.step.transform + ':' + step.step.name;
}

Json effect_of(const ForgeStep& step) {
  if (!step.effect) return {};
  return {{"ratio", step.effect->ratio}, {"low", step.effect->low}, {"high", step.effect->high}};
}

Json result_of(const ForgeStep& step, const ForgeRun& run, const std::string& project_file,
               SarifArtifacts& artifacts) {
  const std::size_t rule = rule_of(step);
  const std::string_view kind = kind_of(step, run);
  const auto lines = line_replacements(step.step.patch);
  Json result = {{"ruleId", kTransforms[rule].rule.id},
                 {"ruleIndex", rule},
                 {"kind", kind},
                 // Of another kind than "fail" there is no level (section 3.27.10).
                 {"level", kind == "fail" ? "warning" : "none"},
                 {"message", sarif_message(text_of(step))},
                 {"locations", Json::array({location_of(lines, project_file, artifacts)})},
                 {"partialFingerprints", {{"asmforgeChange/v1", fingerprint_of(step)}}}};
  if (lines && kind == "fail")
    result["fixes"] = Json::array({sarif_fix(step.step.name, *lines, artifacts)});
  result["properties"] = {
      {"check", step.step.check},       {"expectations", step.step.expectations},
      {"state", to_string(step.state)}, {"parentCommit", step.parent_commit},
      {"commit", step.commit},          {"trials", step.trials},
      {"effect", effect_of(step)},      {"assembly", step.assembly}};
  return result;
}

}  // namespace

void write_forge_sarif(const ForgeReport& report, const ForgeSarif& about, Output& out) {
  const ForgeRun& run = report.run;
  std::vector<CheckDescription> rules;
  for (const Transform& transform : kTransforms) rules.push_back(transform.rule);
  SarifArtifacts artifacts(about.root);
  JsonDocument document(out, sarif_frame(sarif_driver(sarif_rules(rules))));
  document.member("automationDetails", {{"id", "asmforge/report/"}});
  document.member("originalUriBaseIds", artifacts.base_ids());
  std::vector<SarifNotification> notifications;
  if (!run.finished)
    notifications.push_back({"note", "note", "The run is not finished: --resume goes on with it"});
  if (!run.outcome.empty()) notifications.push_back({"note", "note", run.outcome});
  document.member("invocations", Json::array({sarif_invocation(notifications, 0)}));
  document.begin_array("results");
  for (const ForgeStep& step : run.steps)
    document.element(result_of(step, run, about.project_file, artifacts));
  document.end_array();
  document.member("artifacts", artifacts.all());
  document.member("properties", {{"run", run.number},
                                 {"started", run.started},
                                 {"baseCommit", run.base_commit},
                                 {"tipCommit", run.tip_commit},
                                 {"appliedCommit", run.applied_commit},
                                 {"holds", run.holds},
                                 {"seed", run.seed}});
}

}  // namespace asmforge
