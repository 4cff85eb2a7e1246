// What must be right before time means anything: the programs run, print the same, and
// pass the user's own check. Each is tried twice.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "measure/rig.h"
#include "verdict/run_blocks.h"

namespace asmforge {

struct GateRequest {
  std::vector<std::pair<Arm, Program>> programs;  // BEFORE first
  std::string check;           // shell command, the program's path in $PROGRAM; may be empty
  double timeout_seconds = 0;  // of a run
  std::string timeout_name;    // "the budget": what set it, for the message
};

struct WorkloadGates {
  std::string output_hash;     // that every run must have; empty: not compared
  double seconds = 0;          // of a run, the mean over BEFORE and AFTER with our overhead
  double timeout_seconds = 0;  // for later runs
};

struct GateResults {
  std::vector<Gate> gates;
  std::vector<WorkloadGates> workloads;
  [[nodiscard]] bool failed() const;
};

// An error when BEFORE (or the reference) does not do what is asked of it, because then
// the question is wrong; when AFTER does not, a gate has failed.
Result<GateResults> run_gates(const GateRequest& request, const std::vector<Workload>& workloads,
                              Rig& rig);

}  // namespace asmforge
