// What Ctrl-C does at once, in a process of its own.
#include "base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace asmforge {
namespace {

void interrupt_twice(bool drawn) {
  install_signal_handlers();
  erase_line_when_ended(drawn);
  raise(SIGINT);
  if (!interrupted()) std::abort();
  raise(SIGINT);
  std::abort();  // not reached
}

TEST(InterruptDeathTest, TheSecondOneEndsTheProcessAndLeavesNoLineBehind) {
  EXPECT_EXIT(interrupt_twice(true), ::testing::ExitedWithCode(130), "^\r\x1b\\[K$");
  EXPECT_EXIT(interrupt_twice(false), ::testing::ExitedWithCode(130), "^$");
}

}  // namespace
}  // namespace asmforge
