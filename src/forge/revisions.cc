#include "forge/revisions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/process.h"
#include "base/replace_file.h"
#include "base/text.h"
#include "measure/layouts/capture_build.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// Variables that a hook or an alias sets would lead git to another repository.
std::vector<std::string> environment_without_git() {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (!std::string_view(*variable).starts_with("GIT_")) environment.emplace_back(*variable);
  return environment;
}

std::string last_lines(const std::string& text) {
  constexpr std::size_t kMost = 300;  // bytes
  std::string end = text.size() > kMost ? text.substr(text.size() - kMost) : text;
  while (!end.empty() && end.back() == '\n') end.pop_back();
  const std::size_t line = end.rfind('\n', end.empty() ? 0 : end.size() - 1);
  return printable(line == std::string::npos ? end : end.substr(line + 1));
}

Error cannot_write(const std::string& path, const std::error_code& why) {
  return {ErrorCode::kUnavailable, fmt::format("{}: cannot be written: {}", path, why.message()),
          "check the disk and its permissions"};
}

// Nobody else works there while the descriptor is open.
Result<Descriptor> take_lock(const std::string& path) {
  Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock.open()) return cannot_write(path, std::error_code(errno, std::generic_category()));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("another asmforge works in {}", fs::path(path).parent_path().string()),
                 "wait until it is done, or stop it"};
  return lock;
}

}  // namespace

Result<std::string> Revisions::git(std::vector<std::string> words) const {
  // Hooks of the user's are for the user's own work.
  std::vector<std::string> argv = {"git", "-c", "core.hooksPath=/dev/null", "-c",
                                   "advice.detachedHead=false"};
  argv.insert(argv.end(), words.begin(), words.end());
  AF_TRY(const ProcessResult done, run_process({.argv = argv,
                                                .environment = environment_without_git(),
                                                .working_directory = project_.directory,
                                                .input = {},
                                                .interrupted = hooks_.interrupted}));
  if (!done.succeeded())
    return Error{ErrorCode::kBadInput,
                 fmt::format("git {} {}: {}", words.front() == "-C" ? words[2] : words.front(),
                             done.ending(), last_lines(done.errors)),
                 ""};
  std::string output = done.output;
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

Result<Revisions> Revisions::open(const Project& project, Hooks hooks) {
  Revisions revisions(project, std::move(hooks));
  if (!find_program("git"))
    return Error{ErrorCode::kUnavailable, "git was not found", "install git"};
  const Result<std::string> top = revisions.git({"rev-parse", "--show-toplevel"});
  if (!top)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: is in no git repository", project.directory),
                 "revisions are built from one: git init, and commit"};
  AF_TRY(revisions.home_, work_folder_of(project.directory));
  revisions.tree_ = revisions.home_ + "/tree";
  std::error_code failed;
  const fs::path prefix = fs::relative(project.directory, *top, failed);
  revisions.in_tree_ = (fs::path(revisions.tree_) / prefix).lexically_normal().string();
  fs::create_directories(revisions.home_ + "/builds", failed);
  if (failed) return cannot_write(revisions.home_, failed);
  AF_TRY(revisions.lock_, take_lock(revisions.home_ + "/lock"));
  if (!fs::exists(revisions.tree_ + "/.git", failed)) {
    fs::remove_all(revisions.tree_, failed);
    AF_TRY(const std::string cloned,
           revisions.git({"clone", "--quiet", "--shared", "--no-checkout", *top, revisions.tree_}));
    static_cast<void>(cloned);
  }
  return revisions;
}

Result<std::string> Revisions::commit_of(const std::string& revision) const {
  // A name that looks like an option is none.
  Result<std::string> commit =
      git({"rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}"});
  if (commit) return commit;
  return Error{
      ErrorCode::kNotFound,
      fmt::format("'{}' is no file and no commit, branch or tag here", printable(revision)),
      "'git log --oneline' lists commits"};
}

Result<Done> Revisions::check_out(const std::string& commit) const {
  AF_TRY(const std::string checked,
         git({"-C", tree_, "checkout", "--quiet", "--force", "--detach", commit}));
  AF_TRY(const std::string cleaned, git({"-C", tree_, "clean", "-ffdxq"}));
  static_cast<void>(checked);
  static_cast<void>(cleaned);
  std::error_code failed;
  if (fs::exists(tree_ + "/.gitmodules", failed)) {
    AF_TRY(const std::string updated, git({"-C", tree_, "submodule", "--quiet", "update", "--init",
                                           "--recursive", "--force"}));
    static_cast<void>(updated);
  }
  return carry();
}

Result<Done> Revisions::carry() const {
  for (const std::string& path : project_.carry) {
    const fs::path from = fs::path(project_.directory) / path;
    const fs::path to = fs::path(in_tree_) / path;
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
                                                      .working_directory = in_tree_,
                                                      .output = OutputMode::kCapture,
                                                      .interrupted = hooks_.interrupted,
                                                      .progress = {}}));
  const std::string log = build.folder + "/build.log";
  AF_TRY(const Done written, replace_file(log, captured.build.output + captured.build.errors));
  static_cast<void>(written);
  if (captured.build.succeeded()) return Done{};
  return Error{ErrorCode::kBadInput,
               fmt::format("the build of {} {}: {}", build.revision, captured.build.ending(),
                           last_lines(captured.build.errors.empty() ? captured.build.output
                                                                    : captured.build.errors)),
               fmt::format("all that it printed is in {}", log)};
}

Result<Done> Revisions::keep_binaries(const RevisionBuild& build) const {
  for (const std::string& binary : project_.binaries) {
    const fs::path from = fs::path(in_tree_) / binary;
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

Result<RevisionBuild> Revisions::build(const std::string& revision, const std::string& name) {
  RevisionBuild build;
  build.revision = revision;
  AF_TRY(build.commit, commit_of(revision));
  build.folder = fmt::format("{}/builds/{}", home_, name);
  build.capture = build.folder + "/capture";
  std::error_code failed;
  fs::remove_all(build.folder, failed);
  fs::create_directories(build.folder, failed);
  if (failed) return cannot_write(build.folder, failed);
  say(fmt::format("building {}", revision));
  AF_TRY(const Done checked, check_out(build.commit));
  AF_TRY(const Done built, run_build(build));
  AF_TRY(const Done kept, keep_binaries(build));
  static_cast<void>(checked);
  static_cast<void>(built);
  static_cast<void>(kept);
  return build;
}

}  // namespace asmforge
