// Runs a program and says what ran in it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collect/profiles/running_program.h"
#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

struct ProfileRequest {
  std::vector<std::string> command;      // command[0] without a slash is looked up in PATH
  std::chrono::milliseconds timeout{0};  // 0: none. The processes are killed then
  unsigned frequency = 4000;             // samples per second of CPU time
  bool each_instruction = false;  // exact: a counter per instruction; slower, to check the plugin
  std::string emulator = "qemu-x86_64";
  std::optional<std::vector<std::string>> environment;  // "NAME=value" each; none: ours
  // File descriptors for the program's standard streams; -1: ours.
  int input = -1;
  int output = -1;
  int errors = -1;
  std::function<void(const std::string&)> on_command;  // told what is run, for -v; may be empty
};

struct ProfiledRun {
  Profile profile;
  Ending ending;  // of the program itself
  bool timed_out = false;
  bool interrupted = false;
};

// Exact execution counts: the program runs under QEMU with the counting plugin, and so
// does what it executes.
Result<ProfiledRun> count_exactly(const ProfileRequest& request);

// Exact execution counts of the program's own code: a copy that llvm-bolt instrumented
// runs in its place. Its shared libraries and what it executes are not counted.
Result<ProfiledRun> count_natively(const ProfileRequest& request);

// Samples of where the CPU clock ticks, user mode only, with its threads and children.
Result<ProfiledRun> sample_natively(const ProfileRequest& request);

}  // namespace asmforge
