// What a project's workload waits for, where that is proven: samples of its time beside what it
// executes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"
#include "core/trial.h"
#include "plan/loop_limits.h"

namespace asmforge {

// One more run of the workload, in this folder. None where nothing can be sampled, and where what
// is measured is not the time that the program takes. An error when it was interrupted.
Result<std::vector<LoopLimit>> workload_limits(const std::string& program, const Binary& binary,
                                               const Workload& workload, const Profile& counts);

// Those that a change by itself cannot remove: with assumptions allowed, the order of floating-
// point operations is none.
std::vector<LoopLimit> limits_for_all(std::vector<LoopLimit> limits, bool allow_assumptions);

// Of all that runs, to try nothing more: what is left is less than what is usually gained.
inline constexpr double kAllIsLimited = 0.9;
double limited_share(const std::vector<LoopLimit>& limits);

}  // namespace asmforge
