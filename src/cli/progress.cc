#include "cli/progress.h"

#include "base/interrupt.h"
#include "base/text.h"

namespace asmforge {
namespace {

constexpr std::int64_t kFirstDrawMs = 500;
constexpr std::int64_t kRedrawMs = 200;

}  // namespace

Progress::Progress(std::string what, std::uint64_t total, Output& err)
    : what_(std::move(what)), total_(total), err_(err), next_draw_ms_(kFirstDrawMs) {}

Progress::~Progress() { finish(); }

void Progress::advance() {
  const std::uint64_t done = ++done_;
  if (!err_.is_terminal()) return;
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_).count();
  std::int64_t next = next_draw_ms_;
  if (elapsed < next || !next_draw_ms_.compare_exchange_strong(next, elapsed + kRedrawMs)) return;
  draw(done, static_cast<double>(elapsed) / 1000);
}

void Progress::draw(std::uint64_t done, double seconds) {
  const std::lock_guard lock(drawing_);
  const double left = seconds * static_cast<double>(total_ - std::min(done, total_)) /
                      static_cast<double>(std::max<std::uint64_t>(done, 1));
  err_.print("\r{} of {} {}, {:.0f} s left\x1b[K", with_separators(done), with_separators(total_),
             what_, left);
  err_.flush();
  drawn_ = true;
  erase_line_when_ended(true);
}

void Progress::finish() {
  const std::lock_guard lock(drawing_);
  if (!drawn_) return;
  err_.write("\r\x1b[K");
  err_.flush();
  drawn_ = false;
  erase_line_when_ended(false);
}

}  // namespace asmforge
