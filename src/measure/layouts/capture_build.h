// Runs a build and records how its programs are compiled and linked.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/process.h"
#include "core/result.h"
#include "measure/layouts/capture.h"

namespace asmforge {

struct CaptureRequest {
  std::string directory;                     // NAME; made, or replaced when it is a capture already
  std::vector<std::string> command;          // of the build
  std::string working_directory;             // it runs there; empty: ours
  OutputMode output = OutputMode::kInherit;  // where what it prints goes
  bool assembly = true;  // also keep the compiler's assembly; clang is asked for it again
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> progress;  // of asking clang
};

struct CapturedBuild {
  ProcessResult build;
  Capture capture;  // empty, and nothing is written, when the build failed
};

// kUnavailable when the build's tools cannot be watched, kBadInput when it links nothing.
Result<CapturedBuild> capture_build(const CaptureRequest& request);

}  // namespace asmforge
