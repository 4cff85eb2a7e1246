#include "verdict/instruction_meter.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/descriptor.h"
#include "collect/profiles/profile_program.h"
#include "measure/output_hash.h"

namespace asmforge {
namespace {

// The beginning of what was written to a memory file; all of it goes into the hash.
std::string read_back(int file, std::size_t kept_bytes, bool& cut, OutputHash* hash) {
  std::string kept;
  std::array<char, 65536> buffer;
  lseek(file, 0, SEEK_SET);
  for (ssize_t got = 0; (got = read(file, buffer.data(), buffer.size())) > 0;) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (hash != nullptr) hash->add(bytes);
    const std::size_t room = kept_bytes - std::min(kept_bytes, kept.size());
    kept.append(bytes.substr(0, room));
    cut = cut || bytes.size() > room;
  }
  return kept;
}

class InstructionMeter : public Meter {
 public:
  Result<Reading> run(const Launch& launch, int wanted_status) override {
    AF_TRY(const Descriptor input, open_program_input(launch.input_path));
    const Descriptor output(memfd_create("output", MFD_CLOEXEC));
    const Descriptor errors(memfd_create("errors", MFD_CLOEXEC));
    if (!output.open() || !errors.open())
      return Error{ErrorCode::kUnavailable,
                   fmt::format("no memory file can be made: {}", std::strerror(errno)), ""};
    ProfileRequest request;
    request.command = launch.argv;
    request.command.front() = launch.program;
    request.environment = launch.environment;
    request.input = input.get();
    request.output = output.get();
    request.errors = errors.get();
    request.timeout =
        std::chrono::milliseconds(static_cast<std::int64_t>(launch.timeout_seconds * 1000));
    const auto began = std::chrono::steady_clock::now();
    AF_TRY(const ProfiledRun run, count_exactly(request));
    if (run.interrupted)
      return Error{ErrorCode::kInterrupted, launch.program + " was interrupted", ""};

    Reading reading;
    FinishedProcess& process = reading.process;
    process.exit_status = run.ending.exit_status;
    process.signal = run.ending.signal;
    process.timed_out = run.timed_out;
    process.timeout_seconds = launch.timeout_seconds;
    process.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    OutputHash hash;
    bool errors_cut = false;
    process.output = read_back(output.get(), launch.kept_output_bytes, process.output_cut, &hash);
    process.output_hash = hash.finish();
    process.errors = read_back(errors.get(), launch.kept_output_bytes, errors_cut, nullptr);
    const bool succeeded =
        !process.timed_out && process.signal == 0 && process.exit_status == wanted_status;
    if (!run.profile.complete && succeeded)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: not all of it could be counted: {}", launch.program,
                               run.profile.notes.empty() ? "" : run.profile.notes.front()),
                   "compare its times instead"};
    reading.value = static_cast<double>(run.profile.total);
    return reading;
  }
};

}  // namespace

std::unique_ptr<Meter> make_instruction_meter() { return std::make_unique<InstructionMeter>(); }

}  // namespace asmforge
