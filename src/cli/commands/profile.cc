// `asmforge profile`: runs a program and writes what ran, or shows what was written.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/json_text.h"
#include "base/replace_file.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/options.h"
#include "collect/profiles/function_counts.h"
#include "collect/profiles/perf_data.h"
#include "collect/profiles/profile_file.h"
#include "collect/profiles/profile_program.h"
#include "report/labelled.h"

namespace asmforge::commands {
namespace {

constexpr double kMaxSeconds = 1e6;
constexpr unsigned kMaxFrequency = 20'000;

struct Options {
  OutputOptions output;
  std::string file;  // -o
  std::string show;
  std::string import;
  bool exact = false;
  bool sample = false;
  bool native = false;
  bool each_instruction = false;
  unsigned frequency = 4000;
  double timeout = 0;  // seconds
};

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string base_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string_view unit(const Profile& profile) {
  return profile.source == ProfileSource::kExactCounts ? "instructions" : "samples";
}

std::string percent(const Profile& profile, std::uint64_t count) {
  return fmt::format("{:.1f} %", 100 * share(profile, count));
}

void print_note(std::string_view note, Output& out) {
  write_labelled(out, "note:", std::string_view("note: ").size(), printable(note));
}

void print_notes(const Profile& profile, Output& out) {
  for (const std::string& note : profile.notes) print_note(note, out);
  if (!profile.complete) print_note("the profile is not complete", out);
  if (!profile.features_not_seen.empty())
    print_note(fmt::format("this CPU has {} and the emulated one has not: code without counts may "
                           "be what runs natively",
                           fmt::join(profile.features_not_seen, " ")),
               out);
}

// ---- --show ----

void print_modules(const Profile& profile, Output& out) {
  out.print("{:>18}  {:>7}  module\n", unit(profile), "share");
  for (const ProfileModule& module : profile.modules)
    out.print("{:>18}  {:>7}  {}\n", grouped(module.total), percent(profile, module.total),
              module.path);
  out.print("{:>18}  {:>7}  unattributed (generated code, files that are gone)\n",
            grouped(profile.unattributed), percent(profile, profile.unattributed));
  out.print("{:>18}  {:>7}  total\n\n", grouped(profile.total),
            profile.total == 0 ? "" : "100.0 %");
}

// "parse(char const*)  [prog]", the name shortened when the terminal is too narrow.
std::string function_text(const FunctionCount& function, const Output& out) {
  constexpr std::size_t kBefore = 18 + 2 + 7 + 2;  // columns
  constexpr std::size_t kLeastName = 16;
  const std::string module = fmt::format("  [{}]", printable(base_name(function.module)));
  const std::string name = printable(function.function);
  if (out.width() == 0) return name + module;
  const std::size_t used = std::min<std::size_t>(out.width(), kBefore + columns(module));
  return shorten(name, std::max(out.width() - used, kLeastName)) + module;
}

void print_functions(const Profile& profile, Output& out) {
  const FunctionCounts counts = count_functions(profile);
  std::uint64_t rest = 0;
  std::size_t rest_count = 0;
  out.print("{:>18}  {:>7}  function (hot: at least {:.0f} %)\n", unit(profile), "share",
            100 * kHotShare);
  for (const FunctionCount& function : counts.functions) {
    if (share(profile, function.count) >= kHotShare) {
      out.print("{:>18}  {:>7}  {}\n", grouped(function.count), percent(profile, function.count),
                function_text(function, out));
      continue;
    }
    rest += function.count;
    ++rest_count;
  }
  out.print("{:>18}  {:>7}  {} other functions\n", grouped(rest), percent(profile, rest),
            grouped(rest_count));
  if (counts.elsewhere != 0)
    out.print("{:>18}  {:>7}  outside of known functions\n", grouped(counts.elsewhere),
              percent(profile, counts.elsewhere));
  out.write("\n");
  for (const std::string& note : counts.notes) print_note(note, out);
}

void print_json(const Profile& profile, Output& out) {
  out.print(R"({{"schema":"asmforge/profile-summary/1","tool":{{"name":"asmforge","version":{}}},)"
            R"("source":"{}","by":{},"command":{},"total":{},"unattributed":{},"complete":{},)"
            R"("features_not_seen":{},"notes":{},"modules":[)",
            json_quoted(version()),
            profile.source == ProfileSource::kExactCounts ? "exact" : "samples",
            json_quoted(profile.tool), json_quoted_list(profile.command), profile.total,
            profile.unattributed, profile.complete, json_quoted_list(profile.features_not_seen),
            json_quoted_list(profile.notes));
  std::string_view comma;
  for (const ProfileModule& module : profile.modules) {
    out.print(R"({}{{"path":{},"build_id":{},"content_hash":{},"total":{}}})", comma,
              json_quoted(module.path), json_quoted(module.build_id),
              json_quoted(module.content_hash), module.total);
    comma = ",";
  }
  out.write(R"(],"functions":[)");
  comma = "";
  for (const FunctionCount& function : count_functions(profile).functions) {
    out.print(R"({}{{"name":{},"module":{},"address":"{:#x}","count":{},"share":{}}})", comma,
              json_quoted(function.function), json_quoted(function.module), function.address,
              function.count, share(profile, function.count));
    comma = ",";
  }
  out.write("]}\n");
}

Result<int> show(const Options& options, Session& session) {
  AF_TRY(const Profile profile, read_profile(options.show));
  if (options.output.json) {
    print_json(profile, session.out);
    return 0;
  }
  session.out.print("{}\n{} by {}\n\n", fmt::join(profile.command, " "),
                    profile.source == ProfileSource::kExactCounts ? "exact counts" : "samples",
                    profile.tool);
  print_modules(profile, session.out);
  print_functions(profile, session.out);
  print_notes(profile, session.out);
  return 0;
}

// ---- -o FILE ----

void print_written(const Options& options, const Profile& profile, Output& err) {
  err.print("asmforge: {}: {} {} in {} modules", options.file, grouped(profile.total),
            unit(profile), profile.modules.size());
  if (profile.unattributed != 0)
    err.print(", {} of them unattributed", percent(profile, profile.unattributed));
  err.write("\n");
  print_notes(profile, err);
}

Result<int> run_program(const Options& options, Session& session) {
  ProfileRequest request;
  request.command = session.trailing;
  request.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  request.each_instruction = options.each_instruction;
  request.frequency = options.frequency;
  if (options.output.verbose)
    request.on_command = [&](const std::string& line) {
      session.err.print("asmforge: {}\n", line);
      session.err.flush();
    };
  AF_TRY([[maybe_unused]] const Done writable, check_writable(options.file));
  AF_TRY(const ProfiledRun run, options.sample   ? sample_natively(request)
                                : options.native ? count_natively(request)
                                                 : count_exactly(request));
  AF_TRY(const Done written, write_profile(run.profile, options.file));
  static_cast<void>(written);
  if (run.timed_out)
    session.err.print("asmforge: {} was stopped after {} s\n", request.command.front(),
                      options.timeout);
  else if (run.ending.signal != 0 || run.ending.exit_status != 0)
    session.err.print("asmforge: {} {}\n", request.command.front(), to_string(run.ending));
  print_written(options, run.profile, session.err);
  return 0;
}

Result<int> import(const Options& options, Session& session) {
  AF_TRY(const Profile profile, read_perf_data(options.import));
  AF_TRY(const Done written, write_profile(profile, options.file));
  static_cast<void>(written);
  print_written(options, profile, session.err);
  return 0;
}

Error usage(std::string_view what, std::string_view hint) {
  return {ErrorCode::kUsage, fmt::format("profile: {}", what), std::string(hint)};
}

constexpr std::string_view kExample = "try asmforge profile -o p -- ./prog ARGUMENTS";

Result<int> run(const Options& options, Session& session) {
  const int ways = static_cast<int>(!options.show.empty()) +
                   static_cast<int>(!options.import.empty()) +
                   static_cast<int>(session.has_trailing);
  if (ways != 1)
    return usage("exactly one of -- COMMAND, --import FILE and --show FILE is needed", kExample);
  if (!options.show.empty()) return show(options, session);
  if (options.file.empty()) return usage("-o FILE is missing", kExample);
  if (!options.import.empty()) return import(options, session);
  if (session.trailing.empty()) return usage("no command follows '--'", kExample);
  return run_program(options, session);
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-o", options->file, "Write the profile to this file")->type_name("FILE");
  app.add_option("--show", options->show, "Print what this profile holds")->type_name("FILE");
  auto* exact = app.add_flag("--exact", options->exact,
                             "Count every instruction, under QEMU (this is the default)");
  auto* sample =
      app.add_flag("--sample", options->sample, "Sample natively, at a small cost in time")
          ->excludes(exact);
  app.add_flag("--native", options->native,
               "Count every instruction of the program itself natively, with llvm-bolt")
      ->excludes(exact)
      ->excludes(sample);
  app.add_option("--frequency", options->frequency, "Samples per second of CPU time (4000)")
      ->type_name("HZ")
      ->check(CLI::Range(1U, kMaxFrequency).description(""));
  app.add_option("--import", options->import, "Make the profile from what perf record wrote")
      ->type_name("FILE");
  app.add_option("--timeout", options->timeout, "Stop the program after this time")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, kMaxSeconds).description(""));
  app.add_flag("--each-instruction", options->each_instruction,
               "Count each instruction on its own: slower, to check the counting itself");
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command profile{
    "profile", "Run a program and record which instructions ran, and how often", setup,
    "-- COMMAND [ARGUMENTS...]",
    "Counts are exact: the program runs under QEMU's user mode, three to ten times slower than\n"
    "natively, with a plugin that counts every instruction of every thread and process. With\n"
    "--native and --sample it runs natively. Its standard streams are yours. Counts belong to\n"
    "builds: list, show and audit refuse a profile of another build."};

}  // namespace asmforge::commands
