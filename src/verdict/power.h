// What a measurement of a given error could have seen.
#pragma once

#include "base/statistics/interval.h"

namespace asmforge {

inline constexpr double kPower = 0.8;

// The smallest true effect (log ratio) that is claimed with chance `power` when a claim
// needs |estimate| >= critical * standard_error and |estimate| >= floor:
//   max(critical SE, floor) + z_power SE
double detectable_effect(double critical, double standard_error, double floor,
                         double power = kPower);

// More seconds of the same kind until a true effect of the size of the floor passes the
// test with that chance: the error falls with the square root of time. 0 when it does now.
double seconds_to_see(double floor, double critical, double standard_error, double seconds_so_far,
                      double power = kPower);

// The standard error that a symmetric interval of this confidence shows.
double error_of(const Interval& interval, double confidence);

}  // namespace asmforge
