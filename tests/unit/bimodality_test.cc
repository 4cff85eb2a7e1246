#include "base/statistics/bimodality.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/rates.h"
#include "base/statistics/random.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kSeed = 1985;
using Sample = std::vector<double>;

template <class Draw>
Sample sample_of(std::size_t n, Draw draw) {
  Sample sample(n);
  for (double& value : sample) value = draw();
  return sample;
}

template <class Draw>
double share_of_two_humps(std::size_t n, int rounds, Draw draw) {
  int found = 0;
  for (int round = 0; round < rounds; ++round) found += two_humps(sample_of(n, draw)) ? 1 : 0;
  return static_cast<double>(found) / rounds;
}

TEST(Dip, KnownValues) {
  EXPECT_DOUBLE_EQ(dip(Sample{1, 2, 3, 4, 5}), 0.1);  // even steps are uniform: 1 / (2 n)
  EXPECT_DOUBLE_EQ(dip(Sample{7}), 0.5);
  // Two tight humps of equal size: no unimodal function comes nearer than a quarter.
  Sample humps;
  for (int i = 0; i < 500; ++i) humps.push_back(i * 1e-9);
  for (int i = 0; i < 500; ++i) humps.push_back(1 + i * 1e-9);
  EXPECT_NEAR(dip(humps), 0.25, 1e-2);
}

TEST(Dip, DoesNotDependOnPlaceScaleDirectionOrOrder) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int round = 0; round < 50; ++round) {
    Sample sample = sample_of(5 + random.below(60), [&] { return random.normal(); });
    const double expected = dip(sample);
    random.shuffle(std::span<double>(sample));
    EXPECT_DOUBLE_EQ(dip(sample), expected);
    for (double& value : sample) value = 3 - 1024 * value;
    EXPECT_NEAR(dip(sample), expected, 1e-9);
  }
}

TEST(TwoHumps, OnePercentOfUniformSamplesAndFewerOfOthers) {
  ASMFORGE_RATES_TEST();
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int kRounds = 10'000;
  const double error = 4 * std::sqrt(0.01 * 0.99 / kRounds);
  for (const std::size_t n : {20u, 30u, 64u, 100u}) {
    const double uniform = share_of_two_humps(n, kRounds, [&] { return random.uniform(); });
    const double normal = share_of_two_humps(n, kRounds, [&] { return random.normal(); });
    const double skewed =
        share_of_two_humps(n, kRounds, [&] { return std::exp(0.7 * random.normal()); });
    std::printf("n=%zu uniform %.2f %% normal %.2f %% log-normal %.2f %%\n", n, 100 * uniform,
                100 * normal, 100 * skewed);
    EXPECT_NEAR(uniform, 0.01, error);
    EXPECT_LE(normal, 0.002);
    EXPECT_LE(skewed, 0.002);
  }
}

TEST(TwoHumps, LongSamplesAreThinnedWithoutMoreAlarms) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  EXPECT_LE(share_of_two_humps(1500, 300, [&] { return random.uniform(); }), 0.03);
}

// The dip sees even modes and tight ones; a small second mode that touches the first stays
// unsaid, as with the published dip (6 % at one in five, six deviations apart).
TEST(TwoHumps, FindsModesThatStandApart) {
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const auto modes = [&](double apart, double share) {
    return [&random, apart, share] {
      return random.normal() + (random.uniform() < share ? apart : 0);
    };
  };
  const double even = share_of_two_humps(64, 500, modes(6, 0.5));
  const double tight = share_of_two_humps(64, 500, modes(30, 0.25));
  const double near = share_of_two_humps(64, 500, modes(4, 0.5));
  std::printf(
      "found at n=64: even %.3f, a quarter thirty deviations apart %.3f, four deviations apart "
      "%.3f\n",
      even, tight, near);
  EXPECT_GE(even, 0.95);
  EXPECT_GE(tight, 0.9);
  EXPECT_GE(near, 0.2);
}

TEST(TwoHumps, SilentOnCoarseClocksAndSmallSamples) {
  Sample coarse;
  for (int i = 0; i < 40; ++i) coarse.push_back(i % 2);
  EXPECT_FALSE(two_humps(coarse));
  EXPECT_FALSE(two_humps(Sample{1, 1.1, 1.2, 9, 9.1, 9.2}));
}

}  // namespace
}  // namespace asmforge
