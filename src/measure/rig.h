// Where runs are made: this machine, or a function in tests. All of a comparison's
// story is told against this, so that it can be told without a clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "measure/disturbances.h"
#include "measure/launch.h"

namespace asmforge {

struct RunOrder {
  std::string program;  // that is executed
  std::string name;     // its argv[0]: the build's own path, also for a copy or a relinked one
  const Workload* workload = nullptr;
  std::uint32_t environment_padding_bytes = 0;
  double timeout_seconds = 0;
};

// What a run is recorded as, and what only messages need.
struct RunReport {
  RunSample sample;  // arm, stage, block, position and layout are the caller's
  bool timed_out = false;
  std::string ending;  // "ended with status 3"
  std::string output;  // the beginning
  std::string errors;  // the beginning
};

class Rig {
 public:
  Rig() = default;
  virtual ~Rig() = default;
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  virtual double now() = 0;  // seconds, never backwards
  virtual Result<RunReport> run(const RunOrder& order) = 0;
  // Around each block. end_block() says what disturbed the block as a whole.
  virtual void begin_block() = 0;
  virtual Disturbances end_block() = 0;
};

// All of the environment of a run: what every program is given, the workload's own, and
// the padding that moves the stack.
std::vector<std::string> run_environment(const Workload& workload, std::uint32_t padding_bytes);

}  // namespace asmforge
