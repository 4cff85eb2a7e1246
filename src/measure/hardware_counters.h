// What the processor counted during a run, where it lets us count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace asmforge {

struct HardwareCounts {
  std::uint64_t cycles = 0;        // in user mode
  std::uint64_t instructions = 0;  // in user mode
};

class HardwareCounters {
 public:
  HardwareCounters() = default;
  virtual ~HardwareCounters() = default;
  HardwareCounters(const HardwareCounters&) = delete;
  HardwareCounters& operator=(const HardwareCounters&) = delete;

  // Around one run of a program that this thread starts.
  virtual void begin() = 0;
  // None when the counters were not there all the time.
  virtual std::optional<HardwareCounts> end() = 0;
};

// nullptr when this machine has no counters, or does not let us use them.
std::unique_ptr<HardwareCounters> open_hardware_counters();

}  // namespace asmforge
