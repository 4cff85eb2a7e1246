#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/pointers_to.h"

namespace asmforge {
namespace {

using Clock = std::chrono::steady_clock;

// How often the clock and `interrupted` are looked at; bytes and the end of the
// process wake us at once.
constexpr std::chrono::milliseconds kTick{100};
// After the process ended, for what its streams still hold.
constexpr std::chrono::milliseconds kDrainTime{1000};

// posix_spawn's two argument objects.
struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  void connect(int from, int to) { posix_spawn_file_actions_adddup2(&actions, from, to); }
  void connect_null(int to, int flags) {
    posix_spawn_file_actions_addopen(&actions, to, "/dev/null", flags, 0);
  }
  // The program starts as from a shell: no signal blocked or ignored because we did so.
  void set_signals_and_group(bool own_group) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (own_group) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
  }
};

bool is_directory(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_executable_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

// A program that does not read all its input must not end us by SIGPIPE.
ssize_t write_quietly(int fd, std::string_view bytes) {
  sigset_t broken_pipe;
  sigset_t before;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const ssize_t put = write(fd, bytes.data(), bytes.size());
  const int reason = errno;
  if (put < 0 && reason == EPIPE) {
    const timespec now{};
    sigtimedwait(&broken_pipe, nullptr, &now);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return put;
}

// One started process with the ends of its pipes.
class Running {
 public:
  explicit Running(const ProcessOptions& options) : options_(options) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (process_ > 0) {
      kill_all();
      reap();
    }
  }

  Result<Done> start(const std::string& program);
  Result<ProcessResult> wait();

 private:
  void kill_all() const { kill(options_.own_group ? -process_ : process_, SIGKILL); }
  // The process stays a zombie, so that its number still names our group.
  [[nodiscard]] bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == process_;
  }
  void reap() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
    if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) result_.exit_status = WEXITSTATUS(status);
  }
  void exchange_bytes(std::chrono::milliseconds longest);
  void read_some(Descriptor& from, std::string& text, bool& cut) const;
  void write_some();
  [[nodiscard]] bool streams_open() const { return output_.open() || errors_.open(); }

  const ProcessOptions& options_;
  pid_t process_ = -1;
  Descriptor end_;  // readable when the process has ended; -1 on old kernels
  Descriptor input_;
  Descriptor output_;
  Descriptor errors_;
  std::size_t written_ = 0;
  Clock::time_point started_;
  ProcessResult result_;
};

Result<Done> Running::start(const std::string& program) {
  SpawnSetup setup;
  Pipe in;
  Pipe out;
  Pipe err;
  const auto connect_output = [&](OutputMode mode, Pipe& pipe, int standard, Descriptor& ours) {
    if (mode == OutputMode::kDiscard) setup.connect_null(standard, O_WRONLY);
    if (mode != OutputMode::kCapture) return true;
    if (!pipe.make()) return false;
    setup.connect(pipe.write_end.get(), standard);
    ours = std::move(pipe.read_end);
    return true;
  };
  bool connected = connect_output(options_.output, out, STDOUT_FILENO, output_) &&
                   connect_output(options_.errors, err, STDERR_FILENO, errors_);
  if (!options_.inherit_input) {
    if (options_.input.empty()) {
      setup.connect_null(STDIN_FILENO, O_RDONLY);
    } else if (in.make()) {
      setup.connect(in.read_end.get(), STDIN_FILENO);
      input_ = std::move(in.write_end);
      fcntl(input_.get(), F_SETFL, O_NONBLOCK);
    } else {
      connected = false;
    }
  }
  if (!connected) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot make a pipe: {}", std::strerror(errno)), ""};
  }
  if (!options_.working_directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&setup.actions, options_.working_directory.c_str());
  }
  setup.set_signals_and_group(options_.own_group);
  const std::vector<char*> argv = pointers_to(options_.argv);
  // No copy of the strings: the pointers must be valid when the program starts.
  const std::vector<char*> environment =
      options_.environment ? pointers_to(*options_.environment) : std::vector<char*>();
  started_ = Clock::now();
  const int failed = posix_spawn(&process_, program.c_str(), &setup.actions, &setup.attributes,
                                 argv.data(), options_.environment ? environment.data() : environ);
  if (failed != 0) {
    process_ = -1;
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot run {}: {}", options_.argv[0], std::strerror(failed)), ""};
  }
  // glibc 2.36 declares pidfd_open without extern "C".
  end_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, process_, 0)));
  return Done{};
}

void Running::read_some(Descriptor& from, std::string& text, bool& cut) const {
  std::array<char, 65536> buffer;
  const ssize_t got = read(from.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    from.reset();
    return;
  }
  const std::size_t room = options_.capture_bytes - std::min(options_.capture_bytes, text.size());
  const std::size_t kept = std::min(room, static_cast<std::size_t>(got));
  text.append(buffer.data(), kept);
  cut = cut || kept < static_cast<std::size_t>(got);
}

void Running::write_some() {
  const std::string_view rest = std::string_view(options_.input).substr(written_);
  const ssize_t put = write_quietly(input_.get(), rest);
  if (put < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (put > 0) written_ += static_cast<std::size_t>(put);
  if (put <= 0 || written_ == options_.input.size()) input_.reset();
}

// Moves what can be moved between the process and us, waiting for it at most so long.
void Running::exchange_bytes(std::chrono::milliseconds longest) {
  std::array<pollfd, 4> ends = {pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0},
                                pollfd{input_.get(), POLLOUT, 0}, pollfd{end_.get(), POLLIN, 0}};
  const int wait = static_cast<int>(std::max<long>(0, longest.count()));
  if (poll(ends.data(), ends.size(), wait) <= 0) return;
  if (ends[0].revents != 0) read_some(output_, result_.output, result_.output_cut);
  if (ends[1].revents != 0) read_some(errors_, result_.errors, result_.errors_cut);
  if (ends[2].revents != 0) write_some();
}

Result<ProcessResult> Running::wait() {
  const auto deadline =
      options_.timeout.count() > 0 ? started_ + options_.timeout : Clock::time_point::max();
  while (!has_ended()) {
    if (options_.interrupted != nullptr && options_.interrupted->load()) {
      return Error{ErrorCode::kInterrupted, options_.argv[0] + " was interrupted", ""};
    }
    const auto now = Clock::now();
    result_.timed_out = now >= deadline;
    if (result_.timed_out) break;
    exchange_bytes(std::chrono::ceil<std::chrono::milliseconds>(
        std::min<Clock::duration>(deadline - now, kTick)));
  }
  result_.wall_time = Clock::now() - started_;
  // A background child of the program may hold the streams open for ever.
  kill_all();
  reap();
  end_.reset();
  input_.reset();
  const auto drained = Clock::now() + kDrainTime;
  while (streams_open() && Clock::now() < drained) {
    exchange_bytes(std::chrono::ceil<std::chrono::milliseconds>(drained - Clock::now()));
  }
  return std::move(result_);
}

}  // namespace

std::string ProcessResult::ending() const {
  if (timed_out) {
    return fmt::format("was stopped after {:.3g} s",
                       std::chrono::duration<double>(wall_time).count());
  }
  if (signal == 0) return fmt::format("ended with status {}", exit_status);
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("was killed by signal {}", signal)
                         : fmt::format("was killed by SIG{}", name);
}

std::optional<std::string> find_program(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    return is_executable_file(name) ? std::optional(name) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    std::string path = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    if (is_executable_file(path)) return path;
    if (colon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
}

Result<ProcessResult> run_process(const ProcessOptions& options) {
  AF_CHECK(!options.argv.empty());
  const std::string& folder = options.working_directory;
  if (!folder.empty() && !is_directory(folder)) {
    return Error{ErrorCode::kBadInput,
                 fmt::format("cannot run {} in {}: no such directory", options.argv[0], folder),
                 ""};
  }
  // A name with a slash is relative to where the program will run.
  const bool relative = !folder.empty() && options.argv[0].find('/') != std::string::npos &&
                        !options.argv[0].starts_with('/');
  const std::optional<std::string> found =
      find_program(relative ? folder + "/" + options.argv[0] : options.argv[0]);
  if (!found) {
    return Error{ErrorCode::kUnavailable, options.argv[0] + " was not found",
                 "install it, or check PATH"};
  }
  Running running(options);
  // The child changes folder before it looks a relative name up again.
  AF_TRY([[maybe_unused]] const Done started, running.start(relative ? options.argv[0] : *found));
  return running.wait();
}

std::string shell_quoted(const std::vector<std::string>& argv) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) {
      if (c == '\'') {
        line += "'\\''";
      } else {
        line += c;
      }
    }
    line += '\'';
  }
  return line;
}

}  // namespace asmforge
