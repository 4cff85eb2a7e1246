#include "measure/proc_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Linux 6.1 on a guest with two processors.
constexpr std::string_view kStat =
    "cpu  101722 43568 19355 20103 673 0 215 1259 0 0\n"
    "cpu0 50047 21413 9048 12235 64 7 43 606 0 0\n"
    "cpu1 51675 22155 10307 7868 609 0 172 652 0 0\n"
    "intr 643887 0 0 0\n"
    "ctxt 12345\n"
    "btime 1700000000\n";

TEST(ProcText, ProcessorsAndNotTheirSum) {
  const std::vector<ProcessorTimes> times = parse_processor_times(kStat);
  ASSERT_EQ(times.size(), 2U);
  EXPECT_EQ(times[0].processor, 0U);
  EXPECT_EQ(times[0].busy, 50047U + 21413 + 9048 + 7 + 43);
  EXPECT_EQ(times[0].idle, 12235U + 64);
  EXPECT_EQ(times[0].steal, 606U);
  EXPECT_EQ(times[1].processor, 1U);
  EXPECT_EQ(times[1].steal, 652U);
}

TEST(ProcText, OldKernelsHaveNoStealAndBadLinesAreLeftOut) {
  const std::vector<ProcessorTimes> times =
      parse_processor_times("cpu0 1 2 3 4\ncpuX 1 2 3 4\ncpu1 1 many 3 4\ncpu7 5 0 0 0");
  ASSERT_EQ(times.size(), 2U);
  EXPECT_EQ(times[0].busy, 6U);
  EXPECT_EQ(times[0].steal, 0U);
  EXPECT_EQ(times[1].processor, 7U);
  EXPECT_THAT(parse_processor_times(""), IsEmpty());
}

TEST(ProcText, RunDelay) {
  const std::optional<RunDelay> delay = parse_run_delay("366048386 614881859 103\n");
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->ran, 366048386U);
  EXPECT_EQ(delay->waited, 614881859U);
  EXPECT_FALSE(parse_run_delay(""));
  EXPECT_FALSE(parse_run_delay("12\n34\n"));
}

TEST(ProcText, LastProcessorBehindANameThatLooksLikeFields) {
  const std::string_view stat =
      "21487 (a) Z 9 (b) Z 21486 21478 14720 0 -1 4227084 73 30 0 0 36 0 20 0 20 0 1 0 114396 0 0 "
      "18446744073709551615 0 0 0 0 0 0 0 0 65538 1 0 0 17 5 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
  EXPECT_EQ(parse_last_processor(stat), 5U);
  EXPECT_FALSE(parse_last_processor("21487 (sh) Z 21486 21478"));
  EXPECT_FALSE(parse_last_processor(""));
}

TEST(ProcText, ProcessorLists) {
  EXPECT_THAT(parse_processor_list("0-2,5\n"), ElementsAre(0, 1, 2, 5));
  EXPECT_THAT(parse_processor_list("3"), ElementsAre(3));
  EXPECT_THAT(parse_processor_list(""), IsEmpty());
  EXPECT_THAT(parse_processor_list("1,x,2-,4"), ElementsAre(1, 4));
  EXPECT_THAT(parse_processor_list("0-4000000000"), IsEmpty());
}

TEST(ProcText, CpuModel) {
  EXPECT_EQ(parse_cpu_model("processor\t: 0\nmodel name\t: AMD EPYC 7B13\nstepping\t: 0\n"),
            "AMD EPYC 7B13");
  EXPECT_EQ(parse_cpu_model("processor\t: 0\nCPU part\t: 0xd0c\n"), "");
  EXPECT_EQ(parse_cpu_model("model name"), "");
}

}  // namespace
}  // namespace asmforge
