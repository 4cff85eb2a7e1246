// The file of `ab --record`. It is written at the end and now and then on the way, so
// that of a comparison that is killed only the last moments are lost.
#pragma once

#include <chrono>
#include <string>

#include "core/result.h"
#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

// The trial and its verdict as JSON.
std::string record_text(const Trial& trial, const Verdict& verdict);

class TrialRecord {
 public:
  // No path: nothing is ever written.
  explicit TrialRecord(const std::string& path);

  // Whether the file can be written, asked before anything runs.
  [[nodiscard]] Result<Done> check() const;
  // Between two runs: writes what is known so far, if it is time to. A device or a pipe
  // cannot be written anew, and waits for the end.
  void checkpoint(const Trial& trial);
  [[nodiscard]] Result<Done> finish(const Trial& trial, const Verdict& verdict) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::string path_;
  Clock::time_point next_;
};

}  // namespace asmforge
