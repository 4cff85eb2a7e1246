// Percentile intervals of exponential samples, whose percentiles are known.
#include "base/statistics/order_interval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/statistics/random.h"

namespace asmforge {
namespace {

// The value, which must be there.
template <class T>
T value_of(const std::optional<T>& optional) {
  EXPECT_TRUE(optional.has_value());
  return optional.value_or(T{});
}

TEST(OrderInterval, SaysHowManyValuesItNeeds) {
  EXPECT_EQ(values_needed(0.5, 0.95), 6U);  // 2^-6 is below 0.025 and 2^-5 is not
  EXPECT_EQ(values_needed(0.99, 0.95), 368U);
  EXPECT_EQ(values_needed(0.999, 0.95), 3688U);
  EXPECT_EQ(values_needed(0.01, 0.95), 368U);
}

TEST(OrderInterval, RefusesASampleThatIsTooSmall) {
  std::vector<double> values(367);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  EXPECT_FALSE(percentile_interval(values, 0.99, 0.95));
  values.push_back(367);
  EXPECT_EQ(value_of(percentile_interval(values, 0.99, 0.95)).high, 367);
}

// From tables of the binomial: of 100 values the 40th and 61st bracket the median.
TEST(OrderInterval, IsTheTextbooksForTheMedianOfAHundred) {
  std::vector<double> values;
  for (int i = 1; i <= 100; ++i) values.push_back(i);
  const Interval interval = value_of(percentile_interval(values, 0.5, 0.95));
  EXPECT_EQ(interval.low, 40);
  EXPECT_EQ(interval.high, 61);
}

TEST(OrderInterval, CoversAtLeastItsLevel) {
  Random random(11);
  for (const double share : {0.5, 0.9, 0.99}) {
    const double truth = -std::log1p(-share);
    constexpr int kTrials = 600;
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> values(500);
      for (double& value : values) value = -std::log(random.uniform());
      std::ranges::sort(values);
      covered += value_of(percentile_interval(values, share, 0.95)).contains(truth) ? 1 : 0;
    }
    // Standard error 0.009 at 0.95; the interval is conservative, never narrow.
    EXPECT_GT(static_cast<double>(covered) / kTrials, 0.93) << share;
  }
}

}  // namespace
}  // namespace asmforge
