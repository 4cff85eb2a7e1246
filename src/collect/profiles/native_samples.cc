// Samples of the CPU clock through perf_event_open: works without hardware counters.
//
// One event a CPU that follows the program's threads and children (an event that
// follows children can only be read when it is bound to a CPU).
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>

#include "base/interrupt.h"
#include "base/process.h"
#include "collect/profiles/profile_program.h"
#include "collect/profiles/sample_collector.h"

extern char** environ;

namespace asmforge {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::size_t, 3> kRingPages = {128, 32, 8};  // what the memory limit allows

perf_event_attr attributes(unsigned frequency) {
  perf_event_attr attr{};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.size = sizeof(attr);
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  attr.freq = 1;
  attr.sample_freq = frequency;
  attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
  attr.disabled = 1;
  attr.enable_on_exec = 1;
  attr.inherit = 1;
  attr.exclude_kernel = 1;
  attr.exclude_hv = 1;
  attr.mmap = 1;
  attr.mmap2 = 1;
  attr.comm = 1;
  attr.comm_exec = 1;
  attr.task = 1;
  attr.sample_id_all = 1;
  return attr;
}

Error cannot_sample(int reason) {
  std::string level;
  std::getline(std::ifstream("/proc/sys/kernel/perf_event_paranoid"), level);
  if (reason == EACCES || reason == EPERM)
    return {ErrorCode::kUnavailable,
            fmt::format("the kernel does not let you sample programs (kernel.perf_event_paranoid "
                        "is {})",
                        level.empty() ? "unknown" : level),
            "try sysctl kernel.perf_event_paranoid=2 as root, or exact counts without --sample"};
  return {ErrorCode::kUnavailable,
          fmt::format("this machine cannot sample programs: perf_event_open: {}",
                      std::strerror(reason)),
          "try exact counts without --sample"};
}

// One CPU's event and the ring buffer into which the kernel writes its records.
class Ring {
 public:
  // Takes the event over.
  static Result<Ring> map(int event) {
    Ring ring;
    ring.event_ = event;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    for (const std::size_t pages : kRingPages) {
      ring.bytes_ = pages * page;
      ring.memory_ =
          mmap(nullptr, ring.bytes_ + page, PROT_READ | PROT_WRITE, MAP_SHARED, ring.event_, 0);
      if (ring.memory_ != MAP_FAILED) break;
    }
    if (ring.memory_ == MAP_FAILED) return cannot_sample(errno);
    ring.data_ = static_cast<const std::uint8_t*>(ring.memory_) + page;
    ring.page_ = page;
    return ring;
  }
  Ring(Ring&& other) noexcept { *this = std::move(other); }
  Ring& operator=(Ring&& other) noexcept {
    std::swap(event_, other.event_);
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(page_, other.page_);
    return *this;
  }
  ~Ring() {
    if (memory_ != MAP_FAILED) munmap(memory_, bytes_ + page_);
    if (event_ >= 0) close(event_);
  }

  void stop() const { ioctl(event_, PERF_EVENT_IOC_DISABLE, 0); }

  Result<Done> read(SampleCollector& collector, const RecordLayout& layout) {
    auto* control = static_cast<perf_event_mmap_page*>(memory_);
    const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
    std::uint64_t tail = control->data_tail;
    while (tail < head) {
      perf_event_header header{};
      copy_out(tail, &header, sizeof(header));
      AF_CHECK(header.size >= sizeof(header) && header.size <= head - tail);
      record_.resize(header.size);
      copy_out(tail, record_.data(), header.size);
      AF_TRY(const Done added, collector.add(record_, layout));
      static_cast<void>(added);
      tail += header.size;
    }
    __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
    return Done{};
  }

 private:
  Ring() = default;
  void copy_out(std::uint64_t at, void* out, std::size_t bytes) const {
    const std::size_t begin = at % bytes_;  // a record may wrap around
    const std::size_t first = std::min(bytes, bytes_ - begin);
    std::memcpy(out, data_ + begin, first);
    std::memcpy(static_cast<std::uint8_t*>(out) + first, data_, bytes - first);
  }

  int event_ = -1;
  void* memory_ = MAP_FAILED;
  const std::uint8_t* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t page_ = 0;
  std::vector<std::uint8_t> record_;
};

Result<std::vector<Ring>> open_rings(const perf_event_attr& attr, pid_t pid) {
  std::vector<Ring> rings;
  const long cpus = sysconf(_SC_NPROCESSORS_CONF);
  for (int cpu = 0; cpu < cpus; ++cpu) {
    perf_event_attr copy = attr;
    const long event = syscall(SYS_perf_event_open, &copy, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (event < 0 && errno == ENODEV) continue;  // an offline CPU
    if (event < 0) return cannot_sample(errno);
    AF_TRY(Ring ring, Ring::map(static_cast<int>(event)));
    rings.push_back(std::move(ring));
  }
  if (rings.empty()) return cannot_sample(ENODEV);
  return rings;
}

class Watch {
 public:
  Watch(const ProfileRequest& request, RunningProgram& program, std::vector<Ring>& rings,
        SampleCollector& collector, const RecordLayout& layout)
      : request_(request),
        program_(program),
        rings_(rings),
        collector_(collector),
        layout_(layout) {}

  Result<ProfiledRun> until_it_ends() {
    while (true) {
      const std::optional<Ending> ending = program_.poll();
      if (ending)
        for (const Ring& ring : rings_) ring.stop();
      AF_TRY(const Done done, read_all());
      static_cast<void>(done);
      if (ending) {
        run_.ending = *ending;
        return std::move(run_);
      }
      std::this_thread::sleep_for(kPause);
      end_if_asked();
    }
  }

 private:
  static constexpr std::chrono::milliseconds kPause{5};
  static constexpr std::chrono::seconds kGrace{3};  // after Ctrl-C, for its own clean-up

  Result<Done> read_all() {
    for (Ring& ring : rings_) {
      AF_TRY(const Done done, ring.read(collector_, layout_));
      static_cast<void>(done);
    }
    return Done{};
  }

  void end_if_asked() {
    const Clock::time_point now = Clock::now();
    if (request_.timeout.count() != 0 && now - start_ > request_.timeout) {
      run_.timed_out = true;
      kill_all();
    }
    if (!interrupted()) return;
    if (!run_.interrupted) {
      kill(program_.pid(), SIGTERM);  // Ctrl-C reached it, a signal to us alone did not
      interrupted_at_ = now;
    }
    run_.interrupted = true;
    if (now - interrupted_at_ > kGrace) kill_all();
  }

  void kill_all() {
    for (const std::uint32_t pid : collector_.alive()) kill(static_cast<pid_t>(pid), SIGKILL);
    kill(program_.pid(), SIGKILL);
  }

  const ProfileRequest& request_;
  RunningProgram& program_;
  std::vector<Ring>& rings_;
  SampleCollector& collector_;
  const RecordLayout& layout_;
  ProfiledRun run_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point interrupted_at_;
};

std::vector<std::string> own_environment() {
  std::vector<std::string> environment;
  for (char** item = environ; *item != nullptr; ++item) environment.emplace_back(*item);
  return environment;
}

}  // namespace

Result<ProfiledRun> sample_natively(const ProfileRequest& request) {
  AF_CHECK(!request.command.empty());
  std::vector<std::string> command = request.command;
  const std::optional<std::string> path = find_program(command.front());
  if (!path)
    return Error{ErrorCode::kBadInput, command.front() + ": no such program",
                 "name one that can be run"};
  if (request.on_command) request.on_command(shell_quoted(command));

  wait_for_work_when_interrupted();
  AF_TRY(RunningProgram program, RunningProgram::start(*path, command, own_environment()));
  const perf_event_attr attr = attributes(request.frequency);
  AF_TRY(std::vector<Ring> rings, open_rings(attr, program.pid()));
  AF_TRY(const Done released, program.release());
  static_cast<void>(released);

  ProfileBuilder builder;
  SampleCollector collector(builder, true);
  const RecordLayout layout{attr.sample_type, true};
  AF_TRY(ProfiledRun run, Watch(request, program, rings, collector, layout).until_it_ends());
  if (run.timed_out) builder.incomplete("the program was stopped at its time limit");
  if (run.interrupted) builder.incomplete("the program was interrupted");
  if (run.ending.signal != 0) builder.note("the program " + to_string(run.ending));
  if (collector.any_alive_but(static_cast<std::uint32_t>(program.pid())))
    builder.incomplete(
        "a process that it started was still running; its later samples are missing");
  AF_TRY(const Done resolved, collector.resolve());
  static_cast<void>(resolved);
  run.profile = builder.finish();
  run.profile.source = ProfileSource::kSamples;
  run.profile.tool = fmt::format("perf_event cpu-clock, {} Hz, user mode", request.frequency);
  run.profile.command = request.command;
  return run;
}

}  // namespace asmforge
