// The story of `ab` on a rig that is a function: no processes, no clock.
#include "verdict/ab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "../support/scratch_dir.h"
#include "base/statistics/random.h"
#include "verdict/decide.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ScratchDir;

// What a program does in the next run.
struct Behaviour {
  double seconds = 0.01;
  double value = -1;  // the metric; -1: seconds
  std::string output = "ok";
  int exit_status = 0;
  bool hangs = false;
  Disturbances disturbances = 0;
};

class FakeRig : public Rig {
 public:
  using Answer = std::function<Result<Behaviour>(const RunOrder&)>;
  explicit FakeRig(Answer answer) : answer_(std::move(answer)) {}

  double now() override { return now_; }
  void begin_block() override { ++blocks; }
  Disturbances end_block() override { return block_disturbances ? block_disturbances(blocks) : 0; }

  Result<RunReport> run(const RunOrder& order) override {
    ++runs;
    AF_TRY(const Behaviour behaviour, answer_(order));
    RunReport report;
    RunSample& sample = report.sample;
    sample.wall_seconds = behaviour.hangs ? order.timeout_seconds : behaviour.seconds;
    sample.cpu_seconds = sample.wall_seconds;
    sample.value = behaviour.value < 0 ? behaviour.seconds : behaviour.value;
    sample.exit_status = behaviour.exit_status;
    sample.output_hash = behaviour.output;
    sample.environment_padding_bytes = order.environment_padding_bytes;
    sample.disturbances = behaviour.disturbances;
    report.timed_out = behaviour.hangs;
    report.ending = behaviour.hangs ? "did not end" : "ended with status 3";
    report.output = behaviour.output;
    now_ += sample.wall_seconds;
    return report;
  }

  std::function<Disturbances(int block)> block_disturbances;
  int blocks = 0;
  int runs = 0;

 private:
  Answer answer_;
  double now_ = 1000;
};

class AbStory : public testing::Test {
 protected:
  AbStory() {
    request.before = program("before", "one");
    request.after = program("after", "two");
    request.folder = scratch.file("copies");
    fs::create_directory(request.folder);
    trial.settings.budget_seconds = 10;
    trial.settings.seed = 5;
    Workload workload;
    workload.name = "run";
    trial.workloads.push_back(workload);
  }

  std::string program(const std::string& name, const std::string& text) const {
    std::string path = scratch.write(name, text);
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  // AFTER takes `ratio` of BEFORE's 10 ms, with so much noise.
  FakeRig::Answer noisy(double ratio, double spread = 0.01) {
    return [this, ratio, spread](const RunOrder& order) -> Result<Behaviour> {
      const double noise = 1 + spread * (random.uniform() - 0.5);
      return Behaviour{0.01 * noise * (order.name == request.after ? ratio : 1)};
    };
  }

  Result<Done> tell(FakeRig& rig) { return run_ab(request, hooks, rig, trial); }
  // Must fail.
  Error error_of(FakeRig& rig) {
    const Result<Done> told = tell(rig);
    EXPECT_FALSE(told);
    return told ? Error{} : told.error();
  }

  [[nodiscard]] std::vector<RunSample> runs_of(Stage stage) const {
    std::vector<RunSample> runs;
    for (const RunSample& run : trial.runs)
      if (run.stage == stage) runs.push_back(run);
    return runs;
  }
  [[nodiscard]] const Gate& gate(const std::string& name) const {
    for (const Gate& known : trial.gates)
      if (known.name == name) return known;
    ADD_FAILURE() << "no gate " << name;
    static const Gate none;
    return none;
  }

  // 64 layouts of both arms, each a path of its own.
  static Result<LayoutBuild> layouts_of(Stage stage, std::uint32_t layouts) {
    LayoutBuild programs;
    programs.stage.stage = stage;
    programs.stage.available = true;
    programs.stage.layouts = layouts;
    for (const Arm arm : {Arm::kBefore, Arm::kAfter})
      for (std::uint32_t i = 0; i < layouts; ++i) {
        Layout layout;
        layout.stage = stage;
        layout.arm = arm;
        layout.index = i;
        layout.residue = i;
        programs.layouts.push_back({layout, "layout-" + std::string(to_string(stage)) + "-" +
                                                std::string(to_string(arm)) + "-" +
                                                std::to_string(i)});
      }
    return programs;
  }

  ScratchDir scratch;
  AbRequest request;
  AbHooks hooks;
  Trial trial;
  Random random{1};
};

TEST_F(AbStory, EqualFilesAreTheSameWithoutARun) {
  request.after = program("copy", "one");
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(trial.closure, Closure::kIdentical);
  EXPECT_EQ(rig.runs, 0);
  EXPECT_THAT(trial.builds, SizeIs(2));
  EXPECT_EQ(trial.builds[0].content_hash, trial.builds[1].content_hash);
}

TEST_F(AbStory, AnEqualClosureIsTheSameWithoutARun) {
  hooks.compare_closures = [](const std::string&, const std::string&) {
    return ClosureAnswer{Closure::kPlacement, "f lies elsewhere"};
  };
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(trial.closure, Closure::kPlacement);
  EXPECT_EQ(trial.closure_detail, "f lies elsewhere");
  EXPECT_EQ(rig.runs, 0);
}

TEST_F(AbStory, WhatCannotBeComparedDiffers) {
  hooks.compare_closures = [](const std::string&, const std::string&) -> Result<ClosureAnswer> {
    return Error{ErrorCode::kBadInput, "no ELF file", ""};
  };
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(trial.closure, Closure::kDiffers);
  EXPECT_FALSE(runs_of(Stage::kNatural).empty());
}

TEST_F(AbStory, EveryBlockIsBalancedAndInRandomOrder) {
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  std::map<std::pair<Stage, std::uint32_t>, std::string> blocks;
  for (const RunSample& run : trial.runs) {
    std::string& block = blocks[{run.stage, run.block}];
    EXPECT_EQ(run.position, block.size());
    block += "ABC"[static_cast<int>(run.arm)];
  }
  std::set<std::string> natural;
  std::set<std::string> calibration;
  for (const auto& [key, order] : blocks)
    (key.first == Stage::kNatural ? natural : calibration).insert(order);
  EXPECT_EQ(natural, (std::set<std::string>{"ABBA", "BAAB"}));
  EXPECT_EQ(calibration, (std::set<std::string>{"ACCA", "CAAC"}));
}

TEST_F(AbStory, TheSeedGivesTheSameScheduleAgain) {
  const auto schedule = [&] {
    trial.runs.clear();
    trial.gates.clear();
    trial.builds.clear();
    random = Random(1);
    FakeRig rig(noisy(1));
    EXPECT_TRUE(tell(rig));
    std::vector<std::pair<Arm, std::uint32_t>> order;
    for (const RunSample& run : trial.runs)
      order.emplace_back(run.arm, run.environment_padding_bytes);
    return order;
  };
  const auto first = schedule();
  EXPECT_EQ(first, schedule());
  trial.settings.seed = 6;
  EXPECT_NE(first, schedule());
}

TEST_F(AbStory, UsesTheBudgetAndNoMore) {
  trial.settings.budget_seconds = 60;
  hooks.build_layouts = layouts_of;
  FakeRig rig(noisy(1));
  const double began = rig.now();
  ASSERT_TRUE(tell(rig));
  EXPECT_LT(rig.now() - began, trial.settings.budget_seconds);
  EXPECT_GT(rig.now() - began, 0.4 * trial.settings.budget_seconds);
}

TEST_F(AbStory, StopsAtTheLookThatSettlesIt) {
  FakeRig rig(noisy(1.5));
  const double began = rig.now();
  ASSERT_TRUE(tell(rig));
  EXPECT_LT(rig.now() - began, 0.4 * trial.settings.budget_seconds);
}

TEST_F(AbStory, TheReferenceIsInterleavedInTheNaturalStage) {
  request.reference = program("reference", "three");
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  std::map<Arm, int> arms;
  for (const RunSample& run : runs_of(Stage::kNatural)) ++arms[run.arm];
  EXPECT_EQ(arms[Arm::kReference], arms[Arm::kBefore]);
  EXPECT_GT(arms[Arm::kReference], 0);
}

// ---- gates ----

TEST_F(AbStory, OtherOutputFailsTheGateAndNothingIsTimed) {
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    return Behaviour{.output = order.program == request.after ? "x" : "y"};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("output equal").outcome, GateOutcome::kFailed);
  EXPECT_EQ(gate("output equal").detail,
            request.after + " prints something else than " + request.before);
  EXPECT_THAT(trial.runs, IsEmpty());
  EXPECT_EQ(rig.runs, 4) << "each twice";
}

TEST_F(AbStory, AFailingAfterFailsTheGate) {
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    return Behaviour{.exit_status = order.program == request.after ? 3 : 0};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("exit status").outcome, GateOutcome::kFailed);
  EXPECT_EQ(gate("exit status").detail, request.after + " ended with status 3");
  EXPECT_THAT(trial.runs, IsEmpty());
}

TEST_F(AbStory, AFailingBeforeIsAWrongQuestion) {
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> { return Behaviour{.exit_status = 3}; });
  const Error error = error_of(rig);
  EXPECT_EQ(error.code, ErrorCode::kBadInput);
  EXPECT_EQ(error.what, request.before + " ended with status 3");
  EXPECT_THAT(error.hint, HasSubstr("--env"));
}

TEST_F(AbStory, AnExpectedStatusIsSuccess) {
  trial.workloads[0].exit_status = 3;
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> { return Behaviour{.exit_status = 3}; });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("exit status").outcome, GateOutcome::kPassed);
  EXPECT_FALSE(trial.runs.empty());
}

TEST_F(AbStory, ABeforeThatHangsNeedsMoreTimeOrLessToDo) {
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> { return Behaviour{.hangs = true}; });
  const Error error = error_of(rig);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.what, request.before + " did not end (the whole budget)");
}

TEST_F(AbStory, AnAfterThatHangsIsStoppedSoonerThanTheBudget) {
  trial.settings.budget_seconds = 1000;
  double limit = 0;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    if (order.program == request.after) limit = order.timeout_seconds;
    return Behaviour{.seconds = 1, .hangs = order.program == request.after};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("exit status").outcome, GateOutcome::kFailed);
  EXPECT_DOUBLE_EQ(limit, 20);
}

TEST_F(AbStory, OutputThatChangesEachTimeCannotBeCompared) {
  int count = 0;
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> {
    return Behaviour{.output = std::to_string(++count)};
  });
  const Error error = error_of(rig);
  EXPECT_EQ(error.code, ErrorCode::kBadInput);
  EXPECT_EQ(error.what, request.before + " prints something else each time it runs");
  EXPECT_THAT(error.hint, HasSubstr("--check"));

  request.check = "true";
  trial.builds.clear();
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("output equal").outcome, GateOutcome::kNotRun);
  EXPECT_EQ(gate("check").outcome, GateOutcome::kPassed);
  EXPECT_FALSE(trial.runs.empty());
}

TEST_F(AbStory, AMeasurementOnStandardOutputIsNotCompared) {
  trial.workloads[0].metric.source = MetricSource::kRegex;
  int count = 0;
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> {
    return Behaviour{.output = std::to_string(++count)};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("output equal").outcome, GateOutcome::kNotRun);
  EXPECT_EQ(gate("output equal").detail, "standard output holds the measurement");
}

TEST_F(AbStory, TheCheckJudgesEachProgramTwice) {
  request.check = "echo \"$PROGRAM\" >> " + scratch.file("checked") + "; ! grep -q two $PROGRAM";
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("check").outcome, GateOutcome::kFailed);
  EXPECT_EQ(gate("check").detail, request.after + ": the check ended with status 1");
  EXPECT_THAT(trial.runs, IsEmpty());
  EXPECT_EQ(testing_support::read_whole_file(scratch.file("checked")),
            request.before + "\n" + request.before + "\n" + request.after + "\n");

  request.check = "! grep -q one $PROGRAM";
  trial.builds.clear();
  const Error error = error_of(rig);
  EXPECT_EQ(error.what, request.before + ": the check ended with status 1");
}

// ---- runs that go wrong later ----

TEST_F(AbStory, AnAfterThatFailsNowAndThenFailsTheGate) {
  int count = 0;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const bool fails = order.program == request.after && ++count == 7;
    return Behaviour{.exit_status = fails ? 3 : 0};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("every run").outcome, GateOutcome::kFailed);
  EXPECT_THAT(gate("every run").detail, HasSubstr("/after ended with status 3 in run "));
  EXPECT_EQ(trial.runs.back().exit_status, 3) << "the failed run is in the record, and the last";
}

TEST_F(AbStory, AnAfterThatPrintsSomethingElseNowAndThenFailsTheGate) {
  int count = 0;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const bool differs = order.program == request.after && ++count == 7;
    return Behaviour{.output = differs ? "other" : "ok"};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_THAT(gate("every run").detail, HasSubstr("/after printed something else in run "));
}

TEST_F(AbStory, ABeforeThatFailsNowAndThenIsAWrongQuestionAndTheRunsAreKept) {
  int count = 0;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const bool fails = order.program == request.before && ++count == 30;
    return Behaviour{.exit_status = fails ? 3 : 0};
  });
  const Error error = error_of(rig);
  EXPECT_EQ(error.code, ErrorCode::kBadInput);
  EXPECT_THAT(error.what, HasSubstr("/before ended with status 3 in run "));
  EXPECT_EQ(trial.failure, error.what);
  EXPECT_GT(trial.runs.size(), 20U);
}

TEST_F(AbStory, AnInterruptionKeepsWhatWasMeasured) {
  int count = 0;
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> {
    if (++count == 50) return Error{ErrorCode::kInterrupted, "interrupted", ""};
    return Behaviour{};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_TRUE(trial.interrupted);
  EXPECT_GT(trial.runs.size(), 30U);
}

TEST_F(AbStory, ARunThatIsTooLongForTheBudgetIsRefusedAtOnce) {
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> { return Behaviour{.seconds = 2}; });
  const Error error = error_of(rig);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.what,
            request.before + ": a run takes 2 s, and a verdict needs at least 40 of them");
  EXPECT_EQ(error.hint, "try --budget 120s, or give it less to do");
  EXPECT_EQ(rig.runs, 4);
}

TEST_F(AbStory, MissingAndUnexecutableProgramsAreSentences) {
  FakeRig rig(noisy(1));
  request.after = scratch.file("none");
  EXPECT_EQ(error_of(rig).what, request.after + ": there is no such file");
  request.after = scratch.write("text", "x");
  trial.builds.clear();
  EXPECT_EQ(error_of(rig).what, request.after + ": is not executable");
  request.after = scratch.path();
  trial.builds.clear();
  EXPECT_EQ(error_of(rig).what, request.after + ": is no program");
}

// ---- disturbances ----

TEST_F(AbStory, ADisturbedBlockIsMadeAgainAndStaysInTheRecord) {
  FakeRig rig(noisy(1));
  rig.block_disturbances = [](int block) { return block == 3 ? bit(Disturbance::kSteal) : 0; };
  ASSERT_TRUE(tell(rig));
  std::vector<const RunSample*> disturbed;
  for (const RunSample& run : trial.runs)
    if (run.disturbances != 0) disturbed.push_back(&run);
  ASSERT_EQ(disturbed.size(), 4U);
  for (const RunSample* run : disturbed) {
    EXPECT_TRUE(run->repeated);
    EXPECT_TRUE(run->disturbed(Disturbance::kSteal));
    EXPECT_EQ(run->block, 2U);
  }
  EXPECT_EQ(std::count_if(trial.runs.begin(), trial.runs.end(),
                          [](const RunSample& run) {
                            return run.stage == Stage::kCalibration && run.block == 2;
                          }),
            8);
  ASSERT_THAT(trial.notes, SizeIs(1));
  EXPECT_THAT(trial.notes[0], testing::MatchesRegex("1 of [0-9]+ blocks of runs were disturbed "
                                                    "and made again \\(steal\\)"));
}

TEST_F(AbStory, ABlockThatStaysDisturbedIsKeptAndSaidSo) {
  FakeRig rig(noisy(1));
  rig.block_disturbances = [](int block) {
    return block >= 3 && block <= 5 ? bit(Disturbance::kCanary) : 0;
  };
  ASSERT_TRUE(tell(rig));
  const auto repeated = std::count_if(trial.runs.begin(), trial.runs.end(),
                                      [](const RunSample& run) { return run.repeated; });
  const auto kept = std::count_if(trial.runs.begin(), trial.runs.end(), [](const RunSample& run) {
    return run.disturbances != 0 && !run.repeated;
  });
  EXPECT_EQ(repeated, 8);
  EXPECT_EQ(kept, 4);
  EXPECT_THAT(trial.notes, Contains(testing::ContainsRegex(
                               "^1 of [0-9]+ blocks of runs stayed disturbed \\(canary\\)")));
}

TEST_F(AbStory, WhereEverythingIsDisturbedTheBudgetIsNotSpentOnRepeating) {
  FakeRig rig([&](const RunOrder&) -> Result<Behaviour> {
    return Behaviour{.disturbances = bit(Disturbance::kWaited)};
  });
  const double began = rig.now();
  ASSERT_TRUE(tell(rig));
  const auto repeated = std::count_if(trial.runs.begin(), trial.runs.end(),
                                      [](const RunSample& run) { return run.repeated; });
  EXPECT_GT(repeated, 0);
  EXPECT_LE(2 * static_cast<std::size_t>(repeated), trial.runs.size());
  EXPECT_LT(rig.now() - began, 2.2 * trial.settings.budget_seconds);
}

// ---- exact metrics ----

TEST_F(AbStory, AnExactMetricNeedsOneBlock) {
  trial.workloads[0].metric.source = MetricSource::kInstructions;
  trial.workloads[0].metric.deterministic = true;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    return Behaviour{.seconds = 9, .value = order.program == request.after ? 107 : 100.0};
  });
  ASSERT_TRUE(tell(rig)) << "however long a run takes";
  EXPECT_THAT(trial.runs, SizeIs(4));
  for (const RunSample& run : trial.runs) EXPECT_EQ(run.value, run.arm == Arm::kAfter ? 107 : 100);
}

// ---- layouts ----

TEST_F(AbStory, AllLayoutsRunEquallyOftenInRandomOrder) {
  trial.settings.budget_seconds = 60;
  hooks.build_layouts = layouts_of;
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  std::map<std::tuple<Stage, Arm, std::uint32_t>, int> counts;
  for (const RunSample& run : trial.runs)
    if (run.layout != kNoLayout) ++counts[{run.stage, run.arm, run.layout}];
  EXPECT_EQ(counts.size(), 256U);
  EXPECT_EQ(trial.layouts.size(), 256U);
  std::set<int> times;
  for (const auto& [key, count] : counts) times.insert(count);
  ASSERT_THAT(times, SizeIs(1)) << "the number of rounds was fixed before";
  EXPECT_GE(*times.begin(), 2);
  std::vector<Arm> order;
  for (const RunSample& run : trial.runs)
    if (run.layout != kNoLayout) order.push_back(run.arm);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.begin() + 256));
}

TEST_F(AbStory, WithoutTimeForAllLayoutsFewerAreTriedOrNone) {
  hooks.build_layouts = layouts_of;
  trial.settings.budget_seconds = 5;  // 0.5 of it for 4 x 64 x 2 runs of 10 ms does not do
  FakeRig few(noisy(1));
  ASSERT_TRUE(tell(few));
  EXPECT_EQ(trial.layouts.size(), 96U);

  trial = {};
  trial.workloads.resize(1);
  trial.settings.budget_seconds = 3;
  FakeRig none(noisy(1));
  ASSERT_TRUE(tell(none));
  EXPECT_THAT(trial.layouts, IsEmpty());
  ASSERT_THAT(trial.layout_stages, SizeIs(2));
  EXPECT_FALSE(trial.layout_stages[0].available);
  EXPECT_THAT(trial.layout_stages[0].reason, HasSubstr("give a budget of 4 s"));
}

TEST_F(AbStory, WithoutACaptureTheLayoutStagesSayWhy) {
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  ASSERT_THAT(trial.layout_stages, SizeIs(2));
  EXPECT_EQ(trial.layout_stages[0].reason, "nothing was captured to relink");
  trial = {};
  trial.workloads.resize(1);
  trial.settings.no_layout = true;
  ASSERT_TRUE(tell(rig));
  EXPECT_THAT(trial.layout_stages, IsEmpty());
}

TEST_F(AbStory, AStageThatCannotBeBuiltLeavesTheOther) {
  hooks.build_layouts = [](Stage stage, std::uint32_t layouts) -> Result<LayoutBuild> {
    if (stage == Stage::kBlocks) return Error{ErrorCode::kUnavailable, "no assembly", ""};
    return layouts_of(stage, layouts);
  };
  trial.settings.budget_seconds = 60;
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  ASSERT_THAT(trial.layout_stages, SizeIs(2));
  EXPECT_TRUE(trial.layout_stages[0].available);
  EXPECT_EQ(trial.layout_stages[1].reason, "no assembly");
  EXPECT_FALSE(runs_of(Stage::kPlacement).empty());
  EXPECT_THAT(runs_of(Stage::kBlocks), IsEmpty());
}

TEST_F(AbStory, ALayoutThatDoesNotWorkEndsItsStageAlone) {
  trial.settings.budget_seconds = 60;
  hooks.build_layouts = layouts_of;
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    return Behaviour{.exit_status = order.program == "layout-blocks-after-9" ? 3 : 0};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_TRUE(trial.layout_stages[0].available);
  EXPECT_FALSE(trial.layout_stages[1].available);
  EXPECT_THAT(trial.layout_stages[1].reason, HasSubstr("a relinked program did not work: "));
  EXPECT_GE(runs_of(Stage::kPlacement).size(), 256U);
}

// ---- undoing the change ----

TEST_F(AbStory, AByteCopyStandsInForARevertedBuild) {
  FakeRig rig(noisy(1));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("revert-verify").outcome, GateOutcome::kNotRun);
  EXPECT_EQ(gate("revert-verify").detail,
            "no reverted build was given: a byte copy of BEFORE stands in");
  EXPECT_EQ(testing_support::read_whole_file(request.folder + "/before"), "one");
}

TEST_F(AbStory, ARevertedBuildIsRunWithBothWhereThereIsAGain) {
  trial.settings.no_layout = true;
  trial.settings.budget_seconds = 60;
  request.reverted = program("reverted", "one");
  FakeRig rig(noisy(0.9));
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(gate("revert-verify").outcome, GateOutcome::kPassed);
  EXPECT_EQ(gate("revert-verify").detail, "undoing the change gives BEFORE again, byte for byte");
  std::map<Arm, int> arms;
  for (const RunSample& run : runs_of(Stage::kRevert)) ++arms[run.arm];
  EXPECT_THAT(arms, SizeIs(3));
  EXPECT_GE(arms[Arm::kControl], 12);
  const Verdict verdict = decide(trial);
  EXPECT_EQ(verdict.kind, VerdictKind::kAccept) << verdict.explanation;
}

TEST_F(AbStory, ARevertedBuildThatKeepsTheGainIsSuspicious) {
  trial.settings.no_layout = true;
  trial.settings.budget_seconds = 60;
  request.reverted = program("reverted", "three");
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const bool before = order.name == request.before;
    return Behaviour{(before ? 0.01 : 0.009) * (1 + 0.01 * random.uniform())};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_EQ(decide(trial).reason, VerdictReason::kRevertDiffers);
}

TEST_F(AbStory, ARevertedBuildThatFailsHasNotUndoneTheChange) {
  trial.settings.no_layout = true;
  trial.settings.budget_seconds = 60;
  request.reverted = program("reverted", "three");
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    Behaviour behaviour{(order.name == request.after ? 0.009 : 0.01) *
                        (1 + 0.01 * random.uniform())};
    behaviour.exit_status = order.name == request.reverted ? 3 : 0;
    return behaviour;
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_THAT(trial.gates.back().detail, HasSubstr("/reverted ended with status 3"));
  EXPECT_EQ(decide(trial).reason, VerdictReason::kRevertDiffers);
}

TEST_F(AbStory, WithoutAGainNothingIsUndone) {
  trial.settings.no_layout = true;
  FakeRig rig(noisy(1.1));
  ASSERT_TRUE(tell(rig));
  EXPECT_THAT(runs_of(Stage::kRevert), IsEmpty());
  EXPECT_EQ(decide(trial).reason, VerdictReason::kSlower);
}

TEST_F(AbStory, ACopyThatDoesNotWorkElsewhereIsReplacedByBeforeItself) {
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const bool copy = order.program.starts_with(request.folder);
    return Behaviour{.exit_status = copy ? 3 : 0};
  });
  ASSERT_TRUE(tell(rig));
  EXPECT_THAT(trial.notes, Contains(HasSubstr("BEFORE itself is the control")));
  EXPECT_FALSE(runs_of(Stage::kCalibration).empty());
}

// ---- several workloads ----

TEST_F(AbStory, TheBudgetIsSharedAndEachWorkloadIsMeasured) {
  Workload second;
  second.name = "large";
  second.arguments = {"-l"};
  trial.workloads.push_back(second);
  FakeRig rig([&](const RunOrder& order) -> Result<Behaviour> {
    const double seconds = order.workload->name == "large" ? 0.03 : 0.01;
    return Behaviour{.seconds = seconds * (1 + random.uniform())};
  });
  const double began = rig.now();
  ASSERT_TRUE(tell(rig));
  EXPECT_LT(rig.now() - began, 1.1 * trial.settings.budget_seconds);
  EXPECT_THAT(trial.natural_looks, SizeIs(2));
  std::array<int, 2> counts{};
  for (const RunSample& run : runs_of(Stage::kNatural)) ++counts.at(run.workload);
  EXPECT_GT(counts[0], 2 * counts[1]);
  EXPECT_GT(counts[1], 20);
}

}  // namespace
}  // namespace asmforge
