#include "cli/read_forge_report.h"

#include <utility>
#include <vector>

#include "forge/journal.h"
#include "forge/run_store.h"
#include "verdict/read_trial.h"

namespace asmforge {
namespace {

// Of the last comparison of the run.
std::int64_t last_trial(const ForgeRun& run) {
  std::int64_t last = 0;
  const auto look = [&](const std::vector<std::int64_t>& trials) {
    for (const std::int64_t trial : trials) last = std::max(last, trial);
  };
  for (const ForgeStep& step : run.steps) look(step.trials);
  look(run.validations);
  look(run.totals);
  return last;
}

}  // namespace

Result<ForgeReport> read_forge_report(const Project& project, std::optional<std::int64_t> number) {
  AF_TRY(Journal journal, Journal::open(project.directory));
  ForgeReport report;
  AF_TRY(report.run, RunStore(journal).read(number));
  const std::int64_t trial = last_trial(report.run);
  if (trial == 0) return report;
  AF_TRY(const std::string record, journal.record(trial));
  AF_TRY(const RecordedTrial recorded, parse_trial(record));
  report.environment = recorded.trial.environment;
  return report;
}

}  // namespace asmforge
