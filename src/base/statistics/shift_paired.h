// Two rows of values measured at the same evenly spaced places of a cycle, whose shapes
// along the cycle are alike but turned against one another:
//
//   before[r] = g(r) + noise        after[r] = g(r + s) + effect + noise
//
// A function's time depends on where it starts modulo 64 in just this way, and an edit
// that only moves code turns the cycle. Over the whole cycle the mean of g does not depend
// on s, so mean(after) - mean(before) estimates the effect free of it. What the noise is
// shows once the rows are turned so that they fit best:
//
//   V_s   = variance over r of after[r + s] - before[r]
//   best  = min over s of V_s         level = mean over s of V_s
//   SE^2  = min(level, best (1 + 7.2 / sqrt(n) * best / level)) / n
//   t     = (mean(after) - mean(before)) / SE,  n - 2 degrees of freedom
//
// The best turn is the luckiest one too, the more so the flatter g is: with no shape at all
// `best` of 64 turns is 0.71 of the truth on average, and t on it alone has size 2.8 % at a
// nominal 1 %. The flatness best / level pays for just that luck; a fixed factor cannot (a
// factor of 1.15 on SE has size 1.2 % on flat rows and wastes power on steep ones, 0.3 %).
// shift_paired_test holds the size at every shape it tries; the constant was found there.
// Redrawing the labels of the best pairs instead keeps the luck: size 2.2 %.
#pragma once

#include <cstddef>
#include <span>

#include "base/statistics/interval.h"

namespace asmforge {

struct ShiftPaired {
  double effect = 0;  // mean(after) - mean(before)
  double standard_error = 0;
  double degrees_of_freedom = 0;
  double p = 1;
  std::size_t shift = 0;      // the turn that fits best; it only sets the error
  double noise_variance = 0;  // of one difference, luck paid for: n times SE^2
};

// The rows are of equal length, at least 4.
ShiftPaired shift_paired(std::span<const double> before, std::span<const double> after);

Interval interval_of(const ShiftPaired& test, double confidence);

}  // namespace asmforge
