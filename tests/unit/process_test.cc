#include "base/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ProcessResult run(ProcessOptions options) {
  auto result = run_process(options);
  EXPECT_TRUE(result.has_value());
  return result ? *result : ProcessResult{};
}

ProcessOptions shell(const std::string& script) {
  ProcessOptions options;
  options.argv = {"sh", "-c", script};
  return options;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

TEST(Process, CollectsBothStreamsAndTheStatus) {
  const ProcessResult result = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_FALSE(result.succeeded());
  EXPECT_EQ(result.ending(), "ended with status 3");
  EXPECT_TRUE(run(shell("true")).succeeded());
}

TEST(Process, PassesArgumentsUnchanged) {
  ProcessOptions options;
  options.argv = {"printf", "[%s]", "a b", "", "$HOME", "*"};
  EXPECT_EQ(run(options).output, "[a b][][$HOME][*]");
}

TEST(Process, RunsInTheGivenFolderAndEnvironment) {
  ProcessOptions options = shell("pwd; echo $COLOUR $HOME");
  options.working_directory = "/usr";
  options.environment = {"COLOUR=green"};
  EXPECT_EQ(run(options).output, "/usr\ngreen\n");
}

TEST(Process, ARelativeProgramIsMeantFromTheGivenFolder) {
  ProcessOptions options;
  options.argv = {"bin/printf", "x"};
  options.working_directory = "/usr";
  EXPECT_EQ(run(options).output, "x");
}

TEST(Process, FeedsInputLargerThanAPipe) {
  ProcessOptions options;
  options.argv = {"wc", "-c"};
  options.input = std::string(1'000'000, 'x');
  EXPECT_EQ(run(options).output, "1000000\n");
}

TEST(Process, AProgramThatDoesNotReadItsInputIsNoProblem) {
  ProcessOptions options = shell("exec 0<&-; sleep 0.05; echo done");
  options.input = std::string(1'000'000, 'x');
  EXPECT_EQ(run(options).output, "done\n");
}

TEST(Process, WithoutInputReadsAnEmptyStream) {
  ProcessOptions options;
  options.argv = {"cat"};
  EXPECT_EQ(run(options).output, "");
}

TEST(Process, CutsWhatIsTooLongAndLetsTheProgramFinish) {
  ProcessOptions options = shell("head -c 5000000 /dev/zero; echo end >&2");
  options.capture_bytes = 1000;
  const ProcessResult result = run(options);
  EXPECT_EQ(result.output.size(), 1000U);
  EXPECT_TRUE(result.output_cut);
  EXPECT_FALSE(result.errors_cut);
  EXPECT_EQ(result.errors, "end\n");
}

TEST(Process, StopsAfterTheTimeOutWithAllItsChildren) {
  ProcessOptions options = shell("(sleep 60 & echo $!; wait)");
  options.timeout = std::chrono::milliseconds(300);
  const ProcessResult result = run(options);
  EXPECT_TRUE(result.timed_out);
  ASSERT_FALSE(result.output.empty());
  EXPECT_THAT(result.ending(), StartsWith("was stopped after 0.3"));
  EXPECT_LT(seconds(result.wall_time), 20);
  // Killed, but perhaps not reaped yet; a zombie has no command line.
  const std::string grandchild = result.output.substr(0, result.output.size() - 1);
  EXPECT_THAT(run(shell("sleep 0.2; cat /proc/" + grandchild + "/cmdline")).output,
              testing::Not(HasSubstr("sleep")));
}

TEST(Process, DoesNotWaitForABackgroundChildThatHoldsTheStreams) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(run(shell("sleep 60 & echo ready")).output, "ready\n");
  EXPECT_LT(seconds(std::chrono::steady_clock::now() - before), 30);
}

TEST(Process, NamesTheSignalThatKilledIt) {
  const ProcessResult result = run(shell("kill -SEGV $$"));
  EXPECT_EQ(result.signal, SIGSEGV);
  EXPECT_EQ(result.ending(), "was killed by SIGSEGV");
  EXPECT_FALSE(result.succeeded());
}

TEST(Process, AMissingProgramIsAnErrorThatNamesIt) {
  ProcessOptions options;
  options.argv = {"no-such-program-here"};
  const auto result = run_process(options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(result.error().what, "no-such-program-here was not found");
}

TEST(Process, AFileThatIsNoProgramIsAnError) {
  ProcessOptions options;
  options.argv = {"/etc/passwd"};
  EXPECT_FALSE(run_process(options).has_value());
  options.argv = {"/usr"};
  EXPECT_FALSE(run_process(options).has_value());
}

TEST(Process, AMissingFolderIsAnErrorThatNamesIt) {
  ProcessOptions options = shell("true");
  options.working_directory = "/no/such/folder";
  const auto result = run_process(options);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().what, HasSubstr("/no/such/folder"));
}

TEST(Process, CanBeInterrupted) {
  std::atomic<bool> interrupted = false;
  ProcessOptions options = shell("sleep 60");
  options.interrupted = &interrupted;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    interrupted = true;
  });
  const auto result = run_process(options);
  other.join();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

TEST(Process, OurIgnoredSignalsAreNotInherited) {
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  EXPECT_EQ(run(shell("kill -PIPE $$; echo survived")).output, "");
  sigaction(SIGPIPE, &before, nullptr);
}

TEST(Process, LeavesNoZombie) {
  for (int i = 0; i < 5; ++i) run(shell("true"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ShellQuoted, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quoted({"clang++", "-O2", "-std=c++20", "a b.cc", "it's", ""}),
            "clang++ -O2 -std=c++20 'a b.cc' 'it'\\''s' ''");
}

TEST(FindProgram, LooksInPath) {
  EXPECT_THAT(find_program("sh").value_or(""), testing::EndsWith("/sh"));
  EXPECT_FALSE(find_program("").has_value());
  EXPECT_FALSE(find_program("/usr").has_value());
}

}  // namespace
}  // namespace asmforge
