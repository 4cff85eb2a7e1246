#include "measure/layouts/content_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/content_hash.h"
#include "base/mapped_file.h"

namespace asmforge {
namespace {

Error cannot_write(const std::string& path) {
  return {ErrorCode::kUnavailable,
          fmt::format("{}: cannot be written: {}", path, std::strerror(errno)),
          "check the space and who may write there"};
}

bool write_all(int file, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

Result<Done> write_whole_file(const std::string& path, std::span<const std::uint8_t> bytes,
                              bool executable) {
  static std::atomic<unsigned> number{0};
  const std::string partial = fmt::format("{}.{}-{}.partial", path, getpid(), number++);
  const int file =
      open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
  if (file < 0) return cannot_write(path);
  const bool written = write_all(file, bytes);
  const int reason = errno;
  const bool closed = close(file) == 0;
  if (written && closed && std::rename(partial.c_str(), path.c_str()) == 0) return Done{};
  if (!written) errno = reason;
  const Error error = cannot_write(path);
  unlink(partial.c_str());
  return error;
}

Result<std::string> ContentStore::keep(std::span<const std::uint8_t> bytes) const {
  std::string hash = content_hash(bytes);
  std::error_code ignored;
  if (std::filesystem::exists(path_of(hash), ignored)) return hash;
  AF_TRY([[maybe_unused]] const Done written, write_whole_file(path_of(hash), bytes));
  return hash;
}

Result<std::string> ContentStore::keep_file(const std::string& path) const {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored) &&
      std::filesystem::file_size(path, ignored) == 0)
    return keep({});  // what cannot be mapped
  AF_TRY(const auto file, MappedFile::open(path));
  return keep(file->bytes());
}

}  // namespace asmforge
