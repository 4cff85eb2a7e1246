#include "cli/status_line.h"

#include <cmath>

#include "base/interrupt.h"

namespace asmforge {

void StatusLine::show(std::string_view what, std::optional<double> seconds_left) {
  constexpr std::chrono::seconds kBetween{1};
  const Clock::time_point now = Clock::now();
  if (!err_.is_terminal() || now < next_) return;
  next_ = now + kBetween;
  const std::string left =
      seconds_left ? fmt::format(", {:.0f} s left", std::ceil(*seconds_left)) : "";
  err_.print("\r{}{}\x1b[K", what, left);
  err_.flush();
  drawn_ = true;
  erase_line_when_ended(true);
}

void StatusLine::clear() {
  if (!drawn_) return;
  err_.write("\r\x1b[K");
  err_.flush();
  drawn_ = false;
  erase_line_when_ended(false);
}

}  // namespace asmforge
