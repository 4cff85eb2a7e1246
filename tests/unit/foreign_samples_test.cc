#include "verdict/foreign_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "../support/scratch_dir.h"
#include "base/statistics/random.h"
#include "verdict/decide.h"
#include "verdict/sample_trial.h"

namespace asmforge {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ScratchDir;

TEST(ForeignSamples, EachToolsFormIsRead) {
  const auto numbers = parse_foreign_samples("[1, 2.5, 3]", false);
  ASSERT_TRUE(numbers);
  EXPECT_THAT(numbers->series.at(0).values, ElementsAre(1, 2.5, 3));
  EXPECT_FALSE(numbers->one_process);

  const auto timed = parse_foreign_samples(R"({"samples": [1, 2], "times": [-5, 10]})", false);
  ASSERT_TRUE(timed);
  EXPECT_THAT(timed->series.at(0).begun, ElementsAre(-5, 10));

  const auto hyperfine = parse_foreign_samples(
      R"({"results": [{"command": "x", "mean": 2, "times": [1.5, 2.5], "exit_codes": [0, 0]}]})",
      false);
  ASSERT_TRUE(hyperfine);
  EXPECT_EQ(hyperfine->source, MetricSource::kWallTime);
  EXPECT_THAT(hyperfine->series.at(0).values, ElementsAre(1.5, 2.5));

  const std::string google = R"({"context": {}, "benchmarks": [
    {"name": "BM_a", "run_type": "iteration", "repetition_index": 0, "real_time": 3, "cpu_time": 2,
     "time_unit": "us"},
    {"name": "BM_b", "run_type": "iteration", "real_time": 5, "cpu_time": 4, "time_unit": "ms"},
    {"name": "BM_a", "run_type": "iteration", "repetition_index": 1, "real_time": 3.5,
     "cpu_time": 2.5, "time_unit": "us"},
    {"name": "BM_a_mean", "run_type": "aggregate", "real_time": 3, "cpu_time": 2,
     "time_unit": "us"}]})";
  const auto cpu = parse_foreign_samples(google, false);
  ASSERT_TRUE(cpu);
  ASSERT_EQ(cpu->series.size(), 2u);
  EXPECT_THAT(cpu->series[0].values, ElementsAre(DoubleEq(2e-6), DoubleEq(2.5e-6)));
  EXPECT_THAT(cpu->series[1].values, ElementsAre(DoubleEq(4e-3)));
  EXPECT_TRUE(cpu->one_process);
  EXPECT_THAT(parse_foreign_samples(google, true)->series[0].values,
              ElementsAre(DoubleEq(3e-6), DoubleEq(3.5e-6)));

  const auto criterion = parse_foreign_samples(
      R"({"sampling_mode": "Linear", "iters": [1, 2], "times": [500, 1200]})", false);
  ASSERT_TRUE(criterion);
  EXPECT_THAT(criterion->series.at(0).values, ElementsAre(DoubleEq(5e-7), DoubleEq(6e-7)));
}

TEST(ForeignSamples, WhatIsNotCertainIsRefusedWithTheFormsThatAreKnown) {
  struct Case {
    std::string_view text;
    std::string_view sentence;
  };
  const Case cases[] = {
      {"", "the JSON ends too early"},
      {"7", "is of no known form"},
      {"{}", "is of no known form"},
      {R"({"times": [1, 2]})", "is of no known form"},
      {"[1, \"2\"]", "the array[1] is no number"},
      {"[1, 0]", "the array[1] is 0: only samples above 0 have ratios"},
      {"[1, NaN]", "is not JSON"},
      {R"({"samples": 1})", "samples is no array"},
      {R"({"samples": [1, 2], "times": [1]})", "there are 1 times for 2 samples"},
      {R"({"results": [{"times": [1]}, {"times": [2]}]})", "holds the results of 2 commands"},
      {R"({"results": [{"times": [1], "exit_codes": [1]}]})", "some of its runs failed"},
      {R"({"results": [{"mean": 1}]})", "results[0].times is no array"},
      {R"({"benchmarks": []})", "holds no benchmark"},
      {R"({"benchmarks": [{"name": "a", "cpu_time": 1, "time_unit": "weeks"}]})",
       "benchmarks[0] has no cpu_time above 0 with a time_unit"},
      {R"({"benchmarks": [{"name": "a", "error_occurred": true}]})", "a failed"},
      {R"({"iters": [1], "times": [1, 2]})", "there are 2 times for 1 iters"},
      {R"({"iters": [0], "times": [1]})", "iters[0] is 0"},
  };
  for (const Case& c : cases) {
    const auto read = parse_foreign_samples(c.text, false);
    ASSERT_FALSE(read) << c.text;
    EXPECT_THAT(read.error().what, HasSubstr(std::string(c.sentence)));
    EXPECT_THAT(read.error().hint, HasSubstr("samples are [numbers]"));
  }
}

// ---- the trial that they make ----

struct Taken {
  ScratchDir folder;
  Random random{11};
  SamplesRequest request;

  std::string write(const std::string& name, const std::vector<double>& samples,
                    const std::vector<double>& begun = {}) {
    const auto list = [](const std::vector<double>& values) {
      std::string text;
      for (const double value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
      return "[" + text + "]";
    };
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << R"({"samples":)" << list(samples)
                        << (begun.empty() ? "" : R"(,"times":)" + list(begun)) << "}";
    return path;
  }
  std::vector<double> samples(std::size_t count, double level, double drift = 0) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(level * std::exp(0.002 * random.normal() + drift * static_cast<double>(i) /
                                                                      static_cast<double>(count)));
    return values;
  }
  Verdict verdict() {
    const Result<Trial> trial = trial_of_samples(request);
    EXPECT_TRUE(trial) << trial.error().what;
    return decide(*trial);
  }
};

TEST(SampleTrial, FilesWithoutTimesAreNeverAccepted) {
  Taken taken;
  taken.request.before = taken.write("a", taken.samples(50, 10));
  taken.request.after = taken.write("b", taken.samples(50, 9));
  for (const bool consent : {false, true}) {
    taken.request.settings.no_layout = consent;
    taken.request.settings.gate_no_worse = consent;
    const Verdict verdict = taken.verdict();
    EXPECT_EQ(verdict.kind, VerdictKind::kSuspicious);
    EXPECT_EQ(verdict.reason, VerdictReason::kOrderEffect);
    ASSERT_TRUE(verdict.workloads.at(0).natural);
    EXPECT_NEAR(verdict.workloads[0].natural->ratio, 0.9, 0.002);
    EXPECT_LT(verdict.workloads[0].natural->high, 0.91);
    ASSERT_TRUE(verdict.minimum_detectable_effect);
    EXPECT_LT(*verdict.minimum_detectable_effect, 0.01);
    EXPECT_TRUE(verdict.workloads[0].notes.empty());
  }
}

TEST(SampleTrial, ADriftWithinOneArmIsFlaggedWithItsSize) {
  Taken taken;
  taken.request.before = taken.write("a", taken.samples(60, 10));
  taken.request.after = taken.write("b", taken.samples(60, 10, -0.05));
  const Verdict verdict = taken.verdict();
  EXPECT_THAT(verdict.workloads.at(0).notes,
              ElementsAre(AllOf(HasSubstr("the samples of AFTER drift in time: the last spends"),
                                HasSubstr("% less than the first; that is no less than"))));
}

TEST(SampleTrial, AStepWithinOneArmIsFlagged) {
  Taken taken;
  // Up for a while and back to a little more: no trend that Kendall's test sees.
  std::vector<double> stepped = taken.samples(10, 10);
  for (const double value : taken.samples(20, 10.02)) stepped.push_back(value);
  std::vector<double> late = taken.samples(10, 10.09);
  stepped.insert(stepped.end(), late.begin(), late.end());
  taken.request.before = taken.write("a", stepped);
  taken.request.after = taken.write("b", taken.samples(40, 10));
  EXPECT_THAT(taken.verdict().workloads.at(0).notes,
              Contains(HasSubstr("the samples of BEFORE drift in time")));
}

TEST(SampleTrial, TimesThatInterleaveMakePairs) {
  Taken taken;
  std::vector<double> when[2];
  for (int i = 0; i < 60; ++i) {
    const bool mirrored = taken.random.coin();
    when[mirrored ? 1 : 0].push_back(2 * i);
    when[mirrored ? 0 : 1].push_back(2 * i + 1);
  }
  taken.request.before = taken.write("a", taken.samples(60, 10), when[0]);
  taken.request.after = taken.write("b", taken.samples(60, 9), when[1]);
  const Verdict verdict = taken.verdict();
  EXPECT_EQ(verdict.kind, VerdictKind::kInvestigate);
  EXPECT_EQ(verdict.reason, VerdictReason::kLayoutUnknown);
  EXPECT_EQ(verdict.workloads.at(0).natural_direction, Direction::kBetter);
}

TEST(SampleTrial, TheSameOrderInEveryPairIsSaid) {
  Taken taken;
  std::vector<double> when[2];
  for (int i = 0; i < 20; ++i) {
    when[0].push_back(2 * i);
    when[1].push_back(2 * i + 1);
  }
  taken.request.before = taken.write("a", taken.samples(20, 10), when[0]);
  taken.request.after = taken.write("b", taken.samples(20, 10), when[1]);
  const Result<Trial> trial = trial_of_samples(taken.request);
  ASSERT_TRUE(trial);
  EXPECT_FALSE(trial->settings.sequential_data);
  EXPECT_THAT(trial->notes, Contains(HasSubstr("BEFORE ran first in every pair")));
}

TEST(SampleTrial, TimesThatDoNotInterleaveAreSequential) {
  Taken taken;
  std::vector<double> when[2];
  for (int i = 0; i < 20; ++i) {
    when[0].push_back(i);
    when[1].push_back(100 + i);
  }
  taken.request.before = taken.write("a", taken.samples(20, 10), when[0]);
  taken.request.after = taken.write("b", taken.samples(20, 9), when[1]);
  EXPECT_EQ(taken.verdict().reason, VerdictReason::kOrderEffect);
}

TEST(SampleTrial, HigherIsBetterTurnsTheSamples) {
  Taken taken;
  taken.request.before = taken.write("a", taken.samples(20, 10));
  taken.request.after = taken.write("b", taken.samples(20, 20));
  taken.request.higher_is_better = true;
  EXPECT_NEAR(taken.verdict().workloads.at(0).natural->ratio, 0.5, 0.002);
}

TEST(SampleTrial, TooFewSamplesAreSaidSo) {
  Taken taken;
  taken.request.before = taken.write("a", {1, 2, 3});
  taken.request.after = taken.write("b", taken.samples(20, 9));
  const Result<Trial> trial = trial_of_samples(taken.request);
  ASSERT_FALSE(trial);
  EXPECT_EQ(trial.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(trial.error().what, HasSubstr("holds 3 samples of samples, and an interval needs 6"));
}

}  // namespace
}  // namespace asmforge
