// Drift that measurements in turn share: on series of known truth, and what correcting it does to
// the size and the power of a test of two arms.
#include "base/statistics/shared_drift.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "../support/rates.h"
#include "base/statistics/distributions.h"
#include "base/statistics/random.h"
#include "base/statistics/sample.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kSeed = 20261127;

// How a machine's speed goes.
enum class Course : std::uint8_t { kSteady, kWandering, kTwoSpeeds, kSlope };
constexpr std::array kCourses = {Course::kSteady, Course::kWandering, Course::kTwoSpeeds,
                                 Course::kSlope};
constexpr std::array kNames = {"steady", "wandering", "two speeds", "slope"};

std::vector<double> course(Course kind, std::size_t size, Random& random) {
  std::vector<double> drift(size, 0);
  double at = 0;
  bool slow = false;
  for (std::size_t i = 0; i < size; ++i) {
    switch (kind) {
      case Course::kSteady: break;
      case Course::kWandering:  // of standard deviation 0.1, forgotten after some 20 runs
        at = 0.95 * at + 0.1 * std::sqrt(1 - 0.95 * 0.95) * random.normal();
        break;
      case Course::kTwoSpeeds:
        if (random.below(15) == 0) slow = !slow;
        at = slow ? 0.3 : 0;
        break;
      case Course::kSlope: at = 0.2 * static_cast<double>(i) / static_cast<double>(size); break;
    }
    drift[i] = at;
  }
  return drift;
}

// Two arms of `layouts` layouts each, five runs of each, in random order.
struct Series {
  std::vector<OrderedValue> values;  // layouts of the first arm have the lower numbers
  std::vector<double> drift;
  std::uint32_t layouts = 0;
};

Series series(Course kind, std::uint32_t layouts, double effect, double noise, Random& random) {
  constexpr std::uint32_t kRuns = 5;
  Series made;
  made.layouts = layouts;
  std::vector<std::uint32_t> order;
  std::vector<double> levels;
  for (std::uint32_t g = 0; g < 2 * layouts; ++g) {
    levels.push_back(0.005 * random.normal() + (g < layouts ? 0 : effect));
    for (std::uint32_t run = 0; run < kRuns; ++run) order.push_back(g);
  }
  random.shuffle(std::span<std::uint32_t>(order));
  made.drift = course(kind, order.size(), random);
  for (std::size_t i = 0; i < order.size(); ++i)
    made.values.push_back({order[i], levels[order[i]] + made.drift[i] + noise * random.normal()});
  return made;
}

// Medians of layouts, after taking the drift off; the difference of the arms by Student's test.
struct Compared {
  double difference = 0;
  double error = 0;
  double p = 1;
};

Compared compared(const Series& made, const std::vector<double>& drift) {
  std::vector<std::vector<double>> runs(std::size_t{2} * made.layouts);
  for (std::size_t i = 0; i < made.values.size(); ++i)
    runs[made.values[i].group].push_back(made.values[i].log_value - drift[i]);
  std::array<std::vector<double>, 2> arms;
  for (std::uint32_t g = 0; g < runs.size(); ++g)
    arms[g < made.layouts ? 0 : 1].push_back(median(runs[g]));
  Compared found;
  const double n = made.layouts;
  found.difference = mean(arms[1]) - mean(arms[0]);
  found.error = std::sqrt((variance(arms[0]) + variance(arms[1])) / n);
  found.p = student_t_two_sided_p(found.difference / found.error, 2 * n - 2);
  return found;
}

TEST(SharedDrift, IsSeenWhereThereIsSome) {
  Random random(kSeed);
  for (std::size_t c = 1; c < kCourses.size(); ++c) {
    const Series made = series(kCourses[c], 64, 0.02, 0.01, random);
    const SharedDrift found = shared_drift(made.values);
    ASSERT_NE(found.half_width, 0U) << kNames[c];
    EXPECT_GT(found.spread_before, 2 * found.spread_after) << kNames[c];
    // It is the drift that was put in, but for a constant.
    std::vector<double> off;
    for (std::size_t i = 0; i < made.drift.size(); ++i)
      off.push_back(found.drift[i] - made.drift[i]);
    const double middle = median(off);
    for (double& one : off) one = std::fabs(one - middle);
    EXPECT_LT(median(off), 0.4 * found.spread_before) << kNames[c];
  }
}

TEST(SharedDrift, IsNoneOnASteadyMachine) {
  ASMFORGE_RATES_TEST();
  Random random(kSeed);
  constexpr int kTrials = 300;
  int corrected = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Series made = series(Course::kSteady, 64, 0.02, 0.01, random);
    const SharedDrift found = shared_drift(made.values);
    corrected += found.half_width != 0 ? 1 : 0;
    ASSERT_EQ(found.drift.size(), made.values.size());
  }
  std::printf("corrected without need: %d of %d\n", corrected, kTrials);
  EXPECT_LE(corrected, kTrials / 100);
}

TEST(SharedDrift, LeavesTheSizeOfATestAndRaisesItsPower) {
  ASMFORGE_RATES_TEST();
  constexpr int kTrials = 400;
  Random random(kSeed);
  for (std::size_t c = 0; c < kCourses.size(); ++c) {
    double size = 0;
    double power = 0;
    double power_before = 0;
    std::vector<double> off;
    for (int trial = 0; trial < kTrials; ++trial) {
      const Series null = series(kCourses[c], 64, 0, 0.01, random);
      size += compared(null, shared_drift(null.values).drift).p <= 0.05 ? 1.0 / kTrials : 0;
      const Series one = series(kCourses[c], 64, 0.01, 0.01, random);
      const Compared after = compared(one, shared_drift(one.values).drift);
      power += after.p <= 0.01 ? 1.0 / kTrials : 0;
      off.push_back(after.difference - 0.01);
      power_before +=
          compared(one, std::vector<double>(one.values.size(), 0)).p <= 0.01 ? 1.0 / kTrials : 0;
    }
    std::printf("%-10s size at 5 %%: %.3f, power at 1 %%: %.3f (uncorrected %.3f), bias %+.4f %%\n",
                kNames[c], size, power, power_before, 100 * mean(off));
    EXPECT_NEAR(size, 0.05, 4 * std::sqrt(0.05 * 0.95 / kTrials)) << kNames[c];
    EXPECT_LT(std::fabs(mean(off)), 4 * standard_deviation(off) / std::sqrt(kTrials)) << kNames[c];
    EXPECT_GE(power, power_before - 0.02) << kNames[c];
    if (kCourses[c] != Course::kSteady) {
      EXPECT_GT(power, 5 * power_before) << kNames[c];
    }
  }
}

TEST(SharedDrift, SaysNothingOfLittle) {
  EXPECT_TRUE(shared_drift({}).drift.empty());
  std::vector<OrderedValue> once;
  for (std::uint32_t i = 0; i < 100; ++i) once.push_back({i, i < 50 ? 0.0 : 1.0});
  EXPECT_EQ(shared_drift(once).half_width, 0U);
  std::vector<OrderedValue> equal(100, OrderedValue{0, 0.5});
  const SharedDrift found = shared_drift(equal);
  EXPECT_EQ(found.half_width, 0U);
  EXPECT_EQ(found.spread_before, 0);
}

}  // namespace
}  // namespace asmforge
