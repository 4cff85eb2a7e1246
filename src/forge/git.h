// git in one folder, as a program that must not be led elsewhere or run others' hooks.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace asmforge {

class Git {
 public:
  // `folder` is where it works; `interrupted` may be nullptr.
  Git(std::string folder, const std::atomic<bool>* interrupted)
      : folder_(std::move(folder)), interrupted_(interrupted) {}

  // What it printed. kBadInput with its last line when it fails. `input` is what it reads.
  [[nodiscard]] Result<std::string> output(const std::vector<std::string>& words,
                                           std::string_view input = {}) const;
  // The same without newlines at the end.
  [[nodiscard]] Result<std::string> run(const std::vector<std::string>& words,
                                        std::string_view input = {}) const;

 private:
  std::string folder_;
  const std::atomic<bool>* interrupted_;
};

// Our environment without the variables by which git's hooks and aliases name another
// repository.
std::vector<std::string> environment_without_git();

// The end of what a program printed, for a sentence: its last line, cut and printable.
std::string last_line(std::string_view text);
// What a build complains of: its first line with an error, otherwise its last.
std::string first_complaint(std::string_view text);

}  // namespace asmforge
