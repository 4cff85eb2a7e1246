#include "base/leftovers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
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

// Until it is the program that it was to become, with that environment.
void wait_for_sleep(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/comm";
  for (int turn = 0; turn < 1000; ++turn) {
    std::string name;
    std::ifstream(path) >> name;
    if (name == "sleep") return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "process " << process << " never slept";
}

TEST(Leftovers, AreKilledByWhatTheyBeganWith) {
  const std::string mine = "ASMFORGE_TEST=" + std::to_string(getpid());
  const pid_t left = sleeper(mine);
  const pid_t other = sleeper(mine + "0");
  wait_for_sleep(left);
  wait_for_sleep(other);
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
