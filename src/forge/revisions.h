// Builds of a project's revisions, each made from nothing in one and the same folder, so
// that paths in programs (__FILE__, assertions, hashes of names) do not differ.
//
//     .asmforge/tree           a clone that shares the repository's objects
//     .asmforge/builds/NAME/   a build's binaries, its capture and what it printed
//
// The repository itself and the user's files are never written to.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "core/result.h"
#include "forge/project.h"

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
  // Takes the project's lock. kBadInput where there is no repository, kUnavailable without
  // git or when another asmforge works there.
  static Result<Revisions> open(const Project& project, Hooks hooks);

  // The hash of a commit, branch or tag; kNotFound for what is none.
  [[nodiscard]] Result<std::string> commit_of(const std::string& revision) const;
  // Overwrites an earlier build of that name. A build that fails or makes not all binaries
  // is kBadInput, with its last words.
  [[nodiscard]] Result<RevisionBuild> build(const std::string& revision, const std::string& name);

 private:
  Revisions(const Project& project, Hooks hooks) : project_(project), hooks_(std::move(hooks)) {}
  [[nodiscard]] Result<std::string> git(std::vector<std::string> words) const;
  [[nodiscard]] Result<Done> check_out(const std::string& commit) const;
  [[nodiscard]] Result<Done> carry() const;
  [[nodiscard]] Result<Done> run_build(const RevisionBuild& build) const;
  [[nodiscard]] Result<Done> keep_binaries(const RevisionBuild& build) const;
  void say(std::string_view what) const {
    if (hooks_.progress) hooks_.progress(what);
  }

  const Project& project_;
  Hooks hooks_;
  std::string home_;     // .asmforge
  std::string tree_;     // .asmforge/tree
  std::string in_tree_;  // the project's folder in it
  Descriptor lock_;
};

}  // namespace asmforge
