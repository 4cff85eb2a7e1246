#include "measure/hardware_counters.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace asmforge {
namespace {

struct Count {
  std::uint64_t value = 0;
  std::uint64_t enabled = 0;  // nanoseconds
  std::uint64_t running = 0;  // less than `enabled` when others took the counter
};

// Inherited by the programs that this thread starts, and counting from their exec on.
// Their counts arrive here when they end.
int open_event(std::uint64_t event) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = event;
  attributes.disabled = 1;
  attributes.inherit = 1;
  attributes.enable_on_exec = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

class PerfCounters : public HardwareCounters {
 public:
  PerfCounters(int cycles, int instructions) : events_{cycles, instructions} {}
  ~PerfCounters() override {
    for (const int event : events_) close(event);
  }

  void begin() override { begun_ = read_all(); }

  std::optional<HardwareCounts> end() override {
    const std::optional<Counts> ended = read_all();
    if (!begun_ || !ended) return std::nullopt;
    for (std::size_t i = 0; i < events_.size(); ++i)
      if ((*ended)[i].enabled - (*begun_)[i].enabled != (*ended)[i].running - (*begun_)[i].running)
        return std::nullopt;
    return HardwareCounts{(*ended)[0].value - (*begun_)[0].value,
                          (*ended)[1].value - (*begun_)[1].value};
  }

 private:
  using Counts = std::array<Count, 2>;
  [[nodiscard]] std::optional<Counts> read_all() const {
    Counts counts;
    for (std::size_t i = 0; i < events_.size(); ++i)
      if (read(events_[i], &counts[i], sizeof counts[i]) != sizeof counts[i]) return std::nullopt;
    return counts;
  }
  std::array<int, 2> events_;
  std::optional<Counts> begun_;
};

}  // namespace

std::unique_ptr<HardwareCounters> open_hardware_counters() {
  const int cycles = open_event(PERF_COUNT_HW_CPU_CYCLES);
  if (cycles < 0) return nullptr;
  const int instructions = open_event(PERF_COUNT_HW_INSTRUCTIONS);
  if (instructions < 0) {
    close(cycles);
    return nullptr;
  }
  return std::make_unique<PerfCounters>(cycles, instructions);
}

}  // namespace asmforge
