// One workload's verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/trial.h"
#include "core/verdict.h"
#include "verdict/matrix.h"

namespace asmforge {

struct JudgedWorkload {
  WorkloadVerdict verdict;
  double p = 1;               // of the claim that the kind rests on; for Holm's correction
  bool natural_only = false;  // no layout stage behind it
  std::string detail;         // what the reason rests on, where the numbers do not say it
};

JudgedWorkload judge_workload(const Trial& trial, std::uint32_t workload, Prediction prediction);

}  // namespace asmforge
