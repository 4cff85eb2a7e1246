// Lets programs run for their time, an epoch each in turn, and writes down what they
// used. With two, one is held while the other runs, so that both meet the same machine.
#pragma once

#include <functional>
#include <span>

#include "soak/soak_target.h"

namespace asmforge {

struct SoakRun {
  SoakClock& clock;
  std::function<bool()> should_stop;                      // may be empty
  std::function<void(double done, double all)> progress;  // seconds; may be empty
};

// Adds samples, memory, operation times and endings to `record.arms`, of which there
// are as many as targets. Ends when the time is over, one has ended, or it should stop.
void run_soak(SoakRecord& record, std::span<SoakTarget* const> targets, const SoakRun& run);

}  // namespace asmforge
