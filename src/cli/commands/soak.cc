// `asmforge soak`: lets a program run for long and says what grows, varies and costs.
#include "soak/judge.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>

#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "report/writers/soak.h"
#include "soak/read_soak.h"
#include "soak/run_soak.h"
#include "soak/watched_program.h"

namespace asmforge::commands {
namespace {

constexpr int kFlat = 0;
constexpr int kLeak = 1;
constexpr int kInconclusive = 3;

struct Options {
  OutputOptions output;
  std::vector<std::string> programs;  // none, or BEFORE and AFTER
  std::string seconds = "60s";
  std::string epoch;
  std::string limit = "256KB/h";
  double warmup = 0.1;
  std::string operations;
  std::string replay;
  std::uint64_t seed = 1;
};

struct UnitOf {
  std::string_view name;
  double factor;
};

// "90s", "1.5h": a number, and one of the units.
std::optional<double> with_unit(const std::string& text, std::span<const UnitOf> units) {
  std::size_t used = 0;
  double number = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  if (!(number > 0) || number > 1e15) return std::nullopt;
  for (const UnitOf& unit : units)
    if (text.substr(used) == unit.name) return number * unit.factor;
  return std::nullopt;
}

Result<double> duration_of(const std::string& text, std::string_view option) {
  constexpr std::array kUnits = {UnitOf{"ms", 1e-3}, UnitOf{"s", 1}, UnitOf{"", 1},
                                 UnitOf{"min", 60}, UnitOf{"h", 3600}};
  const auto seconds = with_unit(text, kUnits);
  if (seconds) return *seconds;
  return Error{ErrorCode::kUsage, fmt::format("{} {}: is no duration", option, text),
               "write 500ms, 90s, 10min or 2h"};
}

Result<double> limit_of(const std::string& text) {
  constexpr std::array kAmounts = {UnitOf{"B", 1}, UnitOf{"KB", 1e3}, UnitOf{"MB", 1e6},
                                   UnitOf{"GB", 1e9}};
  constexpr std::array kTimes = {UnitOf{"s", 3600}, UnitOf{"min", 60}, UnitOf{"h", 1}};
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto amount = with_unit(text.substr(0, slash), kAmounts);
    for (const UnitOf& time : kTimes)
      if (amount && text.substr(slash + 1) == time.name) return *amount * time.factor;
  }
  return Error{ErrorCode::kUsage, fmt::format("--limit {}: is no growth", text),
               "write 256KB/h, 10KB/min or 1MB/s"};
}

Result<SoakSettings> settings_of(const Options& options) {
  SoakSettings settings;
  AF_TRY(settings.seconds, duration_of(options.seconds, "--for"));
  if (options.epoch.empty()) {
    // Enough epochs for a line, none shorter than what scheduling leaves of it.
    settings.epoch_seconds = std::clamp(settings.seconds / 240, 0.05, 60.0);
  } else {
    AF_TRY(settings.epoch_seconds, duration_of(options.epoch, "--epoch"));
  }
  AF_TRY(settings.limit_bytes_per_hour, limit_of(options.limit));
  settings.warmup = options.warmup;
  settings.seed = options.seed;
  settings.page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return settings;
}

Result<std::vector<std::vector<std::string>>> commands_of(const Options& options,
                                                          const Session& session) {
  std::vector<std::vector<std::string>> commands;
  for (const std::string& program : options.programs) {
    commands.push_back({program});
    commands.back().insert(commands.back().end(), session.trailing.begin(), session.trailing.end());
  }
  if (commands.empty()) commands.push_back(session.trailing);
  if (commands.size() == 1 && (!options.programs.empty() || commands.front().empty()))
    return Error{ErrorCode::kUsage, "soak needs a command, or two programs",
                 "`asmforge soak -- ./prog args`, or `asmforge soak ./before ./after -- args`"};
  return commands;
}

Result<SoakRecord> run(const Options& options, Session& session) {
  SoakRecord record;
  AF_TRY(record.settings, settings_of(options));
  AF_TRY(const auto commands, commands_of(options, session));
  wait_for_work_when_interrupted();  // the report so far takes as long as it takes
  std::vector<std::unique_ptr<WatchedProgram>> programs;
  std::vector<SoakTarget*> targets;
  for (const std::vector<std::string>& command : commands) {
    AF_TRY(std::unique_ptr<WatchedProgram> program,
           WatchedProgram::start({command, options.operations}));
    SoakArm arm;
    arm.command = command;
    arm.system_calls_unknown = program->system_calls_unknown();
    arm.operations_counted = !options.operations.empty();
    record.arms.push_back(std::move(arm));
    targets.push_back(program.get());
    programs.push_back(std::move(program));
  }
  SystemClock clock;
  const auto steps = static_cast<std::uint64_t>(record.settings.seconds);
  Progress progress("seconds", steps, session.err);
  std::uint64_t told = 0;
  run_soak(record, targets,
           {clock, [] { return interrupted(); },
            [&](double done, double) {
              for (; told < steps && static_cast<double>(told) < done; ++told) progress.advance();
            }});
  progress.finish();
  return record;
}

Result<int> watch(const Options& options, Session& session) {
  if (!options.replay.empty() && (session.has_trailing || !options.programs.empty()))
    return Error{ErrorCode::kUsage, "--replay judges a record and runs nothing", ""};
  AF_TRY(const SoakRecord record,
         options.replay.empty() ? run(options, session) : read_soak(options.replay));
  const SoakReport report = judge_soak(record);
  for (const SoakArm& arm : record.arms) {
    const bool silent =
        arm.operations_counted && !arm.samples.empty() && arm.samples.back().operations == 0;
    if (silent)
      session.err.print("asmforge: nothing that {} printed matches --operations\n",
                        arm.command.empty() ? "the program" : arm.command.front());
  }
  if (options.output.json)
    write_soak_json(record, report, session.out);
  else
    write_soak(record, report, palette_for(options.output, session.out), session.out);
  switch (report.kind) {
    case SoakKind::kFlat: return kFlat;
    case SoakKind::kLeak: return kLeak;
    case SoakKind::kInconclusive: break;
  }
  return kInconclusive;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PROGRAM", options->programs, "BEFORE and AFTER: run in turn, an epoch each")
      ->expected(0, 2);
  app.add_option("--for", options->seconds, "How long each program runs: 90s, 10min, 2h (60s)")
      ->type_name("TIME");
  app.add_option("--epoch", options->epoch, "Time between samples (a 240th of the run)")
      ->type_name("TIME");
  app.add_option("--limit", options->limit, "Growth of memory that is a leak (256KB/h)")
      ->type_name("SIZE/TIME");
  app.add_option("--warmup", options->warmup, "Share at the start that is not judged (0.1)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 0.9).description(""));
  app.add_option("--operations", options->operations,
                 "Count operations in what the program prints: a matching line is one; a "
                 "group is their number so far")
      ->type_name("REGEX");
  app.add_option("--replay", options->replay, "Judge what --json wrote again")->type_name("FILE");
  app.add_option("--seed", options->seed, "Of the resampling (1)")->type_name("N");
  add_output_options(app, options->output);
  return [options](Session& session) { return watch(*options, session); };
}

}  // namespace

extern const Command soak{
    "soak", "Watch a program run for long: leaks, variation, costs", setup, "-- COMMAND...",
    "Says LEAK (exit 1), FLAT (exit 0) or INCONCLUSIVE and the time that it would take "
    "(exit 3). With BEFORE and AFTER, `--` begins the arguments of both."};

}  // namespace asmforge::commands
