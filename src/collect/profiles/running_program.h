// A program that is started to be profiled: it has our terminal and our standard
// streams, and its ending is passed on.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

struct Ending {
  int exit_status = 0;  // meaningless when `signal` is not 0
  int signal = 0;
};
// "ended with status 3", "was killed by SIGSEGV".
std::string to_string(const Ending& ending);

// File descriptors in place of ours; -1: ours.
struct StandardStreams {
  int input = -1;
  int output = -1;
  int errors = -1;
};

class RunningProgram {
 public:
  // The process waits before the program's first instruction until release().
  static Result<RunningProgram> start(const std::string& path,
                                      const std::vector<std::string>& command,
                                      const std::vector<std::string>& environment,
                                      const StandardStreams& streams = {});
  ~RunningProgram();  // kills it when it still runs
  RunningProgram(RunningProgram&& other) noexcept;
  RunningProgram& operator=(RunningProgram&&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // An error when the program cannot be executed after all.
  Result<Done> release();
  // None while it runs. Never blocks.
  std::optional<Ending> poll();

 private:
  RunningProgram() = default;
  pid_t pid_ = -1;
  int gate_ = -1;     // a byte written here lets it go
  int verdict_ = -1;  // errno of a failed exec comes from here
  std::optional<Ending> ending_;
};

}  // namespace asmforge
