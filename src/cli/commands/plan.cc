// `asmforge plan`: what to try next in a project, ranked by what its workloads execute.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/interrupt.h"
#include "base/mapped_file.h"
#include "cli/audited_workloads.h"
#include "cli/check_descriptions.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/project_profile.h"
#include "cli/status_line.h"
#include "forge/journal.h"
#include "forge/project.h"
#include "forge/revisions.h"
#include "mc/sha256.h"
#include "plan/make_plan.h"
#include "report/writers/plan.h"

namespace asmforge::commands {
namespace {

constexpr std::size_t kShownByDefault = 10;

struct Options {
  OutputOptions output;
  std::string revision = "HEAD";
  std::size_t limit = kShownByDefault;
};

// Programs as the project has them, sources as they lie in the copy that was built.
Result<Done> print_sarif(const Project& project, const Revisions& revisions,
                         const RevisionBuild& build, const Plan& plan, Session& session) {
  PlanSarif about;
  about.checks = check_descriptions();
  AF_TRY(about.root.shown, revisions.clone().repository().run({"rev-parse", "--show-toplevel"}));
  about.root.sources = revisions.clone().tree();
  for (const std::string& binary : project.binaries) {
    AF_TRY(const auto file, MappedFile::open(fmt::format("{}/{}", build.folder, binary)));
    about.programs[binary] = {fmt::format("{}/{}", project.directory, binary), "",
                              sha256(file->bytes()), file->bytes().size()};
  }
  write_plan_sarif(plan, about, session.out);
  return Done{};
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const Project project, find_project("."));
  StatusLine line(session.err);
  const auto progress = [&](std::string_view what) { line.show(what, std::nullopt); };
  AF_TRY(const Revisions revisions,
         Revisions::open(project, {.interrupted = &interrupt_flag(), .progress = progress}));
  AF_TRY(const std::string commit, revisions.commit_of(options.revision));
  AF_TRY(const RevisionBuild build, revisions.build(options.revision, commit, "plan"));
  std::error_code failed;
  std::filesystem::current_path(project.directory, failed);  // workloads run there
  const SharedClone& clone = revisions.clone();
  AF_TRY(ChangePlanner planner,
         ChangePlanner::open(project, {clone.tree(), clone.folder(), build.folder, build.capture},
                             false));
  std::vector<AuditedWorkload> audits;
  for (const ProjectWorkload& one : project.workloads) {
    if (one.workload.validation) continue;
    AF_TRY(AuditedWorkload audited,
           audit_workload(build.folder, one, &planner, LookFor::kFindings, progress));
    audits.push_back(std::move(audited));
  }
  line.clear();
  AF_TRY(Journal journal, Journal::open(project.directory));
  AF_TRY(const std::vector<JournalScore> scores, journal.scores());
  const std::vector<std::string> left_out = leave_out(project.forge, audits);
  Plan plan = make_plan(audits, scores, {});
  plan.commit = commit;
  plan.changes = planner.steps();
  plan.notes.insert(plan.notes.end(), left_out.begin(), left_out.end());
  AF_TRY(const std::vector<std::string> changed, changed_files(revisions.clone().repository()));
  if (!changed.empty())
    plan.notes.push_back(fmt::format("{} differs from the commit, and is not in this plan",
                                     changed.front() + (changed.size() > 1 ? " and more" : "")));
  if (options.output.sarif) {
    AF_TRY([[maybe_unused]] const Done printed,
           print_sarif(project, revisions, build, plan, session));
  } else if (options.output.json) {
    write_plan_json(plan, session.out);
  } else {
    write_plan(plan, options.limit, palette_for(options.output, session.out), session.out);
  }
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("REVISION", options->revision, "What to look at (HEAD)");
  app.add_option("--limit", options->limit, "At most so many steps (10)")->type_name("COUNT");
  add_answer_options(app, options->output);
  add_sarif_option(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command plan{
    "plan",
    "Say what to try next in a project, and what it would change",
    setup,
    {},
    "The last commit is built, each workload's executed instructions are counted, and what the\n"
    "compiler did badly there is ranked by them, together with the hottest loops in which nothing\n"
    "is known to be wrong. Each step says what to change and what that does to the assembly;\n"
    "'asmforge forge' tries it and checks the prediction."};

}  // namespace asmforge::commands
