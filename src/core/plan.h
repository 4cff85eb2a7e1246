// What to try next in a project, the most promising first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/journal.h"
#include "core/step.h"

namespace asmforge {

// Of a loop's own blocks, not of loops inside it.
struct LoopContents {
  std::int64_t instructions = 0;
  std::int64_t loads = 0;
  std::int64_t stores = 0;
  std::int64_t calls = 0;
  std::int64_t divides = 0;            // of integers, by the hardware
  std::int64_t floats = 0;             // instructions that compute with floating-point numbers
  std::int64_t vector_width_bits = 0;  // of the widest arithmetic; 0 for none
};

struct PlanStep {
  std::string binary;  // the project's program it is in
  // With the prediction of what mending it changes. Without a check it is no finding: a hot loop
  // in which no check finds anything, that a person should look at.
  Finding finding;
  std::optional<LoopContents> contents;  // of such a loop
  double share = 0;        // of the instructions that the workloads execute, in the finding's loop
  bool measured = false;   // something was counted there; false: `share` says nothing
  std::string suggestion;  // the change of the source, for a person to make
  std::optional<double> expected_gain;  // share of time; null until a model of cycles says
  std::string expected_gain_reason;     // why it is null
  std::optional<JournalScore> record;   // what came of this check's predictions so far
};

struct Plan {
  std::string commit;
  std::vector<std::string> workloads;  // that were counted
  std::vector<PlanStep> steps;
  std::vector<Step> changes;      // that the loop tries by itself, in this order
  std::uint64_t below_share = 0;  // findings in code that the workloads hardly run
  std::vector<std::string> notes;
};

}  // namespace asmforge
