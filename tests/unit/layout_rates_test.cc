// Size and power of the layout stages on made-up programs.
//
// A program is a few hot regions; each is slow at some residues mod 64 and fast at others:
//
//   log time = sum over regions of f_k(start + place_k mod 64) + layout noise + run noise
//
// An edit turns the regions behind it. The kinds below differ in how much placement matters
// and in how much of an edit moves: the standard deviations over layouts are those that were
// measured on real kernels (0.2 % for a hash chain, 1 % for base64, 9 % for an interpreter).
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "../support/made_trial.h"
#include "../support/rates.h"
#include "base/statistics/sample.h"
#include "verdict/placement.h"

namespace asmforge {
namespace {

using made::kCycle;
using made::MadeTrial;
using Row = std::vector<double>;

constexpr std::uint64_t kSeed = 68;
constexpr int kTrials = 200;

struct Kind {
  const char* name;
  std::size_t regions;
  double step;          // log, between a region's fast and slow residues
  double layout;        // noise of a link that its residue does not explain
  double run;           // noise of a process
  bool moves_together;  // the edit is in front of every region
  double matched;       // share of the regions whose blocks are found again in stage A
};
constexpr Kind kKinds[] = {
    {"hash chain", 1, 0.004, 0.0005, 0.005, true, 1},
    {"base64", 2, 0.02, 0.003, 0.005, true, 1},
    {"base64, edit between", 2, 0.02, 0.003, 0.005, false, 1},
    {"interpreter", 1, 0.18, 0.01, 0.005, true, 1},
    {"allocator", 3, 0.06, 0.02, 0.008, false, 1},
    {"base64, half matched", 2, 0.02, 0.003, 0.005, true, 0.5},
};

// Slow where 4 to 28 neighbouring residues make the region cross a line.
Row line_crossing(Random& random, double step) {
  Row f(kCycle, 0.0);
  const std::uint64_t first = random.below(kCycle);
  const std::uint64_t length = 4 + random.below(25);
  for (std::uint64_t i = 0; i < length; ++i) f[(first + i) % kCycle] = step;
  return f;
}

MadeTrial program(std::uint64_t seed, const Kind& kind, double effect) {
  MadeTrial made(seed);
  made.noise = {kind.run, kind.layout};
  Random& random = made.random;
  Row before(kCycle, 0.0);
  Row after(kCycle, effect);
  Row blocks_before(kCycle, 0.0);
  Row blocks_after(kCycle, effect);
  const std::uint64_t turn = 1 + random.below(kCycle - 1);
  for (std::size_t region = 0; region < kind.regions; ++region) {
    const Row f = line_crossing(random, kind.step);
    const bool moves = kind.moves_together || region + 1 == kind.regions;
    std::vector<std::size_t> residue(kCycle);
    for (std::size_t i = 0; i < kCycle; ++i) residue[i] = i;
    random.shuffle(std::span<std::size_t>(residue));
    std::vector<std::size_t> other = residue;
    if (random.uniform() >= kind.matched) random.shuffle(std::span<std::size_t>(other));
    for (std::size_t r = 0; r < kCycle; ++r) {
      before[r] += f[r];
      after[r] += f[(r + (moves ? turn : 0)) % kCycle];
      blocks_before[r] += f[residue[r]];
      blocks_after[r] += f[other[r]];
    }
  }
  made.placement(before, after);
  made.blocks(blocks_before, blocks_after);
  return made;
}

struct Rates {
  double placement = 0;
  double blocks = 0;
  double both = 0;
  double wrong = 0;  // both, with the wrong sign
  double covered = 0;
  double equal = 0;
};

bool claims(Direction direction) {
  return direction == Direction::kBetter || direction == Direction::kWorse;
}

Rates rates(const Kind& kind, double effect) {
  Rates found;
  constexpr double kOne = 1.0 / kTrials;
  for (int trial = 0; trial < kTrials; ++trial) {
    const MadeTrial made = program(kSeed + static_cast<std::uint64_t>(trial), kind, effect);
    const PlacementResult placement = *placement_result(made.trial, 0).result;
    const StageResult blocks = *blocks_result(made.trial, 0).result;
    const Direction both = agreed(placement.direction, blocks.direction);
    found.placement += claims(placement.direction) ? kOne : 0;
    found.blocks += claims(blocks.direction) ? kOne : 0;
    found.both += claims(both) ? kOne : 0;
    found.wrong += claims(both) && (both == Direction::kBetter) != (effect < 0) ? kOne : 0;
    found.equal += both == Direction::kEqual ? kOne : 0;
    const double truth = std::exp(effect);
    found.covered += placement.effect.low <= truth && truth <= placement.effect.high ? kOne : 0;
  }
  std::printf("%-22s %+.0f %%: C %.3f A %.3f CA %.3f equal %.3f, C's 99 %% interval covers %.3f\n",
              kind.name, 100 * effect, found.placement, found.blocks, found.both, found.equal,
              found.covered);
  return found;
}

double slack(double rate, int trials = kTrials) {
  return 4 * std::sqrt(rate * (1 - rate) / trials);
}

TEST(LayoutStages, HoldTheirSizeWhateverTheEditMoves) {
  ASMFORGE_RATES_TEST();
  SCOPED_TRACE(kSeed);
  double both = 0;
  for (const Kind& kind : kKinds) {
    const Rates null = rates(kind, 0);
    EXPECT_LE(null.placement, 0.01 + slack(0.01)) << kind.name;
    EXPECT_LE(null.blocks, 0.01 + slack(0.01)) << kind.name;
    EXPECT_GE(null.covered, 0.99 - slack(0.01)) << kind.name;
    both += null.both;
  }
  EXPECT_LE(both / std::size(kKinds), 0.005);
}

TEST(LayoutStages, SeeOneAndTwoPercentWithTheRightSign) {
  ASMFORGE_RATES_TEST();
  SCOPED_TRACE(kSeed);
  double at_1 = 0;
  double at_2 = 0;
  for (const Kind& kind : kKinds) {
    const Rates one = rates(kind, -0.01);
    const Rates two = rates(kind, 0.02);
    EXPECT_EQ(one.wrong, 0) << kind.name;
    EXPECT_EQ(two.wrong, 0) << kind.name;
    at_1 += one.both / std::size(kKinds);
    at_2 += two.both / std::size(kKinds);
  }
  std::printf("pooled: %.2f at 1 %%, %.2f at 2 %%\n", at_1, at_2);
  EXPECT_GE(at_1, 0.45);
  EXPECT_GE(at_2, 0.7);
}

// An effect of just the floor may be called equal in 5 % of trials at most.
TEST(LayoutStages, EqualityIsProvenAndNotAssumed) {
  ASMFORGE_RATES_TEST();
  SCOPED_TRACE(kSeed);
  EXPECT_GE(rates(kKinds[0], 0).equal, 0.95);
  EXPECT_LE(rates(kKinds[0], std::log1p(0.005)).equal, 0.05 + slack(0.05));
  EXPECT_LE(rates(kKinds[4], 0).equal, 0.2);  // too noisy to prove anything
}

// The minimum detectable effect is what its name says: seen in about 80 % of trials.
TEST(LayoutStages, TheMinimumDetectableEffectIsDetectedAsOftenAsSaid) {
  SCOPED_TRACE(kSeed);
  const Kind& kind = kKinds[1];
  std::vector<double> smallest;
  for (int trial = 0; trial < 30; ++trial) {
    const MadeTrial made = program(1000 + static_cast<std::uint64_t>(trial), kind, 0);
    smallest.push_back(std::max(placement_result(made.trial, 0).result->minimum_detectable_effect,
                                blocks_result(made.trial, 0).result->minimum_detectable_effect));
  }
  const double effect = std::log1p(median(smallest));
  const double seen = rates(kind, effect).both;
  std::printf("minimum detectable effect %.2f %%: seen in %.2f\n", 100 * std::expm1(effect), seen);
  EXPECT_GE(seen, 0.8 - slack(0.8));
  EXPECT_LE(seen, 0.97);
}

}  // namespace
}  // namespace asmforge
