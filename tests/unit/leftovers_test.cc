#include "base/leftovers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

namespace asmforge {
namespace {

pid_t sleeper(const std::string& variable) {
  const pid_t child = fork();
  if (child != 0) return child;
  execl("/usr/bin/env", "env", "-i", variable.c_str(), "sleep", "60", nullptr);
  _exit(1);
}

// Until it is the program that it was to become.
void wait_for_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(300)); }

TEST(Leftovers, AreKilledByWhatTheyBeganWith) {
  const std::string mine = "ASMFORGE_TEST=" + std::to_string(getpid());
  const pid_t left = sleeper(mine);
  const pid_t other = sleeper(mine + "0");
  wait_for_sleep();
  std::thread reaper([&] { EXPECT_EQ(waitpid(left, nullptr, 0), left); });
  EXPECT_EQ(kill_leftovers(mine, std::chrono::seconds(5)), 1U);
  reaper.join();
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0);  // lives
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  EXPECT_EQ(kill_leftovers(mine, std::chrono::seconds(5)), 0U);
}

}  // namespace
}  // namespace asmforge
