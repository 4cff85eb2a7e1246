// Where text goes: a file descriptor, or a string in tests.
//
// A closed pipe (`asmforge list x | head`) swallows the rest and is no error: the
// command ends as it would have, with its own status.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace asmforge {

inline constexpr int kStandardOutput = 1;
inline constexpr int kStandardError = 2;

class Output {
 public:
  explicit Output(int descriptor);
  explicit Output(std::string& text);  // appends there; must outlive this
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    format_and_write(format, fmt::make_format_args(args...));
  }
  void flush();

  [[nodiscard]] bool is_terminal() const { return terminal_; }
  // Columns of the terminal; 0 when it is none.
  [[nodiscard]] unsigned width() const { return width_; }
  // errno of the first write that failed for another reason than a closed pipe; 0 for none.
  [[nodiscard]] int failure() const { return failure_; }

 private:
  // Not in the template: each file that prints would compile fmt's machinery anew.
  void format_and_write(fmt::string_view format, fmt::format_args args);

  static constexpr std::size_t kFlushAt = std::size_t{64} * 1024;  // bytes
  int descriptor_ = -1;
  std::string* text_ = nullptr;
  bool terminal_ = false;
  bool closed_ = false;
  unsigned width_ = 0;
  int failure_ = 0;
  std::string buffer_;
};

}  // namespace asmforge
