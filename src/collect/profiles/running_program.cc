#include "collect/profiles/running_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/pointers_to.h"

namespace asmforge {
namespace {

// In the child. Only what is allowed after a fork of a process with threads.
[[noreturn]] void wait_and_execute(int gate, int verdict, const char* path, char* const* command,
                                   char* const* environment) {
  char go = 0;
  ssize_t got = 0;
  do {
    got = read(gate, &go, 1);
  } while (got < 0 && errno == EINTR);
  if (got == 1) {
    execve(path, command, environment);
    const int reason = errno;
    const ssize_t ignored = write(verdict, &reason, sizeof(reason));
    static_cast<void>(ignored);
  }
  _exit(127);
}

}  // namespace

std::string to_string(const Ending& ending) {
  if (ending.signal == 0) return fmt::format("ended with status {}", ending.exit_status);
  const char* name = sigabbrev_np(ending.signal);
  return name != nullptr ? fmt::format("was killed by SIG{}", name)
                         : fmt::format("was killed by signal {}", ending.signal);
}

Result<RunningProgram> RunningProgram::start(const std::string& path,
                                             const std::vector<std::string>& command,
                                             const std::vector<std::string>& environment,
                                             const StandardStreams& streams) {
  AF_CHECK(!command.empty());
  std::array<int, 2> gate{};
  std::array<int, 2> verdict{};
  if (pipe2(gate.data(), O_CLOEXEC) != 0 || pipe2(verdict.data(), O_CLOEXEC) != 0)
    return Error{ErrorCode::kUnavailable, fmt::format("no pipe: {}", std::strerror(errno)), ""};
  const std::vector<char*> argv = pointers_to(command);
  const std::vector<char*> envp = pointers_to(environment);
  const pid_t pid = fork();
  if (pid < 0)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: no process can be made: {}", command[0], std::strerror(errno)),
                 ""};
  if (pid == 0) {
    close(gate[1]);
    if (streams.input >= 0) dup2(streams.input, STDIN_FILENO);
    if (streams.output >= 0) dup2(streams.output, STDOUT_FILENO);
    if (streams.errors >= 0) dup2(streams.errors, STDERR_FILENO);
    wait_and_execute(gate[0], verdict[1], path.c_str(), argv.data(), envp.data());
  }
  close(gate[0]);
  close(verdict[1]);
  RunningProgram program;
  program.pid_ = pid;
  program.gate_ = gate[1];
  program.verdict_ = verdict[0];
  return program;
}

RunningProgram::RunningProgram(RunningProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      gate_(std::exchange(other.gate_, -1)),
      verdict_(std::exchange(other.verdict_, -1)),
      ending_(other.ending_) {}

RunningProgram::~RunningProgram() {
  if (gate_ >= 0) close(gate_);
  if (verdict_ >= 0) close(verdict_);
  if (pid_ < 0 || ending_) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<Done> RunningProgram::release() {
  const char go = 1;
  const ssize_t written = write(gate_, &go, 1);
  close(std::exchange(gate_, -1));
  int reason = 0;
  ssize_t got = 0;
  do {  // ends when exec closes the other side
    got = read(verdict_, &reason, sizeof(reason));
  } while (got < 0 && errno == EINTR);
  close(std::exchange(verdict_, -1));
  if (written == 1 && got == 0) return Done{};
  if (got != sizeof(reason))
    return Error{ErrorCode::kInterrupted, "interrupted before the program started", ""};
  return Error{ErrorCode::kBadInput,
               fmt::format("the program cannot be run: {}", std::strerror(reason)), ""};
}

std::optional<Ending> RunningProgram::poll() {
  if (ending_) return ending_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
  return ending_;
}

}  // namespace asmforge
