#include "base/helper_file.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

namespace asmforge {

Result<std::string> helper_file(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> folders = {here / "lib", here / "../lib", here / "../lib/asmforge"};
  if (const char* named = std::getenv("ASMFORGE_PLUGIN_DIR")) folders.emplace_back(named);
  for (const fs::path& folder : folders)
    if (fs::exists(folder / name, ignored)) return fs::canonical(folder / name, ignored).string();
  return Error{ErrorCode::kUnavailable, fmt::format("{} is not beside the program", name),
               "build it, or name its folder in ASMFORGE_PLUGIN_DIR"};
}

}  // namespace asmforge
