// Operations of a program, read off what it prints: each line that a regular expression
// matches is one, or, when the expression has a group, the group is how many there are
// by now.
#pragma once

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace asmforge {

class OperationCounter {
 public:
  static Result<OperationCounter> create(const std::string& expression);

  // What was read, at that moment. Lines that go on for ever are cut.
  void read(std::string_view text, double seconds);
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] bool has_group() const { return expression_.mark_count() != 0; }
  // Seconds between matching lines since the last call; none when there is a group.
  std::vector<double> take_gaps();

 private:
  explicit OperationCounter(std::regex expression) : expression_(std::move(expression)) {}
  void end_line(double seconds);

  std::regex expression_;
  std::string line_;
  std::uint64_t operations_ = 0;
  double last_ = -1;
  std::vector<double> gaps_;
};

}  // namespace asmforge
