#include "forge/shared_clone.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/process.h"
#include "base/text.h"
#include "forge/project.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// A git that was killed leaves its own locks; nobody else works in the clone.
void remove_locks_of_the_dead(const std::string& git_folder) {
  std::error_code failed;
  std::vector<fs::path> locks;
  for (fs::recursive_directory_iterator at(git_folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->path().filename() == "objects") at.disable_recursion_pending();
    if (at->path().extension() == ".lock") locks.push_back(at->path());
  }
  for (const fs::path& lock : locks) fs::remove(lock, failed);
}

}  // namespace

Result<SharedClone> SharedClone::open(const std::string& project_directory,
                                      const std::atomic<bool>* interrupted) {
  SharedClone made(project_directory, interrupted);
  if (!find_program("git"))
    return Error{ErrorCode::kUnavailable, "git was not found", "install git"};
  const Result<std::string> top = made.repository_.run({"rev-parse", "--show-toplevel"});
  if (!top)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: is in no git repository", project_directory),
                 "revisions are built from one: git init, and commit"};
  AF_TRY(made.home_, work_folder_of(project_directory));
  made.tree_ = made.home_ + "/tree";
  std::error_code failed;
  const fs::path prefix = fs::relative(project_directory, *top, failed);
  made.in_tree_ = (fs::path(made.tree_) / prefix).lexically_normal().string();
  while (made.in_tree_.ends_with('/')) made.in_tree_.pop_back();
  AF_TRY(made.lock_, TreeLock::take(made.home_, made.tree_));
  made.clone_ = Git(made.tree_, interrupted);
  if (!fs::exists(made.tree_ + "/.git", failed)) {
    AF_TRY(const Done cloned, made.clone(*top));
    static_cast<void>(cloned);
  }
  remove_locks_of_the_dead(made.tree_ + "/.git");
  return made;
}

// Under another name until it is whole.
Result<Done> SharedClone::clone(const std::string& top) {
  const std::string unfinished = home_ + "/tree.unfinished";
  std::error_code failed;
  fs::remove_all(unfinished, failed);
  fs::remove_all(tree_, failed);
  AF_TRY(const std::string cloned,
         repository_.run({"clone", "--quiet", "--shared", "--no-checkout", top, unfinished}));
  static_cast<void>(cloned);
  fs::rename(unfinished, tree_, failed);
  if (failed) return cannot_write(tree_, failed);
  return Done{};
}

Result<std::string> SharedClone::commit_of(const std::string& revision) const {
  // A name that looks like an option is none.
  Result<std::string> commit = repository_.run(
      {"rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}"});
  if (commit) return commit;
  return Error{
      ErrorCode::kNotFound,
      fmt::format("'{}' is no file and no commit, branch or tag here", printable(revision)),
      "'git log --oneline' lists commits"};
}

Result<Done> SharedClone::check_out(const std::string& commit) const {
  AF_TRY(const std::string checked,
         clone_.run({"checkout", "--quiet", "--force", "--detach", commit}));
  AF_TRY(const std::string cleaned, clone_.run({"clean", "-ffdxq"}));
  static_cast<void>(checked);
  static_cast<void>(cleaned);
  std::error_code failed;
  if (fs::exists(tree_ + "/.gitmodules", failed)) {
    AF_TRY(const std::string updated,
           clone_.run({"submodule", "--quiet", "update", "--init", "--recursive", "--force"}));
    static_cast<void>(updated);
  }
  return Done{};
}

// Who commits: the user, or, where git does not know him, asmforge.
Result<std::vector<std::string>> SharedClone::identity() const {
  std::vector<std::string> words;
  for (const auto& [key, otherwise] :
       {std::pair("user.name", "asmforge"), std::pair("user.email", "asmforge@localhost")}) {
    const Result<std::string> known = repository_.run({"config", "--get", key});
    if (!known && known.error().code == ErrorCode::kInterrupted) return known.error();
    words.emplace_back("-c");
    words.push_back(fmt::format("{}={}", key, known && !known->empty() ? *known : otherwise));
  }
  return words;
}

Result<std::string> SharedClone::commit_edit(const std::string& parent, const std::string& message,
                                             const std::vector<std::string>& ignored,
                                             const Edit& edit) const {
  AF_TRY(const Done checked, check_out(parent));
  AF_TRY(const Done edited, edit(in_tree_));
  static_cast<void>(checked);
  static_cast<void>(edited);
  const Git there(in_tree_, interrupted_);
  std::vector<std::string> add = {"add", "--all", "--", ":/"};
  for (const std::string& path : ignored) add.push_back(":(exclude)" + path);
  AF_TRY(const std::string added, there.run(add));
  AF_TRY(const std::string tree, clone_.run({"write-tree"}));
  AF_TRY(const std::string old_tree, tree_of(parent));
  static_cast<void>(added);
  if (tree == old_tree) return parent;
  AF_TRY(std::vector<std::string> words, identity());
  words.insert(words.end(), {"commit-tree", tree, "-p", parent});
  return clone_.run(words, message);
}

Result<std::string> SharedClone::replanted(const std::string& commit, const std::string& parent,
                                           const std::string& message) const {
  AF_TRY(std::vector<std::string> words, identity());
  AF_TRY(const std::string tree, tree_of(commit));
  words.insert(words.end(), {"commit-tree", tree, "-p", parent});
  return clone_.run(words, message);
}

Result<Done> SharedClone::apply(std::string_view patch) const {
  const std::vector<std::string> plain = {"apply", "--whitespace=nowarn", "-"};
  const Result<std::string> applied = clone_.run(plain, patch);
  if (applied) return Done{};
  if (applied.error().code == ErrorCode::kInterrupted) return applied.error();
  // What stands a few lines elsewhere by now still applies to the blobs it was made from.
  const Result<std::string> merged =
      clone_.run({"apply", "--3way", "--whitespace=nowarn", "-"}, patch);
  if (merged) return Done{};
  if (merged.error().code == ErrorCode::kInterrupted) return merged.error();
  return Error{
      ErrorCode::kBadInput,
      fmt::format("what it changes does not stand there like that ({})", applied.error().what), ""};
}

Result<Done> SharedClone::name(const std::string& reference, const std::string& commit) const {
  AF_TRY(const std::string named, clone_.run({"update-ref", reference, commit}));
  static_cast<void>(named);
  return Done{};
}

Result<std::string> SharedClone::difference(const std::string& before,
                                            const std::string& after) const {
  return clone_.output({"diff", "--binary", "--no-color", "--no-ext-diff", before, after});
}

Result<std::vector<std::string>> changed_files(const Git& repository) {
  AF_TRY(const std::string status,
         repository.run({"status", "--porcelain", "--untracked-files=no"}));
  std::vector<std::string> files;
  constexpr std::size_t kState = 3;  // columns before the name
  for (std::size_t at = 0; at < status.size();) {
    const std::size_t end = std::min(status.find('\n', at), status.size());
    if (end > at + kState) files.push_back(status.substr(at + kState, end - at - kState));
    at = end + 1;
  }
  return files;
}

}  // namespace asmforge
