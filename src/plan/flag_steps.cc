#include "plan/flag_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "plan/flag_for_source.h"
#include "transform/compiler_flags.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// What to try in place of what there is: level 3 is not always the faster one.
std::string_view other_level(std::string_view level) {
  return level == "-O3" || level == "-Ofast" ? "-O2" : "-O3";
}

void add_steps_of_source(const TreeSource& source, const ChangeRequest& request,
                         std::vector<Step>& steps) {
  if (source.unit == nullptr) return;
  std::vector<std::string> flags = source.unit->taken_back;
  flags.emplace_back(other_level(source.unit->optimisation));
  for (const std::string& flag : flags) {
    std::optional<Step> step = flag_for_source(source, request, flag);
    if (step && std::ranges::find(steps, *step) == steps.end()) steps.push_back(std::move(*step));
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
