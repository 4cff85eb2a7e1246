#include "forge/git.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/process.h"
#include "base/text.h"
#include "forge/disk_room.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostBytes = 300;  // of a line in a sentence

}  // namespace

std::vector<std::string> environment_without_git() {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (!std::string_view(*variable).starts_with("GIT_")) environment.emplace_back(*variable);
  return environment;
}

std::string last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (const std::size_t line = text.rfind('\n'); line != std::string_view::npos)
    text.remove_prefix(line + 1);
  return printable(text.substr(0, kMostBytes));
}

std::string first_complaint(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    for (const std::string_view sign : {"error: ", "error[", "fatal error", "undefined reference"})
      if (line.find(sign) != std::string_view::npos) return printable(line.substr(0, kMostBytes));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return last_line(text);
}

Result<std::string> Git::output(const std::vector<std::string>& words,
                                std::string_view input) const {
  // Hooks of the user's are for the user's own work, and so is signing.
  std::vector<std::string> argv = {"git",
                                   "-c",
                                   "core.hooksPath=/dev/null",
                                   "-c",
                                   "advice.detachedHead=false",
                                   "-c",
                                   "commit.gpgSign=false",
                                   "-c",
                                   "gc.auto=0"};
  argv.insert(argv.end(), words.begin(), words.end());
  AF_TRY(const ProcessResult done, run_process({.argv = argv,
                                                .environment = environment_without_git(),
                                                .working_directory = folder_,
                                                .input = std::string(input),
                                                .interrupted = interrupted_}));
  if (!done.succeeded() && is_about_full_disk(done.errors))
    return full_disk(fmt::format("git {}", words.front()), line_about_full_disk(done.errors));
  if (!done.succeeded())
    return Error{ErrorCode::kBadInput,
                 fmt::format("git {} {}: {}", words.front(), done.ending(), last_line(done.errors)),
                 ""};
  return done.output;
}

Result<std::string> Git::run(const std::vector<std::string>& words, std::string_view input) const {
  AF_TRY(std::string printed, output(words, input));
  while (!printed.empty() && printed.back() == '\n') printed.pop_back();
  return printed;
}

}  // namespace asmforge
