#include "cli/ab_revisions.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/interrupt.h"
#include "base/text.h"
#include "forge/project.h"
#include "forge/revisions.h"

namespace asmforge {
namespace {

// The one binary that is compared, and its workloads.
Result<std::string> choose_binary(const Project& project, const std::string& wanted) {
  std::set<std::string> used;
  for (const ProjectWorkload& one : project.workloads) used.insert(one.binary);
  const std::string name = std::filesystem::path(wanted).lexically_normal().string();
  if (wanted.empty() && used.size() == 1) return *used.begin();
  if (used.contains(name)) return name;
  std::string list;
  for (const std::string& binary : used) list += (list.empty() ? "" : ", ") + binary;
  return Error{ErrorCode::kUsage,
               wanted.empty()
                   ? fmt::format("the workloads of {} run several programs", kProjectFile)
                   : fmt::format("no workload of {} runs '{}'", kProjectFile, wanted),
               fmt::format("choose with --binary: {}", list)};
}

Result<AbBuild> program_in(const RevisionBuild& build, const std::string& binary) {
  AF_TRY(AbBuild made, open_ab_build(fmt::format("{}/{}", build.folder, binary), build.capture));
  return made;
}

std::string note_of(std::string_view arm, const RevisionBuild& build) {
  return fmt::format("{} is {}, commit {}", arm, build.revision, short_hash(build.commit));
}

}  // namespace

bool may_be_revisions(const std::string& before, const std::string& after) {
  std::error_code failed;
  return !std::filesystem::exists(before, failed) && !std::filesystem::exists(after, failed);
}

Result<RevisionPair> build_revisions(const std::string& before, const std::string& after,
                                     const std::string& binary,
                                     const std::function<void(std::string_view)>& progress) {
  Result<Project> found = find_project(".");
  if (!found && found.error().code == ErrorCode::kNotFound)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} and {} are no files, and no {} here says how to build revisions",
                             before, after, kProjectFile),
                 "check the paths, or try asmforge init"};
  AF_TRY(const Project project, std::move(found));
  AF_TRY(const std::string chosen, choose_binary(project, binary));
  AF_TRY(const Revisions revisions,
         Revisions::open(project, {.interrupted = &interrupt_flag(), .progress = progress}));
  // Both are looked up before either is built.
  AF_TRY(const std::string old_commit, revisions.commit_of(before));
  AF_TRY(const std::string new_commit, revisions.commit_of(after));
  AF_TRY(const RevisionBuild old_build, revisions.build(before, old_commit, "before"));
  AF_TRY(const RevisionBuild new_build, revisions.build(after, new_commit, "after"));
  RevisionPair pair;
  AF_TRY(pair.before, program_in(old_build, chosen));
  AF_TRY(pair.after, program_in(new_build, chosen));
  pair.directory = project.directory;
  for (const ProjectWorkload& one : project.workloads)
    if (one.binary == chosen) pair.workloads.push_back(one.workload);
  pair.check = project.check;
  pair.context = {.before_name = before,
                  .before_commit = old_build.commit,
                  .after_name = after,
                  .after_commit = new_build.commit,
                  .binary = chosen,
                  .check = {},
                  .transform = {}};
  pair.notes = {note_of("BEFORE", old_build), note_of("AFTER", new_build)};
  return pair;
}

}  // namespace asmforge
