#include "base/statistics/rates.h"

#include <algorithm>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/sample.h"
#include "core/error.h"

namespace asmforge {
namespace {

double upper(std::uint64_t successes, std::uint64_t trials, double tail) {
  if (successes >= trials) return 1;
  return beta_quantile(1 - tail, static_cast<double>(successes + 1),
                       static_cast<double>(trials - successes));
}

double lower(std::uint64_t successes, std::uint64_t trials, double tail) {
  if (successes == 0) return 0;
  return beta_quantile(tail, static_cast<double>(successes),
                       static_cast<double>(trials - successes + 1));
}

}  // namespace

Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence) {
  AF_CHECK(successes <= trials);
  const double tail = (1 - confidence) / 2;
  return {lower(successes, trials, tail), upper(successes, trials, tail)};
}

double proportion_upper_bound(std::uint64_t successes, std::uint64_t trials, double confidence) {
  AF_CHECK(successes <= trials);
  return upper(successes, trials, 1 - confidence);
}

double poisson_upper_bound(std::uint64_t count, double confidence) {
  return chi_squared_quantile(confidence, 2 * static_cast<double>(count) + 2) / 2;
}

double clustered_upper_bound(std::span<const Cluster> clusters, double confidence,
                             std::uint32_t draws, Random& random) {
  Cluster all;
  for (const Cluster& cluster : clusters) {
    all.successes += cluster.successes;
    all.trials += cluster.trials;
  }
  const double exact = proportion_upper_bound(all.successes, all.trials, confidence);
  if (all.successes == 0 || draws == 0) return exact;

  std::vector<double> rates;
  rates.reserve(draws);
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    Cluster drawn;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      const Cluster& cluster = clusters[static_cast<std::size_t>(random.below(clusters.size()))];
      drawn.successes += cluster.successes;
      drawn.trials += cluster.trials;
    }
    if (drawn.trials > 0)
      rates.push_back(static_cast<double>(drawn.successes) / static_cast<double>(drawn.trials));
  }
  return rates.empty() ? exact : std::max(exact, quantile(rates, confidence));
}

}  // namespace asmforge
