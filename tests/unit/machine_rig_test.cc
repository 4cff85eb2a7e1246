// What disturbs a run, which processor is chosen, and what the rig makes of a process.
#include "measure/machine_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "measure/disturbances.h"

namespace asmforge {
namespace {

using testing::Each;
using testing::HasSubstr;

TEST(ChooseProcessor, NotTheFirstAndTheQuieter) {
  const std::array<unsigned, 3> allowed = {0, 1, 2};
  const std::array<ProcessorTimes, 3> earlier = {{{0, 100, 0, 0}, {1, 500, 0, 0}, {2, 500, 0, 9}}};
  const std::array<ProcessorTimes, 3> later = {{{0, 100, 10, 0}, {1, 505, 5, 0}, {2, 502, 7, 10}}};
  EXPECT_EQ(choose_processor(allowed, earlier, later), 2U) << "5 ticks taken there, 3 here";
  EXPECT_EQ(choose_processor(std::array<unsigned, 2>{0, 1}, earlier, later), 1U);
  EXPECT_EQ(choose_processor(std::array<unsigned, 1>{0}, earlier, later), 0U);
  EXPECT_EQ(choose_processor(std::array<unsigned, 2>{4, 5}, {}, {}), 4U) << "nothing is known";
}

TEST(Disturbances, OfARun) {
  FinishedProcess process;
  process.cpu_seconds = 0.010;
  process.waited_seconds = 0.0004;
  process.last_processor = 1;
  EXPECT_EQ(disturbances_of(process, 1), 0);
  process.waited_seconds = 0.0006;
  EXPECT_EQ(disturbances_of(process, 1), bit(Disturbance::kWaited));
  process.cpu_seconds = 0.1;  // the same wait is nothing to a long run
  EXPECT_EQ(disturbances_of(process, 1), 0);
  EXPECT_EQ(disturbances_of(process, 0), bit(Disturbance::kMoved));
  EXPECT_EQ(disturbances_of(process, std::nullopt), 0) << "it was free to move";
}

TEST(Disturbances, OfABlock) {
  const std::array<ProcessorTimes, 2> before = {{{0, 1000, 0, 5}, {1, 1000, 0, 5}}};
  std::array<ProcessorTimes, 2> after = before;
  const std::array<unsigned, 1> siblings = {0};
  EXPECT_EQ(disturbances_between(before, after, 1, siblings, 0.1), 0);
  after[0].steal = 9;  // of a processor that is not ours
  EXPECT_EQ(disturbances_between(before, after, 1, siblings, 0.1), 0);
  after[1].steal = 6;
  EXPECT_EQ(disturbances_between(before, after, 1, siblings, 0.1), bit(Disturbance::kSteal));
  after[1].steal = 5;
  after[0].busy = 1002;  // 2 of 10 ticks
  EXPECT_EQ(disturbances_between(before, after, 1, siblings, 0.1), bit(Disturbance::kSibling));
  EXPECT_EQ(disturbances_between(before, after, 1, siblings, 1.0), 0) << "2 of 100";
  EXPECT_EQ(disturbances_between(before, after, 1, {}, 0.1), 0);
}

TEST(Canary, IsOffWhenItTakesLongerThanItDid) {
  CanaryHistory history;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(history.off(i == 2 ? 1.5 : 1.0)) << "nothing is known";
  EXPECT_FALSE(history.off(1.04));
  EXPECT_TRUE(history.off(1.06));
  EXPECT_FALSE(history.off(0.5));
}

TEST(Canary, GetsUsedToAMachineThatChangedForGood) {
  CanaryHistory history;
  for (int i = 0; i < 31; ++i) history.off(1.0);
  int off = 0;
  for (int i = 0; i < 31; ++i) off += history.off(1.2) ? 1 : 0;
  EXPECT_EQ(off, 16);
}

TEST(Canary, TakesTime) { EXPECT_GT(time_canary(0, false), 0); }

Workload workload_of(MetricSource source) {
  Workload workload;
  workload.name = "run";
  workload.metric.source = source;
  return workload;
}

class FixedCounters : public HardwareCounters {
 public:
  explicit FixedCounters(std::optional<HardwareCounts> counts) : counts_(counts) {}
  void begin() override { ++begun_; }
  std::optional<HardwareCounts> end() override {
    EXPECT_EQ(begun_--, 1);
    return counts_;
  }

 private:
  std::optional<HardwareCounts> counts_;
  int begun_ = 0;
};

TEST(MachineRig, RecordsWhatTheProcessorCounted) {
  const Workload workload = workload_of(MetricSource::kCpuTime);
  MachineRig with({}, make_meter, std::make_unique<FixedCounters>(HardwareCounts{12, 34}), nullptr);
  const Result<RunReport> counted = with.run({"/bin/true", "true", &workload, 100, 10});
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->sample.cycles, 12U);
  EXPECT_EQ(counted->sample.instructions, 34U);
  EXPECT_EQ(counted->sample.environment_padding_bytes, 100U);
  EXPECT_GT(counted->sample.value, 0);
  EXPECT_EQ(counted->sample.value, counted->sample.cpu_seconds);

  MachineRig taken({}, make_meter, std::make_unique<FixedCounters>(std::nullopt), nullptr);
  EXPECT_FALSE(taken.run({"/bin/true", "true", &workload, 0, 10})->sample.cycles);
  MachineRig without({}, make_meter, nullptr, nullptr);
  EXPECT_FALSE(without.run({"/bin/true", "true", &workload, 0, 10})->sample.cycles);
}

TEST(MachineRig, ReadsTheNumberThatTheProgramPrints) {
  Workload workload = workload_of(MetricSource::kRegex);
  workload.metric.pattern = "speed ([0-9]+)";
  workload.arguments = {"-c", "echo speed 17"};
  MachineRig rig({}, make_meter, nullptr, nullptr);
  EXPECT_EQ(rig.run({"/bin/sh", "sh", &workload, 0, 10})->sample.value, 17);
  workload.arguments = {"-c", "echo fast"};
  const Result<RunReport> none = rig.run({"/bin/sh", "sh", &workload, 0, 10});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("/bin/sh: 'speed ([0-9]+)' matches nothing"));
  workload.arguments = {"-c", "exit 1"};  // the failure is what matters, not that it said nothing
  EXPECT_EQ(rig.run({"/bin/sh", "sh", &workload, 0, 10})->sample.exit_status, 1);
}

TEST(MachineRig, PeakMemoryIsInBytes) {
  const Workload workload = workload_of(MetricSource::kPeakMemory);
  MachineRig rig({}, make_meter, nullptr, nullptr);
  EXPECT_GT(rig.run({"/bin/true", "true", &workload, 0, 10})->sample.value, 100e3);
}

TEST(MachineRig, TheEnvironmentIsCleanAndPadded) {
  Workload workload = workload_of(MetricSource::kCpuTime);
  workload.environment = {"MODE=fast"};
  EXPECT_THAT(run_environment(workload, 3),
              testing::ElementsAre("LC_ALL=C", "MODE=fast", "ASMFORGE_PADDING=xxx"));
}

TEST(Machine, ChoosesAProcessorAndDescribesItself) {
  TrialEnvironment environment;
  const MeasuredProcessor processor = choose_machine_processor(environment);
  EXPECT_EQ(environment.measured_on, processor.number);
  EXPECT_EQ(environment.pinned, processor.pinned);
  EXPECT_GE(environment.processors, 1U);
  EXPECT_THAT(environment.kernel, HasSubstr("Linux"));
  EXPECT_THAT(environment.started,
              testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
  EXPECT_FALSE(environment.tool_version.empty());
  EXPECT_EQ(environment.notes.empty(), processor.pinned && environment.processors > 1);
}

}  // namespace
}  // namespace asmforge
