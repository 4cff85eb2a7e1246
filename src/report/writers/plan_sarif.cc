// `asmforge plan --sarif`: the steps as results of SARIF 2.1.0, the most promising first.
#include <algorithm>
#include <string>

#include "core/error.h"
#include "report/sarif.h"
#include "report/sarif_finding.h"
#include "report/writers/plan.h"

namespace asmforge {
namespace {

// Of what no check found: a loop that a person should look at.
constexpr CheckDescription kHotLoop = {
    "hot-loop", "A loop that runs often, in which no check finds anything", ""};

Json result_of(const PlanStep& step, const std::vector<CheckDescription>& rules,
               const SarifProgram& program, SarifArtifacts& artifacts) {
  const auto known = std::ranges::find(rules, step.finding.check, &CheckDescription::id);
  const bool found = known != rules.end();
  const std::size_t rule =
      found ? static_cast<std::size_t>(known - rules.begin()) : rules.size() - 1;
  Json result = sarif_finding(step.finding, rule, program, artifacts);
  // What is no finding has no level and no rank (sections 3.27.10 and 3.27.25).
  result.erase("rank");
  if (!found) {
    result["ruleId"] = kHotLoop.id;
    result["kind"] = "review";
    result["level"] = "none";
    result["message"] = sarif_message(step.suggestion.empty() ? kHotLoop.summary
                                                              : std::string_view(step.suggestion));
  } else if (step.measured) {
    // Over all workloads, which a finding's own share is not.
    result["rank"] = std::clamp(step.share, 0.0, 1.0) * 100;
  }
  Json& properties = result["properties"];
  properties["shareOfWorkloads"] = step.measured ? Json(step.share) : Json();
  properties["expectedGain"] = step.expected_gain ? Json(*step.expected_gain) : Json();
  properties["expectedGainReason"] = step.expected_gain_reason;
  return result;
}

}  // namespace

void write_plan_sarif(const Plan& plan, const PlanSarif& about, Output& out) {
  SarifArtifacts artifacts(about.root);
  std::vector<CheckDescription> rules = about.checks;
  rules.push_back(kHotLoop);
  JsonDocument document(out, sarif_frame(sarif_driver(sarif_rules(rules))));
  document.member("automationDetails", {{"id", "asmforge/plan/"}});
  document.member("originalUriBaseIds", artifacts.base_ids());
  std::vector<SarifNotification> notifications;
  notifications.reserve(plan.notes.size() + 1);
  for (const std::string& note : plan.notes) notifications.push_back({"note", "note", note});
  if (plan.below_share != 0)
    notifications.push_back(
        {"note", "note",
         fmt::format("{} more findings in code that the workloads hardly run", plan.below_share)});
  document.member("invocations", Json::array({sarif_invocation(notifications, 0)}));
  document.begin_array("results");
  for (const PlanStep& step : plan.steps) {
    const auto program = about.programs.find(step.binary);
    AF_CHECK(program != about.programs.end());
    document.element(result_of(step, rules, program->second, artifacts));
  }
  document.end_array();
  document.member("artifacts", artifacts.all());
  document.member("properties", {{"commit", plan.commit}, {"workloads", plan.workloads}});
}

}  // namespace asmforge
