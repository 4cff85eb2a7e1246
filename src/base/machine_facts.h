// What this machine lets a profiler do.
#pragma once

#include <optional>
#include <string>

namespace asmforge {

struct PerfAccess {
  std::optional<int> paranoid;   // /proc/sys/kernel/perf_event_paranoid; none: no perf events
  bool cpu_clock = false;        // the software clock can be sampled
  bool hardware_cycles = false;  // a cycle counter can be opened
  std::string cpu_clock_error;   // why not
  std::string hardware_error;
};
PerfAccess probe_perf();

struct Cores {
  unsigned online = 1;
  unsigned allowed = 1;  // by this process's affinity mask
  bool smt = false;      // some cores share an execution engine
  std::string siblings;  // of the first core: "0-1"; empty when not known
};
Cores probe_cores();

}  // namespace asmforge
