// The loop of a soak over made-up programs and a made-up clock.
#include "soak/run_soak.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "soak/operation_counter.h"

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct MadeClock : SoakClock {
  double time = 0;
  double now() override { return time; }
  void sleep(double seconds) override { time += seconds; }
};

// Uses CPU time only while it is let go; ends after so many looks.
struct MadeTarget : SoakTarget {
  MadeTarget(MadeClock& with, int until) : clock(with), looks_left(until) {}
  MadeClock& clock;
  int looks_left;
  bool running = false;
  int times_let_go = 0;
  std::uint64_t bytes = 1 << 20;

  void go() override {
    running = true;
    ++times_let_go;
  }
  void hold() override { running = false; }
  std::optional<SoakSample> sample() override {
    EXPECT_TRUE(running);
    if (looks_left-- <= 0) return std::nullopt;
    SoakSample sample;
    // Low at every other look.
    bytes = bytes == 1 << 20 ? 1 << 19 : 1 << 20;
    sample.resident_bytes = bytes;
    return sample;
  }
  std::optional<SoakMemory> memory() override { return SoakMemory{0, 1, 2}; }
  std::vector<double> take_operation_seconds() override { return {0.5}; }
  std::string ending() override { return looks_left < 0 ? "was killed by SIGSEGV" : ""; }
};

SoakRecord planned(std::size_t arms, double seconds) {
  SoakRecord record;
  record.settings.seconds = seconds;
  record.settings.epoch_seconds = 1;
  record.arms.resize(arms);
  return record;
}

TEST(SoakRun, SamplesEachEpochWithItsLowestMemory) {
  MadeClock clock;
  MadeTarget target(clock, 1000);
  SoakTarget* targets[] = {&target};
  SoakRecord record = planned(1, 10);
  run_soak(record, targets, {clock, {}, {}});
  ASSERT_THAT(record.arms[0].samples, SizeIs(10));
  EXPECT_DOUBLE_EQ(record.arms[0].samples.back().seconds, 10);
  EXPECT_EQ(record.arms[0].samples[3].resident_bytes, 1U << 20);
  EXPECT_EQ(record.arms[0].samples[3].resident_low_bytes, 1U << 19);
  EXPECT_THAT(record.arms[0].memory, SizeIs(1));  // one a minute
  EXPECT_THAT(record.arms[0].operation_seconds, SizeIs(10));
  EXPECT_THAT(record.arms[0].ending, IsEmpty());
  EXPECT_FALSE(record.interrupted);
}

TEST(SoakRun, TwoProgramsRunInTurnAndEachHasItsOwnTime) {
  MadeClock clock;
  MadeTarget before(clock, 1000);
  MadeTarget after(clock, 1000);
  SoakTarget* targets[] = {&before, &after};
  SoakRecord record = planned(2, 5);
  run_soak(record, targets, {clock, {}, {}});
  EXPECT_EQ(before.times_let_go, 5);
  EXPECT_EQ(after.times_let_go, 5);
  EXPECT_DOUBLE_EQ(clock.time, 10);
  EXPECT_DOUBLE_EQ(record.arms[1].samples.back().seconds, 5);
}

TEST(SoakRun, KeepsWhatWasSeenWhenTheProgramDiesOrSomebodyStopsIt) {
  MadeClock clock;
  MadeTarget dying(clock, 8 * 3 + 4);
  SoakTarget* targets[] = {&dying};
  SoakRecord record = planned(1, 10);
  run_soak(record, targets, {clock, {}, {}});
  EXPECT_THAT(record.arms[0].samples, SizeIs(3));
  EXPECT_EQ(record.arms[0].ending, "was killed by SIGSEGV");

  MadeTarget target(clock, 1000);
  SoakTarget* others[] = {&target};
  SoakRecord stopped = planned(1, 10);
  int asked = 0;
  run_soak(stopped, others, {clock, [&] { return ++asked > 4; }, {}});
  EXPECT_THAT(stopped.arms[0].samples, SizeIs(4));
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_FALSE(target.running);
}

OperationCounter counter(const std::string& expression) {
  Result<OperationCounter> made = OperationCounter::create(expression);
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

TEST(OperationCounter, CountsLinesThatMatch) {
  OperationCounter lines = counter("^done");
  lines.read("done 1\nnot done\ndo", 1.0);
  EXPECT_EQ(lines.operations(), 1U);
  lines.read("ne\ndone\n", 1.5);
  EXPECT_EQ(lines.operations(), 3U);
  EXPECT_THAT(lines.take_gaps(), ElementsAre(0.5, 0.0));
  EXPECT_THAT(lines.take_gaps(), IsEmpty());
}

TEST(OperationCounter, ReadsARunningCountThatNeverGoesBack) {
  OperationCounter count = counter("([0-9]+) requests");
  count.read("10 requests\n25 requests\n7 requests\n99999999999999999999999 requests\n", 1);
  EXPECT_EQ(count.operations(), 25U);
  EXPECT_THAT(count.take_gaps(), IsEmpty());
}

TEST(OperationCounter, LinesWithoutEndAreCut) {
  OperationCounter lines = counter("x$");
  for (int i = 0; i < 100; ++i) lines.read(std::string(1000, 'a'), 1);
  lines.read("x\n", 1);  // beyond what is kept of a line
  EXPECT_EQ(lines.operations(), 0U);
  EXPECT_FALSE(OperationCounter::create("(").has_value());
}

}  // namespace
}  // namespace asmforge
