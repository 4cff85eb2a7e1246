#include "base/statistics/rank_sum.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/sample.h"
#include "core/error.h"

namespace asmforge {
namespace {

constexpr std::size_t kLongest = 1000;

std::vector<double> thinned(std::span<const double> values) {
  if (values.size() <= kLongest) return {values.begin(), values.end()};
  std::vector<double> fewer(kLongest);
  for (std::size_t i = 0; i < kLongest; ++i) fewer[i] = values[i * values.size() / kLongest];
  return fewer;
}

double tied_triples(std::vector<double> all) {
  std::ranges::sort(all);
  double sum = 0;
  for (std::size_t first = 0; first < all.size();) {
    std::size_t end = first;
    while (end < all.size() && all[end] == all[first]) ++end;
    const auto tied = static_cast<double>(end - first);
    sum += tied * tied * tied - tied;
    first = end;
  }
  return sum;
}

}  // namespace

RankSum rank_sum(std::span<const double> before, std::span<const double> after, double confidence) {
  AF_CHECK(!before.empty() && !after.empty());
  const std::vector<double> from = thinned(before);
  const std::vector<double> to = thinned(after);
  std::vector<double> differences;
  differences.reserve(from.size() * to.size());
  double above = 0;
  for (const double a : to)
    for (const double b : from) {
      differences.push_back(a - b);
      above += a > b ? 1 : a == b ? 0.5 : 0;
    }
  std::ranges::sort(differences);

  std::vector<double> all = from;
  all.insert(all.end(), to.begin(), to.end());
  const auto pairs = static_cast<double>(differences.size());
  const auto total = static_cast<double>(all.size());
  const double ties = tied_triples(std::move(all)) / (total * (total - 1));
  const double deviation = std::sqrt(pairs / 12 * (total + 1 - ties));

  RankSum found;
  found.shift = median(differences);
  const double away = std::max(0.0, std::fabs(above - pairs / 2) - 0.5);
  found.p = deviation > 0 ? normal_two_sided_p(away / deviation) : 1;
  const double rank = pairs / 2 - normal_quantile(0.5 + confidence / 2) * deviation - 0.5;
  const auto cut = static_cast<std::size_t>(std::clamp(rank, 0.0, (pairs - 1) / 2));
  found.interval = {differences[cut], differences[differences.size() - 1 - cut]};
  return found;
}

double trend_p(std::span<const double> series) {
  const std::vector<double> values = thinned(series);
  if (values.size() < 4) return 1;
  double score = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = i + 1; j < values.size(); ++j)
      score += values[j] > values[i] ? 1 : values[j] < values[i] ? -1 : 0;
  const auto n = static_cast<double>(values.size());
  const double deviation = std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  return normal_two_sided_p(std::max(0.0, std::fabs(score) - 1) / deviation);
}

}  // namespace asmforge
