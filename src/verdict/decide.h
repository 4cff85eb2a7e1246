// The verdict on a trial: a pure function of the record, so that a replay of the record
// gives the same verdict and a made-up record of known truth tests it.
#pragma once

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

// In this order: builds that are the same are SAME; a failed gate or a failing AFTER is
// REVERT; a machine on which BEFORE differs from its own copy gets no verdict; then each
// workload (judge_workload.h), then all of them together.
Verdict decide(const Trial& trial);

}  // namespace asmforge
