#include "base/statistics/bimodality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/error.h"

namespace asmforge {
namespace {

constexpr std::size_t kSmallest = 20;
constexpr std::size_t kLargest = 400;  // longer ones are thinned to this many

// For each m: twice the distance, in observations, of the best convex function from the
// steps left of sorted[m]. It may come up to the lower corner (x_i, i) of each step, and
// must reach to the upper corner (x_i, i + 1); at the mode itself only the lower corner
// binds, because there the function may jump.
std::vector<double> convex_misfit(const std::vector<double>& sorted) {
  const std::size_t n = sorted.size();
  std::vector<double> misfit(n);
  std::vector<std::size_t> hull;  // the greatest convex minorant of the lower corners so far
  const auto slope = [&](std::size_t from, std::size_t to) {
    const double run = sorted[to] - sorted[from];
    return run > 0 ? static_cast<double>(to - from) / run : HUGE_VAL;
  };
  for (std::size_t m = 0; m < n; ++m) {
    while (hull.size() >= 2 && slope(hull[hull.size() - 2], hull.back()) >= slope(hull.back(), m))
      hull.pop_back();
    hull.push_back(m);
    double worst = 1;  // no step is lower than one observation
    for (std::size_t edge = 0; edge + 1 < hull.size(); ++edge) {
      const std::size_t from = hull[edge];
      const double rise = slope(from, hull[edge + 1]);
      for (std::size_t i = from; i < hull[edge + 1]; ++i) {
        const double run = sorted[i] - sorted[from];
        const double minorant = static_cast<double>(from) + (run > 0 ? rise * run : 0);
        worst = std::max(worst, static_cast<double>(i + 1) - minorant);
      }
    }
    misfit[m] = worst;
  }
  return misfit;
}

struct CriticalValue {
  double sample_size;
  double scaled_dip;  // sqrt(n) times the dip
};

// Upper 1 % point of sqrt(n) dip over 100,000 uniform samples each, 20,000 from 200 on.
// bimodality_test draws fewer and finds 1 % beyond each of them.
constexpr std::array<CriticalValue, 6> kCritical = {{
    {20, 0.5224},
    {40, 0.5252},
    {64, 0.5187},
    {100, 0.5122},
    {200, 0.5042},
    {400, 0.5003},
}};

}  // namespace

double dip(std::span<const double> sample) {
  AF_CHECK(!sample.empty());
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  const std::vector<double> left = convex_misfit(sorted);

  // A concave fit from the right is a convex fit to the mirrored sample.
  std::vector<double> mirrored(sorted.rbegin(), sorted.rend());
  for (double& value : mirrored) value = -value;
  std::vector<double> right = convex_misfit(mirrored);
  std::ranges::reverse(right);

  double smallest = HUGE_VAL;
  for (std::size_t m = 0; m < sorted.size(); ++m)
    smallest = std::min(smallest, std::max(left[m], right[m]));
  return smallest / (2 * static_cast<double>(sorted.size()));
}

double dip_critical_value(std::size_t sample_size) {
  const auto n = static_cast<double>(sample_size);
  const auto* row = std::ranges::find_if(
      kCritical, [&](const CriticalValue& value) { return value.sample_size >= n; });
  double scaled = kCritical.back().scaled_dip;
  if (row == kCritical.begin()) {
    scaled = row->scaled_dip;
  } else if (row != kCritical.end()) {
    const CriticalValue& before = *(row - 1);
    // Even in 1/sqrt(n), where the values approach their limit.
    const double place = (1 / std::sqrt(before.sample_size) - 1 / std::sqrt(n)) /
                         (1 / std::sqrt(before.sample_size) - 1 / std::sqrt(row->sample_size));
    scaled = std::lerp(before.scaled_dip, row->scaled_dip, place);
  }
  return scaled / std::sqrt(n);
}

bool two_humps(std::span<const double> sample) {
  if (sample.size() < kSmallest) return false;
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  std::size_t repeated = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i] == sorted[i - 1]) ++repeated;
  if (repeated * 10 > sorted.size()) return false;
  if (sorted.size() > kLargest) {
    std::vector<double> thinned(kLargest);
    for (std::size_t i = 0; i < kLargest; ++i)
      thinned[i] = sorted[i * (sorted.size() - 1) / (kLargest - 1)];
    sorted = std::move(thinned);
  }
  return dip(sorted) > dip_critical_value(sorted.size());
}

}  // namespace asmforge
