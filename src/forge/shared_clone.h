// A clone of a project's repository in which revisions are checked out and changes are
// tried, so that the user's files and branches are never written to (docs/adr/0004).
//
//     .asmforge/tree    shares the repository's objects; its own commits stay in it
//     .asmforge/lock    held by who works there
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "forge/git.h"
#include "forge/tree_lock.h"

namespace asmforge {

class SharedClone {
 public:
  // Takes the project's lock. kBadInput where there is no repository, kUnavailable without
  // git or when another asmforge works there.
  static Result<SharedClone> open(const std::string& project_directory,
                                  const std::atomic<bool>* interrupted);

  // Edits the files below the folder that it is given.
  using Edit = std::function<Result<Done>(const std::string& project_folder)>;

  // The hash of a commit, branch or tag of the user's; kNotFound for what is none.
  [[nodiscard]] Result<std::string> commit_of(const std::string& revision) const;
  // The hash of a commit's files; kBadInput when it is not there.
  [[nodiscard]] Result<std::string> tree_of(const std::string& commit) const {
    return clone_.run({"rev-parse", commit + "^{tree}"});
  }
  // A file of a commit, by its path from the top.
  [[nodiscard]] Result<std::string> text_of(const std::string& commit,
                                            const std::string& file) const {
    return clone_.output({"show", commit + ":" + file});
  }
  // Exactly the commit's files, with submodules and nothing else.
  [[nodiscard]] Result<Done> check_out(const std::string& commit) const;
  // A commit of what `edit` does to the files of `parent`; the parent itself when that is
  // nothing. Files in `ignored`, from the project's folder, are no part of it.
  [[nodiscard]] Result<std::string> commit_edit(const std::string& parent,
                                                const std::string& message,
                                                const std::vector<std::string>& ignored,
                                                const Edit& edit) const;
  // A commit of the files of `commit` on another parent: its hash.
  [[nodiscard]] Result<std::string> replanted(const std::string& commit, const std::string& parent,
                                              const std::string& message) const;
  // Applies a unified diff to what is checked out.
  [[nodiscard]] Result<Done> apply(std::string_view patch) const;
  // Names a commit, so that it can be fetched and is never pruned.
  [[nodiscard]] Result<Done> name(const std::string& reference, const std::string& commit) const;
  // The unified diff that makes `after` of `before`.
  [[nodiscard]] Result<std::string> difference(const std::string& before,
                                               const std::string& after) const;

  [[nodiscard]] const std::string& home() const { return home_; }       // .asmforge
  [[nodiscard]] const std::string& folder() const { return in_tree_; }  // the project's, in it
  [[nodiscard]] const std::string& tree() const { return tree_; }       // its top
  [[nodiscard]] const Git& repository() const { return repository_; }   // the user's

 private:
  SharedClone(const std::string& project_directory, const std::atomic<bool>* interrupted)
      : repository_(project_directory, interrupted),
        clone_(project_directory, interrupted),
        interrupted_(interrupted) {}
  [[nodiscard]] Result<Done> clone(const std::string& top);
  [[nodiscard]] Result<std::vector<std::string>> identity() const;

  Git repository_;
  Git clone_;
  const std::atomic<bool>* interrupted_;
  std::string home_;
  std::string tree_;
  std::string in_tree_;
  TreeLock lock_;
};

// Tracked files that differ from the last commit, by their paths from the repository's top.
Result<std::vector<std::string>> changed_files(const Git& repository);

}  // namespace asmforge
