#include "cli/audited_workloads.h"

#include <fmt/format.h>

#include <set>

#include "audit/audit.h"
#include "audit/ignore_comments.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "cli/chosen_functions.h"
#include "cli/source_text.h"
#include "cli/workload_limits.h"
#include "collect/open.h"
#include "report/location.h"

namespace asmforge {
namespace {

// Of a loop in one workload, to count in the mean of several.
constexpr double kLeastShareOfLoop = 0.001;
constexpr std::size_t kRemainingShown = 5;

// What the loop of a step waits for; nullptr when it is not proven.
const LoopLimit* limit_of(const PlanStep& step, const std::vector<AuditedWorkload>& audits) {
  for (const AuditedWorkload& audit : audits)
    for (const LoopLimit& limit : audit.limits)
      if (audit.binary == step.binary && step.finding.loop != kNoIndex &&
          limit.place.function_index == step.finding.function_index &&
          limit.place.loop_header == step.finding.loop_header)
        return &limit;
  return nullptr;
}

std::string line_of(const PlanStep& step, const LoopLimit* limit) {
  const Finding& finding = step.finding;
  std::string text = fmt::format("{} in {}", percent(step.share),
                                 finding.demangled.empty() ? finding.function : finding.demangled);
  if (finding.loop != kNoIndex) text += fmt::format(", loop {}", finding.loop);
  if (finding.source.known()) text += fmt::format(" at {}", location_text(finding.source));
  text += fmt::format(": {}", finding.title);
  if (limit != nullptr)
    text += fmt::format("; {} of the time is spent there, {}", percent(limit->time_share),
                        words_of(*limit));
  return text;
}

}  // namespace

Result<AuditedWorkload> audit_workload(const std::string& folder, const ProjectWorkload& one,
                                       ChangePlanner* planner, LookFor what,
                                       const Progress& progress) {
  const std::string program = fmt::format("{}/{}", folder, one.binary);
  progress(fmt::format("counting {}", one.workload.name));
  AF_TRY(const Profile profile, count_workload(program, one.workload));
  progress(fmt::format("auditing {}", one.binary));
  AF_TRY(const std::vector<Binary> binaries, open_input(program, {}));
  AuditOptions how;
  how.profile = &profile;
  how.should_stop = interrupted;
  AuditedWorkload audited{one.binary, one.workload.name, one.workload.weight, {}, {}, {}};
  AF_TRY(audited.report, audit_binary(binaries.front(), how));
  AF_TRY(audited.hot, hot_loops(binaries.front(), profile, kLeastShareOfLoop, HotLoopKind::kAll));
  if (what == LookFor::kLimitsToo) {
    AF_TRY(audited.limits, workload_limits(program, binaries.front(), one.workload, profile));
  }
  if (planner != nullptr) {
    AF_TRY([[maybe_unused]] const Done added, planner->add(program, binaries.front(), profile));
  }
  if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  return audited;
}

std::vector<std::string> leave_out(const ForgeSettings& settings,
                                   std::vector<AuditedWorkload>& audits) {
  std::vector<std::string> notes;
  ChosenFunctions chosen(settings.functions);
  SourceText source;
  std::set<std::string> ignored;  // in several workloads it is one
  for (AuditedWorkload& audit : audits) {
    mark_ignored([&](const SourceFrame& place) { return source.line(place); }, audit.report);
    std::erase_if(audit.report.findings, [&](const Finding& finding) {
      if (finding.ignored) ignored.insert(audit.binary + '\n' + finding.fingerprint);
      return finding.ignored || !chosen.has(finding);
    });
    std::erase_if(audit.hot,
                  [&](const HotLoop& loop) { return !chosen.has(loop.place, loop.sources); });
  }
  if (!ignored.empty())
    notes.push_back(fmt::format("{} {} that the source says to ignore", ignored.size(),
                                ignored.size() == 1 ? "finding" : "findings"));
  if (!settings.functions.empty())
    notes.emplace_back("[forge] functions: nothing outside of them is in this plan");
  for (const std::string& pattern : chosen.without_use())
    notes.push_back(fmt::format("[forge] functions: nothing was found in '{}'", pattern));
  return notes;
}

Result<std::vector<std::string>> remaining_work(const Project& project, const std::string& folder) {
  std::vector<AuditedWorkload> audits;
  for (const ProjectWorkload& one : project.workloads) {
    if (one.workload.validation) continue;
    AF_TRY(AuditedWorkload audited,
           audit_workload(folder, one, nullptr, LookFor::kLimitsToo, [](std::string_view) {}));
    audits.push_back(std::move(audited));
  }
  static_cast<void>(leave_out(project.forge, audits));
  const Plan plan = make_plan(audits, {}, {});
  std::vector<std::string> lines;
  for (const PlanStep& step : plan.steps)
    if (step.measured && lines.size() < kRemainingShown)
      lines.push_back(line_of(step, limit_of(step, audits)));
  return lines;
}

}  // namespace asmforge
