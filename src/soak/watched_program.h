// A real program as the target of a soak: started in a process group of its own, held
// and let go by signals, looked at from outside through /proc.
#pragma once

#include <memory>

#include "core/result.h"
#include "soak/soak_target.h"

namespace asmforge {

struct WatchOptions {
  std::vector<std::string> command;
  std::string operations;  // a regular expression; empty: none are counted
};

class WatchedProgram : public SoakTarget {
 public:
  // Started, and held before its first instruction.
  static Result<std::unique_ptr<WatchedProgram>> start(const WatchOptions& options);
  ~WatchedProgram() override;  // kills what is left of its group

  void go() override;
  void hold() override;
  std::optional<SoakSample> sample() override;
  std::optional<SoakMemory> memory() override;
  std::vector<double> take_operation_seconds() override;
  std::string ending() override;

  [[nodiscard]] const std::string& system_calls_unknown() const;

 private:
  struct State;
  explicit WatchedProgram(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class SystemClock : public SoakClock {
 public:
  double now() override;
  void sleep(double seconds) override;
};

}  // namespace asmforge
