#include "plan/flag_for_source.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "transform/compiler_flags.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

struct BuildFile {
  BuildSystem system = BuildSystem::kMake;
  std::string file;  // from the tree's top
  std::string text;
};

bool names_targets(std::string_view cmake) {
  return cmake.find("add_executable") != std::string_view::npos ||
         cmake.find("add_library") != std::string_view::npos;
}

// In the folder, in the order in which make looks for them.
std::optional<BuildFile> build_file_in(const std::string& tree, const fs::path& folder,
                                       std::string_view command) {
  constexpr std::array<std::string_view, 3> kMakefiles = {"GNUmakefile", "makefile", "Makefile"};
  if (command.find("cmake") != std::string_view::npos) {
    const fs::path file = folder / "CMakeLists.txt";
    std::optional<std::string> text = text_of_file((tree / file).string());
    if (!text || !names_targets(*text)) return std::nullopt;
    return BuildFile{BuildSystem::kCMake, file.string(), std::move(*text)};
  }
  if (command.find("make") == std::string_view::npos) return std::nullopt;
  for (const std::string_view name : kMakefiles)
    if (std::optional<std::string> text = text_of_file((tree / folder / name).string()))
      return BuildFile{BuildSystem::kMake, (folder / name).string(), std::move(*text)};
  return std::nullopt;
}

// Beside the source, or in a folder above it up to the top.
std::optional<BuildFile> build_file_of(const std::string& source, const ChangeRequest& request) {
  fs::path folder = fs::path(source).parent_path();
  while (true) {
    std::optional<BuildFile> file = build_file_in(request.tree, folder, request.build_command);
    if (file) return file;
    if (folder.empty()) return std::nullopt;
    folder = folder.parent_path();
  }
}

}  // namespace

std::optional<Step> flag_for_source(const TreeSource& source, const ChangeRequest& request,
                                    const std::string& flag) {
  if (source.unit == nullptr ||
      !compiles(*source.unit, fmt::format("{}/{}", request.tree, source.file)))
    return std::nullopt;
  const std::optional<BuildFile> build = build_file_of(source.file, request);
  if (!build || request.forbids(build->file)) return std::nullopt;
  FlagOfSource wanted{source.file, fs::path(source.file).extension() != ".c", flag};
  const fs::path folder = fs::path(build->file).parent_path();
  if (!folder.empty()) wanted.source = fs::path(source.file).lexically_relative(folder).string();
  const Result<Patch> patch = add_flag(build->system, build->file, build->text, wanted);
  if (!patch) return std::nullopt;
  Step step;
  step.name = fmt::format("{}: {} for {}", build->file, flag, source.file);
  step.transform = "flag";
  step.patch = unified_diff(build->text, *patch);
  return step;
}

}  // namespace asmforge
