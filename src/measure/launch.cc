#include "measure/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/descriptor.h"
#include "base/pointers_to.h"
#include "measure/output_hash.h"
#include "measure/proc_text.h"

namespace asmforge {
namespace {

constexpr double kTickSeconds = 0.1;       // between looks at the clock and `interrupted`
constexpr double kDrainSeconds = 1.0;      // after the end, for what the pipes still hold
constexpr int kPipeBytes = 1 << 20;        // so that the program seldom waits for us
constexpr std::size_t kErrorBytes = 4096;  // of standard error that are kept
// The clock of a process does not hold the time of children that it waited for; the
// kernel's total does, in microseconds.
constexpr double kChildrenSeconds = 0.0005;

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// What the child needs, made before it exists: it shares our memory until it executes.
struct ChildPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  int input = -1;
  int output = -1;
  int errors = -1;
  bool has_processor = false;
  cpu_set_t processors{};
  // What it leaves for us.
  int failure = 0;
  double started = 0;
};

[[noreturn]] void become_program(ChildPlan& plan) {
  if (plan.has_processor) sched_setaffinity(0, sizeof plan.processors, &plan.processors);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(plan.input, STDIN_FILENO);
  dup2(plan.output, STDOUT_FILENO);
  dup2(plan.errors, STDERR_FILENO);
  // As from a shell: no signal blocked, or ignored because we ignore it.
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  plan.started = now();
  execve(plan.program, plan.argv, plan.environment);
  plan.failure = errno;
  _exit(127);
}

// vfork and not posix_spawn, which cannot set the processor. No handler of ours may run
// in the child, which shares our memory: all signals are blocked around it.
pid_t start_child(ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  // NOLINTNEXTLINE(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork)
  const pid_t child = vfork();
  if (child == 0) become_program(plan);  // NOLINT(clang-analyzer-unix.Vfork)
  const int reason = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return child;
}

// The text of a small file of /proc; empty when it cannot be read.
std::string proc_file(pid_t process, const char* name) {
  std::array<char, 64> path{};
  *fmt::format_to_n(path.data(), path.size() - 1, "/proc/{}/{}", process, name).out = '\0';
  const Descriptor file(open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> text{};
  const ssize_t got = file.open() ? read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

class Watched {
 public:
  Watched(const Launch& launch, pid_t process, double started, Descriptor output, Descriptor errors)
      : launch_(launch),
        process_(process),
        started_(started),
        end_(static_cast<int>(syscall(SYS_pidfd_open, process, 0))),
        output_(std::move(output)),
        errors_(std::move(errors)) {}
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    if (process_ <= 0) return;
    kill(-process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  Result<FinishedProcess> until_it_ends();

 private:
  [[nodiscard]] bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == process_;
  }
  void read_streams(double longest);
  void read_output();
  void read_errors();
  void read_clocks();
  void reap();

  const Launch& launch_;
  pid_t process_;
  double started_;
  Descriptor end_;  // readable when the process has ended; -1 on old kernels
  Descriptor output_;
  Descriptor errors_;
  OutputHash hash_;
  FinishedProcess result_;
};

void Watched::read_output() {
  std::array<char, 65536> buffer;
  const ssize_t got = read(output_.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    output_.reset();
    return;
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  hash_.add(bytes);
  const std::size_t room =
      launch_.kept_output_bytes - std::min(launch_.kept_output_bytes, result_.output.size());
  result_.output.append(bytes.substr(0, room));
  result_.output_cut = result_.output_cut || bytes.size() > room;
}

void Watched::read_errors() {
  std::array<char, 4096> buffer;
  const ssize_t got = read(errors_.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    errors_.reset();
    return;
  }
  const std::size_t room = kErrorBytes - std::min(kErrorBytes, result_.errors.size());
  result_.errors.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
}

void Watched::read_streams(double longest) {
  std::array<pollfd, 3> ends = {pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0},
                                pollfd{end_.get(), POLLIN, 0}};
  const double wait = std::max(0.0, longest);
  timespec time{static_cast<time_t>(wait), 0};
  time.tv_nsec = static_cast<long>((wait - static_cast<double>(time.tv_sec)) * 1e9);
  if (ppoll(ends.data(), ends.size(), &time, nullptr) <= 0) return;
  if (ends[0].revents != 0) read_output();
  if (ends[1].revents != 0) read_errors();
}

// While it is a zombie.
void Watched::read_clocks() {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process_, &clock) == 0 && clock_gettime(clock, &time) == 0)
    result_.cpu_seconds =
        static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  if (const std::optional<RunDelay> delay = parse_run_delay(proc_file(process_, "schedstat")))
    result_.waited_seconds = 1e-9 * static_cast<double>(delay->waited);
  result_.last_processor = parse_last_processor(proc_file(process_, "stat"));
}

void Watched::reap() {
  // What it left running in the background goes too; the zombie keeps its group's name.
  kill(-process_, SIGKILL);
  int status = 0;
  rusage usage{};
  while (wait4(process_, &status, 0, &usage) < 0 && errno == EINTR) continue;
  process_ = -1;
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result_.exit_status = WEXITSTATUS(status);
  const double total = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  if (total > result_.cpu_seconds + kChildrenSeconds) result_.cpu_seconds = total;
  result_.minor_faults = static_cast<std::uint64_t>(usage.ru_minflt);
  result_.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
  result_.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
  result_.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
  result_.peak_resident_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

Result<FinishedProcess> Watched::until_it_ends() {
  result_.timeout_seconds = launch_.timeout_seconds;
  const bool limited = launch_.timeout_seconds > 0;
  while (!has_ended()) {
    if (launch_.interrupted != nullptr && launch_.interrupted->load())
      return Error{ErrorCode::kInterrupted, launch_.program + " was interrupted", ""};
    const double left = started_ + launch_.timeout_seconds - now();
    result_.timed_out = limited && left <= 0;
    if (result_.timed_out) {
      kill(-process_, SIGKILL);
      break;
    }
    read_streams(limited ? std::min(left, kTickSeconds) : kTickSeconds);
  }
  result_.wall_seconds = now() - started_;
  if (!result_.timed_out) read_clocks();
  reap();
  end_.reset();
  const double drained = now() + kDrainSeconds;
  while ((output_.open() || errors_.open()) && now() < drained) read_streams(drained - now());
  result_.output_hash = hash_.finish();
  return std::move(result_);
}

Error cannot_start(const Launch& launch, int reason) {
  // ENOENT of a file that is there: its interpreter or loader is not.
  return {ErrorCode::kBadInput,
          fmt::format("{}: cannot be run: {}", launch.program, std::strerror(reason)),
          reason == EACCES ? "make it executable (chmod +x)" : "name a program that can be run"};
}

}  // namespace

std::string FinishedProcess::ending() const {
  if (timed_out) return fmt::format("did not end within {:.3g} s", timeout_seconds);
  if (signal == 0) return fmt::format("ended with status {}", exit_status);
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("was killed by signal {}", signal)
                         : fmt::format("was killed by SIG{}", name);
}

Result<Descriptor> open_program_input(const std::string& path) {
  Descriptor input(open(path.empty() ? "/dev/null" : path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.open())
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: cannot be read: {}", path, std::strerror(errno)),
                 "check the path"};
  return input;
}

Result<FinishedProcess> launch(const Launch& launch) {
  AF_TRY(const Descriptor input, open_program_input(launch.input_path));
  Pipe output;
  Pipe errors;
  if (!output.make() || !errors.make())
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot make a pipe: {}", std::strerror(errno)), ""};
  fcntl(output.write_end.get(), F_SETPIPE_SZ, kPipeBytes);  // smaller is only slower

  const std::vector<char*> argv = pointers_to(launch.argv);
  const std::vector<char*> environment = pointers_to(launch.environment);
  ChildPlan plan;
  plan.program = launch.program.c_str();
  plan.argv = argv.data();
  plan.environment = environment.data();
  plan.input = input.get();
  plan.output = output.write_end.get();
  plan.errors = errors.write_end.get();
  plan.has_processor = launch.processor.has_value();
  CPU_ZERO(&plan.processors);
  if (launch.processor) CPU_SET(*launch.processor, &plan.processors);
  const pid_t child = start_child(plan);
  if (child < 0)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot make a process: {}", std::strerror(errno)), ""};
  output.write_end.reset();
  errors.write_end.reset();
  if (plan.failure != 0) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
    return cannot_start(launch, plan.failure);
  }
  return Watched(launch, child, plan.started, std::move(output.read_end),
                 std::move(errors.read_end))
      .until_it_ends();
}

}  // namespace asmforge
