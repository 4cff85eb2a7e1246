// Two samples that are not paired: Wilcoxon's rank-sum test with its estimate and interval.
//
//   estimate = median of the m n differences after_j - before_i
//   U = number of positive differences, half of the zero ones; normal with
//       mean m n / 2 and variance m n / 12 (N + 1 - sum (t^3 - t) / (N (N - 1))), N = m + n
//   interval = order statistics of the differences at U's normal quantile
//
// Hollander, Wolfe, Chicken, 4.1-4.3. With continuity correction; meant for 10 and more each.
#pragma once

#include <span>

#include "base/statistics/interval.h"

namespace asmforge {

struct RankSum {
  double shift = 0;  // after - before
  Interval interval;
  double p = 1;  // two-sided
};
// Longer samples than 1000 are thinned evenly: all pairs are looked at.
RankSum rank_sum(std::span<const double> before, std::span<const double> after, double confidence);

// Two-sided p that a series in time has no monotone trend (Mann 1945, Kendall 1975):
//   S = sum over i < j of sign(x_j - x_i),  variance n (n - 1) (2 n + 5) / 18
double trend_p(std::span<const double> series);

}  // namespace asmforge
