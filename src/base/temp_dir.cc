#include "base/temp_dir.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace asmforge {

Result<std::shared_ptr<const TempDir>> TempDir::create() {
  const char* chosen = std::getenv("TMPDIR");
  const std::string parent = chosen == nullptr || *chosen == '\0' ? "/tmp" : chosen;
  std::string path = parent + "/asmforge-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot make a folder in {}: {}", parent, std::strerror(errno)),
                 "set TMPDIR to a folder that can be written"};
  }
  return std::shared_ptr<const TempDir>(new TempDir(std::move(path)));
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace asmforge
