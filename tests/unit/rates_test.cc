#include "base/statistics/rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/holm.h"
#include "base/statistics/interval.h"
#include "base/statistics/permutation.h"
#include "base/statistics/rank_sum.h"
#include "base/statistics/sample.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kSeed = 1934;

double binomial_cumulative(std::uint64_t successes, std::uint64_t trials, double rate) {
  double sum = 0;
  for (std::uint64_t x = 0; x <= successes; ++x) {
    const auto k = static_cast<double>(x);
    const auto n = static_cast<double>(trials);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                    k * std::log(rate) + (n - k) * std::log1p(-rate));
  }
  return sum;
}

TEST(Rates, ClopperPearsonEndsWhereTheBinomialTailsDo) {
  for (const auto& [x, n] : {std::pair<std::uint64_t, std::uint64_t>{1, 68}, {3, 68}, {40, 50}}) {
    const Interval interval = clopper_pearson(x, n, 0.95);
    EXPECT_NEAR(binomial_cumulative(x, n, interval.high), 0.025, 1e-9);
    EXPECT_NEAR(1 - binomial_cumulative(x - 1, n, interval.low), 0.025, 1e-9);
  }
  EXPECT_EQ(clopper_pearson(0, 20, 0.95).low, 0);
  EXPECT_EQ(clopper_pearson(20, 20, 0.95).high, 1);
  EXPECT_NEAR(proportion_upper_bound(0, 59, 0.95), 1 - std::pow(0.05, 1.0 / 59), 1e-12);
  EXPECT_NEAR(proportion_upper_bound(1, 68, 0.95), 0.068, 5e-4);
  EXPECT_EQ(proportion_upper_bound(0, 0, 0.95), 1);
}

TEST(Rates, PoissonBoundEndsWhereTheTailDoes) {
  EXPECT_NEAR(poisson_upper_bound(0, 0.95), -std::log(0.05), 1e-9);
  const double bound = poisson_upper_bound(2, 0.95);
  EXPECT_NEAR(std::exp(-bound) * (1 + bound + bound * bound / 2), 0.05, 1e-9);
}

TEST(Rates, ClustersThatFailTogetherWidenTheBound) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const std::vector<Cluster> apart(20, {1, 10});
  std::vector<Cluster> together(20, {0, 10});
  together[3] = together[7] = {10, 10};
  const double exact = proportion_upper_bound(20, 200, 0.95);
  EXPECT_EQ(clustered_upper_bound(apart, 0.95, 2000, random), exact);
  const double bound = clustered_upper_bound(together, 0.95, 2000, random);
  EXPECT_NEAR(bound, 0.2, 0.051);  // two clusters of twenty: four at the 95th percentile
  EXPECT_GT(bound, exact);
  const std::vector<Cluster> none(5, {0, 10});
  EXPECT_EQ(clustered_upper_bound(none, 0.95, 2000, random), proportion_upper_bound(0, 50, 0.95));
}

TEST(Holm, StepsDown) {
  const std::vector<double> adjusted = holm_adjusted(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_EQ(holm_adjusted(std::vector<double>{0.9, 0.8})[0], 1);
  EXPECT_TRUE(holm_adjusted({}).empty());
}

TEST(Permutation, PIsTheShareOfAllRearrangements) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  // 2 of the 20 ways to split six values into threes are as extreme.
  const double split =
      permutation_p(std::vector<double>{1, 2, 3}, std::vector<double>{10, 11, 12}, 20'000, random);
  EXPECT_NEAR(split, 0.1, 0.01);
  // 2 of the 16 patterns of signs.
  EXPECT_NEAR(sign_flip_p(std::vector<double>{1, 2, 3, 4}, 20'000, random), 0.125, 0.01);
  EXPECT_EQ(sign_flip_p(std::vector<double>{0, 0}, 99, random), 1);
  EXPECT_EQ(permutation_p(std::vector<double>{0.1, 0.1}, std::vector<double>{0.1}, 99, random), 1);
}

TEST(Permutation, HoldsItsSize) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int kRounds = 2000;
  int rejected = 0;
  int flipped = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> before(12);
    std::vector<double> after(12);
    for (double& value : before) value = std::exp(random.normal());
    for (double& value : after) value = std::exp(random.normal());
    rejected += permutation_p(before, after, 199, random) <= 0.05 ? 1 : 0;
    for (double& value : before) value = random.normal();
    flipped += sign_flip_p(before, 199, random) <= 0.05 ? 1 : 0;
  }
  const double error = 4 * std::sqrt(0.05 * 0.95 / kRounds);
  EXPECT_NEAR(static_cast<double>(rejected) / kRounds, 0.05, error);
  EXPECT_NEAR(static_cast<double>(flipped) / kRounds, 0.05, error);
}

TEST(RankSum, HoldsItsSizeAndCoversTheShift) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int kRounds = 2000;
  int rejected = 0;
  int covered = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> before(15);
    std::vector<double> after(25);
    for (double& value : before) value = random.normal();
    for (double& value : after) value = random.normal();
    rejected += rank_sum(before, after, 0.95).p <= 0.05 ? 1 : 0;
    for (double& value : after) value += 3;
    covered += rank_sum(before, after, 0.95).interval.contains(3) ? 1 : 0;
  }
  const double error = 4 * std::sqrt(0.05 * 0.95 / kRounds);
  EXPECT_NEAR(static_cast<double>(rejected) / kRounds, 0.05, error);
  EXPECT_NEAR(static_cast<double>(covered) / kRounds, 0.95, error);
  // The median of all nine differences.
  EXPECT_DOUBLE_EQ(
      rank_sum(std::vector<double>{1, 2, 4}, std::vector<double>{8, 9, 11}, 0.95).shift, 7);
}

TEST(Trend, SeesARisingSeriesAndHoldsItsSize) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int kRounds = 2000;
  int rejected = 0;
  std::vector<double> series(30);
  for (int round = 0; round < kRounds; ++round) {
    for (double& value : series) value = random.normal();
    rejected += trend_p(series) <= 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(rejected) / kRounds, 0.05, 4 * std::sqrt(0.05 * 0.95 / kRounds));
  for (std::size_t i = 0; i < series.size(); ++i) series[i] += 0.2 * static_cast<double>(i);
  EXPECT_LE(trend_p(series), 1e-4);
}

TEST(Equivalence, NeedsTheWholeIntervalInside) {
  EXPECT_TRUE(equivalent_within({-0.004, 0.0049}, 0.005));
  EXPECT_FALSE(equivalent_within({-0.004, 0.005}, 0.005));
  EXPECT_FALSE(equivalent_within({-0.006, 0.001}, 0.005));
  EXPECT_TRUE(below_margin({-0.5, 0.001}, 0.005));
  EXPECT_FALSE(below_margin({0.001, 0.006}, 0.005));
}

TEST(Sample, QuantilesAreLinearBetweenOrderStatistics) {
  const std::vector<double> values = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(median(values), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.3);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(variance(values), 5.0 / 3);
  EXPECT_EQ(variance(std::vector<double>{7}), 0);
}

// Written down so that another library or machine is noticed.
TEST(Random, SeedsDrawTheSameEverywhere) {
  Random random(1);
  EXPECT_EQ(random.bits(), 2469588189546311528u);
  std::vector<int> values = {0, 1, 2, 3, 4, 5, 6, 7};
  random.shuffle(std::span<int>(values));
  std::vector<int> again = {0, 1, 2, 3, 4, 5, 6, 7};
  Random same(1);
  same.bits();
  same.shuffle(std::span<int>(again));
  EXPECT_EQ(values, again);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[random.below(3)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
}

}  // namespace
}  // namespace asmforge
