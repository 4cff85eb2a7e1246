// `asmforge doctor`: what this machine can and cannot do, and how to mend it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/machine_facts.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "collect/profiles/profile_program.h"
#include "report/writers/capabilities.h"

namespace asmforge::commands {
namespace {

using State = CapabilityState;

// A program, what asmforge uses it for, and where it comes from.
struct Tool {
  std::string_view capability;
  std::vector<std::string> names;  // the first that exists is used
  bool needed;
  std::string_view without;  // what does not work without it
  std::string_view mend;
};

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all = {
      {"C compiler",
       {"clang-19", "clang", "gcc", "cc"},
       true,
       "C sources as input",
       "apt install clang-19"},
      {"C++ compiler",
       {"clang++-19", "clang++", "g++", "c++"},
       true,
       "C++ sources as input",
       "apt install clang-19"},
      {"Rust compiler",
       {"rustc"},
       false,
       "Rust sources as input",
       "apt install rustc-web, or rustup"},
      {"linker lld",
       {"ld.lld-19", "ld.lld"},
       false,
       "building asmforge itself",
       "apt install lld-19"},
      {"llvm-objdump",
       {"llvm-objdump-19", "llvm-objdump"},
       false,
       "comparing asmforge with it in tests and benches",
       "apt install llvm-19"},
      {"llvm-bolt",
       {"llvm-bolt-19"},
       false,
       "exact counts at native speed (profile --native)",
       "apt install bolt-19"},
  };
  return all;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// "Debian clang version 19.1.7, /usr/bin/clang-19", as the program says itself.
std::string version_of(const std::string& path) {
  ProcessOptions how;
  how.argv = {path, "--version"};
  how.timeout = std::chrono::seconds(10);
  const Result<ProcessResult> result = run_process(how);
  if (!result) return path;
  const std::string version = first_line(result->output);
  return version.empty() ? path : version + ", " + path;
}

Capability look_for(const Tool& tool) {
  Capability found{.name = std::string(tool.capability), .needed = tool.needed};
  for (const std::string& name : tool.names) {
    const std::optional<std::string> path = find_program(name);
    if (!path) continue;
    found.detail = version_of(*path);
    return found;
  }
  found.state = State::kMissing;
  found.detail = fmt::format("none of {} in PATH; without it: no {}", fmt::join(tool.names, ", "),
                             tool.without);
  found.mend = tool.mend;
  return found;
}

// The proof of counting is counting: /bin/true runs some hundred thousand instructions.
Capability exact_counts() {
  Capability counting{.name = "exact counts", .needed = true};
  ProfileRequest request;
  request.command = {"/bin/true"};
  request.timeout = std::chrono::seconds(20);
  const Result<ProfiledRun> run = count_exactly(request);
  if (!run) {
    counting.state = State::kMissing;
    counting.detail = run.error().what;
    counting.mend = run.error().hint;
    return counting;
  }
  const Profile& profile = run->profile;
  counting.detail = fmt::format("{} counted {} instructions of /bin/true", profile.tool,
                                with_separators(profile.total));
  if (!profile.features_not_seen.empty()) {
    counting.state = State::kLimited;
    counting.detail += fmt::format(
        "; it lacks {} of this CPU's features ({}): code that runs "
        "natively for them is unknown in such a profile",
        profile.features_not_seen.size(), fmt::join(profile.features_not_seen, " "));
    counting.mend = "sample natively where that matters";
  }
  return counting;
}

std::vector<Capability> perf_events() {
  const PerfAccess access = probe_perf();
  const std::string level = access.paranoid
                                ? fmt::format("perf_event_paranoid is {}", *access.paranoid)
                                : "this kernel has no perf events";
  Capability sampling{.name = "sampling", .detail = "cpu-clock through perf_event_open; " + level};
  if (!access.cpu_clock) {
    sampling.state = State::kMissing;
    sampling.detail = fmt::format("cpu-clock: {}; {}", access.cpu_clock_error, level);
    sampling.mend =
        "sysctl kernel.perf_event_paranoid=2, or allow perf_event_open in the container";
  }
  Capability hardware{.name = "hardware counters", .detail = "cycles can be counted"};
  if (!access.hardware_cycles) {
    hardware.state = State::kLimited;
    hardware.detail = fmt::format("cycles: {}; only the cpu-clock is there", access.hardware_error);
    hardware.mend = "usual in virtual machines; run on the host, or give the guest a PMU";
  }
  return {sampling, hardware};
}

Capability cores() {
  const Cores found = probe_cores();
  Capability capability{
      .name = "cores",
      .detail = fmt::format("{} online, {} for this process", found.online, found.allowed)};
  if (found.siblings.empty()) {
    capability.detail += ", SMT siblings not known";
  } else if (!found.smt) {
    capability.detail += ", no SMT siblings";
  } else {
    capability.state = State::kLimited;
    capability.detail += fmt::format(", SMT siblings {} share an execution engine", found.siblings);
    capability.mend = "leave the sibling idle while timing, or switch SMT off";
  }
  return capability;
}

Capability debug_folders() {
  std::error_code ignored;
  const std::string folder = "/usr/lib/debug/.build-id";
  if (std::filesystem::is_directory(folder, ignored))
    return {.name = "debug files", .detail = folder};
  return {.name = "debug files",
          .state = State::kLimited,
          .detail = folder + " is not there: system libraries are shown without sources",
          .mend = "install the -dbgsym package of what you look at, or give --debug-file"};
}

Result<int> run(const OutputOptions& options, Session& session) {
  std::vector<Capability> all;
  for (const Tool& tool : tools()) all.push_back(look_for(tool));
  all.push_back(exact_counts());
  for (Capability& capability : perf_events()) all.push_back(std::move(capability));
  all.push_back(cores());
  all.push_back(debug_folders());
  if (options.json)
    write_capabilities_json(all, session.out);
  else
    write_capabilities(all, palette_for(options, session.out), session.out);
  const bool complete = std::none_of(all.begin(), all.end(), [](const Capability& capability) {
    return capability.needed && capability.state == State::kMissing;
  });
  return complete ? 0 : exit_status(ErrorCode::kUnavailable);
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<OutputOptions>();
  add_output_options(app, *options);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command doctor{
    .name = "doctor",
    .summary = "Say what this machine can and cannot do, and how to mend it",
    .setup = setup,
};

}  // namespace asmforge::commands
