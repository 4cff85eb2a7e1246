// The slope of a line through points that a few wild ones do not move: the median of
// the slopes of all pairs (Theil 1950, Sen 1968). A quarter of the points may be wrong.
#pragma once

#include <cstdint>
#include <span>

#include "base/statistics/interval.h"
#include "base/statistics/random.h"

namespace asmforge {

struct Point {
  double x = 0;
  double y = 0;
};

// 0 for fewer than two points of different x. Looks at all pairs: keep points few.
double theil_sen_slope(std::span<const Point> points);

// Interval of the slope that holds for independent noise and does not collapse under
// dependence: the wider, at each end, of two.
//   Sen's, from the order of all slopes: under no trend Kendall's statistic of n points
//   has variance n (n - 1) (2 n + 5) / 18.
//   A bootstrap that draws whole blocks of neighbours again (Kuensch 1989), since what a
//   program holds at one moment it holds at the next. Residuals are redrawn and not
//   points, so that a draw keeps its spread of x.
// `block` neighbours at a time; 0: the cube root of the number of points.
Interval theil_sen_interval(std::span<const Point> points, double confidence, std::size_t block,
                            std::uint32_t draws, Random& random);

}  // namespace asmforge
