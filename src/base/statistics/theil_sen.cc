#include "base/statistics/theil_sen.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/sample.h"

namespace asmforge {

namespace {

std::vector<double> slopes_of(std::span<const Point> points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * points.size() / 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      if (points[i].x != points[j].x)
        slopes.push_back((points[j].y - points[i].y) / (points[j].x - points[i].x));
    }
  }
  return slopes;
}

// Sen 1968: of the ascending slopes, those as far from the middle as Kendall's statistic
// strays from 0.
Interval rank_interval(std::vector<double> slopes, std::size_t points, double confidence) {
  std::ranges::sort(slopes);
  const auto n = static_cast<double>(points);
  const double reach =
      normal_quantile((1 + confidence) / 2) * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const auto last = static_cast<double>(slopes.size() - 1);
  const double middle = static_cast<double>(slopes.size()) / 2;
  const auto at = [&](double rank) {
    return slopes[static_cast<std::size_t>(std::clamp(rank, 0.0, last))];
  };
  return {at(std::floor(middle - reach / 2) - 1), at(std::ceil(middle + reach / 2))};
}

}  // namespace

double theil_sen_slope(std::span<const Point> points) {
  const std::vector<double> slopes = slopes_of(points);
  return slopes.empty() ? 0 : median(slopes);
}

Interval theil_sen_interval(std::span<const Point> points, double confidence, std::size_t block,
                            std::uint32_t draws, Random& random) {
  const double slope = theil_sen_slope(points);
  const std::size_t count = points.size();
  if (count < 3 || draws == 0) return {slope, slope};
  if (block == 0) block = static_cast<std::size_t>(std::lround(std::cbrt(count)));
  block = std::clamp<std::size_t>(block, 1, count);
  std::vector<double> residuals;
  for (const Point& point : points) residuals.push_back(point.y - slope * point.x);
  const double centre = median(residuals);
  for (double& residual : residuals) residual -= centre;
  std::vector<double> slopes;
  std::vector<Point> drawn(points.begin(), points.end());
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    for (std::size_t at = 0; at < count; at += block) {
      const auto from = static_cast<std::size_t>(random.below(count - block + 1));
      for (std::size_t i = 0; i < block && at + i < count; ++i)
        drawn[at + i].y = slope * drawn[at + i].x + residuals[from + i];
    }
    slopes.push_back(theil_sen_slope(drawn));
  }
  const double tail = (1 - confidence) / 2;
  // How far draws lie from the estimate is how far the estimate lies from the truth.
  const Interval redrawn = {2 * slope - quantile(slopes, 1 - tail),
                            2 * slope - quantile(slopes, tail)};
  std::vector<double> all = slopes_of(points);
  if (all.empty()) return {slope, slope};
  const Interval ranked = rank_interval(std::move(all), count, confidence);
  return {std::min({slope, redrawn.low, ranked.low}), std::max({slope, redrawn.high, ranked.high})};
}

}  // namespace asmforge
