#include "soak/operation_counter.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace asmforge {
namespace {

constexpr std::size_t kLongestLine = 4096;

}  // namespace

Result<OperationCounter> OperationCounter::create(const std::string& expression) {
  try {
    return OperationCounter(std::regex(expression, std::regex::ECMAScript | std::regex::optimize));
  } catch (const std::regex_error& error) {
    return Error{ErrorCode::kUsage,
                 fmt::format("--operations '{}': is no regular expression", expression),
                 "'^done' counts lines, '^([0-9]+) requests' reads a running count"};
  }
}

void OperationCounter::read(std::string_view text, double seconds) {
  for (const char c : text) {
    if (c == '\n')
      end_line(seconds);
    else if (line_.size() < kLongestLine)
      line_ += c;
  }
}

void OperationCounter::end_line(double seconds) {
  std::smatch match;
  const bool found = std::regex_search(line_, match, expression_);
  if (found && has_group()) {
    const std::string text = match[1].str();
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    // A count never goes back.
    if (error == std::errc() && count > operations_) operations_ = count;
  } else if (found) {
    ++operations_;
    if (last_ >= 0) gaps_.push_back(seconds - last_);
    last_ = seconds;
  }
  line_.clear();
}

std::vector<double> OperationCounter::take_gaps() { return std::exchange(gaps_, {}); }

}  // namespace asmforge
