// A comparison of two builds of a project, measured on this machine: what the loop of
// `forge` asks for, and what `ab` does.
#pragma once

#include <memory>

#include "cli/status_line.h"
#include "core/result.h"
#include "core/trial.h"
#include "forge/forge.h"
#include "measure/meter.h"

namespace asmforge {

// kInterrupted when Ctrl-C came before it was done.
Result<Compared> run_comparison(const Comparison& wanted, StatusLine& line);

std::unique_ptr<Meter> meter_for(const WorkloadMetric& metric);

}  // namespace asmforge
