// What is going on, on one line of a terminal's standard error that is drawn over.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "report/output.h"

namespace asmforge {

class StatusLine {
 public:
  explicit StatusLine(Output& err) : err_(err) {}
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Seldom enough not to disturb what is measured.
  void show(std::string_view what, std::optional<double> seconds_left);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  Output& err_;
  Clock::time_point next_;
  bool drawn_ = false;
};

}  // namespace asmforge
