#include "base/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace asmforge {
namespace {

Error cannot_write(const std::string& path) {
  if (errno == ENOSPC || errno == EDQUOT)
    return {ErrorCode::kUnavailable,
            fmt::format("{}: cannot be written: {}", path, std::strerror(errno)), "make room"};
  return {ErrorCode::kBadInput,
          fmt::format("{}: cannot be written: {}", path, std::strerror(errno)),
          "name another file"};
}

Result<Done> write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t done = write(file, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return cannot_write(path);
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return Done{};
}

struct Target {
  bool replace = false;
  std::string path;  // of a temporary beside the file that is replaced
};

Target target_of(const std::string& path) {
  struct stat status{};
  const bool replace = stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
  return {replace, replace ? fmt::format("{}.{}.tmp", path, getpid()) : path};
}

}  // namespace

Result<Done> check_writable(const std::string& path) {
  const Target target = target_of(path);
  if (!target.replace) {
    // Opening a pipe would wait for its reader.
    if (std::filesystem::is_directory(path))
      errno = EISDIR;
    else if (access(path.c_str(), W_OK) == 0)
      return Done{};
    return cannot_write(path);
  }
  const int file = open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0666);
  if (file < 0) return cannot_write(path);
  close(file);
  unlink(target.path.c_str());
  return Done{};
}

Result<Done> replace_file(const std::string& path, std::string_view text) {
  const auto [replace, target] = target_of(path);
  const int file =
      open(target.c_str(), O_WRONLY | O_CLOEXEC | (replace ? O_CREAT | O_TRUNC : 0), 0666);
  if (file < 0) return cannot_write(path);
  Result<Done> written = write_all(file, text, path);
  if (close(file) != 0 && written) written = cannot_write(path);
  if (replace && written && rename(target.c_str(), path.c_str()) != 0) written = cannot_write(path);
  if (replace && !written) unlink(target.c_str());
  return written;
}

}  // namespace asmforge
