#include "base/statistics/shift_paired.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/statistics/distributions.h"
#include "base/statistics/sample.h"
#include "core/error.h"

namespace asmforge {
namespace {

constexpr double kLuckOfTheBestTurn = 7.2;

}  // namespace

ShiftPaired shift_paired(std::span<const double> before, std::span<const double> after) {
  const std::size_t n = before.size();
  AF_CHECK(n == after.size() && n >= 4);
  const auto count = static_cast<double>(n);
  ShiftPaired test;
  test.effect = mean(after) - mean(before);

  double best = std::numeric_limits<double>::infinity();
  double level = 0;
  for (std::size_t shift = 0; shift < n; ++shift) {
    double squares = 0;
    for (std::size_t r = 0; r < n; ++r) {
      const std::size_t turned = r + shift < n ? r + shift : r + shift - n;
      const double away = after[turned] - before[r] - test.effect;
      squares += away * away;
    }
    const double turned_variance = squares / (count - 1);
    level += turned_variance / count;
    if (turned_variance < best) {
      best = turned_variance;
      test.shift = shift;
    }
  }
  const double flatness = level > 0 ? best / level : 0;
  test.noise_variance =
      std::min(level, best * (1 + kLuckOfTheBestTurn / std::sqrt(count) * flatness));
  test.standard_error = std::sqrt(test.noise_variance / count);
  test.degrees_of_freedom = count - 2;
  if (test.standard_error > 0)
    test.p = student_t_two_sided_p(test.effect / test.standard_error, test.degrees_of_freedom);
  else
    test.p = test.effect == 0 ? 1 : 0;
  return test;
}

Interval interval_of(const ShiftPaired& test, double confidence) {
  const double reach =
      student_t_quantile(0.5 + confidence / 2, test.degrees_of_freedom) * test.standard_error;
  return {test.effect - reach, test.effect + reach};
}

}  // namespace asmforge
