#include "forge/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/replace_file.h"
#include "base/toml_table.h"
#include "collect/compile_command.h"
#include "verdict/workloads.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHint = "docs/user/init.md shows all that can stand there";

// "./zstd" and "zstd" are one file.
std::string normal(const std::string& path) { return fs::path(path).lexically_normal().string(); }

// Paths of a project lie in it, so that a copy of the tree has them too.
std::vector<std::string> paths_in_project(TomlTable& table, std::string_view key) {
  std::vector<std::string> paths = table.texts(key).value_or(std::vector<std::string>{});
  for (std::string& path : paths) {
    path = normal(path);
    if (path == kLeftOpen) table.reject(key, fmt::format("'{}' still says {}", key, kLeftOpen));
    if (path.empty() || path.starts_with('/') || path.starts_with(".."))
      table.reject(key, fmt::format("'{}' must name files below the project's folder", key));
  }
  return paths;
}

template <class Parse>
void read_quantity(TomlTable& table, std::string_view key, Parse parse, double& quantity) {
  const auto text = table.text(key);
  if (!text) return;
  const Result<double> parsed = parse(*text);
  if (parsed)
    quantity = *parsed;
  else
    table.reject(key, fmt::format("{}; {}", parsed.error().what, parsed.error().hint));
}

void read_build(TomlTable& table, Project& project) {
  project.build = table.text("build").value_or("");
  if (project.build.empty()) table.reject("build", "[project] has no build command");
  if (project.build == kLeftOpen)
    table.reject("build", fmt::format("'build' still says {}", kLeftOpen));
  project.clean = table.text("clean").value_or("");
  project.binaries = paths_in_project(table, "binaries");
  if (project.binaries.empty()) table.reject("binaries", "[project] names no binaries");
  project.carry = paths_in_project(table, "carry");
}

ProjectWorkload workload_of(TomlTable& table, const std::vector<std::string>& binaries) {
  ProjectWorkload made;
  made.workload.name = table.text("name").value_or("");
  if (made.workload.name.empty()) table.reject("name", "a workload has no name");
  const std::string command = table.text("command").value_or("");
  std::vector<std::string> words = split_command(command);
  if (words.empty()) {
    table.reject("command", "a workload has no command");
  } else {
    made.binary = normal(words.front());
    // What a script starts, nobody could start anew from another build.
    if (std::ranges::find(binaries, made.binary) == binaries.end())
      table.reject("command",
                   fmt::format("'{}' is none of the binaries of [project]", words.front()));
    made.workload.arguments.assign(words.begin() + 1, words.end());
  }
  read_workload_keys(table, Workload(), made.workload);
  return made;
}

void read_workloads(TomlTable& root, Project& project) {
  std::set<std::string> names;
  for (TomlTable& table : root.tables("workload")) {
    project.workloads.push_back(workload_of(table, project.binaries));
    const std::string& name = project.workloads.back().workload.name;
    if (!names.insert(name).second)
      table.reject("name", fmt::format("two workloads are called '{}'", name));
  }
  if (project.workloads.empty()) root.reject("workload", "there is no [[workload]] to measure");
}

void read_forge(TomlTable& table, ForgeSettings& forge) {
  read_quantity(table, "budget", parse_seconds, forge.budget_seconds);
  read_quantity(table, "floor", parse_share, forge.floor);
  read_quantity(table, "alpha", parse_share, forge.alpha);
  if (!(forge.alpha > 0 && forge.alpha < 0.5))
    table.reject("alpha", "'alpha' must be above 0 and below 50 %");
  forge.functions = table.texts("functions").value_or(forge.functions);
  forge.forbid = table.texts("forbid").value_or(forge.forbid);
}

void read_candidates(TomlTable& table, Candidates& candidates) {
  candidates.patches = table.texts("patches").value_or(candidates.patches);
  candidates.branches = table.texts("branches").value_or(candidates.branches);
  candidates.command = table.text("command").value_or("");
}

}  // namespace

Result<Project> read_project(const std::string& path) {
  AF_TRY(TomlTable root, TomlTable::read_file(path));
  Project project;
  std::error_code failed;
  project.directory = fs::absolute(path, failed).lexically_normal().parent_path().string();
  if (auto table = root.table("project"))
    read_build(*table, project);
  else
    root.reject("project", "there is no [project] with its build command");
  if (auto table = root.table("check")) project.check = table->text("command").value_or("");
  read_workloads(root, project);
  if (auto table = root.table("forge")) read_forge(*table, project.forge);
  if (auto table = root.table("candidates")) read_candidates(*table, project.candidates);
  AF_TRY(const Done good, root.finish(kHint));
  static_cast<void>(good);
  return project;
}

Result<Project> find_project(const std::string& directory) {
  std::error_code failed;
  for (fs::path folder = fs::absolute(directory, failed).lexically_normal();;
       folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / kProjectFile, failed))
      return read_project((folder / kProjectFile).string());
    if (folder == folder.parent_path()) break;
  }
  return Error{ErrorCode::kNotFound,
               fmt::format("no {} is here or in a folder above", kProjectFile),
               "'asmforge init' writes one"};
}

Error cannot_write(const std::string& path, const std::error_code& why) {
  return {ErrorCode::kUnavailable, fmt::format("{}: cannot be written: {}", path, why.message()),
          "check the disk and its permissions"};
}

Result<std::string> work_folder_of(const std::string& project_directory) {
  const std::string folder = project_directory + "/.asmforge";
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return cannot_write(folder, failed);
  // It ignores itself as well: `git status` shows nothing of ours.
  if (!fs::exists(folder + "/.gitignore", failed)) {
    AF_TRY(const Done ignored, replace_file(folder + "/.gitignore", "*\n"));
    static_cast<void>(ignored);
  }
  return folder;
}

}  // namespace asmforge
