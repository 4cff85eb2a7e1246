#include "soak/system_call_counter.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace asmforge {
namespace {

constexpr std::array kTracing = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

std::optional<std::uint64_t> tracepoint_number() {
  for (const char* folder : kTracing) {
    std::ifstream file(std::string(folder) + "/events/raw_syscalls/sys_enter/id");
    std::uint64_t number = 0;
    if (file >> number) return number;
  }
  return std::nullopt;
}

}  // namespace

SystemCallCounter::SystemCallCounter(pid_t process) {
  const auto number = tracepoint_number();
  if (!number) {
    unknown_ = "the kernel's tracepoints cannot be read; run as root";
    return;
  }
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = *number;
  attributes.inherit = 1;
  event_ = static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, process, -1, -1, PERF_FLAG_FD_CLOEXEC));
  if (event_ < 0) unknown_ = fmt::format("perf_event_open: {}", std::strerror(errno));
}

SystemCallCounter::~SystemCallCounter() {
  if (event_ >= 0) close(event_);
}

std::optional<std::uint64_t> SystemCallCounter::count() const {
  std::uint64_t value = 0;
  if (event_ < 0 || read(event_, &value, sizeof(value)) != sizeof(value)) return std::nullopt;
  return value;
}

}  // namespace asmforge
