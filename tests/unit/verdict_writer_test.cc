#include "report/writers/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Case {
  Trial trial;
  Verdict verdict;

  Case() {
    Workload workload;
    workload.name = "run";
    trial.workloads.push_back(workload);
    WorkloadVerdict one;
    one.workload = "run";
    verdict.workloads.push_back(one);
  }
  WorkloadVerdict& one() { return verdict.workloads.front(); }
  [[nodiscard]] std::string text() const {
    std::string text;
    {
      Output out(text);
      write_verdict(trial, verdict, {}, out);
    }
    return text;
  }
};

TEST(VerdictWriter, OneLineSaysItAll) {
  Case shown;
  shown.verdict.kind = VerdictKind::kAccept;
  shown.verdict.reason = VerdictReason::kImproved;
  shown.one().natural = Effect{0.98, 0.97, 0.99, 0.0001, 40};
  shown.one().intrinsic = Effect{0.969, 0.963, 0.975, 0.0002, 64};
  EXPECT_THAT(shown.text(),
              StartsWith("ACCEPT improved: 3.1 % faster [2.5, 3.7] over all layouts\n"));
  EXPECT_THAT(shown.text(), HasSubstr("2 % faster [1, 3]"));
  EXPECT_THAT(shown.text(), HasSubstr("<0.001"));
  shown.one().intrinsic.reset();
  shown.verdict.natural_only = true;
  EXPECT_THAT(shown.text(), StartsWith("ACCEPT improved (natural layout only): 2 % faster [1, 3] "
                                       "as built\n"));
}

TEST(VerdictWriter, AnIntervalThatHoldsBothSignsShowsIt) {
  Case shown;
  shown.one().natural = Effect{1.002, 0.995, 1.009, 0.5, 40};
  EXPECT_THAT(shown.text(), StartsWith("INVESTIGATE underpowered: 0.2 % slower [-0.5, 0.9]"));
  shown.one().natural = Effect{1.002, 0, std::numeric_limits<double>::infinity(), 1, 1};
  EXPECT_THAT(shown.text(), StartsWith("INVESTIGATE underpowered: 0.2 % slower (too few runs for "
                                       "an interval) as built\n"));
}

TEST(VerdictWriter, TheMetricHasItsWords) {
  Case shown;
  shown.one().natural = Effect{0.9, 0.8, 0.95, 0.01, 40};
  shown.trial.workloads[0].metric.source = MetricSource::kPeakMemory;
  EXPECT_THAT(shown.text(), HasSubstr("10 % less [5, 20]"));
  shown.trial.workloads[0].metric.source = MetricSource::kRegex;
  EXPECT_THAT(shown.text(), HasSubstr("10 % better [5, 20]"));
}

TEST(VerdictWriter, ExactValuesAreShownExactly) {
  Case shown;
  shown.trial.workloads[0].metric.unit = "instructions";
  shown.verdict.kind = VerdictKind::kRevert;
  shown.verdict.reason = VerdictReason::kSlower;
  shown.one().exact_before = 123456789;
  shown.one().exact_after = 123456796;
  EXPECT_THAT(shown.text(),
              StartsWith("REVERT slower: 123456789 -> 123456796 instructions (+7)\n"));
  shown.one().exact_after = 123456789;
  EXPECT_THAT(shown.text(), HasSubstr("123456789 instructions in both"));
}

TEST(VerdictWriter, TheClosureIsNamedOnlyWhereItDecided) {
  Case shown;
  shown.verdict.workloads.clear();
  shown.trial.closure_detail = "f lies elsewhere";
  EXPECT_THAT(shown.text(), Not(HasSubstr("f lies elsewhere")));
  shown.verdict.kind = VerdictKind::kSame;
  shown.verdict.reason = VerdictReason::kPlacement;
  EXPECT_THAT(shown.text(), StartsWith("SAME placement: f lies elsewhere\n"));
}

TEST(VerdictWriter, HostileNamesCannotMoveTheCursor) {
  Case shown;
  shown.trial.workloads[0].name = shown.one().workload = "a\x1b[2J";
  shown.one().natural = Effect{0.9, 0.8, 0.95, 0.01, 40};
  shown.trial.gates.push_back({"check", GateOutcome::kFailed, "it said \x1b[2J"});
  EXPECT_THAT(shown.text(), Not(HasSubstr("\x1b")));
}

TEST(VerdictWriter, AnInterruptionIsSaid) {
  Case shown;
  shown.trial.interrupted = true;
  EXPECT_THAT(shown.text(), HasSubstr("note: interrupted; this is what was measured until then\n"));
}

}  // namespace
}  // namespace asmforge
