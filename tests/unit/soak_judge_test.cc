// Memory of made-up programs whose truth is known, over many trials each.
#include "soak/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>

#include "base/statistics/random.h"

namespace asmforge {
namespace {

// The value, which must be there.
template <class T>
T value_of(const std::optional<T>& optional) {
  EXPECT_TRUE(optional.has_value());
  return optional.value_or(T{});
}

// ASMFORGE_SOAK_TRIALS=300 makes as many of each program and prints what was said.
constexpr int kTrials = 20;
int asked_trials() {
  const char* asked = std::getenv("ASMFORGE_SOAK_TRIALS");
  return asked == nullptr ? 0 : std::atoi(asked);
}

constexpr double kHour = 3600;
constexpr double kPage = 4096;

// An hour in samples of 4 s: what the program holds at t seconds, seen in whole pages.
SoakRecord recorded(const std::function<double(double)>& bytes_at, double per_second = 100,
                    double seconds = kHour) {
  SoakRecord record;
  record.settings.seconds = seconds;
  record.settings.epoch_seconds = 4;
  SoakArm arm;
  arm.operations_counted = true;
  arm.system_calls_unknown = "made up";
  for (int epoch = 1; epoch * 4 <= seconds; ++epoch) {
    const double t = 4.0 * epoch;
    // Eight looks an epoch, as the sampler has.
    std::uint64_t bytes = 0;
    std::uint64_t lowest = ~std::uint64_t{0};
    for (int look = 7; look >= 0; --look) {
      bytes = static_cast<std::uint64_t>(std::ceil(bytes_at(t - look * 0.5) / kPage) * kPage);
      lowest = std::min(lowest, bytes);
    }
    SoakSample sample;
    sample.seconds = t;
    sample.operations = static_cast<std::uint64_t>(per_second * t);
    sample.resident_bytes = bytes;
    sample.resident_low_bytes = lowest;
    sample.cpu_seconds = t * 0.9;
    arm.samples.push_back(sample);
  }
  record.arms.push_back(std::move(arm));
  return record;
}

struct Counts {
  int leak = 0;
  int flat = 0;
  int inconclusive = 0;
  [[nodiscard]] int all() const { return leak + flat + inconclusive; }
};

// `make` gives the program of one trial.
Counts judged(const std::function<SoakRecord(Random&)>& make, int trials = kTrials) {
  Counts counts;
  if (asked_trials() > 0) trials = asked_trials();
  for (int trial = 0; trial < trials; ++trial) {
    Random random(1000 + static_cast<std::uint64_t>(trial));
    SoakRecord record = make(random);
    record.settings.seed = random.bits();
    switch (judge_soak(record).kind) {
      case SoakKind::kLeak: ++counts.leak; break;
      case SoakKind::kFlat: ++counts.flat; break;
      case SoakKind::kInconclusive: ++counts.inconclusive; break;
    }
  }
  if (asked_trials() > 0)
    std::printf("    %d LEAK, %d FLAT, %d INCONCLUSIVE\n", counts.leak, counts.flat,
                counts.inconclusive);
  return counts;
}

constexpr double kBase = 50e6;

TEST(SoakJudge, FindsALeakOfOneByteAnOperation) {
  const Counts counts = judged([](Random& random) {
    const double start = kBase + 1e6 * random.uniform();
    Random noise(random.bits());
    return recorded([=](double t) mutable { return start + 1000 * t + 40e3 * noise.uniform(); },
                    1000);
  });
  EXPECT_EQ(counts.leak, counts.all());
}

TEST(SoakJudge, FindsTenKilobytesAMinute) {
  const Counts counts = judged([](Random& random) {
    const double start = kBase + 1e6 * random.uniform();
    Random noise(random.bits());
    return recorded(
        [=](double t) mutable { return start + 10e3 / 60 * t + 16e3 * noise.uniform(); });
  });
  EXPECT_EQ(counts.leak, counts.all());
}

TEST(SoakJudge, FindsALeakUnderACollector) {
  const Counts counts = judged([](Random& random) {
    const double period = 60 + 60 * random.uniform();
    return recorded(
        [=](double t) { return kBase + 1000 * t + 20e6 * std::fmod(t, period) / period; });
  });
  EXPECT_EQ(counts.leak, counts.all());
}

// Of periods from 20 s to a third of an hour; a run that ends within a tooth.
TEST(SoakJudge, ASawtoothIsNoLeak) {
  const Counts counts = judged(
      [](Random& random) {
        const double period = 20 * std::pow(60, random.uniform());
        const double phase = period * random.uniform();
        Random noise(random.bits());
        return recorded([=](double t) mutable {
          return kBase + 20e6 * std::fmod(t + phase, period) / period + 16e3 * noise.uniform();
        });
      },
      100);
  EXPECT_EQ(counts.leak, 0);
  // The others are INCONCLUSIVE: 256 KB an hour is little beside teeth of 20 MB.
  EXPECT_GE(counts.flat, 0.15 * counts.all());
}

TEST(SoakJudge, APoolThatFillsAndStopsIsNoLeak) {
  const Counts counts = judged([](Random& random) {
    const double time = 100 + 700 * random.uniform();
    return recorded([=](double t) { return kBase + 30e6 * (1 - std::exp(-t / (time / 4))); });
  });
  EXPECT_EQ(counts.leak, 0);
  EXPECT_EQ(counts.flat, counts.all());
}

TEST(SoakJudge, StepsAtTheStartAreNoLeak) {
  const Counts counts = judged([](Random& random) {
    const double first = 1000 * random.uniform();
    const double second = 2000 * random.uniform();
    return recorded(
        [=](double t) { return kBase + (t > first ? 5e6 : 0.0) + (t > second ? 3e6 : 0.0); });
  });
  EXPECT_EQ(counts.leak, 0);
  EXPECT_EQ(counts.flat, counts.all());
}

// A level that wanders by `step` bytes each time it is looked at, and comes back.
SoakRecord wandering(Random& random, double step) {
  Random noise(random.bits());
  double level = 0;
  return recorded([=](double) mutable {
    level = 0.98 * level + noise.normal();
    return kBase + step * level;
  });
}

TEST(SoakJudge, NoiseOfAFewPagesIsFlat) {
  const Counts counts = judged([](Random& random) { return wandering(random, 500); }, 100);
  EXPECT_EQ(counts.leak, 0);
  EXPECT_GE(counts.flat, 0.95 * counts.all());
}

TEST(SoakJudge, NoiseOfManyPagesIsNoLeak) {
  const Counts counts = judged([](Random& random) { return wandering(random, 15e3); }, 200);
  EXPECT_EQ(counts.leak, 0);
}

TEST(SoakJudge, AShortRunProvesNothingFlatAndSaysHowLongItTakes) {
  SoakRecord record = recorded([](double) { return kBase; }, 100, 200);
  const SoakReport report = judge_soak(record);
  EXPECT_EQ(report.kind, SoakKind::kInconclusive);
  const double hours = value_of(report.arms[0].hours_needed);
  // As long as it says is long enough.
  record = recorded([](double) { return kBase; }, 100, hours * kHour * 1.05);
  EXPECT_EQ(judge_soak(record).kind, SoakKind::kFlat);
}

TEST(SoakJudge, TooFewSamplesAreNoVerdict) {
  SoakRecord empty;
  empty.arms.emplace_back();
  EXPECT_EQ(judge_soak(empty).kind, SoakKind::kInconclusive);
  EXPECT_EQ(judge_soak(recorded([](double) { return kBase; }, 100, 40)).kind,
            SoakKind::kInconclusive);
}

TEST(SoakJudge, CountsPerOperationWithABound) {
  SoakRecord record = recorded([](double) { return kBase; });
  record.arms[0].system_calls_unknown.clear();
  const SoakArmReport report = judge_soak(record).arms[0];
  const SoakRate calls = value_of(report.system_calls);
  EXPECT_EQ(calls.per_operation, 0);
  // None seen in n operations: at most 3.0 / n at 95 %.
  EXPECT_NEAR(calls.upper * static_cast<double>(report.operations), 3.0, 0.01);
}

TEST(SoakJudge, PercentilesAreRefusedOfSmallSamples) {
  SoakRecord record = recorded([](double) { return kBase; });
  for (int i = 1; i <= 1000; ++i) record.arms[0].operation_seconds.push_back(i * 1e-3);
  const auto percentiles = judge_soak(record).arms[0].percentiles;
  ASSERT_EQ(percentiles.size(), 4U);
  EXPECT_NEAR(value_of(percentiles[0].seconds).value, 0.5, 0.01);
  EXPECT_TRUE(percentiles[2].seconds);
  EXPECT_FALSE(percentiles[3].seconds);
  EXPECT_EQ(percentiles[3].needed, 3688U);
}

TEST(SoakJudge, ComparesTwoArmsByWhatAnOperationCosts) {
  Random noise(5);
  const auto arm = [&](double cost) {
    SoakRecord record = recorded([](double) { return kBase; });
    double cpu = 0;
    for (SoakSample& sample : record.arms[0].samples)
      sample.cpu_seconds = cpu += 400 * cost * (1 + 0.01 * noise.normal());
    return record;
  };
  SoakRecord record = arm(1e-3);
  record.arms.push_back(arm(1e-3).arms[0]);
  EXPECT_GT(value_of(judge_soak(record).comparison).p, 0.01);
  record.arms[1] = arm(1.02e-3).arms[0];
  const SoakComparison comparison = value_of(judge_soak(record).comparison);
  EXPECT_LT(comparison.p, 0.01);
  EXPECT_NEAR(comparison.ratio, 1.02, 0.002);
}

}  // namespace
}  // namespace asmforge
