#include "base/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace asmforge {
namespace {

using Clock = std::chrono::steady_clock;

// Statuses the worker ends with by our own doing.
constexpr int kEndedNormally = 0;
constexpr int kOutOfMemory = 101;
constexpr int kCannotLimit = 102;
constexpr int kExitCalled = 103;  // the code inside called exit()

// Every message is its length, then its bytes.
using Length = std::uint64_t;

// Descriptor numbers in the worker, after the inherited ones are closed.
constexpr int kWorkerSocket = 3;

std::uint64_t mapped_bytes() {
  // Before the limits hold; /proc may be missing in a container.
  std::FILE* statm = std::fopen("/proc/self/statm", "re");
  if (statm == nullptr) return 0;
  unsigned long pages = 0;
  const bool read = std::fscanf(statm, "%lu", &pages) == 1;
  std::fclose(statm);
  return read ? std::uint64_t{pages} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

bool set_limit(int resource, rlim_t soft, rlim_t hard) {
  rlimit current{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &current) != 0) return false;
  const rlimit wanted{std::min(soft, current.rlim_max), std::min(hard, current.rlim_max)};
  return setrlimit(static_cast<__rlimit_resource>(resource), &wanted) == 0;
}

// The time used so far counts, so each request moves the limit on.
bool limit_cpu(unsigned seconds) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const rlim_t so_far = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1;
  return set_limit(RLIMIT_CPU, so_far + seconds, RLIM_INFINITY);
}

bool apply_limits(const WorkerLimits& limits) {
  const rlim_t space = mapped_bytes() + limits.memory_bytes;
  return set_limit(RLIMIT_AS, space, space) && set_limit(RLIMIT_CORE, 0, 0) &&
         set_limit(RLIMIT_FSIZE, 0, 0) && set_limit(RLIMIT_NOFILE, 0, 0) &&
         limit_cpu(limits.cpu_seconds);
}

bool read_all(int fd, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = send(fd, at, size, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

// Leaves standard streams on /dev/null and the socket; nothing else of the parent's.
void keep_only(int socket) {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) _exit(kCannotLimit);
  const int high = fcntl(socket, F_DUPFD, 16);
  if (high < 0) _exit(kCannotLimit);
  for (const int standard : {0, 1, 2}) dup2(null, standard);
  dup2(high, kWorkerSocket);
  if (close_range(kWorkerSocket + 1, ~0U, 0) != 0) _exit(kCannotLimit);
}

[[noreturn]] void run_worker(int socket, const Worker::Serve& serve, const WorkerLimits& limits) {
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  keep_only(socket);
  // Handlers that the parent registered (removing its temporary files, say) must
  // not run here; the last one registered runs first.
  std::atexit([] { _exit(kExitCalled); });
  std::set_new_handler([] { _exit(kOutOfMemory); });
  if (!apply_limits(limits)) _exit(kCannotLimit);
  std::vector<char> request;
  for (;;) {
    Length size = 0;
    if (!read_all(kWorkerSocket, &size, sizeof size)) _exit(kEndedNormally);
    request.resize(size);
    if (!read_all(kWorkerSocket, request.data(), size)) _exit(kEndedNormally);
    if (!limit_cpu(limits.cpu_seconds)) _exit(kCannotLimit);
    const std::string reply = serve(std::string_view(request.data(), request.size()));
    size = reply.size();
    if (!write_all(kWorkerSocket, &size, sizeof size)) _exit(kEndedNormally);
    if (!write_all(kWorkerSocket, reply.data(), reply.size())) _exit(kEndedNormally);
  }
}

std::string seconds_text(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000.0);
}

std::string describe_end(int status, const WorkerLimits& limits) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGXCPU) {
      return fmt::format("was stopped after {} s of processor time", limits.cpu_seconds);
    }
    if (number == SIGXFSZ) return "tried to write a file";
    const char* name = sigabbrev_np(number);
    return fmt::format("crashed ({}{})", name == nullptr ? "signal " : "SIG",
                       name == nullptr ? std::to_string(number) : name);
  }
  switch (WEXITSTATUS(status)) {
    case kOutOfMemory: return fmt::format("needed more than {} MB", limits.memory_bytes >> 20);
    case kCannotLimit: return "could not be given its limits on this machine";
    default: return fmt::format("gave up (status {})", WEXITSTATUS(status));
  }
}

}  // namespace

struct Worker::State {
  pid_t process = -1;
  int socket = -1;
  WorkerLimits limits;
  std::optional<Error> failure;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { finish(); }

  // Kills what still runs and reaps it.
  void finish() {
    if (socket >= 0) close(std::exchange(socket, -1));
    if (process < 0) return;
    kill(process, SIGKILL);
    while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) continue;
    process = -1;
  }

  Error fail(std::string sentence) {
    finish();
    failure = Error{ErrorCode::kBadInput, std::move(sentence), ""};
    return *failure;
  }

  // The socket was closed from the other side: says why.
  Error fail_by_death() {
    int status = 0;
    pid_t reaped = 0;
    // The socket closes shortly before the process can be reaped.
    for (int tries = 0; tries < 1000 && reaped == 0; ++tries) {
      reaped = waitpid(process, &status, WNOHANG);
      if (reaped == 0) usleep(1000);
    }
    if (reaped != process) return fail("stopped answering");
    process = -1;
    return fail(describe_end(status, limits));
  }

  // Waits until the socket is ready for `events`; an error when it is too late.
  std::optional<Error> wait_for(short events, Clock::time_point end) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0) {
        return fail(fmt::format("was killed after {}", seconds_text(limits.deadline)));
      }
      pollfd one{socket, events, 0};
      const int ready = poll(&one, 1, static_cast<int>(std::min<long>(left.count(), 60'000)));
      if (ready > 0) return std::nullopt;
      if (ready < 0 && errno != EINTR) return fail("cannot be waited for");
    }
  }

  std::optional<Error> send_bytes(const void* data, std::size_t size, Clock::time_point end) {
    const auto* at = static_cast<const char*>(data);
    while (size > 0) {
      if (auto late = wait_for(POLLOUT, end)) return late;
      const ssize_t put = send(socket, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (put <= 0) return fail_by_death();
      at += put;
      size -= static_cast<std::size_t>(put);
    }
    return std::nullopt;
  }

  std::optional<Error> receive_bytes(void* data, std::size_t size, Clock::time_point end) {
    auto* at = static_cast<char*>(data);
    while (size > 0) {
      if (auto late = wait_for(POLLIN, end)) return late;
      const ssize_t got = recv(socket, at, size, MSG_DONTWAIT);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got <= 0) return fail_by_death();
      at += got;
      size -= static_cast<std::size_t>(got);
    }
    return std::nullopt;
  }
};

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::~Worker() = default;
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;

Result<Worker> Worker::start(const Serve& serve, const WorkerLimits& limits) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot make a socket for a worker: {}", std::strerror(errno)), ""};
  }
  const pid_t process = fork();
  if (process < 0) {
    const int reason = errno;
    close(ends[0]);
    close(ends[1]);
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot start a worker process: {}", std::strerror(reason)), ""};
  }
  if (process == 0) run_worker(ends[1], serve, limits);
  close(ends[1]);
  auto state = std::make_unique<State>();
  state->process = process;
  state->socket = ends[0];
  state->limits = limits;
  return Worker(std::move(state));
}

Result<std::string> Worker::ask(std::string_view request) {
  const std::optional<Error>& failure = state_->failure;
  if (failure) return *failure;
  const auto end = Clock::now() + state_->limits.deadline;
  Length size = request.size();
  if (auto error = state_->send_bytes(&size, sizeof size, end)) return *error;
  if (auto error = state_->send_bytes(request.data(), request.size(), end)) return *error;
  if (auto error = state_->receive_bytes(&size, sizeof size, end)) return *error;
  if (size > state_->limits.reply_bytes) return state_->fail("gave an answer without end");
  std::string reply(size, '\0');
  if (auto error = state_->receive_bytes(reply.data(), size, end)) return *error;
  return reply;
}

pid_t Worker::process_id() const { return state_->process; }

}  // namespace asmforge
