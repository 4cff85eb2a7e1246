#include "forge/apply_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/content_hash.h"
#include "base/process.h"
#include "base/text.h"
#include "forge/disk_room.h"
#include "forge/git.h"
#include "forge/journal.h"
#include "forge/revisions.h"
#include "forge/run_store.h"
#include "verdict/closure.h"

namespace asmforge {
namespace {

Result<Done> check_applicable(const ForgeRun& run) {
  if (!run.finished)
    return Error{ErrorCode::kBadInput, fmt::format("run {} is not finished", run.number),
                 "asmforge forge --resume goes on with it"};
  if (!run.applied_commit.empty())
    return Error{
        ErrorCode::kBadInput,
        fmt::format("run {} was applied: commit {}", run.number, short_hash(run.applied_commit)),
        "asmforge forge begins another"};
  if (!run.holds)
    return Error{ErrorCode::kBadInput,
                 fmt::format("run {} has nothing to apply: {}", run.number, run.outcome), ""};
  return Done{};
}

std::string message_of(const ForgeStep& step) {
  std::string message = fmt::format("{}\n\n", step.step.name);
  if (step.kind)
    message += fmt::format("asmforge: {} {}\n", to_string(*step.kind), to_string(step.reason));
  if (step.effect)
    message += fmt::format("Time spent, after / before: {:.4f} [{:.4f}, {:.4f}]\n",
                           step.effect->ratio, step.effect->low, step.effect->high);
  return message + step.why + "\n";
}

// The kept changes one after another, each with its verdict in its message.
Result<std::string> commits_of(const ForgeRun& run, const SharedClone& clone, std::size_t& count) {
  std::string tip = run.base_commit;
  for (const ForgeStep& step : run.steps) {
    if (step.state != StepState::kKept) continue;
    AF_TRY(tip, clone.replanted(step.commit, tip, message_of(step)));
    ++count;
  }
  return tip;
}

// Whether the branch has exactly the files that the run ends with: it was applied by an
// asmforge that could not write it down.
Result<bool> applied_already(const ForgeRun& run, const SharedClone& clone) {
  AF_TRY(const std::string here, clone.repository().run({"rev-parse", "HEAD^{tree}"}));
  AF_TRY(const std::string there, clone.tree_of(run.tip_commit));
  return here == there;
}

RebuiltBinary compare_rebuilt(const std::string& name, const std::string& here,
                              const std::string& measured) {
  RebuiltBinary binary;
  binary.name = name;
  const Result<std::string> new_hash = content_hash_of_file(here);
  const Result<std::string> old_hash = content_hash_of_file(measured);
  if (!new_hash || !old_hash) {
    binary.difference = (!new_hash ? new_hash : old_hash).error().what;
    return binary;
  }
  binary.identical = binary.same_code = *new_hash == *old_hash;
  if (binary.identical) return binary;
  const Result<ClosureAnswer> answer = compare_closures(measured, here);
  binary.same_code = answer && answer->closure == Closure::kIdentical;
  binary.difference = answer ? answer->detail : answer.error().what;
  return binary;
}

// Builds in the user's own folder; what the command said when it failed, or nothing.
Result<std::string> run_here(const std::string& command, std::string_view what,
                             const Project& project, const ApplyHooks& hooks) {
  AF_TRY(const ProcessResult done, run_process({.argv = {"/bin/sh", "-c", command},
                                                .environment = environment_without_git(),
                                                .working_directory = project.directory,
                                                .input = {},
                                                .interrupted = hooks.interrupted}));
  if (done.succeeded()) return std::string();
  return fmt::format("{} {}: {}", what, done.ending(), first_complaint(done.errors));
}

std::vector<RebuiltBinary> compare_all(const Project& project, const ForgeRun& run,
                                       const Revisions& revisions) {
  std::vector<RebuiltBinary> binaries;
  const auto measured = revisions.find("", run.tip_commit, run_build_name(run.tip_commit));
  for (const std::string& name : project.binaries) {
    if (!measured) {
      binaries.push_back({name, false, false, "the measured build is no longer there"});
      continue;
    }
    binaries.push_back(compare_rebuilt(name, fmt::format("{}/{}", project.directory, name),
                                       fmt::format("{}/{}", measured->folder, name)));
  }
  return binaries;
}

// What lies in the user's folder from earlier builds may have been taken for up to date: where
// the first build fails or is not what was measured, another is made without it.
Result<Done> rebuild(const Project& project, const ForgeRun& run, const Revisions& revisions,
                     const ApplyHooks& hooks, AppliedRun& applied) {
  const auto build = [&]() -> Result<Done> {
    if (hooks.progress) hooks.progress("building in the project's folder");
    AF_TRY(applied.build_failure, run_here(project.build, "the build", project, hooks));
    applied.binaries.clear();
    if (applied.build_failure.empty()) applied.binaries = compare_all(project, run, revisions);
    return Done{};
  };
  AF_TRY(const Done built, build());
  static_cast<void>(built);
  const bool as_measured = applied.build_failure.empty() &&
                           std::ranges::all_of(applied.binaries, &RebuiltBinary::same_code);
  if (as_measured || project.clean.empty()) return Done{};
  AF_TRY(const std::string failure, run_here(project.clean, "'clean'", project, hooks));
  if (!failure.empty()) {
    applied.build_failure = failure;
    return Done{};
  }
  applied.cleaned = true;
  return build();
}

}  // namespace

Result<AppliedRun> apply_run(const Project& project, ForgeRun& run, const ApplyHooks& hooks) {
  AF_TRY(const Done applicable, check_applicable(run));
  static_cast<void>(applicable);
  AF_TRY(const Revisions revisions,
         Revisions::open(project, {.interrupted = hooks.interrupted, .progress = hooks.progress}));
  const SharedClone& clone = revisions.clone();
  AF_TRY(const std::vector<std::string> changed, changed_files(clone.repository()));
  if (!changed.empty())
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} differs from the last commit", changed.front()),
                 "commit it, or git stash"};
  AF_TRY(const Done room, check_room(project.directory));
  static_cast<void>(room);
  AF_TRY(const std::string head, clone.commit_of("HEAD"));
  AppliedRun applied;
  AF_TRY(const std::string tip, commits_of(run, clone, applied.commits));
  AF_TRY(const bool there, applied_already(run, clone));
  if (there) {
    applied.commit = head;
  } else {
    const std::string reference = fmt::format("refs/asmforge/run-{}", run.number);
    AF_TRY(const Done named, clone.name(reference, tip));
    static_cast<void>(named);
    if (head != run.base_commit)
      return Error{ErrorCode::kBadInput,
                   fmt::format("the run began at {}, and the branch is at {} now",
                               short_hash(run.base_commit), short_hash(head)),
                   fmt::format("git fetch {} {} && git cherry-pick {}..FETCH_HEAD", clone.tree(),
                               reference, short_hash(run.base_commit))};
    AF_TRY(const std::string fetched,
           clone.repository().run({"fetch", "--quiet", clone.tree(), reference}));
    AF_TRY(const std::string merged,
           clone.repository().run({"merge", "--quiet", "--ff-only", "FETCH_HEAD"}));
    static_cast<void>(fetched);
    static_cast<void>(merged);
    applied.commit = tip;
  }
  run.applied_commit = applied.commit;
  AF_TRY(Journal journal, Journal::open(project.directory));
  AF_TRY(const Done saved, RunStore(journal).save(run));
  static_cast<void>(saved);
  AF_TRY(const Done rebuilt, rebuild(project, run, revisions, hooks, applied));
  static_cast<void>(rebuilt);
  return applied;
}

}  // namespace asmforge
