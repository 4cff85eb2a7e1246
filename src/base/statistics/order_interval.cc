#include "base/statistics/order_interval.h"

#include <algorithm>
#include <cmath>

#include "base/statistics/distributions.h"
#include "core/error.h"

namespace asmforge {
namespace {

// P(at most k of n lie below) for a binomial with this share, through the beta quantile's
// inverse being monotone: found by bisection over k with exact terms would be slow for
// large n, so the terms are summed from their largest.
double binomial_cumulative(std::uint64_t k, std::uint64_t n, double share) {
  const auto log_term = [&](std::uint64_t i) {
    const auto x = static_cast<double>(i);
    const auto m = static_cast<double>(n);
    return std::lgamma(m + 1) - std::lgamma(x + 1) - std::lgamma(m - x + 1) + x * std::log(share) +
           (m - x) * std::log1p(-share);
  };
  // Downward from k: terms shrink geometrically once below the mean.
  double sum = 0;
  for (std::uint64_t i = k;; --i) {
    const double term = std::exp(log_term(i));
    sum += term;
    const bool below_mean = static_cast<double>(i) < share * static_cast<double>(n);
    if (i == 0 || (below_mean && term < 1e-16 * sum)) break;
  }
  return std::min(sum, 1.0);
}

}  // namespace

std::uint64_t values_needed(double share, double confidence) {
  AF_CHECK(share > 0 && share < 1 && confidence > 0 && confidence < 1);
  const double tail = (1 - confidence) / 2;
  const double rarer = std::max(share, 1 - share);
  return static_cast<std::uint64_t>(std::ceil(std::log(tail) / std::log(rarer)));
}

std::optional<Interval> percentile_interval(std::span<const double> ascending, double share,
                                            double confidence) {
  const std::uint64_t n = ascending.size();
  if (n < values_needed(share, confidence)) return std::nullopt;
  const double tail = (1 - confidence) / 2;
  // The largest l with P(fewer than l below) <= tail, and the smallest u with
  // P(at least u below) <= tail: [x(l), x(u)], counted from 1.
  const double mean = share * static_cast<double>(n);
  const double spread = std::sqrt(mean * (1 - share));
  const auto start = [&](double z) {
    return static_cast<std::uint64_t>(
        std::clamp(std::floor(mean + z * spread), 1.0, static_cast<double>(n)));
  };
  const double z = normal_quantile(1 - tail);
  std::uint64_t low = start(-z);
  while (low > 1 && binomial_cumulative(low - 1, n, share) > tail) --low;
  while (low < n && binomial_cumulative(low, n, share) <= tail) ++low;
  std::uint64_t high = start(z);
  while (high < n && 1 - binomial_cumulative(high - 1, n, share) > tail) ++high;
  while (high > 1 && 1 - binomial_cumulative(high - 2, n, share) <= tail && high > 1) --high;
  return Interval{ascending[low - 1], ascending[high - 1]};
}

}  // namespace asmforge
