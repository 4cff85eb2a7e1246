// Starts a program to be measured and says what it used.
//
// base/process.h runs tools; this runs programs of a few milliseconds whose every
// microsecond counts: the child goes to its processor before the program is loaded, so
// that we never share it, and its clocks are read while it is a zombie, because after
// reaping only the kernel's coarse split of user and system time is left.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "core/result.h"

namespace asmforge {

struct Launch {
  std::string program;  // a path
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // all of it: "NAME=value" each
  std::string input_path;                // standard input; empty: /dev/null
  std::optional<unsigned> processor;     // none: wherever the kernel puts it
  double timeout_seconds = 0;            // 0: none
  std::size_t kept_output_bytes = std::size_t{4} << 20;
  const std::atomic<bool>* interrupted = nullptr;  // looked at ten times a second
};

struct FinishedProcess {
  int exit_status = 0;
  int signal = 0;  // what ended it; exit_status means nothing then
  bool timed_out = false;
  double timeout_seconds = 0;  // that it was given
  double cpu_seconds = 0;      // user and system, all threads, and children it waited for
  double wall_seconds = 0;     // from before exec until we knew that it had ended
  double waited_seconds = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t peak_resident_bytes = 0;
  std::optional<unsigned> last_processor;
  std::string output;       // the beginning of standard output
  bool output_cut = false;  // there was more
  std::string output_hash;  // of all of it
  std::string errors;       // the beginning of standard error, for messages

  // "ended with status 3", "was killed by SIGSEGV", "did not end within 10 s".
  [[nodiscard]] std::string ending() const;
};

// What a program reads on its standard input: /dev/null for "". kBadInput when it cannot be
// opened.
Result<Descriptor> open_program_input(const std::string& path);

// kBadInput when the program cannot be executed or the input not be opened;
// kInterrupted when `interrupted` became true, and the process is then gone. That it
// fails or takes too long is a result.
Result<FinishedProcess> launch(const Launch& launch);

}  // namespace asmforge
