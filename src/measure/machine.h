// The machine that is measured on, and which of its processors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/trial.h"
#include "measure/proc_text.h"

namespace asmforge {

// Of the processors that this process may use: not the first, which serves most
// interrupts, if there is another; then the one that was less busy (or stolen from)
// between the two readings of /proc/stat.
unsigned choose_processor(std::span<const unsigned> allowed,
                          std::span<const ProcessorTimes> earlier,
                          std::span<const ProcessorTimes> later);

struct MeasuredProcessor {
  unsigned number = 0;
  bool pinned = false;             // programs can be held there
  std::vector<unsigned> siblings;  // other threads of its core
};

// Looks at the machine for a moment; `environment` receives what was found, and in its
// notes what that means for the measurement.
MeasuredProcessor choose_machine_processor(TrialEnvironment& environment);

// The first `bytes` of a file of /proc or /sys; empty when it cannot be read.
std::string read_system_file(const std::string& path, std::size_t bytes = std::size_t{1} << 16);

// "2026-11-24T10:31:07Z".
std::string utc_now();

}  // namespace asmforge
