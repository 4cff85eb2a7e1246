// `asmforge ab`: is AFTER better than BEFORE, and by its own doing?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <random>

#include "base/interrupt.h"
#include "base/process.h"
#include "base/temp_dir.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/ab_builds.h"
#include "cli/ab_revisions.h"
#include "cli/command.h"
#include "cli/expectations.h"
#include "cli/options.h"
#include "cli/run_comparison.h"
#include "cli/status_line.h"
#include "cli/trial_record.h"
#include "forge/journal.h"
#include "measure/machine_rig.h"
#include "report/writers/verdict.h"
#include "verdict/ab.h"
#include "verdict/decide.h"
#include "verdict/read_trial.h"
#include "verdict/sample_trial.h"
#include "verdict/workloads.h"

namespace asmforge::commands {
namespace {

constexpr int kNo = 1;
constexpr int kCannotSay = 3;

struct Options {
  OutputOptions output;
  AbRequest request;
  std::string before;
  std::string after;
  std::string before_capture;
  std::string after_capture;
  std::string binary;
  std::string suite;
  std::vector<std::string> workloads;
  std::vector<std::string> environment;
  std::vector<std::string> expectations;
  std::string input;
  std::string metric = "cpu";
  std::string gate;
  std::string floor = "0.5%";
  std::string budget = "60s";
  std::string timeout;
  std::string alpha = "5%";
  std::string revert_build;
  std::string record;
  std::string replay;
  std::optional<std::uint64_t> seed;
  int exit_status = 0;
  bool higher_is_better = false;
  bool exact = false;
  bool no_layout = false;
  bool samples = false;
};

Error usage(std::string_view what, std::string_view hint) {
  return {ErrorCode::kUsage, fmt::format("ab: {}", what), std::string(hint)};
}

// ---- what is asked ----

// "NAME=value" as it is, "NAME" with the value that it has here.
Result<std::vector<std::string>> chosen_environment(const std::vector<std::string>& wanted) {
  std::vector<std::string> environment;
  for (const std::string& variable : wanted) {
    if (variable.find('=') != std::string::npos) {
      environment.push_back(variable);
      continue;
    }
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr)
      return usage(fmt::format("--env {}: no such variable is set", variable),
                   "write --env NAME=VALUE");
    environment.push_back(fmt::format("{}={}", variable, value));
  }
  return environment;
}

Result<std::vector<Workload>> workloads_of(const Options& options, const Session& session) {
  Workload common;
  AF_TRY(common.metric, parse_metric(options.metric));
  common.metric.higher_is_better = options.higher_is_better;
  common.metric.deterministic = common.metric.deterministic || options.exact;
  AF_TRY(common.environment, chosen_environment(options.environment));
  common.input_path = options.input;
  common.exit_status = options.exit_status;
  const int ways = static_cast<int>(!options.suite.empty()) +
                   static_cast<int>(!options.workloads.empty()) +
                   static_cast<int>(session.has_trailing);
  if (ways > 1)
    return usage("only one of -- ARGUMENTS, --workload and --suite can say what to run",
                 "put all of it into the suite");
  if (!options.suite.empty()) return read_suite(options.suite, common);
  std::vector<Workload> workloads;
  for (const std::string& text : options.workloads) {
    AF_TRY(Workload workload, parse_workload(text, common));
    workloads.push_back(std::move(workload));
  }
  if (workloads.empty()) {
    common.name = "run";
    common.arguments = session.trailing;
    workloads.push_back(common);
  }
  return workloads;
}

Result<Done> check_names(const std::vector<Workload>& workloads) {
  for (std::size_t i = 0; i < workloads.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (workloads[i].name == workloads[k].name)
        return usage(fmt::format("two workloads are called '{}'", workloads[i].name),
                     "give each a name of its own");
  return Done{};
}

Result<TrialSettings> settings_of(const Options& options) {
  TrialSettings settings;
  AF_TRY(settings.floor, parse_share(options.floor));
  AF_TRY(settings.budget_seconds, parse_seconds(options.budget));
  AF_TRY(settings.natural_alpha, parse_share(options.alpha));
  if (settings.natural_alpha <= 0 || settings.natural_alpha >= 0.5)
    return usage("--alpha must be above 0 and below 50 %", "try --alpha 5%");
  if (!options.samples) settings.seed = options.seed ? *options.seed : std::random_device()();
  settings.no_layout = options.no_layout;
  if (!options.gate.empty() && options.gate != "no-worse")
    return usage(fmt::format("no gate '{}'", options.gate), "the gate is no-worse");
  settings.gate_no_worse = !options.gate.empty();
  return settings;
}

Result<AbRequest> request_of(const Options& options) {
  AbRequest request = options.request;
  if (!options.timeout.empty()) {
    AF_TRY(request.timeout_seconds, parse_seconds(options.timeout));
  }
  // exec looks in no PATH: a name without a slash is of this folder.
  for (std::string* path : {&request.before, &request.after, &request.reference, &request.reverted})
    if (!path->empty() && path->find('/') == std::string::npos) path->insert(0, "./");
  if (!options.revert_build.empty() && request.reverted.empty())
    return usage("--revert-build needs --reverted FILE", "name what the command builds");
  return request;
}

// Commands of a project run in its folder; what was named on the command line is where it was.
Result<Done> work_in(const std::string& directory, bool said, AbRequest& request,
                     std::vector<Workload>& workloads) {
  std::error_code failed;
  if (said)
    for (Workload& workload : workloads)
      if (!workload.input_path.empty())
        workload.input_path = std::filesystem::absolute(workload.input_path, failed).string();
  for (std::string* path : {&request.reference, &request.reverted})
    if (!path->empty()) *path = std::filesystem::absolute(*path, failed).string();
  std::filesystem::current_path(directory, failed);
  if (failed)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: cannot be entered: {}", directory, failed.message()), ""};
  return Done{};
}

Result<Done> build_reverted(const Options& options) {
  if (options.revert_build.empty()) return Done{};
  ProcessOptions build;
  build.argv = {"/bin/sh", "-c", options.revert_build};
  build.output = OutputMode::kDiscard;
  build.interrupted = &interrupt_flag();
  AF_TRY(const ProcessResult result, run_process(build));
  if (result.succeeded()) return Done{};
  return Error{ErrorCode::kBadInput,
               fmt::format("--revert-build {}: {}", result.ending(),
                           result.errors.substr(0, result.errors.find('\n'))),
               ""};
}

// ---- what it means ----

int status_of(const Verdict& verdict, bool gate_no_worse) {
  if (verdict.kind == VerdictKind::kAccept || verdict.kind == VerdictKind::kSame) return 0;
  if (verdict.reason == VerdictReason::kUnderpowered || verdict.reason == VerdictReason::kUnfit)
    return kCannotSay;
  // The gate asks for a slowdown; whatever else is wrong with an improvement is not one.
  if (gate_no_worse && verdict.kind != VerdictKind::kRevert) return kCannotSay;
  return kNo;
}

// ---- where the trial comes from ----

// What cannot begin is an error; what ends early is one too, with `trial` as it is then.
struct Attempt {
  Trial trial;
  Result<Done> measured = Done{};
  std::optional<JournalContext> context;  // of revisions: what the journal is to say of them
  std::string project_directory;
};

// Both sides, opened; where they had to be built, what comes with their project.
struct Sides {
  AbBuild before;
  AbBuild after;
  std::optional<RevisionPair> revisions;
};

Result<Sides> open_sides(const Options& options, StatusLine& line) {
  Sides sides;
  if (may_be_revisions(options.before, options.after)) {
    if (!options.before_capture.empty() || !options.after_capture.empty())
      return usage("revisions are captured while they are built",
                   "leave --before-capture and --after-capture out, or name two programs");
    AF_TRY(sides.revisions,
           build_revisions(options.before, options.after, options.binary,
                           [&](std::string_view what) { line.show(what, std::nullopt); }));
    sides.before = sides.revisions->before;
    sides.after = sides.revisions->after;
    return sides;
  }
  if (!options.binary.empty())
    return usage("--binary chooses among the programs of a project", "name two revisions of it");
  AF_TRY(sides.before, open_ab_build(options.before, options.before_capture));
  AF_TRY(sides.after, open_ab_build(options.after, options.after_capture));
  return sides;
}

// How a workload is measured is said where the workload is.
Result<Done> check_nothing_ignored(const Options& options) {
  const Options untouched;
  if (options.metric == untouched.metric && options.environment.empty() && options.input.empty() &&
      options.exit_status == 0 && !options.higher_is_better && !options.exact)
    return Done{};
  return usage("the workloads are those of asmforge.toml, which says how each is measured",
               "say it there, or name what to run with --workload, --suite or --");
}

Result<Attempt> measure(const Options& options, Session& session, TrialRecord& record) {
  Attempt attempt;
  Trial& trial = attempt.trial;
  // What can be found wrong at once is, before anything is built.
  const bool said = session.has_trailing || !options.workloads.empty() || !options.suite.empty();
  if (said || !may_be_revisions(options.before, options.after)) {
    AF_TRY(trial.workloads, workloads_of(options, session));
  } else {
    AF_TRY(const Done whole, check_nothing_ignored(options));
    static_cast<void>(whole);
  }
  AF_TRY(const Done named, check_names(trial.workloads));
  static_cast<void>(named);
  AF_TRY(trial.settings, settings_of(options));
  AF_TRY(AbRequest request, request_of(options));
  AF_TRY(const Done reverted, build_reverted(options));
  static_cast<void>(reverted);
  StatusLine line(session.err);
  AF_TRY(const Sides sides, open_sides(options, line));
  if (!said && sides.revisions) trial.workloads = sides.revisions->workloads;
  request.before = sides.before.program;
  request.after = sides.after.program;
  if (sides.revisions) {
    if (request.check.empty()) request.check = sides.revisions->check;
    trial.notes = sides.revisions->notes;
    attempt.context = sides.revisions->context;
    attempt.project_directory = sides.revisions->directory;
    AF_TRY(const Done there, work_in(sides.revisions->directory, said, request, trial.workloads));
    static_cast<void>(there);
  }
  AF_TRY(trial.predictions,
         judge_expectations(options.expectations, request.before, request.after));
  AF_TRY(const std::shared_ptr<const TempDir> folder, TempDir::create());
  request.folder = folder->path();

  wait_for_work_when_interrupted();
  MeasuredProcessor processor = choose_machine_processor(trial.environment);
  MachineRig rig(std::move(processor), meter_for, open_hardware_counters(), &interrupt_flag());
  AbHooks hooks;
  hooks.progress = [&](std::string_view what, double left) {
    line.show(what, left);
    record.checkpoint(trial);
  };
  hooks.compare_closures = compare_closures;
  hooks.build_layouts =
      layout_builder(sides.before, sides.after, trial.settings.seed, folder->path() + "/layouts",
                     [&](std::string_view what) { line.show(what, std::nullopt); });
  attempt.measured = run_ab(request, hooks, rig, trial);
  return attempt;
}

Result<Attempt> read_samples(const Options& options, const Session& session) {
  if (session.has_trailing) return usage("--samples reads files and runs nothing", "");
  if (options.metric != "cpu" && options.metric != "wall")
    return usage(fmt::format("--samples cannot take '{}' from a file", printable(options.metric)),
                 "where a file has two times, cpu and wall choose one");
  SamplesRequest request;
  request.before = options.before;
  request.after = options.after;
  request.higher_is_better = options.higher_is_better;
  request.wall = options.metric == "wall";
  AF_TRY(request.settings, settings_of(options));
  Attempt attempt;
  AF_TRY(attempt.trial, trial_of_samples(request));
  return attempt;
}

// ---- what is told of it ----

Result<Done> note_in_journal(const Attempt& attempt, const Verdict& verdict) {
  if (!attempt.context) return Done{};
  AF_TRY(Journal journal, Journal::open(attempt.project_directory));
  AF_TRY(const std::int64_t number, journal.add(*attempt.context, attempt.trial, verdict,
                                                record_text(attempt.trial, verdict)));
  static_cast<void>(number);
  return Done{};
}

int tell(const Options& options, const Trial& trial, const Verdict& verdict, Session& session) {
  if (options.output.json)
    write_verdict_json(trial, verdict, session.out);
  else
    write_verdict(trial, verdict, palette_for(options.output, session.out), session.out);
  return status_of(verdict, trial.settings.gate_no_worse);
}

Result<int> compare(const Options& options, Session& session) {
  TrialRecord record(options.record);
  AF_TRY(const Done writable, record.check());
  static_cast<void>(writable);
  AF_TRY(const Attempt attempt,
         options.samples ? read_samples(options, session) : measure(options, session, record));
  const Verdict verdict = decide(attempt.trial);
  const Result<Done> written = record.finish(attempt.trial, verdict);
  const Result<Done> noted = note_in_journal(attempt, verdict);
  if (!attempt.measured) {
    Error error = attempt.measured.error();
    if (!options.record.empty() && written)
      error.hint += fmt::format("{}what was measured until then is in {}",
                                error.hint.empty() ? "" : "; ", options.record);
    return error;
  }
  const int status = tell(options, attempt.trial, verdict, session);
  if (!written) return written.error();
  if (!noted) return noted.error();
  return status;
}

Result<int> replay(const Options& options, Session& session) {
  if (session.has_trailing) return usage("--replay decides on a record and runs nothing", "");
  AF_TRY(const RecordedTrial recorded, read_trial(options.replay));
  const Verdict verdict = decide(recorded.trial);
  const int status = tell(options, recorded.trial, verdict, session);
  if (verdict.kind != recorded.kind || verdict.reason != recorded.reason)
    session.err.print(
        "asmforge: {} says {} {}, asmforge {} wrote it; this is what {} makes of it\n",
        options.replay, to_string(recorded.kind), to_string(recorded.reason),
        printable(recorded.trial.environment.tool_version), version());
  return status;
}

Result<int> run(const Options& options, Session& session) {
  if (!options.replay.empty()) return replay(options, session);
  if (options.after.empty())
    return usage("BEFORE and AFTER are needed, in this order", "try asmforge ab --help");
  return compare(options, session);
}

// Options that change nothing where `one` is given are refused, rather than ignored.
void alone_but_for(CLI::App& app, CLI::Option* one, std::initializer_list<std::string_view> kept) {
  for (CLI::Option* other : app.get_options())
    if (other != one && std::ranges::find(kept, other->get_name()) == kept.end())
      one->excludes(other);
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("BEFORE", options->before,
                 "The program as it was, the capture of its build, or a revision in git");
  app.add_option("AFTER", options->after,
                 "The program with the change, the capture of its build, or a revision");
  app.add_option("--workload", options->workloads,
                 "One of several things to run: a name and the program's arguments")
      ->type_name("'NAME=ARGUMENTS'")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--suite", options->suite, "Workloads from a TOML file (docs/user/ab.md)")
      ->type_name("FILE");
  app.add_option("--metric", options->metric,
                 "cpu (default), wall, peak-memory, instructions, regex:PATTERN, "
                 "google-benchmark[:NAME] or criterion[:NAME]")
      ->type_name("METRIC");
  app.add_flag("--higher-is-better", options->higher_is_better,
               "The metric is a throughput, not a cost");
  app.add_flag("--exact", options->exact,
               "The metric is the same in every run: compare it exactly");
  app.add_option("--input", options->input, "Standard input of each run (/dev/null)")
      ->type_name("FILE");
  app.add_option("--env", options->environment,
                 "A variable for the programs, whose environment is otherwise clean")
      ->type_name("NAME[=VALUE]")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--exit-status", options->exit_status, "What counts as success (0)")
      ->type_name("STATUS")
      ->check(CLI::Range(0, 255).description(""));
  app.add_option("--check", options->request.check,
                 "A shell command that judges $PROGRAM, instead of comparing output")
      ->type_name("COMMAND");
  app.add_option("--expect", options->expectations,
                 "What the change does to the assembly, as 'audit' predicts it for a finding")
      ->type_name("PREDICTION")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--reference", options->request.reference,
                 "A third program, measured and shown, never judged")
      ->type_name("FILE");
  app.add_option("--reverted", options->request.reverted,
                 "AFTER with the change undone: undoing it must undo the gain")
      ->type_name("FILE");
  app.add_option("--revert-build", options->revert_build,
                 "The shell command that builds the file of --reverted")
      ->type_name("COMMAND");
  app.add_option("--binary", options->binary,
                 "Of two revisions: which program of the project is compared")
      ->type_name("NAME");
  app.add_option("--before-capture", options->before_capture,
                 "What 'asmforge capture' kept of BEFORE's build: to try other layouts")
      ->type_name("DIR");
  app.add_option("--after-capture", options->after_capture, "The same of AFTER's")
      ->type_name("DIR");
  app.add_flag("--no-layout", options->no_layout,
               "Accept what holds for this one layout; the verdict says so");
  app.add_option("--gate", options->gate, "no-worse: only ask whether it is slower (for CI)")
      ->type_name("GATE");
  app.add_option("--floor", options->floor, "The smallest change that matters (0.5%)")
      ->type_name("SHARE");
  app.add_option("--budget", options->budget, "Time for measuring (60s)")->type_name("TIME");
  app.add_option("--timeout", options->timeout, "Longest run of BEFORE (the budget)")
      ->type_name("TIME");
  app.add_option("--alpha", options->alpha, "Chance to call equal programs different as built (5%)")
      ->type_name("SHARE");
  app.add_option("--seed", options->seed, "Repeat the order of an earlier comparison")
      ->type_name("NUMBER");
  app.add_option("--record", options->record,
                 "Write every run and the verdict as JSON, whatever happens on the way")
      ->type_name("FILE");
  CLI::Option* samples =
      app.add_flag("--samples", options->samples,
                   "BEFORE and AFTER are JSON files of samples that others took (docs/user/ab.md)");
  CLI::Option* replay =
      app.add_option("--replay", options->replay, "Decide again on what --record or --json wrote")
          ->type_name("FILE");
  app.add_flag("--json", options->output.json, "Print JSON (docs/user/json.md)");
  add_color_option(app, options->output);
  alone_but_for(app, replay, {"--help", "--json", "--color"});
  alone_but_for(app, samples,
                {"--help", "BEFORE", "AFTER", "--metric", "--higher-is-better", "--no-layout",
                 "--gate", "--floor", "--alpha", "--record", "--replay", "--json", "--color"});
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command ab{
    "ab", "Say whether a change made a program better, and whether it was luck", setup,
    "-- ARGUMENTS OF BOTH PROGRAMS",
    "Both programs run in turn, in random order, on one processor, and a verdict comes out:\n"
    "ACCEPT, INVESTIGATE, SUSPICIOUS, REVERT or SAME, with intervals and the smallest effect\n"
    "that could have been seen. Exit status: 0 ACCEPT or SAME, 1 another verdict, 3 this machine\n"
    "or this budget cannot say. With --gate no-worse: 0 not slower, 1 slower, 3 cannot say."};

}  // namespace asmforge::commands
