#include "verdict/builds.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/content_hash.h"
#include "collect/profiles/elf_identity.h"

namespace asmforge {

namespace fs = std::filesystem;

Result<ArmBuild> describe_build(Arm arm, const std::string& path) {
  const auto cannot = [&](std::string_view why, std::string_view hint) {
    return Error{ErrorCode::kBadInput, fmt::format("{}: {}", path, why), std::string(hint)};
  };
  struct stat status{};
  if (stat(path.c_str(), &status) != 0)
    return errno == ENOENT ? cannot("there is no such file", "check the path")
                           : cannot(std::strerror(errno), "check the path");
  if (!S_ISREG(status.st_mode)) return cannot("is no program", "name a file that can be run");
  if (access(path.c_str(), X_OK) != 0)
    return cannot("is not executable", "make it so with chmod +x");
  ArmBuild build;
  build.arm = arm;
  build.path = path;
  AF_TRY(build.content_hash, content_hash_of_file(path));
  // A script has no build id.
  if (const Result<ElfIdentity> identity = identify_elf_file(path))
    build.build_id = identity->build_id;
  return build;
}

Result<std::string> copy_program(const std::string& path, const std::string& folder) {
  const std::string copy = folder + "/" + fs::path(path).filename().string();
  std::error_code failed;
  fs::copy_file(path, copy, fs::copy_options::overwrite_existing, failed);
  if (failed)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: cannot be copied to {}: {}", path, folder, failed.message()),
                 "name another folder in TMPDIR"};
  return copy;
}

}  // namespace asmforge
