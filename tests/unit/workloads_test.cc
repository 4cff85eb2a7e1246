#include "verdict/workloads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::ScratchDir;

TEST(ParseMetric, EachSource) {
  EXPECT_EQ(parse_metric("cpu")->source, MetricSource::kCpuTime);
  EXPECT_EQ(parse_metric("wall")->source, MetricSource::kWallTime);
  EXPECT_EQ(parse_metric("peak-memory")->unit, "B");
  EXPECT_TRUE(parse_metric("instructions")->deterministic);
  EXPECT_EQ(parse_metric("regex:a:([0-9]+)")->pattern, "a:([0-9]+)");
  EXPECT_EQ(parse_metric("google-benchmark:BM_a/8")->pattern, "BM_a/8");
  EXPECT_EQ(parse_metric("criterion")->pattern, "");
}

TEST(ParseMetric, WhatIsWrong) {
  EXPECT_EQ(parse_metric("cycles").error().what, "no metric 'cycles'");
  EXPECT_EQ(parse_metric("cpu:x").error().what, "metric cpu takes nothing after a colon");
  EXPECT_THAT(parse_metric("regex:(").error().what, HasSubstr("'(' is no regular expression"));
  EXPECT_FALSE(parse_metric("regex"));
}

TEST(ParseWorkload, ArgumentsAreSplitAsAShellDoes) {
  Workload common;
  common.input_path = "in";
  const Result<Workload> workload = parse_workload("small=-k 'a b' c=d", common);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->name, "small");
  EXPECT_THAT(workload->arguments, ElementsAre("-k", "a b", "c=d"));
  EXPECT_EQ(workload->input_path, "in");
  EXPECT_FALSE(parse_workload("small", common));
  EXPECT_FALSE(parse_workload("=x", common));
}

TEST(Quantities, SharesAndTimes) {
  EXPECT_DOUBLE_EQ(*parse_share("0.5%"), 0.005);
  EXPECT_DOUBLE_EQ(*parse_share("2 %"), 0.02);
  EXPECT_DOUBLE_EQ(*parse_share("0.01"), 0.01);
  for (const char* bad : {"", "x", "-1%", "100%", "1", "5s", "nan"})
    EXPECT_FALSE(parse_share(bad)) << bad;
  EXPECT_EQ(*parse_seconds("90"), 90);
  EXPECT_EQ(*parse_seconds("1.5m"), 90);
  EXPECT_EQ(*parse_seconds("2h"), 7200);
  for (const char* bad : {"", "0", "-1s", "5 days", "inf"}) EXPECT_FALSE(parse_seconds(bad)) << bad;
}

class Suite : public testing::Test {
 protected:
  Result<std::vector<Workload>> read(const std::string& text) {
    return read_suite(scratch.write("suite.toml", text), common);
  }
  std::string error_of(const std::string& text) {
    const auto result = read(text);
    EXPECT_FALSE(result) << text;
    const std::string path = scratch.file("suite.toml");
    return result ? "" : result.error().what.substr(path.size());
  }
  ScratchDir scratch;
  Workload common;
};

TEST_F(Suite, SaysAllThatAWorkloadCanBe) {
  common.arguments = {"-q"};
  const auto workloads = read(R"(
[[workload]]
name = "small"
arguments = "-k 'a b'"
metric = "regex:([0-9.]+) MB/s"
unit = "MB/s"
higher-is-better = true
env = ["MODE=1"]
input = "in.txt"
weight = 2
validation = true
exit-status = 3

[[workload]]
name = "counted"
arguments = ["a b", "c"]
metric = "instructions"

[[workload]]
name = "plain"
exact = true
)");
  ASSERT_TRUE(workloads) << workloads.error().what;
  ASSERT_THAT(*workloads, SizeIs(3));
  const Workload& small = (*workloads)[0];
  EXPECT_THAT(small.arguments, ElementsAre("-k", "a b"));
  EXPECT_THAT(small.environment, ElementsAre("MODE=1"));
  EXPECT_EQ(small.metric.source, MetricSource::kRegex);
  EXPECT_EQ(small.metric.unit, "MB/s");
  EXPECT_TRUE(small.metric.higher_is_better);
  EXPECT_EQ(small.input_path, "in.txt");
  EXPECT_EQ(small.weight, 2);
  EXPECT_TRUE(small.validation);
  EXPECT_EQ(small.exit_status, 3);
  EXPECT_THAT((*workloads)[1].arguments, ElementsAre("a b", "c"));
  EXPECT_TRUE((*workloads)[1].metric.deterministic);
  EXPECT_THAT((*workloads)[2].arguments, ElementsAre("-q"));
  EXPECT_TRUE((*workloads)[2].metric.deterministic);
}

TEST_F(Suite, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(error_of("[[workload]]\nname = \n"), HasSubstr(":2:8: "));
  EXPECT_EQ(error_of("[[workload]]\n"), ":1:1: a workload has no name");
  EXPECT_EQ(error_of("[[workload]]\nname='a'\nargs='x'\n"), ":3:1: no key 'args' is known");
  EXPECT_EQ(error_of("[[workload]]\nname='a'\nweight='x'\n"), ":3:8: 'weight' must be a number");
  EXPECT_EQ(error_of("[[workload]]\nname='a'\nweight=0\n"), ":3:8: a weight must be above 0");
  EXPECT_EQ(error_of("[[workload]]\nname='a'\narguments=['x', 1]\n"),
            ":3:17: 'arguments' must hold texts");
  EXPECT_EQ(error_of("[[workload]]\nname='a'\nmetric='cycles'\n"), ":3:8: no metric 'cycles'");
  // Of several mistakes the first.
  EXPECT_EQ(error_of("y = 1\n[[workload]]\nname=2\nx=1\n"), ":1:1: no key 'y' is known");
  EXPECT_EQ(error_of("workload = 1\n"), ":1:12: 'workload' must be tables: [[workload]]");
  EXPECT_EQ(error_of("[workload]\nname='a'\n"), ":1:1: 'workload' must be tables: [[workload]]");
  EXPECT_EQ(error_of("\n"), ": it holds no [[workload]] table");
  EXPECT_THAT(read_suite(scratch.file("none"), common).error().what, HasSubstr("no such file"));
}

}  // namespace
}  // namespace asmforge
