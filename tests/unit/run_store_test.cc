#include "forge/run_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/scratch_dir.h"
#include "forge/candidate_steps.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::ScratchDir;

ForgeRun some_run() {
  ForgeRun run;
  run.started = "2026-03-01T10:31:07Z";
  run.base_commit = run.tip_commit = "aaaa";
  run.seed = ~std::uint64_t{0};
  run.budget_seconds = 600;
  run.floor = 0.005;
  for (const char* name : {"one.patch", "it's \"two\""}) {
    ForgeStep step;
    step.step = {name,        "patch", "--- a\n+++ b\n",
                 "",          "",      {"calls(f): 1 -> 0", "loads(f): 2 -> 1"},
                 std::nullopt};
    run.steps.push_back(step);
  }
  run.steps[1].step.assumption = Assumption{"src/with blank.c", 12, "-ffast-math"};
  return run;
}

class RunsOfAProject : public testing::Test {
 protected:
  Journal open() {
    Result<Journal> opened = Journal::open(scratch.path());
    if (!opened) ADD_FAILURE() << opened.error().what;
    return std::move(*opened);
  }
  // Number 0: there is none.
  ForgeRun unfinished() {
    const Result<std::optional<ForgeRun>> found = store.unfinished();
    if (!found) ADD_FAILURE() << found.error().what;
    return found->value_or(ForgeRun{});
  }
  ForgeRun latest() {
    Result<ForgeRun> found = store.read(std::nullopt);
    if (!found) ADD_FAILURE() << found.error().what;
    return std::move(*found);
  }
  ScratchDir scratch;
  Journal journal = open();
  RunStore store{journal};
};

TEST_F(RunsOfAProject, ARunComesBackAsItBegan) {
  ForgeRun run = some_run();
  ASSERT_TRUE(store.begin(run));
  EXPECT_EQ(run.number, 1);
  const ForgeRun found = unfinished();
  EXPECT_EQ(found.number, 1);
  EXPECT_EQ(found.seed, run.seed);
  EXPECT_EQ(found.base_commit, "aaaa");
  ASSERT_EQ(found.steps.size(), 2U);
  EXPECT_EQ(found.steps[1].step, run.steps[1].step);
  EXPECT_EQ(found.steps[1].state, StepState::kPending);
  EXPECT_FALSE(found.steps[1].kind.has_value());
  EXPECT_FALSE(found.steps[1].effect.has_value());
}

TEST_F(RunsOfAProject, WhatBecameOfItIsStored) {
  ForgeRun run = some_run();
  ASSERT_TRUE(store.begin(run));
  ForgeStep& step = run.steps[0];
  step.state = StepState::kKept;
  step.why = "better";
  step.commit = "bbbb";
  step.trials = {3, 4};
  step.kind = VerdictKind::kAccept;
  step.reason = VerdictReason::kImproved;
  step.effect = Effect{.ratio = 0.9, .low = 0.8, .high = 0.95, .p = 0.01, .units = 64};
  step.assembly = "f: 4 -> 3 instructions\n";
  run.tip_commit = "bbbb";
  run.totals = {5};
  run.remaining = {"31 % in f, loop 2: hot", "7 % in g"};
  run.finished = run.holds = true;
  run.outcome = "1 change kept";
  run.times = {1, 2, 0.5};
  ASSERT_TRUE(store.save(run));
  const ForgeRun found = latest();
  EXPECT_TRUE(found.finished);
  EXPECT_TRUE(found.holds);
  EXPECT_EQ(found.tip_commit, "bbbb");
  EXPECT_EQ(found.outcome, "1 change kept");
  EXPECT_THAT(found.totals, ElementsAre(5));
  EXPECT_THAT(found.remaining, ElementsAre("31 % in f, loop 2: hot", "7 % in g"));
  EXPECT_EQ(found.times.measuring, 2);
  const ForgeStep& back = found.steps[0];
  EXPECT_EQ(back.state, StepState::kKept);
  EXPECT_THAT(back.trials, ElementsAre(3, 4));
  EXPECT_EQ(back.kind, VerdictKind::kAccept);
  EXPECT_EQ(back.reason, VerdictReason::kImproved);
  EXPECT_EQ(back.effect.value_or(Effect{}).low, 0.8);
  EXPECT_EQ(back.assembly, step.assembly);
  EXPECT_EQ(found.steps[1].state, StepState::kPending);
  EXPECT_EQ(unfinished().number, 0);
}

TEST_F(RunsOfAProject, OneIsGivenUpForAnother) {
  ForgeRun first = some_run();
  ForgeRun second = some_run();
  ASSERT_TRUE(store.begin(first));
  ASSERT_TRUE(store.abandon(first.number));
  EXPECT_EQ(unfinished().number, 0);
  ASSERT_TRUE(store.begin(second));
  EXPECT_EQ(unfinished().number, 2);
  EXPECT_FALSE(store.read(1)->holds);
  const Result<ForgeRun> none = store.read(7);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().what, HasSubstr("no run 7"));
}

// Of both or of neither: the trial and what became of its step.
TEST_F(RunsOfAProject, ATrialAndItsStepAreStoredTogether) {
  ForgeRun run = some_run();
  ASSERT_TRUE(store.begin(run));
  run.steps[0].state = StepState::kDropped;
  const auto failing = [&](std::int64_t) -> Result<Done> {
    EXPECT_TRUE(store.save_within(run));
    return Error{ErrorCode::kUnavailable, "the disk is full", ""};
  };
  EXPECT_FALSE(journal.add({}, {}, {}, "{}", failing));
  EXPECT_THAT(*journal.entries(std::nullopt, 10), IsEmpty());
  EXPECT_EQ(latest().steps[0].state, StepState::kPending);
}

TEST(Expectations, AreReadFromWords) {
  EXPECT_THAT(stated_in("Unrolls it.\n"
                        "asmforge-expect: calls(f): 1 -> 0\r\n"
                        " asmforge-expect: not at the line's beginning\n"
                        "asmforge-expect:\tloads(f): 2 -> 1  ",
                        kExpectKey),
              ElementsAre("calls(f): 1 -> 0", "loads(f): 2 -> 1"));
  EXPECT_THAT(stated_in("", kExpectKey), IsEmpty());
}

}  // namespace
}  // namespace asmforge
