#include "verdict/power.h"

#include <algorithm>

#include "base/statistics/distributions.h"

namespace asmforge {

double detectable_effect(double critical, double standard_error, double floor, double power) {
  return std::max(critical * standard_error, floor) + normal_quantile(power) * standard_error;
}

double seconds_to_see(double floor, double critical, double standard_error, double seconds_so_far,
                      double power) {
  const double needed = (critical + normal_quantile(power)) * standard_error / floor;
  return seconds_so_far * std::max(0.0, needed * needed - 1);
}

double error_of(const Interval& interval, double confidence) {
  return (interval.high - interval.low) / (2 * normal_quantile(0.5 + confidence / 2));
}

}  // namespace asmforge
