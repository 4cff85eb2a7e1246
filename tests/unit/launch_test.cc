#include "measure/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "../support/scratch_dir.h"
#include "measure/output_hash.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing_support::ScratchDir;

Launch shell(const std::string& script) {
  Launch launch;
  launch.program = "/bin/sh";
  launch.argv = {"sh", "-c", script};
  return launch;
}

FinishedProcess finish(const Launch& how) {
  const Result<FinishedProcess> result = launch(how);
  EXPECT_TRUE(result) << result.error().what;
  return result ? *result : FinishedProcess{};
}

TEST(Launch, SaysHowItEndedAndWhatItPrinted) {
  const FinishedProcess process = finish(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(process.exit_status, 3);
  EXPECT_EQ(process.signal, 0);
  EXPECT_EQ(process.output, "out\n");
  EXPECT_EQ(process.errors, "err\n");
  EXPECT_EQ(process.ending(), "ended with status 3");
  EXPECT_EQ(finish(shell("kill -SEGV $$")).ending(), "was killed by SIGSEGV");
}

TEST(Launch, GivesTheEnvironmentAndNothingElse) {
  Launch how = shell("/usr/bin/env");
  how.environment = {"COLOUR=green"};
  // The shell adds PWD (and some shells more); nothing of ours is there.
  const std::string output = finish(how).output;
  EXPECT_THAT(output, HasSubstr("COLOUR=green\n"));
  EXPECT_THAT(output, testing::Not(HasSubstr("HOME=")));
}

TEST(Launch, ReadsTheInputFileOrNothing) {
  const ScratchDir scratch;
  Launch how = shell("wc -c");
  how.environment = {"PATH=/usr/bin:/bin"};
  EXPECT_EQ(finish(how).output, "0\n");
  how.input_path = scratch.write("input", "12345");
  EXPECT_EQ(finish(how).output, "5\n");
  how.input_path = scratch.file("none");
  const Result<FinishedProcess> missing = launch(how);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().what, HasSubstr("none: cannot be read: No such file"));
}

TEST(Launch, AProgramThatCannotBeRunIsAnError) {
  const ScratchDir scratch;
  Launch how;
  how.program = scratch.write("text", "no program");
  how.argv = {"text"};
  const Result<FinishedProcess> refused = launch(how);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(refused.error().what, HasSubstr("text: cannot be run: Permission denied"));
  EXPECT_THAT(refused.error().hint, HasSubstr("chmod +x"));
}

TEST(Launch, StopsWhatDoesNotEndWithAllThatItStarted) {
  const ScratchDir scratch;
  Launch how = shell("/bin/sleep 100 & echo $! > " + scratch.file("pid") + "; wait");
  how.timeout_seconds = 0.3;
  const FinishedProcess process = finish(how);
  EXPECT_TRUE(process.timed_out);
  EXPECT_EQ(process.ending(), "did not end within 0.3 s");
  const int child = std::stoi(testing_support::read_whole_file(scratch.file("pid")));
  for (int i = 0; i < 500 && kill(child, 0) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(kill(child, 0), 0) << "the sleep is still there";
}

TEST(Launch, InterruptionEndsIt) {
  const std::atomic<bool> interrupted{true};
  Launch how = shell("/bin/sleep 100");
  how.interrupted = &interrupted;
  const Result<FinishedProcess> result = launch(how);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

// "0m0.360000s 0m0.010000s": what the shell's `times` says of itself, then of its children.
double seconds_in(const std::string& line) {
  double total = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t used = 0;
    total += 60 * std::stod(line.substr(at), &used);
    at += used + 1;
    total += std::stod(line.substr(at), &used);
    at += used + 2;
  }
  return total;
}

TEST(Launch, CountsTheTimeOfChildrenThatTheProgramWaitedFor) {
  const FinishedProcess process =
      finish(shell("(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); times"));
  const std::string children = process.output.substr(process.output.find('\n') + 1);
  const double theirs = seconds_in(children.substr(0, children.find('\n')));
  ASSERT_GT(theirs, 0.001) << process.output;
  EXPECT_GE(process.cpu_seconds, theirs - 0.01) << process.output;
  EXPECT_GT(process.wall_seconds, 0);
  EXPECT_GT(process.minor_faults, 0U);
  EXPECT_GT(process.peak_resident_bytes, 100U << 10);
}

TEST(Launch, RunsOnTheProcessorItIsGiven) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  for (unsigned processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &allowed)) continue;
    Launch how = shell(
        "while read -r key value; do [ $key = Cpus_allowed_list: ] && echo $value; "
        "done < /proc/self/status; true");
    how.processor = processor;
    const FinishedProcess process = finish(how);
    EXPECT_EQ(process.output, std::to_string(processor) + "\n");
    EXPECT_EQ(process.last_processor, processor);
  }
}

TEST(Launch, KeepsTheBeginningOfMuchOutputAndHashesAllOfIt) {
  Launch how = shell("/usr/bin/head -c 3000000 /dev/zero; echo $LAST");
  how.kept_output_bytes = 1000;
  how.environment = {"LAST=a"};
  const FinishedProcess first = finish(how);
  EXPECT_EQ(first.output.size(), 1000U);
  EXPECT_TRUE(first.output_cut);
  EXPECT_EQ(finish(how).output_hash, first.output_hash);
  how.environment = {"LAST=b"};
  EXPECT_NE(finish(how).output_hash, first.output_hash);
}

TEST(Launch, IgnoredSignalsAreNotInherited) {
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGTERM, &ignore, &before);
  EXPECT_EQ(finish(shell("kill -TERM $$; echo alive")).signal, SIGTERM);
  sigaction(SIGTERM, &before, nullptr);
}

TEST(OutputHash, DoesNotDependOnHowTheTextIsCut) {
  const std::string text(5'000'000, 'x');
  OutputHash whole;
  whole.add(text);
  OutputHash pieces;
  for (std::size_t at = 0; at < text.size(); at += 4097) pieces.add(text.substr(at, 4097));
  EXPECT_EQ(whole.finish(), pieces.finish());
  OutputHash shorter;
  shorter.add(text.substr(1));
  OutputHash again;
  again.add(text);
  EXPECT_NE(shorter.finish(), again.finish());
}

}  // namespace
}  // namespace asmforge
