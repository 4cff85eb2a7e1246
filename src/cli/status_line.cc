#include "cli/status_line.h"

#include <cmath>

#include "base/interrupt.h"

namespace asmforge {

void StatusLine::show(std::string_view what, double seconds_left) {
  constexpr std::chrono::seconds kBetween{1};
  const Clock::time_point now = Clock::now();
  if (!err_.is_terminal() || now < next_) return;
  next_ = now + kBetween;
  err_.print("\r{}, {:.0f} s left\x1b[K", what, std::ceil(seconds_left));
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
