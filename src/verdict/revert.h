// Undoing the change must undo the gain.
#pragma once

#include <cstdint>
#include <string>

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

enum class RevertOutcome : std::uint8_t {
  kNotRun,     // no runs of all three
  kHolds,      // the undone change equals BEFORE within the floor, and loses the gain
  kDiffers,    // it does not
  kUnsettled,  // too noisy to tell
};

struct RevertAnswer {
  RevertOutcome outcome = RevertOutcome::kNotRun;
  std::string detail;      // one sentence
  bool byte_copy = false;  // the control is BEFORE's own bytes, not an undone change
};

// `natural`: where AFTER is better as built, it must be better than the undone change too.
// Where its own link hides the gain there is none to lose, and only equality is asked.
RevertAnswer revert_answer(const Trial& trial, std::uint32_t workload, Direction natural);

}  // namespace asmforge
