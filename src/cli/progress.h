// A line on a terminal's standard error for work that takes more than half a second.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "report/output.h"

namespace asmforge {

class Progress {
 public:
  // `what` is counted: "functions".
  Progress(std::string what, std::uint64_t total, Output& err);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // One more is done. From any thread.
  void advance();
  // Removes the line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(std::uint64_t done, double seconds);

  std::string what_;
  std::uint64_t total_;
  Output& err_;
  Clock::time_point start_ = Clock::now();
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::int64_t> next_draw_ms_;
  std::mutex drawing_;
  bool drawn_ = false;
};

}  // namespace asmforge
