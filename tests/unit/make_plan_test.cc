#include "plan/make_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Finding finding(std::string check, std::uint64_t loop, std::optional<double> share) {
  Finding made;
  made.check = std::move(check);
  made.loop_header = loop;
  made.share = share;
  made.fix_c = "in C";
  made.fix_rust = "in Rust";
  return made;
}

AuditedWorkload audit(std::string workload, double weight, std::vector<Finding> findings) {
  AuditedWorkload made{"tool", std::move(workload), weight, {}, {}};
  made.report.findings = std::move(findings);
  return made;
}

TEST(MakePlan, RanksByTheMeanShareOfTheWorkloads) {
  const std::vector<AuditedWorkload> audits = {
      audit("one", 3, {finding("a", 1, 0.4), finding("b", 2, 0.1)}),
      audit("two", 1, {finding("b", 2, 0.9), finding("a", 1, 0.0)})};
  const Plan plan = make_plan(audits, {}, {});
  ASSERT_THAT(plan.steps, SizeIs(2));
  EXPECT_EQ(plan.steps[0].finding.check, "a");
  EXPECT_DOUBLE_EQ(plan.steps[0].share, 0.3);
  EXPECT_EQ(plan.steps[1].finding.check, "b");
  EXPECT_DOUBLE_EQ(plan.steps[1].share, 0.3);
  EXPECT_THAT(plan.workloads, ElementsAre("one", "two"));
  EXPECT_EQ(plan.steps[0].expected_gain, std::nullopt);
  EXPECT_FALSE(plan.steps[0].expected_gain_reason.empty());
}

TEST(MakePlan, LeavesOutWhatHardlyRunsAndCountsIt) {
  Finding unsure = finding("c", 3, std::nullopt);
  unsure.may_have_run = true;
  const std::vector<AuditedWorkload> audits = {audit(
      "one", 1,
      {finding("a", 1, 0.009), finding("b", 2, std::nullopt), unsure, finding("d", 4, 0.01)})};
  const Plan plan = make_plan(audits, {}, {});
  EXPECT_EQ(plan.below_share, 2U);
  ASSERT_THAT(plan.steps, SizeIs(2));
  EXPECT_EQ(plan.steps[0].finding.check, "d");
  EXPECT_EQ(plan.steps[1].finding.check, "c");
  EXPECT_FALSE(plan.steps[1].measured);
}

TEST(MakePlan, PutsLibraryCodeLast) {
  Finding library = finding("a", 1, 0.9);
  library.library_code = true;
  const std::vector<AuditedWorkload> audits = {audit("one", 1, {library, finding("b", 2, 0.1)})};
  const Plan plan = make_plan(audits, {}, {});
  EXPECT_EQ(plan.steps.front().finding.check, "b");
}

HotLoop hot_loop(std::uint64_t loop, double share) {
  HotLoop made;
  made.place.loop_header = loop;
  made.share = share;
  made.contents.instructions = 7;
  return made;
}

TEST(MakePlan, NamesHotLoopsInWhichNothingIsFound) {
  std::vector<AuditedWorkload> audits = {audit("one", 3, {finding("a", 1, 0.2)}),
                                         audit("two", 1, {finding("a", 1, 0.2)})};
  audits[0].hot = {hot_loop(2, 0.4), hot_loop(1, 0.2)};  // in loop 1 something is found
  audits[1].hot = {hot_loop(2, 0.8), hot_loop(3, 0.4), hot_loop(4, 0.19)};
  const Plan plan = make_plan(audits, {}, {});
  ASSERT_THAT(plan.steps, SizeIs(3));
  EXPECT_EQ(plan.steps[0].finding.loop_header, 2U);
  EXPECT_EQ(plan.steps[0].finding.check, "");
  EXPECT_DOUBLE_EQ(plan.steps[0].share, 0.5);
  EXPECT_EQ(plan.steps[0].contents.value_or(LoopContents{}).instructions, 7);
  EXPECT_EQ(plan.steps[1].finding.check, "a");
  EXPECT_EQ(plan.steps[1].contents.has_value(), false);
  EXPECT_EQ(plan.steps[2].finding.loop_header, 3U);
  EXPECT_DOUBLE_EQ(plan.steps[2].share, 0.1);
  EXPECT_EQ(plan.below_share, 0U);  // loop 4 has 0.0475, and is no finding
}

TEST(MakePlan, PutsWhatWasNotSeenToRunLastAndLeavesOutWhatOfItIsALibrarys) {
  Finding unseen = finding("a", 1, std::nullopt);
  unseen.may_have_run = true;
  Finding unseen_library = unseen;
  unseen_library.loop_header = 2;
  unseen_library.library_code = true;
  Finding library = finding("b", 3, 0.1);
  library.library_code = true;
  const std::vector<AuditedWorkload> audits = {
      audit("one", 1, {unseen, unseen_library, library, finding("c", 4, 0.05)})};
  const Plan plan = make_plan(audits, {}, {});
  ASSERT_THAT(plan.steps, SizeIs(3));
  EXPECT_EQ(plan.steps[0].finding.check, "c");
  EXPECT_EQ(plan.steps[1].finding.check, "b");
  EXPECT_EQ(plan.steps[2].finding.check, "a");
  EXPECT_EQ(plan.below_share, 1U);
}

TEST(MakePlan, SpeaksTheLanguageOfTheSource) {
  Finding by_file = finding("a", 1, 0.5);
  by_file.source.frames.resize(1);
  by_file.source.frames.front().file = "src/lib.rs";
  Finding by_symbol = finding("a", 2, 0.4);
  by_symbol.function = "_ZN4core3str3len17h0123456789abcdefE";
  Finding plain = finding("a", 3, 0.3);
  plain.function = "_ZN4core3str3lenEv";
  const Plan plan = make_plan(std::vector{audit("one", 1, {by_file, by_symbol, plain})}, {}, {});
  EXPECT_EQ(plan.steps[0].suggestion, "in Rust");
  EXPECT_EQ(plan.steps[1].suggestion, "in Rust");
  EXPECT_EQ(plan.steps[2].suggestion, "in C");
}

TEST(MakePlan, KnowsHowThePredictionsOfACheckFared) {
  const std::vector<JournalScore> scores = {
      {"a", "patch", 3, 1, 2}, {"a", "branch", 1, 0, 0}, {"b", "patch", 9, 9, 9}};
  const Plan plan =
      make_plan(std::vector{audit("one", 1, {finding("a", 1, 0.5), finding("c", 2, 0.4)})}, scores,
                {.finding = 0});
  const JournalScore record = plan.steps[0].record.value_or(JournalScore{});
  EXPECT_EQ(record.came_true, 4);
  EXPECT_EQ(record.came_false, 1);
  EXPECT_EQ(plan.steps[1].record, std::nullopt);
  EXPECT_THAT(make_plan({}, scores, {.finding = 0}).steps, IsEmpty());
}

}  // namespace
}  // namespace asmforge
