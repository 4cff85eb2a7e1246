#include "soak/watched_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/process.h"
#include "soak/operation_counter.h"
#include "soak/system_call_counter.h"

namespace asmforge {
namespace {

std::string text_of(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number behind "Name:" in a file of such lines; 0 when there is none.
std::uint64_t value_named(const std::string& text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string::npos) return 0;
  return std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

// In the child, after a fork of a process with threads: system calls only.
[[noreturn]] void wait_and_execute(int gate, int verdict, int output, const char* path,
                                   char* const* command) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  char go = 0;
  ssize_t got = 0;
  do got = read(gate, &go, 1);
  while (got < 0 && errno == EINTR);
  if (got == 1) {
    execv(path, command);
    const int reason = errno;
    const ssize_t ignored = write(verdict, &reason, sizeof(reason));
    static_cast<void>(ignored);
  }
  _exit(127);
}

}  // namespace

struct WatchedProgram::State {
  pid_t pid = -1;
  int gate = -1;
  int verdict = -1;
  int output = -1;  // what it prints; never blocks
  std::string name;
  std::optional<OperationCounter> operations;
  std::unique_ptr<SystemCallCounter> system_calls;
  SystemClock clock;
  std::string ending;
  std::uint64_t page_bytes = 4096;

  [[nodiscard]] std::string proc(const std::string& file) const {
    return fmt::format("/proc/{}/{}", pid, file);
  }
  // The process stays a zombie until we go, so that its number still names the group.
  bool has_ended() {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return true;
    if (info.si_pid != pid) return false;
    if (info.si_code == CLD_EXITED) {
      ending = fmt::format("ended with status {}", info.si_status);
    } else {
      const char* known = sigabbrev_np(info.si_status);
      ending = known != nullptr ? fmt::format("was killed by SIG{}", known)
                                : fmt::format("was killed by signal {}", info.si_status);
    }
    return true;
  }
  void read_output() {
    std::array<char, 65536> buffer;
    ssize_t got = 0;
    while ((got = read(output, buffer.data(), buffer.size())) > 0) {
      if (operations) operations->read({buffer.data(), static_cast<std::size_t>(got)}, clock.now());
    }
  }
};

Result<std::unique_ptr<WatchedProgram>> WatchedProgram::start(const WatchOptions& options) {
  AF_CHECK(!options.command.empty());
  auto state = std::make_unique<State>();
  state->name = options.command.front();
  state->page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (!options.operations.empty()) {
    AF_TRY(state->operations, OperationCounter::create(options.operations));
  }
  const auto path = find_program(state->name);
  if (!path)
    return Error{ErrorCode::kUnavailable, fmt::format("{}: no such program", state->name),
                 "give its path"};
  std::array<std::array<int, 2>, 3> pipes{};
  for (auto& ends : pipes) {
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      return Error{ErrorCode::kUnavailable, fmt::format("no pipe: {}", std::strerror(errno)), ""};
  }
  const auto& [gate, verdict, output] = pipes;
  std::vector<char*> argv;
  argv.reserve(options.command.size() + 1);
  for (const std::string& word : options.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: no process can be made: {}", state->name, std::strerror(errno)),
                 ""};
  if (pid == 0) {
    close(gate[1]);
    wait_and_execute(gate[0], verdict[1], output[1], path->c_str(), argv.data());
  }
  setpgid(pid, pid);
  for (const int end : {gate[0], verdict[1], output[1]}) close(end);
  fcntl(output[0], F_SETFL, O_NONBLOCK);
  state->pid = pid;
  state->gate = gate[1];
  state->verdict = verdict[0];
  state->output = output[0];
  state->system_calls = std::make_unique<SystemCallCounter>(pid);
  std::unique_ptr<WatchedProgram> program(new WatchedProgram(std::move(state)));
  // Through the gate, and held as soon as it is another program.
  const State& s = *program->state_;
  const char go = 1;
  const ssize_t written = write(s.gate, &go, 1);
  int reason = 0;
  ssize_t got = 0;
  do got = read(s.verdict, &reason, sizeof(reason));
  while (got < 0 && errno == EINTR);
  if (written == 1 && got == sizeof(reason))
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: cannot be run: {}", s.name, std::strerror(reason)), ""};
  program->hold();
  return program;
}

WatchedProgram::WatchedProgram(std::unique_ptr<State> state) : state_(std::move(state)) {}

WatchedProgram::~WatchedProgram() {
  const State& s = *state_;
  for (const int end : {s.gate, s.verdict, s.output})
    if (end >= 0) close(end);
  if (s.pid <= 0) return;
  kill(-s.pid, SIGKILL);
  kill(s.pid, SIGKILL);  // its group may not be its own yet
  while (waitpid(s.pid, nullptr, 0) < 0 && errno == EINTR) continue;
}

void WatchedProgram::go() { kill(-state_->pid, SIGCONT); }
void WatchedProgram::hold() { kill(-state_->pid, SIGSTOP); }

std::optional<SoakSample> WatchedProgram::sample() {
  State& s = *state_;
  s.read_output();
  if (s.has_ended()) return std::nullopt;
  SoakSample sample;
  std::uint64_t pages = 0;
  std::istringstream(text_of(s.proc("statm"))) >> pages >> pages;  // the second one
  sample.resident_bytes = pages * s.page_bytes;
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(s.pid, &clock) == 0 && clock_gettime(clock, &used) == 0)
    sample.cpu_seconds =
        static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
  // Behind the name, which may hold anything: state, six numbers, minflt, cminflt, majflt.
  const std::string stat = text_of(s.proc("stat"));
  const std::size_t name_end = stat.rfind(')');
  if (name_end != std::string::npos) {
    std::istringstream fields(stat.substr(name_end + 1));
    std::string skipped;
    for (int i = 0; i < 7; ++i) fields >> skipped;
    fields >> sample.minor_faults >> skipped >> sample.major_faults;
  }
  std::error_code error;
  for (std::filesystem::directory_iterator it(s.proc("task"), error), end; !error && it != end;
       it.increment(error)) {
    const std::string status = text_of(it->path().string() + "/status");
    sample.voluntary_switches += value_named(status, "\nvoluntary_ctxt_switches:");
    sample.involuntary_switches += value_named(status, "\nnonvoluntary_ctxt_switches:");
  }
  sample.system_calls = s.system_calls->count().value_or(0);
  if (s.operations) sample.operations = s.operations->operations();
  // It may have ended between the looks; then these are not its numbers.
  if (pages == 0 && s.has_ended()) return std::nullopt;
  return sample;
}

std::optional<SoakMemory> WatchedProgram::memory() {
  const std::string text = text_of(state_->proc("smaps_rollup"));
  const std::uint64_t resident = value_named(text, "\nRss:") * 1024;
  if (resident == 0) return std::nullopt;
  SoakMemory memory;
  memory.anonymous_bytes = value_named(text, "\nAnonymous:") * 1024;
  memory.file_bytes = resident - std::min(resident, memory.anonymous_bytes);
  return memory;
}

std::vector<double> WatchedProgram::take_operation_seconds() {
  if (std::optional<OperationCounter>& operations = state_->operations)
    return operations->take_gaps();
  return {};
}

std::string WatchedProgram::ending() {
  state_->has_ended();
  return state_->ending;
}

const std::string& WatchedProgram::system_calls_unknown() const {
  return state_->system_calls->unknown();
}

double SystemClock::now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void SystemClock::sleep(double seconds) {
  timespec time{};
  time.tv_sec = static_cast<time_t>(seconds);
  time.tv_nsec = static_cast<long>((seconds - static_cast<double>(time.tv_sec)) * 1e9);
  nanosleep(&time, nullptr);  // cut short by a signal: the next look comes sooner
}

}  // namespace asmforge
