#include "base/content_hash.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace asmforge {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

std::string hexadecimal(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

Error cannot_read(const std::string& path, const char* why) {
  return {ErrorCode::kBadInput, fmt::format("{}: cannot be read: {}", path, why), "check the path"};
}

}  // namespace

std::string content_hash(std::span<const std::uint8_t> bytes) {
  return hexadecimal(XXH3_128bits(bytes.data(), bytes.size()));
}

Result<std::string> content_hash_of_file(const std::string& path) {
  // O_NONBLOCK: a FIFO without a writer must not hang us.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return cannot_read(path, std::strerror(errno));
  struct Closer {
    int file;
    ~Closer() { close(file); }
  } const closer{file};
  struct stat status{};
  if (fstat(file, &status) != 0) return cannot_read(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return cannot_read(path, "it is no regular file");

  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  AF_CHECK(state != nullptr && XXH3_128bits_reset(state.get()) == XXH_OK);
  std::vector<std::uint8_t> piece(kPieceBytes);
  while (true) {
    const ssize_t got = read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, std::strerror(errno));
    if (got == 0) return hexadecimal(XXH3_128bits_digest(state.get()));
    XXH3_128bits_update(state.get(), piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace asmforge
