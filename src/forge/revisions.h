// Builds of a project's revisions, each made from nothing in one and the same folder, so
// that paths in programs (__FILE__, assertions, hashes of names) do not differ.
//
//     .asmforge/builds/NAME/   a build's binaries, its capture and what it printed
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "forge/project.h"
#include "forge/shared_clone.h"

namespace asmforge {

struct RevisionBuild {
  std::string revision;  // as it was named
  std::string commit;    // its hash
  std::string folder;    // holds the binaries, by their paths in the project
  std::string capture;   // its folder, for other layouts
};

class Revisions {
 public:
  struct Hooks {
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(std::string_view what)> progress;  // may be empty
  };
  // Takes the project's lock; errors are those of SharedClone::open().
  static Result<Revisions> open(const Project& project, Hooks hooks);

  [[nodiscard]] const SharedClone& clone() const { return clone_; }
  [[nodiscard]] Result<std::string> commit_of(const std::string& revision) const {
    return clone_.commit_of(revision);
  }
  // Overwrites an earlier build of that name. A build that fails or makes not all binaries
  // is kBadInput, with its last words. `revision` is for people.
  [[nodiscard]] Result<RevisionBuild> build(const std::string& revision, const std::string& commit,
                                            const std::string& name) const;
  // An earlier build of that name and commit, if all of it is still as it was made.
  [[nodiscard]] std::optional<RevisionBuild> find(const std::string& revision,
                                                  const std::string& commit,
                                                  const std::string& name) const;
  void remove(const std::string& name) const;
  // Of all runs of the loop: once another begins, none of them can be applied any more.
  void remove_builds_of_runs() const;
  // Copies what git ignores and the build needs from the user's folder.
  [[nodiscard]] Result<Done> carry() const;

 private:
  Revisions(const Project& project, SharedClone clone, Hooks hooks)
      : project_(project), clone_(std::move(clone)), hooks_(std::move(hooks)) {}
  [[nodiscard]] RevisionBuild named(const std::string& revision, const std::string& commit,
                                    const std::string& name) const;
  [[nodiscard]] Result<Done> run_build(const RevisionBuild& build) const;
  [[nodiscard]] Result<Done> keep_binaries(const RevisionBuild& build) const;
  [[nodiscard]] Result<std::string> contents(const RevisionBuild& build) const;
  void say(std::string_view what) const {
    if (hooks_.progress) hooks_.progress(what);
  }

  const Project& project_;
  SharedClone clone_;
  Hooks hooks_;
};

// What a run of the loop calls its build of a commit.
std::string run_build_name(const std::string& commit);

}  // namespace asmforge
