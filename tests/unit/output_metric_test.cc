#include "measure/metrics/output_metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using testing::HasSubstr;

std::string error_of(const Result<double>& result) {
  EXPECT_FALSE(result);
  return result ? "" : result.error().what;
}

TEST(RegexMetric, TakesTheFirstGroupOfTheFirstMatch) {
  const std::string output = "warm-up\nspeed: 12.5 MB/s\nspeed: 99 MB/s\n";
  EXPECT_EQ(*read_regex_metric(R"(speed: ([\d.]+) MB/s)", output), 12.5);
  EXPECT_EQ(*read_regex_metric(R"(\d+\.\d+)", output), 12.5) << "all of it without a group";
  EXPECT_EQ(*read_regex_metric("(?m)^speed: (9.*) MB", output), 99);
  EXPECT_EQ(*read_regex_metric("t=(.*)s", "t=-1.5e3s"), -1500);
}

TEST(RegexMetric, QuotesThePatternAndTheOutput) {
  EXPECT_EQ(error_of(read_regex_metric("time: (.*)", "hello\nworld\n")),
            "'time: (.*)' matches nothing; its output begins with 'hello'");
  EXPECT_EQ(error_of(read_regex_metric("x", "")), "'x' matches nothing; it printed nothing");
  EXPECT_EQ(error_of(read_regex_metric("time: (.*)", "time: fast")),
            "'time: (.*)' matches 'fast', which is no number");
  EXPECT_THAT(error_of(read_regex_metric("t=(.*)", "t=nan")), HasSubstr("no number"));
  EXPECT_THAT(error_of(read_regex_metric("(a)|b", "b")), HasSubstr("no number"));
}

TEST(RegexMetric, BadPatternsAreUsage) {
  EXPECT_FALSE(check_regex_metric("("));
  EXPECT_FALSE(check_regex_metric(""));
  EXPECT_TRUE(check_regex_metric("([0-9]+)"));
  EXPECT_EQ(check_regex_metric("(").error().code, ErrorCode::kUsage);
}

constexpr std::string_view kGoogle = R"({"context": {"date": "x"}, "benchmarks": [
  {"name": "BM_a/8", "run_name": "BM_a/8", "run_type": "iteration", "cpu_time": 30, "time_unit": "ns"},
  {"name": "BM_a/8", "run_name": "BM_a/8", "run_type": "iteration", "cpu_time": 10, "time_unit": "ns"},
  {"name": "BM_a/8", "run_name": "BM_a/8", "run_type": "iteration", "cpu_time": 20, "time_unit": "ns"},
  {"name": "BM_a/8_mean", "run_name": "BM_a/8", "run_type": "aggregate", "aggregate_name": "mean",
   "cpu_time": 999, "time_unit": "ns"},
  {"name": "BM_b", "run_name": "BM_b", "run_type": "iteration", "cpu_time": 4, "time_unit": "ms"}]})";

TEST(GoogleBenchmarkMetric, MedianOfTheRepetitionsOfOneBenchmark) {
  EXPECT_DOUBLE_EQ(*read_google_benchmark_metric("BM_a/8", kGoogle), 20e-9);
  EXPECT_DOUBLE_EQ(*read_google_benchmark_metric("BM_b", kGoogle), 4e-3);
  EXPECT_EQ(error_of(read_google_benchmark_metric("", kGoogle)),
            "several benchmarks were printed: BM_a/8, BM_b");
  EXPECT_EQ(error_of(read_google_benchmark_metric("BM_c", kGoogle)),
            "no benchmark 'BM_c' was printed, only BM_a/8, BM_b");
}

TEST(GoogleBenchmarkMetric, AggregatesAlone) {
  const std::string_view text = R"({"benchmarks": [
    {"name": "f_mean", "run_name": "f", "run_type": "aggregate", "aggregate_name": "mean",
     "cpu_time": 7, "time_unit": "us"},
    {"name": "f_median", "run_name": "f", "run_type": "aggregate", "aggregate_name": "median",
     "cpu_time": 5, "time_unit": "us"}]})";
  EXPECT_DOUBLE_EQ(*read_google_benchmark_metric("", text), 5e-6);
}

TEST(GoogleBenchmarkMetric, WhatIsWrong) {
  EXPECT_THAT(
      error_of(read_google_benchmark_metric("", "Run on (2 X 2000 MHz CPU s)\n")),
      HasSubstr("no Google Benchmark JSON on standard output; its output begins with 'Run"));
  EXPECT_THAT(error_of(read_google_benchmark_metric("", R"({"benchmarks": []})")),
              HasSubstr("no Google Benchmark JSON"));
  EXPECT_EQ(error_of(read_google_benchmark_metric("", R"({"benchmarks": [
    {"name": "f", "error_occurred": true, "error_message": "no file"}]})")),
            "benchmark 'f' failed: no file");
}

TEST(CriterionMetric, MessagesAndEstimates) {
  const std::string_view messages =
      R"({"reason":"benchmark-complete","id":"fib/20","typical":{"estimate":3.0,"unit":"ns"},"median":{"estimate":2.5,"unit":"us"}}
{"reason":"group-complete","group_name":"fib"}
)";
  EXPECT_DOUBLE_EQ(*read_criterion_metric("fib/20", messages), 2.5e-6);
  EXPECT_DOUBLE_EQ(*read_criterion_metric("", messages), 2.5e-6);
  EXPECT_EQ(error_of(read_criterion_metric("fib/30", messages)),
            "no benchmark 'fib/30' was printed, only fib/20");
  EXPECT_DOUBLE_EQ(
      *read_criterion_metric("", R"({"mean":{"point_estimate":9},"median":{"point_estimate":8}})"),
      8e-9);
  EXPECT_THAT(error_of(read_criterion_metric("", "time: [1 ns]")), HasSubstr("no criterion JSON"));
}

}  // namespace
}  // namespace asmforge
