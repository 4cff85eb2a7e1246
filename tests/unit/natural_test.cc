#include "verdict/natural.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../support/made_trial.h"
#include "../support/rates.h"

namespace asmforge {
namespace {

using made::MadeTrial;

constexpr std::uint64_t kSeed = 160;
constexpr int kTrials = 200;

TEST(LookPlan, GrowsInEvenRatiosUpToTheBudget) {
  const LookPlan plan = plan_looks(0.02, 15, 0.05);  // 375 quads
  ASSERT_FALSE(plan.units.empty());
  EXPECT_EQ(plan.units.front(), 10u);
  EXPECT_EQ(plan.units.back(), 375u);
  EXPECT_LE(plan.units.size(), 8u);
  for (std::size_t look = 1; look < plan.units.size(); ++look)
    EXPECT_GE(plan.units[look], plan.units[look - 1] + 5);
  EXPECT_EQ(plan_looks(100, 15, 0.05).units, std::vector<std::uint32_t>{6});
  EXPECT_EQ(plan_looks(0.75, 15, 0.05).units, std::vector<std::uint32_t>{10});
  EXPECT_LE(plan_looks(0, 15, 0.05).units.back(), 5000u);
  for (double budget = 1; budget < 60; budget += 0.7) {
    const LookPlan any = plan_looks(0.05, budget, 0.05);
    for (std::size_t look = 1; look < any.units.size(); ++look)
      EXPECT_GE(any.units[look], any.units[look - 1] + 5) << budget;
  }
}

// Runs the stage as `ab` does: quads up to a look, ask, go on or stop.
struct Stopped {
  NaturalLook look;
  NaturalResult result;
  std::size_t looks = 0;
};
Stopped run_stage(std::uint64_t seed, double effect, double floor, double noise) {
  MadeTrial made(seed);
  made.trial.settings.floor = floor;
  made.noise.run = noise;
  const std::vector<std::uint32_t> units = made.trial.natural_looks[0].units;
  std::uint32_t done = 0;
  Stopped stopped;
  for (std::size_t look = 0; look < units.size(); ++look) {
    made.natural(effect, units[look] - done, 0, done);
    done = units[look];
    stopped.look = look_at(made.trial, 0, look);
    stopped.looks = look + 1;
    if (stopped.look.stop) break;
  }
  stopped.result = *natural_result(made.trial, 0);
  return stopped;
}

struct Rates {
  double claimed = 0;
  double wrong_sign = 0;
  double equal = 0;
  double covered = 0;
  double looks = 0;
};
Rates rates(double effect, double floor, double noise) {
  SCOPED_TRACE(kSeed);
  Rates found;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Stopped stopped =
        run_stage(kSeed + static_cast<std::uint64_t>(trial), effect, floor, noise);
    const Effect& seen = stopped.result.effect;
    const Direction direction = stopped.result.direction;
    const bool claims = direction == Direction::kBetter || direction == Direction::kWorse;
    found.claimed += claims ? 1.0 / kTrials : 0;
    found.wrong_sign += claims && (seen.ratio < 1) != (effect < 0) ? 1.0 / kTrials : 0;
    found.equal += direction == Direction::kEqual ? 1.0 / kTrials : 0;
    found.covered +=
        seen.low <= std::exp(effect) && std::exp(effect) <= seen.high ? 1.0 / kTrials : 0;
    found.looks += static_cast<double>(stopped.looks) / kTrials;
  }
  std::printf(
      "effect %+.3f %% floor %.2f %% noise %.1f %%: claimed %.3f equal %.3f covered %.3f, "
      "%.1f looks\n",
      100 * effect, 100 * floor, 100 * noise, found.claimed, found.equal, found.covered,
      found.looks);
  return found;
}

double slack(double rate) { return 4 * std::sqrt(rate * (1 - rate) / kTrials); }

TEST(NaturalStage, LookingDoesNotFool) {
  ASMFORGE_RATES_TEST();
  // A floor of next to nothing, so that the test alone decides.
  const Rates null = rates(0, 1e-6, 0.004);
  EXPECT_LE(null.claimed, 0.05 + slack(0.05));
  EXPECT_GE(null.covered, 0.95 - slack(0.05));
  EXPECT_EQ(null.equal, 0);
}

TEST(NaturalStage, StopsEarlyAtLargeEffectsAndCoversThem) {
  const Rates large = rates(-0.02, 0.005, 0.01);
  EXPECT_GE(large.claimed, 0.95);
  EXPECT_EQ(large.wrong_sign, 0);
  EXPECT_GE(large.covered, 0.95 - slack(0.05));
  EXPECT_LE(large.looks, 2);
}

TEST(NaturalStage, CallsOnlyEqualWhatIsEqual) {
  ASMFORGE_RATES_TEST();
  const Rates at_the_floor = rates(std::log1p(0.005), 0.005, 0.01);
  EXPECT_LE(at_the_floor.equal, 0.05 + slack(0.05));
  const Rates equal = rates(0, 0.005, 0.006);
  EXPECT_GE(equal.equal, 0.95);
  EXPECT_LE(equal.claimed, 0.01);
}

TEST(NaturalStage, GivesUpWhenTheBudgetCannotSettleIt) {
  ASMFORGE_RATES_TEST();
  const Rates hopeless = rates(0, 0.005, 0.2);
  EXPECT_LE(hopeless.looks, 3.5);
  EXPECT_LE(hopeless.claimed, 0.05 + slack(0.05));
}

TEST(NaturalStage, RepeatedRunsDoNotCount) {
  MadeTrial made(kSeed);
  made.natural(-0.02);
  const Effect expected = natural_result(made.trial, 0)->effect;
  RunSample disturbed = made.trial.runs[5];
  disturbed.repeated = true;
  disturbed.value *= 3;
  made.trial.runs.push_back(disturbed);
  const Effect seen = natural_result(made.trial, 0)->effect;
  EXPECT_EQ(seen.ratio, expected.ratio);
  EXPECT_EQ(seen.p, expected.p);
}

TEST(NaturalStage, SaysTwoSpeedsOfOneBuild) {
  MadeTrial made(kSeed);
  made.natural(0);
  EXPECT_FALSE(natural_result(made.trial, 0)->bimodal);
  for (RunSample& run : made.trial.runs)
    if (run.arm == Arm::kAfter && made.random.coin()) run.value *= 1.2;
  EXPECT_TRUE(natural_result(made.trial, 0)->bimodal);
}

TEST(NaturalStage, AStageThatEndsBetweenLooksIsJudgedThere) {
  MadeTrial made(kSeed);
  made.natural(-0.02, 27);
  const NaturalResult result = *natural_result(made.trial, 0);
  EXPECT_EQ(result.effect.units, 27u);
  EXPECT_EQ(result.direction, Direction::kBetter);
  MadeTrial none(kSeed);
  EXPECT_FALSE(natural_result(none.trial, 0).has_value());
}

}  // namespace
}  // namespace asmforge
