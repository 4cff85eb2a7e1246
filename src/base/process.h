// Runs another program and collects what it says.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

enum class OutputMode : std::uint8_t {
  kCapture,
  kInherit,  // goes where ours goes
  kDiscard,
};

struct ProcessOptions {
  std::vector<std::string> argv;  // argv[0] without a slash is looked up in our PATH
  std::optional<std::vector<std::string>> environment;  // "NAME=value" each; none: ours
  std::string working_directory;                        // empty: ours
  std::string input;                                    // what it reads; not with inherit_input
  bool inherit_input = false;
  OutputMode output = OutputMode::kCapture;
  OutputMode errors = OutputMode::kCapture;
  // What is captured of each stream; what comes after that is read and dropped.
  std::size_t capture_bytes = std::size_t{16} << 20;
  std::chrono::milliseconds timeout{0};  // 0: none
  // The program leads a process group of its own, and when it ends, by itself or
  // not, what is left of the group is killed. False for one that uses the terminal.
  bool own_group = true;
  const std::atomic<bool>* interrupted = nullptr;  // looked at ten times a second
};

struct ProcessResult {
  int exit_status = 0;  // meaningless when `signal` is not 0
  int signal = 0;       // what killed it, 0 when it ended by itself
  bool timed_out = false;
  std::string output;
  std::string errors;
  bool output_cut = false;
  bool errors_cut = false;
  std::chrono::nanoseconds wall_time{0};

  [[nodiscard]] bool succeeded() const { return signal == 0 && exit_status == 0 && !timed_out; }
  // "ended with status 1", "was killed by SIGSEGV", "was stopped after 60 s".
  [[nodiscard]] std::string ending() const;
};

// kUnavailable when the program does not exist or cannot be started;
// kInterrupted when `interrupted` became true: then all of it was killed. That a
// program fails or takes too long is a result.
Result<ProcessResult> run_process(const ProcessOptions& options);

// The path of a program that PATH leads to, or of one named with a slash; none
// when there is no such executable file.
std::optional<std::string> find_program(const std::string& name);

// "clang++ -O2 'a b.cc'": what a shell would need to run it again.
std::string shell_quoted(const std::vector<std::string>& argv);

}  // namespace asmforge
