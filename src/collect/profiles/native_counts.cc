// Exact counts without emulation: an instrumented copy of the program runs in its place.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/elf_file.h"
#include "base/helper_file.h"
#include "base/interrupt.h"
#include "base/mapped_file.h"
#include "base/process.h"
#include "base/temp_dir.h"
#include "collect/open.h"
#include "collect/profiles/counter_flow.h"
#include "collect/profiles/instrumented_program.h"
#include "collect/profiles/native_counters/counter_file.h"
#include "collect/profiles/profile_builder.h"
#include "collect/profiles/profile_program.h"
#include "collect/profiles/watch_program.h"
#include "mc/decoder.h"
#include "mc/demangle.h"

extern char** environ;

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// ---- running it ----

std::vector<std::string> counting_environment(const ProfileRequest& request,
                                              const InstrumentedProgram& program,
                                              const std::string& folder,
                                              const std::string& preloaded) {
  constexpr std::string_view kPreload = "LD_PRELOAD=";
  std::vector<std::string> environment;
  if (request.environment)
    environment = *request.environment;
  else
    for (char** item = environ; *item != nullptr; ++item) environment.emplace_back(*item);
  std::string own;
  const auto found = std::ranges::find_if(
      environment, [&](const std::string& item) { return item.starts_with(kPreload); });
  if (found == environment.end()) {
    environment.push_back(fmt::format("{}{}", kPreload, preloaded));
  } else {  // where it stands, for there it is put back
    own = found->substr(kPreload.size());
    *found = fmt::format("{}{}:{}", kPreload, preloaded, own);
  }
  environment.push_back(fmt::format("{}={}", COUNTER_PRELOAD, own));
  environment.push_back(fmt::format("{}={}", COUNTER_FOLDER, folder));
  environment.push_back(fmt::format("{}={}", COUNTER_PROGRAM, program.path));
  environment.push_back(fmt::format("{}={:x} {:x}", COUNTER_PLACE, program.counter_place.begin,
                                    program.counter_place.size()));
  return environment;
}

// ---- what it counted ----

struct Counted {
  std::vector<std::uint64_t> counters;  // sums of all threads and processes
  std::uint64_t unpaired = 0;           // calls that did not come back, or did twice
  std::uint64_t uncounted = 0;          // threads or children
  bool any = false;
  bool still_running = false;
};

void add_file(const std::string& path, Counted& counted) {
  const auto file = MappedFile::open(path);
  const std::size_t wanted = counted.counters.size() * sizeof(std::uint64_t);
  if (!file || (*file)->bytes().size() < COUNTER_HEADER_BYTES + wanted) {
    ++counted.uncounted;  // ended, or ran out of room, before it could begin
    return;
  }
  const auto header = load<counter_header>((*file)->bytes());
  if (std::memcmp(header.magic, COUNTER_MAGIC, sizeof(header.magic)) != 0) {
    ++counted.uncounted;
    return;
  }
  counted.any = true;
  counted.uncounted += header.uncounted;
  if (header.pid != 0 && header.is_thread == 0) {
    counted.unpaired += header.unpaired + header.threads + (header.ended == 0 ? 1 : 0);
    if (header.ended == 0 && kill(static_cast<pid_t>(header.pid), 0) == 0)
      counted.still_running = true;
  }
  const Bytes counters = (*file)->bytes().subspan(COUNTER_HEADER_BYTES, wanted);
  for (std::size_t i = 0; i < counted.counters.size(); ++i)
    counted.counters[i] += load<std::uint64_t>(counters.subspan(i * sizeof(std::uint64_t)));
}

// Those that had not ended when last seen.
std::vector<pid_t> processes_in(const std::string& folder) {
  std::vector<pid_t> processes;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".counters") continue;
    const auto file = MappedFile::open(entry.path().string());
    if (!file || (*file)->bytes().size() < sizeof(counter_header)) continue;
    const auto header = load<counter_header>((*file)->bytes());
    if (header.pid != 0 && header.ended == 0 && header.is_thread == 0)
      processes.push_back(static_cast<pid_t>(header.pid));
  }
  return processes;
}

Counted read_counters(const InstrumentedProgram& program, const std::string& folder) {
  Counted counted;
  counted.counters.resize(program.counters);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".counters") add_file(entry.path().string(), counted);
  return counted;
}

// ---- what that says of instructions ----

class CountedBinary {
 public:
  CountedBinary(const Binary& binary, ProfileBuilder& builder, ProfileBuilder::FileNumber file)
      : binary_(binary), builder_(builder), file_(file), decoder_(binary.isa) {}

  void add(const CountedCode& function, std::span<const std::uint64_t> counters) {
    Function code;
    code.address = function.address;
    code.size = function.size;
    const FunctionEntry* entry = binary_.function_at(function.address);
    if (code.size == 0 && entry != nullptr) code.size = entry->size;  // of the C runtime's
    code.parts = {{code.address, code.address + code.size}};
    decoder_.decode_linear(binary_.bytes_at(code.address, code.size), code.address, code);
    std::vector<std::uint64_t> pads;
    for (const LandingPad& pad : binary_.landing_pads(function.address))
      pads.push_back(pad.address);
    const InstructionCounts found = count_instructions(function.counted, code, pads, counters);
    for (const ProfileEntry& ran : found.entries)
      if (const Section* section = binary_.section_at(ran.address))
        builder_.add(file_, ran.address - section->address + section->file_offset, ran.count);
    total_ += found.total;
    if_calls_return_ += found.if_calls_return;
    bytes_ += found.bytes;
    if (found.bytes != 0) seen_.push_back(function.address);
  }

  // "3 of 826 functions (main.cold, ...) ... 1.2 % of the code".
  void note_what_is_unknown() {
    std::sort(seen_.begin(), seen_.end());
    std::uint64_t all = 0;
    std::size_t functions = 0;
    std::vector<std::string> unknown;
    const auto look_at = [&](std::uint64_t address, std::uint64_t size, std::string_view name) {
      all += size;
      ++functions;
      if (size != 0 && !std::binary_search(seen_.begin(), seen_.end(), address))
        unknown.push_back(name.empty() ? fmt::format("{:#x}", address)
                                       : demangle(std::string(name)));
    };
    for (const FunctionEntry& function : binary_.functions)
      if (function.origin != FunctionOrigin::kPltStub)
        look_at(function.address, function.size, function.name);
    for (const ColdPart& part : binary_.cold_parts)
      look_at(part.range.begin, part.range.size(), part.name);
    if (bytes_ >= all && unknown.empty()) return;
    constexpr std::size_t kMostNames = 5;
    const std::size_t count = unknown.size();
    if (count > kMostNames) {
      unknown.resize(kMostNames);
      unknown.emplace_back("...");
    }
    builder_.incomplete(
        fmt::format("{:.1f} % of its code could not be instrumented and is unknown{}",
                    100.0 * static_cast<double>(all - std::min(all, bytes_)) /
                        static_cast<double>(std::max<std::uint64_t>(all, 1)),
                    count == 0 ? std::string(": single blocks")
                               : fmt::format(": {} of {} functions ({})", count, functions,
                                             fmt::join(unknown, ", "))));
  }

  // The share of what was counted that is so only if calls came back.
  [[nodiscard]] double share_if_calls_return() const {
    return total_ == 0 ? 0 : static_cast<double>(if_calls_return_) / static_cast<double>(total_);
  }

 private:
  const Binary& binary_;
  ProfileBuilder& builder_;
  ProfileBuilder::FileNumber file_;
  Decoder decoder_;
  std::uint64_t total_ = 0;
  std::uint64_t if_calls_return_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::uint64_t> seen_;  // functions
};

void note_calls(const InstrumentedProgram& program, const Counted& counted, double share,
                ProfileBuilder& builder) {
  if (!program.calls_are_watched)
    builder.note(fmt::format(
        "{:.1f} % of the counts rest on calls coming back once each, which was not watched "
        "(it has vfork, contexts or an unwinder of its own); the others are exact",
        100 * share));
  else if (counted.unpaired != 0)
    builder.note(fmt::format(
        "{} calls did not come back, or did twice (exit, exceptions, fork, threads that still "
        "ran): {:.1f} % of the counts rest on calls coming back and may each be off by as many; "
        "the others are exact",
        counted.unpaired, 100 * share));
}

void add_notes(const ProfiledRun& run, const Counted& counted, const std::string& program,
               ProfileBuilder& builder) {
  builder.incomplete(fmt::format(
      "only {} itself is counted, not its shared libraries nor programs that it executes",
      fs::path(program).filename().string()));
  if (run.timed_out) builder.incomplete("the program was stopped at its time limit");
  if (run.interrupted) builder.incomplete("the program was interrupted");
  if (run.ending.signal != 0) builder.note("the program " + to_string(run.ending));
  if (counted.still_running)
    builder.incomplete(
        "a process was still running when the profile was written; it is counted up to then");
  if (counted.uncounted != 0)
    builder.incomplete("a process or thread could not write its counts and is missing");
}

Error nothing_counted(const ProfiledRun& run, const std::string& program) {
  if (run.interrupted || interrupted()) return {ErrorCode::kInterrupted, "interrupted", ""};
  return {ErrorCode::kUnavailable,
          fmt::format("the instrumented copy of {} counted nothing: it {}", program,
                      to_string(run.ending)),
          "count under QEMU without --native; asmforge profile -v shows the commands"};
}

}  // namespace

Result<ProfiledRun> count_natively(const ProfileRequest& request) {
  AF_CHECK(!request.command.empty());
  const std::optional<std::string> path = find_program(request.command.front());
  if (!path)
    return Error{ErrorCode::kBadInput, request.command.front() + ": no such program",
                 "name one that can be run"};
  AF_TRY(const std::string preloaded, helper_file("asmforge_native.so"));
  AF_TRY(const auto folder, TempDir::create());
  CodeFile file{fs::canonical(*path).string(), stamp_of(*path), {}};
  AF_TRY(const InstrumentedProgram program,
         instrument_program({file.path, folder->path(), request.on_command}));
  if (request.on_command) request.on_command(shell_quoted(request.command));

  if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  wait_for_work_when_interrupted();
  AF_TRY(RunningProgram running,
         RunningProgram::start(program.path, request.command,
                               counting_environment(request, program, folder->path(), preloaded),
                               {request.input, request.output, request.errors}));
  AF_TRY(const Done released, running.release());
  static_cast<void>(released);
  ProfiledRun run = watch_until_it_ends(
      running, {request.timeout, {}, [&] { return processes_in(folder->path()); }});
  const Counted counted = read_counters(program, folder->path());
  if (!counted.any) return nothing_counted(run, *path);
  if (run.ending.signal == SIGTRAP)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: its copy was killed by SIGTRAP: it may have jumped to code that "
                             "{} has moved",
                             *path, program.tool),
                 "count under QEMU without --native"};

  ProfileBuilder builder;
  AF_TRY(const std::vector<Binary> binaries, open_input(file.path, OpenOptions{}));
  CountedBinary binary(binaries.front(), builder, builder.file(file));
  for (const CountedCode& function : program.functions) binary.add(function, counted.counters);
  add_notes(run, counted, file.path, builder);
  binary.note_what_is_unknown();
  note_calls(program, counted, binary.share_if_calls_return(), builder);
  run.profile = builder.finish();
  run.profile.source = ProfileSource::kExactCounts;
  run.profile.tool = program.tool + ", natively";
  run.profile.command = request.command;
  return run;
}

}  // namespace asmforge
