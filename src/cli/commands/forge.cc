// `asmforge forge`: tries a project's changes one by one and keeps what is better.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <system_error>

#include "base/interrupt.h"
#include "cli/assembly_change.h"
#include "cli/assumption_gate.h"
#include "cli/audited_workloads.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/project_profile.h"
#include "cli/read_forge_report.h"
#include "cli/run_comparison.h"
#include "cli/status_line.h"
#include "forge/apply_run.h"
#include "forge/forge.h"
#include "forge/journal.h"
#include "forge/run_store.h"
#include "measure/machine.h"
#include "report/writers/forge_report.h"
#include "verdict/workloads.h"

namespace asmforge::commands {
namespace {

constexpr int kNo = 1;
constexpr double kQuickSeconds = 120;

struct Options {
  OutputOptions output;
  std::string budget;
  std::optional<std::uint64_t> seed;
  bool quick = false;
  bool resume = false;
  bool fresh = false;
  bool apply = false;
  bool allow_assumptions = false;
};

Error usage(std::string_view what, std::string_view hint) {
  return {ErrorCode::kUsage, fmt::format("forge: {}", what), std::string(hint)};
}

// Commands and programs of a project run in its folder.
Result<Done> enter(const std::string& directory) {
  std::error_code failed;
  std::filesystem::current_path(directory, failed);
  if (!failed) return Done{};
  return Error{ErrorCode::kBadInput,
               fmt::format("{}: cannot be entered: {}", directory, failed.message()), ""};
}

Result<ForgeRequest> request_of(const Options& options, const Project& project) {
  ForgeRequest request;
  request.budget_seconds = options.quick ? kQuickSeconds : project.forge.budget_seconds;
  if (!options.budget.empty()) {
    AF_TRY(request.budget_seconds, parse_seconds(options.budget));
  }
  request.floor = project.forge.floor;
  request.alpha = project.forge.alpha;
  request.seed = options.seed ? *options.seed : std::random_device()();
  request.started = utc_now();
  request.resume = options.resume;
  request.fresh = options.fresh;
  return request;
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<int> tell(const Options& options, const Project& project, std::int64_t number,
                 Session& session) {
  AF_TRY(const ForgeReport report, read_forge_report(project, number));
  if (options.output.json)
    write_forge_json(report, session.out);
  else
    write_forge_report(report, palette_for(options.output, session.out), session.out);
  return report.run.holds ? 0 : kNo;
}

Result<int> apply(const Project& project, Session& session) {
  Result<ForgeRun> run = [&]() -> Result<ForgeRun> {
    AF_TRY(Journal journal, Journal::open(project.directory));
    return RunStore(journal).read(std::nullopt);
  }();
  if (!run) return run.error();
  StatusLine line(session.err);
  AF_TRY(const AppliedRun applied,
         apply_run(project, *run,
                   {.interrupted = &interrupt_flag(),
                    .progress = [&](std::string_view what) { line.show(what, std::nullopt); }}));
  line.clear();
  session.out.print("{} {} on the branch, which is at {} now\n", applied.commits,
                    applied.commits == 1 ? "commit" : "commits", applied.commit);
  session.out.print("git reset --hard {} takes them back\n", run->base_commit);
  if (applied.cleaned)
    session.out.write("built once more after 'clean': the first build was not what was measured\n");
  if (!applied.build_failure.empty())
    return Error{ErrorCode::kBadInput, "in the project's folder " + applied.build_failure,
                 "it was built and measured in .asmforge/tree; what is different here?"};
  for (const RebuiltBinary& binary : applied.binaries)
    session.out.print("{}: {}\n", binary.name,
                      binary.identical   ? "byte for byte what was measured"
                      : binary.same_code ? "not byte for byte what was measured, but all that is "
                                           "loaded is the same"
                                         : "not what was measured: " + binary.difference);
  return 0;
}

// Where nothing can be counted the user's own changes are tried all the same.
Result<std::vector<Step>> plan_or_say_why_not(const Project& project, const BuildOfTree& build,
                                              bool allow_assumptions, Output& err) {
  Result<std::vector<Step>> steps = plan_changes(project, build, allow_assumptions);
  if (steps || steps.error().code != ErrorCode::kUnavailable) return steps;
  err.print("asmforge: no changes of asmforge's own are tried: {}\n", steps.error().what);
  return std::vector<Step>();
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const Project project, find_project("."));
  AF_TRY(const Done entered, enter(project.directory));
  static_cast<void>(entered);
  if (options.apply) return apply(project, session);
  if (options.resume && options.fresh)
    return usage("--resume goes on with a run, --fresh gives it up", "choose one");
  AF_TRY(const ForgeRequest request, request_of(options, project));
  wait_for_work_when_interrupted();
  StatusLine line(session.err);
  const Palette palette = palette_for(options.output, session.err);
  ForgeHooks hooks;
  hooks.compare = [&](const Comparison& wanted) { return run_comparison(wanted, line); };
  hooks.plan = [&](const BuildOfTree& build) {
    return plan_or_say_why_not(project, build, options.allow_assumptions, session.err);
  };
  hooks.remaining = [&](const std::string& folder) { return remaining_work(project, folder); };
  hooks.try_assumption = [](const AssumptionToTry& assumption) {
    return try_assumption(assumption, &interrupt_flag());
  };
  hooks.assembly = assembly_change;
  hooks.progress = [&](std::string_view what) { line.show(what, std::nullopt); };
  hooks.told = [&](const ForgeRun&, const ForgeStep& step) {
    line.clear();
    write_forge_step(step, session.err.width(), palette, session.err);
    session.err.flush();
  };
  hooks.now = steady_seconds;
  hooks.interrupted = &interrupt_flag();
  const Result<ForgeRun> done = run_forge(project, request, hooks);
  line.clear();
  if (!done && done.error().code == ErrorCode::kInterrupted)
    session.err.print("asmforge: stopped; {}\n",
                      done.error().hint.empty() ? "no run had begun" : done.error().hint);
  if (!done) return done.error();
  return tell(options, project, done->number, session);
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--budget", options->budget, "Time for measuring (that of asmforge.toml)")
      ->type_name("TIME");
  app.add_flag("--quick", options->quick, "A budget of two minutes")->excludes("--budget");
  app.add_option("--seed", options->seed, "Repeat the order of an earlier run")
      ->type_name("NUMBER");
  CLI::Option* resume =
      app.add_flag("--resume", options->resume, "Go on with a run that was interrupted");
  app.add_flag("--fresh", options->fresh, "Give such a run up and begin another");
  app.add_flag("--allow-assumptions", options->allow_assumptions,
               "Also try what asserts more than the compiler can prove");
  CLI::Option* apply = app.add_flag(
      "--apply", options->apply, "Commit what the last run kept to the branch, and build it there");
  for (const char* settled : {"--budget", "--quick", "--seed"})
    resume->excludes(app.get_option(settled));
  for (const char* other : {"--budget", "--quick", "--seed", "--resume", "--fresh"})
    apply->excludes(app.get_option(other));
  add_answer_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command forge{
    "forge",
    "Try a project's changes one by one, and keep what is better",
    setup,
    {},
    "The changes are those of [candidates] in asmforge.toml, then asmforge's own where most is\n"
    "executed: compiler flags, attributes, pragmas, and which way branches go.\n"
    "Each is applied to a copy of the last commit, built, and compared with what was kept so\n"
    "far; what is accepted is kept, and first against last is compared once more. Your files\n"
    "and branches are not touched before --apply. Exit status: 0 there is something to apply,\n"
    "1 there is not."};

}  // namespace asmforge::commands
