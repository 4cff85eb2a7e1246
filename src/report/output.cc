#include "report/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

namespace asmforge {
namespace {

constexpr unsigned kUsualWidth = 80;

unsigned terminal_width(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

}  // namespace

Output::Output(int descriptor)
    : descriptor_(descriptor),
      terminal_(isatty(descriptor) == 1),
      width_(terminal_ ? terminal_width(descriptor) : 0) {}

Output::Output(std::string& text) : text_(&text) {}

Output::~Output() { flush(); }

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::format_and_write(fmt::string_view format, fmt::format_args args) {
  fmt::vformat_to(std::back_inserter(buffer_), format, args);
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::flush() {
  if (text_ != nullptr) *text_ += buffer_;
  std::string_view rest = text_ != nullptr ? std::string_view{} : std::string_view(buffer_);
  while (!rest.empty() && !closed_) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    closed_ = true;
    if (errno != EPIPE) failure_ = errno;
  }
  buffer_.clear();
}

}  // namespace asmforge
