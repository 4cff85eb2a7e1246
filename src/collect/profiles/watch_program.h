// Waits for a profiled program to end, for its time to be up, or for Ctrl-C.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <vector>

#include "collect/profiles/profile_program.h"
#include "collect/profiles/running_program.h"

namespace asmforge {

struct WatchedFor {
  std::chrono::milliseconds timeout{0};        // 0: none
  std::function<void()> now_and_then;          // twice a second, while it runs; may be empty
  std::function<std::vector<pid_t>()> others;  // processes to kill with it; may be empty
};

// The profile of the result is empty.
ProfiledRun watch_until_it_ends(RunningProgram& program, const WatchedFor& watched);

}  // namespace asmforge
