#include "forge/find_build.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json_text.h"
#include "forge/project.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

struct BuildSystem {
  std::string_view name;
  std::string_view file;  // that shows it
  std::string_view build;
  std::string_view clean;
};

// The first that fits; a project with a Makefile beside its CMakeLists.txt is told apart
// by its people.
constexpr std::array<BuildSystem, 6> kSystems = {{
    {"Cargo", "Cargo.toml", "cargo build --release", "cargo clean"},
    {"CMake", "CMakeLists.txt",
     "cmake -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo "
     "-DCMAKE_CXX_FLAGS=-ffunction-sections -DCMAKE_C_FLAGS=-ffunction-sections && "
     "cmake --build build --parallel",
     "rm -rf build"},
    {"Meson", "meson.build", "meson setup build --buildtype=debugoptimized && ninja -C build",
     "rm -rf build"},
    {"make", "GNUmakefile", "make -j", "make clean"},
    {"make", "Makefile", "make -j", "make clean"},
    {"make", "makefile", "make -j", "make clean"},
}};

constexpr std::size_t kMostFiles = 20000;  // looked at
constexpr int kDeepest = 5;
constexpr std::size_t kMostBinaries = 8;

// An executable with an entry point; no library and no object.
bool is_program(const fs::path& path) {
  std::array<char, sizeof(Elf64_Ehdr)> bytes{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), bytes.size())) return false;
  Elf64_Ehdr header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         (header.e_type == ET_EXEC || header.e_type == ET_DYN) && header.e_entry != 0;
}

// What builds leave there besides programs: their questions to the compiler, and ours.
bool is_to_be_skipped(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with('.') || name == "CMakeFiles" || name == "deps" ||
         name == "node_modules" || name == "build-script-build";
}

std::vector<std::string> find_programs(const fs::path& directory) {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code failed;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied,
                                         failed);
  for (std::size_t files = 0;
       !failed && entry != fs::recursive_directory_iterator() && files < kMostFiles;
       entry.increment(failed), ++files) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (entry.depth() >= kDeepest || is_to_be_skipped(entry->path()))
        entry.disable_recursion_pending();
      continue;
    }
    const fs::perms permissions = entry->symlink_status(ignored).permissions();
    if (!entry->is_regular_file(ignored) || entry->is_symlink(ignored) ||
        (permissions & fs::perms::owner_exec) == fs::perms::none || !is_program(entry->path()))
      continue;
    found.emplace_back(entry->last_write_time(ignored),
                       fs::relative(entry->path(), directory, ignored).string());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> programs;
  for (auto& [time, path] : found) {
    if (programs.size() == kMostBinaries || path.ends_with(".so")) continue;
    programs.push_back(std::move(path));
  }
  return programs;
}

}  // namespace

FoundBuild find_build(const std::string& directory) {
  FoundBuild found;
  for (const BuildSystem& system : kSystems) {
    std::error_code failed;
    if (!fs::is_regular_file(fs::path(directory) / system.file, failed)) continue;
    found.system = system.name;
    found.build = system.build;
    found.clean = system.clean;
    break;
  }
  found.binaries = find_programs(directory);
  return found;
}

std::string project_template(const FoundBuild& found) {
  // A path is written as TOML writes a basic string, which JSON's are.
  const std::vector<std::string> none = {kLeftOpen};
  const std::vector<std::string>& binaries = found.binaries.empty() ? none : found.binaries;
  const std::string first = json_quoted(fmt::format("./{}", binaries.front()));
  return fmt::format(
      R"(# What asmforge needs to know of this project. All keys: docs/user/init.md

[project]
# A shell command that builds all of it from a fresh checkout, in this folder. Give it -g,
# for source lines, and -ffunction-sections, so that other layouts can be tried.
build = {}
# Removes what was built; run in this folder when 'forge --apply' finds an old build in its way.
clean = {}
# What it makes, of that what is measured{}.
binaries = {}
# What git ignores and the build needs, to be copied into fresh checkouts.
carry = []

[check]
# A shell command that ends with status 0 when $PROGRAM is right. Without it, a build is
# right when it prints what the one before prints.
# command = "$PROGRAM --self-test"

# What the project is to be fast at: one table each, best some hundredths of a second long.
[[workload]]
name = "first"
command = {}        # a binary of the above and its arguments
# metric = "cpu"    # or wall, peak-memory, instructions, regex:PATTERN, ...
# env = ["MODE=fast"]
# validation = true # not run before the end of 'asmforge forge', to judge what it kept

# What 'asmforge forge' tries: 'asmforge plan' says what could be worth it.
[candidates]
# patches = ["faster.patch"]
# branches = ["my-idea"]
# command = "sed -i s/64/128/ src/table.c"

[forge]
# budget = "10m"    # of measuring
# floor = "0.5%"    # gains below it are not kept
# functions = ["parse*"] # where to look; everywhere without it
)",
      json_quoted(found.build.empty() ? kLeftOpen : found.build), json_quoted(found.clean),
      found.binaries.empty() ? " (none was found; build once and run init again)" : "",
      json_quoted_list(binaries), first);
}

}  // namespace asmforge
