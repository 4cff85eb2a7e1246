// What a folder shows of how its project is built: the first asmforge.toml is written
// from it, for people to mend.
#pragma once

#include <string>
#include <vector>

namespace asmforge {

struct FoundBuild {
  std::string system;  // "CMake"; empty when nothing was recognised
  std::string build;   // shell command
  std::string clean;
  std::vector<std::string> binaries;  // programs that lie there, the latest built first
};

FoundBuild find_build(const std::string& directory);

// The text of an asmforge.toml; what could not be found is left open with a word on it.
std::string project_template(const FoundBuild& found);

}  // namespace asmforge
