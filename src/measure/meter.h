// A meter makes one run of a program and says one number about it. What differs between
// meters is how the number comes about: a clock, a counter of the processor, the
// program's own words, another way to run it.
#pragma once

#include <memory>

#include "core/trial.h"
#include "measure/launch.h"

namespace asmforge {

struct Reading {
  double value = 0;
  FinishedProcess process;
};

class Meter {
 public:
  Meter() = default;
  virtual ~Meter() = default;
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // A run that failed has no value; that is no error.
  virtual Result<Reading> run(const Launch& launch, int wanted_status) = 0;
};

// For all sources but kInstructions, which needs QEMU (verdict/instruction_meter.h).
std::unique_ptr<Meter> make_meter(const WorkloadMetric& metric);

}  // namespace asmforge
