// What the kernel tells in text files, as numbers. Functions of the text alone; what is
// missing or malformed is left out, never guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// A line "cpu3 ..." of /proc/stat; in ticks of 10 ms.
struct ProcessorTimes {
  unsigned processor = 0;
  std::uint64_t busy = 0;  // user, nice, system, irq, softirq
  std::uint64_t idle = 0;  // idle, iowait
  std::uint64_t steal = 0;
};
std::vector<ProcessorTimes> parse_processor_times(std::string_view proc_stat);

// /proc/PID/schedstat, in nanoseconds; of the process's first thread.
struct RunDelay {
  std::uint64_t ran = 0;
  std::uint64_t waited = 0;  // runnable, but not running
};
std::optional<RunDelay> parse_run_delay(std::string_view schedstat);

// The processor that a process ran on last: field 39 of /proc/PID/stat.
std::optional<unsigned> parse_last_processor(std::string_view proc_pid_stat);

// "0-2,5": 0 1 2 5.
std::vector<unsigned> parse_processor_list(std::string_view text);

// "model name" of /proc/cpuinfo; empty when it has none.
std::string parse_cpu_model(std::string_view cpuinfo);

}  // namespace asmforge
