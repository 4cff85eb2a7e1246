// Slopes of known truth, and how often their intervals cover it.
#include "base/statistics/theil_sen.h"
#include "../support/rates.h"

#include <gtest/gtest.h>

#include <vector>

namespace asmforge {
namespace {

std::vector<Point> line(double slope, std::size_t count) {
  std::vector<Point> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    points.push_back({static_cast<double>(i), 5 + slope * static_cast<double>(i)});
  return points;
}

TEST(TheilSen, IsExactOnALineAndUnmovedByAQuarterOfWildPoints) {
  std::vector<Point> points = line(0.5, 41);
  Random random(1);
  EXPECT_DOUBLE_EQ(theil_sen_slope(points), 0.5);
  EXPECT_NEAR(theil_sen_interval(points, 0.95, 0, 100, random).low, 0.5, 1e-12);
  for (std::size_t i = 30; i < 40; ++i) points[i].y += 1e6;
  EXPECT_NEAR(theil_sen_slope(points), 0.5, 0.05);
}

TEST(TheilSen, OfNothingIsZero) {
  Random random(1);
  EXPECT_EQ(theil_sen_slope({}), 0);
  EXPECT_EQ(theil_sen_slope(std::vector<Point>{{1, 2}, {1, 3}}), 0);
  EXPECT_EQ(theil_sen_interval({}, 0.95, 0, 100, random).high, 0);
}

double coverage(double dependence, std::size_t block, std::uint64_t seed) {
  Random random(seed);
  constexpr int kTrials = 300;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<Point> points = line(0.2, 40);
    double noise = 0;
    for (Point& point : points) {
      noise = dependence * noise + random.normal();
      point.y += noise;
    }
    covered += theil_sen_interval(points, 0.95, block, 200, random).contains(0.2) ? 1 : 0;
  }
  return static_cast<double>(covered) / kTrials;
}

// 300 trials: the standard error of a coverage of 0.95 is 0.013.
TEST(TheilSen, CoversIndependentNoise) {
  ASMFORGE_RATES_TEST();
  const double share = coverage(0, 1, 7);
  RecordProperty("coverage", std::to_string(share));
  EXPECT_GT(share, 0.92);
  EXPECT_LT(share, 0.995);
}
// Blocks of neighbours narrow the loss under dependence; they do not remove it.
TEST(TheilSen, BlocksHelpAgainstDependence) {
  ASMFORGE_RATES_TEST();
  const double single = coverage(0.6, 1, 8);
  const double blocks = coverage(0.6, 6, 8);
  EXPECT_LT(single, 0.80);
  EXPECT_GT(blocks, single + 0.05);
}

}  // namespace
}  // namespace asmforge
