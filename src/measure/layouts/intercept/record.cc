// asmforge_record PROGRAM ARGV0 ARGUMENTS...: keeps what a tool of a build is given,
// then becomes that tool. Started by intercept.c. Whatever goes wrong here is written
// down beside the steps; the build goes on.
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "measure/layouts/content_store.h"
#include "measure/layouts/record_step.h"

namespace {

asmforge::Result<asmforge::Done> record(int count, char** words, const std::string& folder) {
  asmforge::StartedTool tool;
  tool.program = words[0];
  tool.argv.assign(words + 1, words + count);
  std::array<char, PATH_MAX> directory{};
  if (getcwd(directory.data(), directory.size()) != nullptr) tool.directory = directory.data();
  for (char** variable = environ; *variable != nullptr; ++variable)
    tool.environment.emplace_back(*variable);
  return asmforge::record_step(tool, folder);
}

void note_failure(const std::string& folder, const std::string& what) {
  const std::string path = fmt::format("{}/steps/{}.failed", folder, getpid());
  // Nothing is left to do when even that cannot be written.
  static_cast<void>(asmforge::write_whole_file(
      path, {reinterpret_cast<const std::uint8_t*>(what.data()), what.size()}));
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    static_cast<void>(std::fputs("asmforge_record is started by asmforge capture\n", stderr));
    return 2;
  }
  const char* const folder = std::getenv("ASMFORGE_CAPTURE");
  if (folder != nullptr) {
    try {
      const auto recorded = record(count - 1, words + 1, folder);
      if (!recorded) note_failure(folder, fmt::format("{}: {}", words[1], recorded.error().what));
    } catch (const std::exception& error) {
      note_failure(folder, fmt::format("{}: {}", words[1], error.what()));
    }
  }
  // Not execve: the preloaded one would lead here again.
  syscall(SYS_execve, words[1], words + 2, environ);
  static_cast<void>(std::fprintf(stderr, "%s: %s\n", words[1], std::strerror(errno)));
  return errno == ENOENT ? 127 : 126;
}
