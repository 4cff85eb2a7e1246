#include "base/statistics/group_sequential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/random.h"

namespace asmforge {
namespace {

std::vector<double> equal_looks(std::size_t looks) {
  std::vector<double> information;
  for (std::size_t look = 1; look <= looks; ++look)
    information.push_back(static_cast<double>(look) / static_cast<double>(looks));
  return information;
}

// Jennison, Turnbull: Group Sequential Methods (2000), tables 2.1 and 2.3, alpha = 0.05.
TEST(GroupSequential, PublishedConstantsHaveTheirLevel) {
  for (const auto& [looks, constant] : {std::pair<std::size_t, double>{2, 2.178},
                                        {3, 2.289},
                                        {4, 2.361},
                                        {5, 2.413},
                                        {8, 2.512},
                                        {10, 2.555}}) {
    const std::vector<double> pocock(looks, constant);
    EXPECT_NEAR(crossing_probability(equal_looks(looks), pocock), 0.05, 8e-5) << looks;
  }
  for (const auto& [looks, constant] : {std::pair<std::size_t, double>{2, 1.977},
                                        {3, 2.004},
                                        {5, 2.040},
                                        {8, 2.072},
                                        {10, 2.087}}) {
    std::vector<double> obrien_fleming;
    for (const double t : equal_looks(looks)) obrien_fleming.push_back(constant / std::sqrt(t));
    EXPECT_NEAR(crossing_probability(equal_looks(looks), obrien_fleming), 0.05, 8e-5) << looks;
  }
}

// Boundaries that the programs of Lan and DeMets print for five equal looks at 5 %.
TEST(GroupSequential, SpendingBoundariesAreThePublishedOnes) {
  const std::vector<double> pocock = stopping_boundary(equal_looks(5), 0.05, Spending::kPocock);
  const std::vector<double> obf = stopping_boundary(equal_looks(5), 0.05, Spending::kObrienFleming);
  const double published_pocock[] = {2.4380, 2.4268, 2.4101, 2.3966, 2.3859};
  const double published_obf[] = {4.8769, 3.3569, 2.6803, 2.2898, 2.0310};
  for (std::size_t look = 0; look < 5; ++look) {
    EXPECT_NEAR(pocock[look], published_pocock[look], 2e-4) << look;
    EXPECT_NEAR(obf[look], published_obf[look], 2e-4) << look;
  }
}

TEST(GroupSequential, UnevenLooksSpendExactlyAlpha) {
  const std::vector<double> information = {0.07, 0.11, 0.3, 0.35, 0.9, 1};
  for (const Spending spending : {Spending::kPocock, Spending::kObrienFleming})
    for (const double alpha : {0.2, 0.05, 0.001}) {
      const std::vector<double> boundary = stopping_boundary(information, alpha, spending);
      EXPECT_NEAR(crossing_probability(information, boundary), alpha, 1e-5 * alpha + 1e-8);
    }
}

TEST(GroupSequential, SimulatedPathsCrossAsOftenAsComputed) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const std::vector<double> information = {0.1, 0.2, 0.5, 1};
  const std::vector<double> boundary = stopping_boundary(information, 0.05, Spending::kPocock);
  constexpr int kPaths = 100'000;
  int crossed = 0;
  for (int path = 0; path < kPaths; ++path) {
    double score = 0;
    double reached = 0;
    bool stopped = false;
    for (std::size_t look = 0; look < information.size(); ++look) {
      score += random.normal() * std::sqrt(information[look] - reached);
      reached = information[look];
      stopped = stopped || std::fabs(score) / std::sqrt(reached) >= boundary[look];
    }
    crossed += stopped ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(crossed) / kPaths, 0.05, 4 * std::sqrt(0.05 * 0.95 / kPaths));
}

TEST(GroupSequential, RepeatedPIsTheAlphaThatWouldJustHaveStopped) {
  const std::vector<double> information = equal_looks(4);
  for (std::size_t look = 0; look < 4; ++look)
    for (const double alpha : {0.3, 0.05, 0.002}) {
      const double z = stopping_boundary(information, alpha, Spending::kPocock)[look];
      EXPECT_NEAR(repeated_p(information, look, normal_two_sided_p(z), Spending::kPocock), alpha,
                  1e-4 * alpha);
    }
  EXPECT_EQ(repeated_p(std::vector<double>{1}, 0, 0.03, Spending::kPocock), 0.03);
}

}  // namespace
}  // namespace asmforge
