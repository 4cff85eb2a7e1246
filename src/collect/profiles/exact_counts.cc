// Exact counts: the program under QEMU's user mode with our plugin.
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/helper_file.h"
#include "base/interrupt.h"
#include "base/pointers_to.h"
#include "base/process.h"
#include "collect/profiles/count_files.h"
#include "collect/profiles/cpu_features.h"
#include "collect/profiles/profile_program.h"
#include "collect/profiles/qemu_plugin/emulated_command.h"
#include "collect/profiles/watch_program.h"

extern char** environ;

namespace asmforge {
namespace {

namespace fs = std::filesystem;

struct CountFolder {
  std::string path;
  CountFolder() = default;
  CountFolder(CountFolder&& other) noexcept : path(std::exchange(other.path, {})) {}
  CountFolder& operator=(CountFolder&&) = delete;
  ~CountFolder() {
    std::error_code ignored;
    if (!path.empty()) fs::remove_all(path, ignored);
  }
  static Result<CountFolder> make() {
    std::error_code failed;
    const fs::path parent = fs::temp_directory_path(failed);
    CountFolder folder;
    folder.path = ((failed ? "/tmp" : parent) / "asmforge-counts-XXXXXX").string();
    if (mkdtemp(folder.path.data()) != nullptr) return folder;
    const Error error{
        ErrorCode::kUnavailable,
        fmt::format("{}: no folder can be made: {}", folder.path, std::strerror(errno)),
        "name another folder in TMPDIR"};
    folder.path.clear();
    return error;
  }
};

// QEMU's command line in place of the program's.
struct Emulated {
  std::vector<std::string> command;
  std::vector<std::string> environment;
};

Error cannot_emulate(program_kind kind, const std::string& path) {
  switch (kind) {
    case PROGRAM_OTHER_ISA:
      return {ErrorCode::kBadInput, path + ": is no x86-64 program", "profile an x86-64 build"};
    case PROGRAM_SET_USER:
      return {ErrorCode::kUnavailable,
              path + ": is set-user-id, and would lose that under emulation", "try --sample"};
    case PROGRAM_NOT_ELF:
      return {ErrorCode::kBadInput, path + ": is neither an ELF program nor a script",
              "name a program that can be run"};
    case PROGRAM_MISSING:
    case PROGRAM_X86_64: break;
  }
  return {ErrorCode::kBadInput, fmt::format("{}: cannot be run: {}", path, std::strerror(errno)),
          "name a program that can be run"};
}

std::vector<std::string> strings_of(char** list) {
  std::vector<std::string> strings;
  for (; *list != nullptr; ++list) strings.emplace_back(*list);
  return strings;
}

Result<Emulated> emulate(const emulator& how, const ProfileRequest& request) {
  const std::vector<std::string>& command = request.command;
  const std::optional<std::string> path = find_program(command.front());
  if (!path && command.front().find('/') == std::string::npos)
    return Error{ErrorCode::kBadInput, command.front() + ": no such program in PATH",
                 "name it with its folder"};
  const std::vector<char*> argv = pointers_to(command);
  const std::vector<char*> given =
      request.environment ? pointers_to(*request.environment) : std::vector<char*>();
  char** line = nullptr;
  char** environment = nullptr;
  const std::string& file = path ? *path : command.front();
  const program_kind kind =
      emulated_command(&how, file.c_str(), argv.data(),
                       request.environment ? given.data() : environ, &line, &environment);
  if (kind != PROGRAM_X86_64) return cannot_emulate(kind, file);
  Emulated emulated{strings_of(line), strings_of(environment)};
  emulated_command_free(line, environment);
  return emulated;
}

std::string version_of(const std::string& qemu) {
  ProcessOptions options;
  options.argv = {qemu, "--version"};
  options.timeout = std::chrono::seconds(10);
  const Result<ProcessResult> answer = run_process(options);
  if (!answer || !answer->succeeded()) return "qemu-x86_64";
  // "qemu-x86_64 version 7.2.22 (Debian ...)"
  std::string line = answer->output.substr(0, answer->output.find_first_of("(\n"));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  const std::size_t word = line.find(" version ");
  return word == std::string::npos ? line : line.replace(word, std::strlen(" version "), " ");
}

void add_notes(const ProfiledRun& run, const EmulatedCpu& cpu, ProfileBuilder& builder) {
  if (run.timed_out) builder.incomplete("the program was stopped at its time limit");
  if (run.interrupted) builder.incomplete("the program was interrupted");
  if (run.ending.signal != 0) builder.note("the program " + to_string(run.ending));
  if (!cpu.extra.empty())
    builder.note(
        fmt::format("the emulator offers {}, which this machine lacks", fmt::join(cpu.extra, " ")));
}

}  // namespace

Result<ProfiledRun> count_exactly(const ProfileRequest& request) {
  AF_CHECK(!request.command.empty());
  const std::optional<std::string> qemu = find_program(request.emulator);
  if (!qemu)
    return Error{ErrorCode::kUnavailable, "exact counts need qemu-x86_64, which is not installed",
                 "apt install qemu-user, or sample natively with --sample"};
  AF_TRY(const std::string plugin, helper_file("asmforge_count.so"));
  AF_TRY(const std::string probe, helper_file("asmforge_cpu_probe"));
  AF_TRY(const EmulatedCpu cpu, match_host_cpu(*qemu, probe));
  AF_TRY(const CountFolder folder, CountFolder::make());
  const emulator how{qemu->c_str(), cpu.processor.c_str(), plugin.c_str(), folder.path.c_str(),
                     request.each_instruction};
  AF_TRY(const Emulated emulated, emulate(how, request));
  if (request.on_command) request.on_command(shell_quoted(emulated.command));

  if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  wait_for_work_when_interrupted();
  AF_TRY(RunningProgram program,
         RunningProgram::start(*qemu, emulated.command, emulated.environment,
                               {request.input, request.output, request.errors}));
  AF_TRY(const Done released, program.release());
  static_cast<void>(released);
  CountFiles files(folder.path);
  ProfileBuilder builder;
  // The counts of processes are added as they end.
  ProfiledRun run = watch_until_it_ends(
      program,
      {request.timeout, [&] { files.collect_ended(builder); }, [&] { return files.running(); }});
  if (!files.any_seen() && (run.interrupted || interrupted()))
    return Error{ErrorCode::kInterrupted, "interrupted", ""};
  if (!files.any_seen())
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{} could not start with the counting plugin", *qemu),
                 "see what it printed; asmforge profile -v shows the command"};
  if (run.ending.signal == SIGILL)
    return Error{
        ErrorCode::kUnavailable,
        fmt::format("{}: died of an illegal instruction under {}, which cannot run all "
                    "that this CPU can (it lacks {})",
                    request.command.front(), version_of(*qemu), fmt::join(cpu.not_seen, " ")),
        "try --sample, which runs it natively"};
  files.collect_all(builder);
  add_notes(run, cpu, builder);
  run.profile = builder.finish();
  run.profile.source = ProfileSource::kExactCounts;
  run.profile.tool = version_of(*qemu);
  run.profile.command = request.command;
  run.profile.features_not_seen = cpu.not_seen;
  return run;
}

}  // namespace asmforge
