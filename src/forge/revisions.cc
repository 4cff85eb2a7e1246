#include "forge/revisions.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/content_hash.h"
#include "base/process.h"
#include "base/replace_file.h"
#include "base/text.h"
#include "forge/disk_room.h"
#include "measure/layouts/capture_build.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// Written last: a build that has it is whole.
constexpr std::string_view kSeal = "/build.contents";

}  // namespace

Result<Revisions> Revisions::open(const Project& project, Hooks hooks) {
  AF_TRY(SharedClone clone, SharedClone::open(project.directory, hooks.interrupted));
  return Revisions(project, std::move(clone), std::move(hooks));
}

Result<Done> Revisions::carry() const {
  for (const std::string& path : project_.carry) {
    const fs::path from = fs::path(project_.directory) / path;
    const fs::path to = fs::path(clone_.folder()) / path;
    std::error_code failed;
    if (!fs::exists(from, failed))
      return Error{ErrorCode::kBadInput,
                   fmt::format("carry: there is no {} in {}", path, project_.directory),
                   "take it out of 'carry', or make it"};
    fs::create_directories(to.parent_path(), failed);
    fs::copy(from, to,
             fs::copy_options::recursive | fs::copy_options::overwrite_existing |
                 fs::copy_options::copy_symlinks,
             failed);
    if (failed) return cannot_write(to.string(), failed);
  }
  return Done{};
}

Result<Done> Revisions::run_build(const RevisionBuild& build) const {
  AF_TRY(const CapturedBuild captured, capture_build({.directory = build.capture,
                                                      .command = {"/bin/sh", "-c", project_.build},
                                                      .working_directory = clone_.folder(),
                                                      .output = OutputMode::kCapture,
                                                      .interrupted = hooks_.interrupted,
                                                      .progress = {}}));
  const std::string log = build.folder + "/build.log";
  AF_TRY(const Done written, replace_file(log, captured.build.output + captured.build.errors));
  static_cast<void>(written);
  AF_TRY(const Done room, check_room(build.folder));
  static_cast<void>(room);
  const std::string& words =
      captured.build.errors.empty() ? captured.build.output : captured.build.errors;
  if (!captured.build.succeeded() && is_about_full_disk(words))
    return full_disk(fmt::format("building {}", build.revision), line_about_full_disk(words));
  // A build whose steps could not be kept cannot be linked anew, which is no reason to decide
  // without other layouts.
  for (const std::string& note : captured.capture.notes)
    if (is_about_full_disk(note))
      return full_disk(fmt::format("building {}", build.revision), note);
  if (captured.build.succeeded()) return Done{};
  return Error{ErrorCode::kBadInput,
               fmt::format("the build of {} {}: {}", build.revision, captured.build.ending(),
                           first_complaint(words)),
               fmt::format("all that it printed is in {}", log)};
}

Result<Done> Revisions::keep_binaries(const RevisionBuild& build) const {
  for (const std::string& binary : project_.binaries) {
    const fs::path from = fs::path(clone_.folder()) / binary;
    const fs::path to = fs::path(build.folder) / binary;
    std::error_code failed;
    if (!fs::is_regular_file(from, failed))
      return Error{ErrorCode::kBadInput,
                   fmt::format("the build of {} made no {}", build.revision, binary),
                   "mend 'build' or 'binaries' in asmforge.toml"};
    fs::create_directories(to.parent_path(), failed);
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
    if (failed) return cannot_write(to.string(), failed);
  }
  return Done{};
}

// The commit, the command and the hash of each binary.
Result<std::string> Revisions::contents(const RevisionBuild& build) const {
  std::string text = fmt::format("{}\n{}\n", build.commit, project_.build);
  for (const std::string& binary : project_.binaries) {
    AF_TRY(const std::string hash,
           content_hash_of_file(fmt::format("{}/{}", build.folder, binary)));
    text += fmt::format("{} {}\n", hash, binary);
  }
  return text;
}

RevisionBuild Revisions::named(const std::string& revision, const std::string& commit,
                               const std::string& name) const {
  RevisionBuild build;
  build.revision = revision;
  build.commit = commit;
  build.folder = fmt::format("{}/builds/{}", clone_.home(), name);
  build.capture = build.folder + "/capture";
  return build;
}

Result<RevisionBuild> Revisions::build(const std::string& revision, const std::string& commit,
                                       const std::string& name) const {
  RevisionBuild build = named(revision, commit, name);
  std::error_code failed;
  fs::remove_all(build.folder, failed);
  fs::create_directories(build.folder, failed);
  if (failed) return cannot_write(build.folder, failed);
  AF_TRY(const Done room, check_room(build.folder));
  say(fmt::format("building {}", revision));
  AF_TRY(const Done checked, clone_.check_out(commit));
  AF_TRY(const Done carried, carry());
  AF_TRY(const Done built, run_build(build));
  AF_TRY(const Done kept, keep_binaries(build));
  AF_TRY(const std::string seal, contents(build));
  AF_TRY(const Done sealed, replace_file(fmt::format("{}{}", build.folder, kSeal), seal));
  static_cast<void>(room);
  static_cast<void>(checked);
  static_cast<void>(carried);
  static_cast<void>(built);
  static_cast<void>(kept);
  static_cast<void>(sealed);
  return build;
}

std::optional<RevisionBuild> Revisions::find(const std::string& revision, const std::string& commit,
                                             const std::string& name) const {
  RevisionBuild build = named(revision, commit, name);
  std::ifstream file(fmt::format("{}{}", build.folder, kSeal));
  const std::string seal((std::istreambuf_iterator<char>(file)), {});
  if (seal.empty()) return std::nullopt;
  const Result<std::string> now = contents(build);
  if (!now || *now != seal) return std::nullopt;
  return build;
}

void Revisions::remove(const std::string& name) const {
  std::error_code failed;
  fs::remove_all(named("", "", name).folder, failed);
}

void Revisions::remove_builds_of_runs() const {
  std::error_code failed;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(clone_.home() + "/builds", failed), end; !failed && at != end;
       at.increment(failed))
    if (at->path().filename().string().starts_with("run-")) found.push_back(at->path());
  for (const fs::path& folder : found) fs::remove_all(folder, failed);
}

std::string run_build_name(const std::string& commit) { return "run-" + short_hash(commit); }

}  // namespace asmforge
