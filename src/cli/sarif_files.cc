#include "cli/sarif_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/mapped_file.h"
#include "mc/sha256.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

std::string absolute(const fs::path& path) {
  std::error_code failed;
  std::string whole = fs::absolute(path, failed).lexically_normal().string();
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

}  // namespace

Result<SarifRoot> sarif_root(const std::string& named) {
  std::error_code failed;
  if (!named.empty()) {
    if (!fs::is_directory(named, failed))
      return Error{ErrorCode::kBadInput, fmt::format("{}: is no folder", named),
                   "name the folder that paths are to be relative to"};
    return SarifRoot{absolute(named), absolute(named)};
  }
  const std::string here = absolute(".");
  for (fs::path folder = here;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", failed)) return SarifRoot{folder.string(), folder.string()};
    if (folder == folder.parent_path()) break;
  }
  return SarifRoot{here, here};
}

Result<SarifProgram> sarif_program(const Binary& binary) {
  SarifProgram program{absolute(binary.path), binary.member, "", 0};
  if (!binary.member.empty()) {
    program.sha256 = sha256(binary.file_bytes);
    program.bytes = binary.file_bytes.size();
    return program;
  }
  AF_TRY(const auto file, MappedFile::open(binary.path));
  program.sha256 = sha256(file->bytes());
  program.bytes = file->bytes().size();
  return program;
}

}  // namespace asmforge
