// What a soak watches: a program that can be let go and held, and asked what it used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/soak.h"

namespace asmforge {

class SoakTarget {
 public:
  virtual ~SoakTarget() = default;
  virtual void go() = 0;    // lets it run
  virtual void hold() = 0;  // stops it where it is
  // Counters so far; `seconds` is filled by the caller. None once it has ended.
  virtual std::optional<SoakSample> sample() = 0;
  virtual std::optional<SoakMemory> memory() = 0;
  // Seconds between the operations seen since the last call.
  virtual std::vector<double> take_operation_seconds() = 0;
  // How it ended; empty while it runs.
  virtual std::string ending() = 0;
};

class SoakClock {
 public:
  virtual ~SoakClock() = default;
  virtual double now() = 0;  // seconds
  virtual void sleep(double seconds) = 0;
};

}  // namespace asmforge
