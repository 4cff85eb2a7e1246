#include "base/machine_facts.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/parallel.h"

namespace asmforge {
namespace {

// 0 when this process may count the event on itself in user mode; otherwise errno.
int try_event(std::uint32_t type, std::uint64_t config) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const long descriptor =
      syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (descriptor < 0) return errno;
  close(static_cast<int>(descriptor));
  return 0;
}

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

PerfAccess probe_perf() {
  PerfAccess access;
  std::ifstream file("/proc/sys/kernel/perf_event_paranoid");
  int level = 0;
  if (file >> level) access.paranoid = level;
  const int clock = try_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
  const int cycles = try_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
  access.cpu_clock = clock == 0;
  access.hardware_cycles = cycles == 0;
  if (clock != 0) access.cpu_clock_error = std::strerror(clock);
  if (cycles != 0) access.hardware_error = std::strerror(cycles);
  return access;
}

Cores probe_cores() {
  Cores cores;
  cores.allowed = available_threads();
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  cores.online = online > 0 ? static_cast<unsigned>(online) : 1;
  cores.siblings = first_line("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
  cores.smt = cores.siblings.find_first_of(",-") != std::string::npos;
  return cores;
}

}  // namespace asmforge
