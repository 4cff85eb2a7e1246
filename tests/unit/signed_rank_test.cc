#include "base/statistics/signed_rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../support/rates.h"
#include "base/statistics/interval.h"
#include "base/statistics/random.h"
#include "base/statistics/sample.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kSeed = 20240901;

// Every one of the 2^n sign patterns, by hand.
double naive_p(const std::vector<double>& differences) {
  std::vector<double> nonzero;
  for (const double d : differences)
    if (d != 0) nonzero.push_back(d);
  const std::size_t n = nonzero.size();
  std::vector<double> rank(n);
  for (std::size_t i = 0; i < n; ++i) {
    double below = 0;
    double equal = 0;
    for (const double other : nonzero) {
      below += std::fabs(other) < std::fabs(nonzero[i]) ? 1 : 0;
      equal += std::fabs(other) == std::fabs(nonzero[i]) ? 1 : 0;
    }
    rank[i] = below + (equal + 1) / 2;
  }
  double observed = 0;
  for (std::size_t i = 0; i < n; ++i) observed += nonzero[i] > 0 ? rank[i] : 0;
  double not_above = 0;
  double not_below = 0;
  for (std::uint32_t signs = 0; signs < (1u << n); ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (signs >> i & 1) != 0 ? rank[i] : 0;
    not_above += sum <= observed ? 1 : 0;
    not_below += sum >= observed ? 1 : 0;
  }
  return std::min(1.0, 2 * std::min(not_above, not_below) / std::ldexp(1.0, static_cast<int>(n)));
}

std::vector<double> walsh_averages(const std::vector<double>& values) {
  std::vector<double> averages;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = i; j < values.size(); ++j)
      averages.push_back(0.5 * (values[i] + values[j]));
  std::ranges::sort(averages);
  return averages;
}

TEST(SignedRank, PIsTheShareOfSignPatternsWithTiesAndZeros) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(1 + random.below(10));
    for (double& value : values) value = static_cast<double>(random.below(9)) - 3;
    if (std::ranges::all_of(values, [](double v) { return v == 0; })) continue;
    EXPECT_NEAR(signed_rank_p(values), naive_p(values), 1e-12);
  }
  EXPECT_EQ(signed_rank_p(std::vector<double>{0, 0}), 1);
}

TEST(SignedRank, EstimateIsTheMedianOfTheWalshAverages) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> values(1 + random.below(40));
    for (double& value : values) value = random.coin() ? random.normal() : -0.25;
    EXPECT_DOUBLE_EQ(hodges_lehmann(values), median(walsh_averages(values)));
  }
}

// Hollander, Wolfe, Chicken, table A.4 and its like: P(T <= 8) = .0244 for n = 10.
TEST(SignedRank, IntervalEndsAtTheTabledWalshAverage) {
  const std::vector<double> values = {1.1, -0.3, 2.2, 0.7, 3.1, -1.2, 0.05, 1.9, 2.6, 0.4};
  const std::vector<double> averages = walsh_averages(values);
  const Interval interval = signed_rank_interval(values, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, averages[8]);
  EXPECT_DOUBLE_EQ(interval.high, averages[55 - 9]);
}

TEST(SignedRank, TooFewPairsGiveAnInfiniteInterval) {
  const std::vector<double> five = {1, 2, 3, 4, 5};  // 2 / 2^5 = 6 % at best
  EXPECT_EQ(signed_rank_interval(five, 0.95).low, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(signed_rank_interval(five, 0.9).low, 1);
  EXPECT_EQ(signed_rank_interval({}, 0.9).high, std::numeric_limits<double>::infinity());
}

TEST(SignedRank, IntervalExcludesZeroWhenPSaysSo) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::vector<double> values(6 + random.below(60));
    for (double& value : values) value = random.normal() + 0.3;
    const bool rejected = signed_rank_p(values) <= 0.05;
    EXPECT_EQ(rejected, !signed_rank_interval(values, 0.95).contains(0));
  }
}

struct Shape {
  const char* name;
  double (*draw)(Random&);
};

double normal_draw(Random& random) { return random.normal(); }
double heavy_draw(Random& random) { return random.normal() / std::sqrt(random.uniform()); }
double two_mode_draw(Random& random) { return 0.2 * random.normal() + (random.coin() ? 1 : -1); }
double tied_draw(Random& random) { return std::round(2 * random.normal()); }

// Coverage of the 95 % interval and size of the 5 % test, within four standard errors.
TEST(SignedRank, CoversAndHoldsItsSize) {
  ASMFORGE_RATES_TEST();
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int kRounds = 4000;
  for (const Shape& shape : {Shape{"normal", normal_draw}, Shape{"heavy", heavy_draw},
                             Shape{"two modes", two_mode_draw}, Shape{"tied", tied_draw}}) {
    for (const std::size_t n : {std::size_t{20}, std::size_t{64}, std::size_t{150}}) {
      int covered = 0;
      int rejected = 0;
      for (int round = 0; round < kRounds; ++round) {
        std::vector<double> values(n);
        for (double& value : values) value = shape.draw(random);
        covered += signed_rank_interval(values, 0.95).contains(0) ? 1 : 0;
        rejected += signed_rank_p(values) <= 0.05 ? 1 : 0;
      }
      const double error = 4 * std::sqrt(0.05 * 0.95 / kRounds);
      const double coverage = static_cast<double>(covered) / kRounds;
      const double size = static_cast<double>(rejected) / kRounds;
      std::printf("%-9s n=%3zu coverage %.3f size %.3f\n", shape.name, n, coverage, size);
      EXPECT_GE(coverage, 0.95 - error) << shape.name << n;
      EXPECT_LE(size, 0.05 + error) << shape.name << n;
      if (shape.draw != tied_draw) EXPECT_LE(coverage, 0.957 + error) << shape.name << n;
      EXPECT_GE(size, 0.043 - error) << shape.name << n;
    }
  }
}

}  // namespace
}  // namespace asmforge
