#include "measure/machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <thread>

#include "base/version.h"

namespace asmforge {
namespace {

// Long enough for ten ticks of /proc/stat.
constexpr std::chrono::milliseconds kLook{100};

std::uint64_t taken_between(unsigned processor, std::span<const ProcessorTimes> earlier,
                            std::span<const ProcessorTimes> later) {
  const auto taken = [&](std::span<const ProcessorTimes> times) -> std::uint64_t {
    for (const ProcessorTimes& row : times)
      if (row.processor == processor) return row.busy + row.steal;
    return 0;
  };
  return taken(later) - std::min(taken(later), taken(earlier));
}

std::vector<unsigned> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> allowed;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (unsigned processor = 0; processor < CPU_SETSIZE; ++processor)
      if (CPU_ISSET(processor, &set)) allowed.push_back(processor);
  return allowed;
}

// Tried on this thread, which then goes back to where it was.
bool can_pin_to(unsigned processor) {
  cpu_set_t before;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  if (sched_getaffinity(0, sizeof before, &before) != 0) return false;
  if (sched_setaffinity(0, sizeof one, &one) != 0) return false;
  return sched_setaffinity(0, sizeof before, &before) == 0;
}

void describe(TrialEnvironment& environment) {
  environment.cpu = parse_cpu_model(read_system_file("/proc/cpuinfo"));
  utsname name{};
  if (uname(&name) == 0) environment.kernel = fmt::format("{} {}", name.sysname, name.release);
  environment.tool_version = version();
  environment.started = utc_now();
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string read_system_file(const std::string& path, std::size_t bytes) {
  std::string text(bytes, '\0');
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got = read(file, text.data() + filled, bytes - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  close(file);
  text.resize(filled);
  return text;
}

unsigned choose_processor(std::span<const unsigned> allowed,
                          std::span<const ProcessorTimes> earlier,
                          std::span<const ProcessorTimes> later) {
  if (allowed.empty()) return 0;
  std::vector<unsigned> candidates(allowed.begin(), allowed.end());
  if (candidates.size() > 1 && candidates.front() == 0) candidates.erase(candidates.begin());
  return *std::min_element(candidates.begin(), candidates.end(), [&](unsigned a, unsigned b) {
    return taken_between(a, earlier, later) < taken_between(b, earlier, later);
  });
}

MeasuredProcessor choose_machine_processor(TrialEnvironment& environment) {
  describe(environment);
  const std::vector<unsigned> allowed = allowed_processors();
  const std::vector<ProcessorTimes> earlier = parse_processor_times(read_system_file("/proc/stat"));
  std::this_thread::sleep_for(kLook);
  const std::vector<ProcessorTimes> later = parse_processor_times(read_system_file("/proc/stat"));

  MeasuredProcessor chosen;
  chosen.number = choose_processor(allowed, earlier, later);
  chosen.pinned = can_pin_to(chosen.number);
  for (const unsigned sibling : parse_processor_list(read_system_file(fmt::format(
           "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", chosen.number))))
    if (sibling != chosen.number) chosen.siblings.push_back(sibling);

  environment.processors = static_cast<std::uint32_t>(allowed.size());
  environment.measured_on = chosen.number;
  environment.pinned = chosen.pinned;
  if (!chosen.pinned)
    environment.notes.emplace_back(
        "programs could not be held on one processor (no permission): they may move while they "
        "are measured");
  if (allowed.size() < 2)
    environment.notes.emplace_back(
        "one processor only: asmforge and everything else share it with the programs");
  return chosen;
}

}  // namespace asmforge
