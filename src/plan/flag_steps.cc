#include "plan/flag_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
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

// What to try in place of what there is: level 3 is not always the faster one.
std::string_view other_level(std::string_view level) {
  return level == "-O3" || level == "-Ofast" ? "-O2" : "-O3";
}

bool is_cplusplus(const std::string& source) { return fs::path(source).extension() != ".c"; }

void add_steps_of_source(const TreeSource& source, const ChangeRequest& request,
                         std::vector<Step>& steps) {
  // A header is compiled by the flags of those that include it.
  if (source.unit == nullptr ||
      !compiles(*source.unit, fmt::format("{}/{}", request.tree, source.file)))
    return;
  const std::optional<BuildFile> build = build_file_of(source.file, request);
  if (!build || request.forbids(build->file)) return;
  FlagOfSource wanted;
  const fs::path folder = fs::path(build->file).parent_path();
  wanted.source = source.file;
  if (!folder.empty()) wanted.source = fs::path(source.file).lexically_relative(folder).string();
  wanted.is_cplusplus = is_cplusplus(source.file);
  std::vector<std::string> flags = source.unit->taken_back;
  flags.emplace_back(other_level(source.unit->optimisation));
  for (const std::string& flag : flags) {
    wanted.flag = flag;
    const Result<Patch> patch = add_flag(build->system, build->file, build->text, wanted);
    if (!patch) continue;
    Step step;
    step.name = fmt::format("{}: {} for {}", build->file, wanted.flag, source.file);
    step.transform = "flag";
    step.patch = unified_diff(build->text, *patch);
    if (std::ranges::find(steps, step) == steps.end()) steps.push_back(std::move(step));
  }
}

void add_cargo_steps(const ChangeRequest& request, std::vector<Step>& steps) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSettings = {{
      {"opt-level", "3"},
      {"codegen-units", "1"},
      {"lto", "\"fat\""},
  }};
  const std::string file =
      (fs::path(request.project) / "Cargo.toml").lexically_relative(request.tree).string();
  const std::optional<std::string> text = text_of_file((fs::path(request.tree) / file).string());
  if (!text || request.forbids(file)) return;
  for (const auto& [key, value] : kSettings) {
    // It is what a release has anyway.
    if (key == "opt-level" && text->find("opt-level") == std::string::npos) continue;
    const Result<Patch> patch = set_release_profile(file, *text, key, value);
    if (!patch) continue;
    Step step;
    step.name = fmt::format("{}: {} = {}", file, key, value);
    step.transform = "flag";
    step.patch = unified_diff(*text, *patch);
    steps.push_back(std::move(step));
  }
}

bool is_rust(const HotFunction& hot) {
  return hot.source.known() && hot.source.frames.back().file.ends_with(".rs");
}

}  // namespace

std::vector<Step> flag_steps(std::span<const HotFunction> functions, const ChangeRequest& request,
                             TreeSources& sources) {
  std::vector<Step> steps;
  if (request.forbids("flag")) return steps;
  for (const HotFunction& hot : functions) {
    if (!hot.source.known()) continue;
    const TreeSource* source = sources.find(hot.source.frames.back());
    if (source == nullptr) continue;
    add_steps_of_source(*source, request, steps);
  }
  if (request.build_command.find("cargo") != std::string::npos &&
      std::ranges::any_of(functions, is_rust))
    add_cargo_steps(request, steps);
  return steps;
}

}  // namespace asmforge
