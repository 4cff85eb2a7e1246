#include "forge/forge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/process.h"
#include "base/text.h"
#include "forge/candidate_steps.h"
#include "forge/disk_room.h"
#include "forge/git.h"
#include "forge/journal.h"
#include "forge/revisions.h"
#include "forge/run_store.h"

namespace asmforge {
namespace {

// Shares of the budget that wait for the end.
constexpr double kTotalShare = 0.15;
constexpr double kValidationShare = 0.15;
// Seconds of one comparison: below, it sees nothing; above, another step has more use of it.
constexpr double kLeastSeconds = 10;
constexpr double kMostSeconds = 180;

// SplitMix64: seeds of comparisons that have nothing in common (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed + (number + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

Result<Done> run_in_shell(const std::string& command, const std::string& folder,
                          const std::atomic<bool>* interrupted) {
  AF_TRY(const ProcessResult done, run_process({.argv = {"/bin/sh", "-c", command},
                                                .environment = environment_without_git(),
                                                .working_directory = folder,
                                                .input = {},
                                                .interrupted = interrupted}));
  if (done.succeeded()) return Done{};
  if (is_about_full_disk(done.errors)) return full_disk(command, line_about_full_disk(done.errors));
  return Error{ErrorCode::kBadInput,
               fmt::format("it {}: {}", done.ending(), last_line(done.errors)), ""};
}

// The programs of the two builds by what they are, for their folders are soon gone.
std::string without_folders(std::string text, const RevisionBuild& before,
                            const RevisionBuild& after, const std::string& binary) {
  for (const auto& [folder, words] : {std::pair(&before.folder, "the program without it"),
                                      std::pair(&after.folder, "the program with it")}) {
    const std::string path = fmt::format("{}/{}", *folder, binary);
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at))
      text.replace(at, path.size(), words);
  }
  return text;
}

// Drawn from a build, not named by the project.
bool is_own(const Step& step) {
  return step.transform != "patch" && step.transform != "branch" && step.transform != "command";
}

// What a verdict means for keeping a change.
enum class Worth : std::uint8_t { kGain, kNothing, kDoubt };

Worth worth_of(const Verdict& verdict) {
  if (verdict.kind == VerdictKind::kAccept) return Worth::kGain;
  if (verdict.kind == VerdictKind::kSame || verdict.reason == VerdictReason::kProvenEqual)
    return Worth::kNothing;
  return Worth::kDoubt;
}

class Loop {
 public:
  Loop(const Project& project, const ForgeRequest& request, const ForgeHooks& hooks,
       const Revisions& revisions, Journal& journal)
      : project_(project),
        request_(request),
        hooks_(hooks),
        revisions_(revisions),
        journal_(journal),
        began_(hooks.now()) {}

  Result<ForgeRun> tell();

 private:
  struct Answer {
    Verdict verdict;
    std::int64_t trial = 0;
  };
  struct Pair {
    RevisionBuild before;
    RevisionBuild after;
    std::string transform;
    std::string check;
    std::vector<std::string> expectations;
  };

  Result<Done> begin();
  Result<Done> begin_new(RunStore& store);
  Result<Done> add_planned(std::vector<Step>& steps);
  Result<Done> plan_again();
  Result<std::vector<Step>> planned_for(const RevisionBuild& build);
  Result<Done> try_steps();
  Result<Done> try_step(std::size_t index);
  Result<std::string> make_commit(const ForgeStep& step);
  // Why what the step asserts must not be asserted; empty when nothing speaks against it.
  Result<std::string> refutation(const ForgeStep& step, const RevisionBuild& before);
  Result<Done> measure_step(std::size_t index, const RevisionBuild& before,
                            const RevisionBuild& after);
  Result<Done> finish();
  Result<bool> stands();
  Result<bool> validated(const Pair& pair);
  Result<Done> end_run(std::string outcome);

  Result<RevisionBuild> build_of(const std::string& commit, const std::string& label);
  Result<Answer> compare(const Pair& pair, const std::string& binary, bool validation, bool gate,
                         double seconds, std::uint64_t number,
                         const std::function<void(std::int64_t)>& note);
  void count_time();
  Result<Done> save();
  void end_step(ForgeStep& step, StepState state, std::string why);
  void say(std::string_view what) const {
    if (hooks_.progress) hooks_.progress(what);
  }
  [[nodiscard]] std::string build_name(const std::string& commit) const {
    return run_build_name(commit);
  }
  [[nodiscard]] std::vector<Workload> workloads(const std::string& binary, bool validation) const;
  [[nodiscard]] std::vector<std::string> binaries(bool validation) const;
  [[nodiscard]] bool has_validation() const { return !binaries(true).empty(); }
  [[nodiscard]] double seconds_for_step() const;
  [[nodiscard]] double seconds_for_end() const;

  const Project& project_;
  const ForgeRequest& request_;
  const ForgeHooks& hooks_;
  const Revisions& revisions_;
  Journal& journal_;
  ForgeRun run_;
  ForgeTimes before_;  // of earlier parts of the run
  double began_;
  bool undo_failed_ = false;
};

// ---- what there is ----

std::vector<Workload> Loop::workloads(const std::string& binary, bool validation) const {
  std::vector<Workload> chosen;
  for (const ProjectWorkload& one : project_.workloads)
    if (one.binary == binary && one.workload.validation == validation)
      chosen.push_back(one.workload);
  return chosen;
}

std::vector<std::string> Loop::binaries(bool validation) const {
  std::set<std::string> used;
  for (const ProjectWorkload& one : project_.workloads)
    if (one.workload.validation == validation) used.insert(one.binary);
  return {used.begin(), used.end()};
}

double Loop::seconds_for_step() const {
  const double reserve = kTotalShare + (has_validation() ? kValidationShare : 0);
  const double left = run_.budget_seconds * (1 - reserve) - run_.times.measuring;
  const auto waiting =
      static_cast<double>(std::ranges::count(run_.steps, StepState::kPending, &ForgeStep::state));
  const auto programs = static_cast<double>(binaries(false).size());
  if (left < kLeastSeconds) return 0;
  return std::clamp(left / waiting, kLeastSeconds, kMostSeconds) / programs;
}

double Loop::seconds_for_end() const {
  const double comparisons = static_cast<double>(binaries(false).size() + binaries(true).size());
  const double left = run_.budget_seconds - run_.times.measuring;
  return std::clamp(left / comparisons, kLeastSeconds, kMostSeconds);
}

// ---- begin ----

Result<Done> Loop::begin_new(RunStore& store) {
  const SharedClone& clone = revisions_.clone();
  AF_TRY(const std::vector<std::string> changed, changed_files(clone.repository()));
  if (!changed.empty())
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{} {} from the last commit ({}{}), and changes are tried on the commit",
                    changed.size(), changed.size() == 1 ? "file differs" : "files differ",
                    changed.front(), changed.size() == 1 ? "" : ", ..."),
        "commit them, or git stash"};
  const Result<std::string> head = clone.commit_of("HEAD");
  if (!head)
    return Error{ErrorCode::kBadInput, "the repository has no commit yet",
                 "changes are tried on the last one: git add and git commit"};
  run_.base_commit = *head;
  AF_TRY(std::vector<Step> steps, candidate_steps(project_, clone, run_.base_commit));
  if (binaries(false).empty())
    return Error{ErrorCode::kBadInput, "all workloads are for validation, so none can choose",
                 fmt::format("take 'validation' from one in {}", kProjectFile)};
  revisions_.remove_builds_of_runs();
  AF_TRY(const Done planned, add_planned(steps));
  static_cast<void>(planned);
  if (steps.empty())
    return Error{ErrorCode::kBadInput,
                 fmt::format("[candidates] of {} names no change to try, and no hot loop of the "
                             "project's own could be asked for something else",
                             kProjectFile),
                 "name patches, branches or a command there (docs/user/forge.md)"};
  run_.started = request_.started;
  run_.tip_commit = run_.base_commit;
  run_.seed = request_.seed;
  run_.budget_seconds = request_.budget_seconds;
  run_.floor = request_.floor;
  for (const Step& step : steps) {
    ForgeStep waiting;
    waiting.step = step;
    run_.steps.push_back(std::move(waiting));
  }
  return store.begin(run_);
}

Result<std::vector<Step>> Loop::planned_for(const RevisionBuild& build) {
  say("planning");
  const double start = hooks_.now();
  const SharedClone& clone = revisions_.clone();
  AF_TRY(const Done there, clone.check_out(build.commit));
  static_cast<void>(there);
  Result<std::vector<Step>> steps =
      hooks_.plan({clone.tree(), clone.folder(), build.folder, build.capture});
  run_.times.building += hooks_.now() - start;
  return steps;
}

// After the user's own, for whoever names changes wants to know of them first.
Result<Done> Loop::add_planned(std::vector<Step>& steps) {
  if (!hooks_.plan) return Done{};
  AF_TRY(const RevisionBuild base, build_of(run_.base_commit, short_hash(run_.base_commit)));
  AF_TRY(const std::vector<Step> planned, planned_for(base));
  steps.insert(steps.end(), planned.begin(), planned.end());
  return Done{};
}

// What waits of asmforge's own was drawn from a program that is no longer the one to be
// improved: it makes room for what is drawn from this one, but for what was tried already.
Result<Done> Loop::plan_again() {
  if (!hooks_.plan) return Done{};
  AF_TRY(const RevisionBuild tip, build_of(run_.tip_commit, short_hash(run_.tip_commit)));
  AF_TRY(const std::vector<Step> planned, planned_for(tip));
  std::erase_if(run_.steps, [](const ForgeStep& step) {
    return step.state == StepState::kPending && is_own(step.step);
  });
  for (const Step& step : planned) {
    const auto is_same = [&](const ForgeStep& known) { return known.step.name == step.name; };
    if (std::ranges::any_of(run_.steps, is_same)) continue;
    ForgeStep waiting;
    waiting.step = step;
    run_.steps.push_back(std::move(waiting));
  }
  return RunStore(journal_).replace_steps(run_);
}

Result<Done> Loop::begin() {
  RunStore store(journal_);
  AF_TRY(std::optional<ForgeRun> unfinished, store.unfinished());
  if (request_.resume) {
    if (!unfinished)
      return Error{ErrorCode::kBadInput, "there is no unfinished run to go on with",
                   "asmforge forge begins one"};
    run_ = std::move(*unfinished);
    before_ = run_.times;
    return Done{};
  }
  if (unfinished && !request_.fresh)
    return Error{
        ErrorCode::kBadInput,
        fmt::format("run {}, begun {}, is not finished", unfinished->number, unfinished->started),
        "--resume goes on with it, --fresh gives it up"};
  AF_TRY(const Done begun, begin_new(store));
  static_cast<void>(begun);
  // Not before: what cannot begin must not cost what could go on.
  return unfinished ? store.abandon(unfinished->number) : Result<Done>(Done{});
}

// ---- bookkeeping ----

void Loop::count_time() {
  const double here = hooks_.now() - began_;
  const double known =
      (run_.times.building - before_.building) + (run_.times.measuring - before_.measuring);
  run_.times.other = before_.other + std::max(0.0, here - known);
}

Result<Done> Loop::save() {
  count_time();
  return RunStore(journal_).save(run_);
}

void Loop::end_step(ForgeStep& step, StepState state, std::string why) {
  step.state = state;
  step.why = std::move(why);
}

Result<RevisionBuild> Loop::build_of(const std::string& commit, const std::string& label) {
  if (auto known = revisions_.find(label, commit, build_name(commit))) return std::move(*known);
  const double start = hooks_.now();
  Result<RevisionBuild> built = revisions_.build(label, commit, build_name(commit));
  run_.times.building += hooks_.now() - start;
  return built;
}

Result<Loop::Answer> Loop::compare(const Pair& pair, const std::string& binary, bool validation,
                                   bool gate, double seconds, std::uint64_t number,
                                   const std::function<void(std::int64_t)>& note) {
  Comparison wanted;
  wanted.context = {.before_name = pair.before.revision,
                    .before_commit = pair.before.commit,
                    .after_name = pair.after.revision,
                    .after_commit = pair.after.commit,
                    .binary = binary,
                    .check = pair.check,
                    .transform = pair.transform};
  wanted.before = fmt::format("{}/{}", pair.before.folder, binary);
  wanted.before_capture = pair.before.capture;
  wanted.after = fmt::format("{}/{}", pair.after.folder, binary);
  wanted.after_capture = pair.after.capture;
  wanted.workloads = workloads(binary, validation);
  wanted.check = project_.check;
  wanted.settings.floor = run_.floor;
  wanted.settings.alpha = request_.alpha;
  wanted.settings.budget_seconds = seconds;
  wanted.settings.seed = mixed(run_.seed, number);
  wanted.settings.gate_no_worse = gate;
  wanted.expectations = pair.expectations;
  wanted.undo = [&]() -> Result<std::string> {
    const Result<RevisionBuild> undone = revisions_.build(
        fmt::format("{} without it", pair.after.revision), pair.before.commit, "run-undone");
    undo_failed_ = !undone;
    if (!undone) return undone.error();
    return fmt::format("{}/{}", undone->folder, binary);
  };
  const double start = hooks_.now();
  Result<Compared> compared = hooks_.compare(wanted);
  const double took = hooks_.now() - start;
  const Result<Done> room = check_room(revisions_.clone().home());
  if (!compared) {
    run_.times.measuring += took;
    const bool disk = !room && compared.error().code != ErrorCode::kInterrupted;
    return disk ? room.error() : compared.error();
  }
  // What did not fit says nothing about the change.
  if (!room) return room.error();
  if (const std::string words = full_disk_in(compared->trial); !words.empty())
    return full_disk(fmt::format("comparing {}", binary), words);
  run_.times.building += compared->building_seconds;
  run_.times.measuring += std::max(0.0, took - compared->building_seconds);
  Answer answer;
  answer.verdict = compared->verdict;
  AF_TRY(answer.trial, journal_.add(wanted.context, compared->trial, compared->verdict,
                                    compared->record, [&](std::int64_t entry) -> Result<Done> {
                                      note(entry);
                                      count_time();
                                      return RunStore(journal_).save_within(run_);
                                    }));
  return answer;
}

// ---- one step ----

Result<std::string> Loop::make_commit(const ForgeStep& step) {
  const SharedClone& clone = revisions_.clone();
  const auto edit = [&](const std::string& folder) -> Result<Done> {
    if (!step.step.patch.empty()) return clone.apply(step.step.patch);
    AF_TRY(const Done carried, revisions_.carry());
    static_cast<void>(carried);
    return run_in_shell(step.step.command, folder, hooks_.interrupted);
  };
  return clone.commit_edit(step.parent_commit, step.step.name + "\n", project_.carry, edit);
}

// The first program with a gain decides, unless another one leaves a doubt.
Result<Done> Loop::measure_step(std::size_t index, const RevisionBuild& before,
                                const RevisionBuild& after) {
  ForgeStep& step = run_.steps[index];
  const Pair pair{before, after, step.step.transform, step.step.check, step.step.expectations};
  const double seconds = seconds_for_step();
  const std::vector<std::string> programs = binaries(false);
  std::optional<Verdict> decided;
  std::string decided_on;
  step.trials.clear();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    say(fmt::format("comparing {}", programs[i]));
    AF_TRY(const Answer answer,
           compare(pair, programs[i], false, false, seconds, index * programs.size() + i,
                   [&](std::int64_t entry) { step.trials.push_back(entry); }));
    const Worth worth = worth_of(answer.verdict);
    const Worth so_far = decided ? worth_of(*decided) : Worth::kNothing;
    if (decided && (so_far == Worth::kDoubt || worth == Worth::kNothing)) continue;
    decided = answer.verdict;
    decided_on = programs[i];
  }
  AF_CHECK(decided);
  step.kind = decided->kind;
  step.reason = decided->reason;
  step.effect = deciding_effect(*decided);
  const std::string why = (programs.size() > 1 ? decided_on + ": " : "") +
                          without_folders(decided->explanation, before, after, decided_on);
  // What is counted exactly is proven however small it is.
  const bool too_small = step.effect && step.effect->ratio > 1 - run_.floor;
  if (decided->kind == VerdictKind::kAccept && too_small) {
    end_step(step, StepState::kDropped,
             fmt::format("{} That is below the floor of {:.3g} %.", why, 100 * run_.floor));
  } else if (decided->kind == VerdictKind::kAccept) {
    end_step(step, StepState::kKept, why);
    run_.tip_commit = step.commit;
  } else {
    end_step(step, StepState::kDropped, why);
  }
  return Done{};
}

Result<std::string> Loop::refutation(const ForgeStep& step, const RevisionBuild& before) {
  AF_CHECK(hooks_.try_assumption);
  if (!step.step.assumption) return std::string("of which function it asserts this is not known");
  say(fmt::format("trying what {} asserts", step.step.name));
  const SharedClone& clone = revisions_.clone();
  AF_TRY(const Done there, clone.check_out(step.commit));
  static_cast<void>(there);
  return hooks_.try_assumption(
      {*step.step.assumption, clone.tree(), before.capture, mixed(run_.seed, 0x30000),
       [&](const std::string& file) { return clone.text_of(step.parent_commit, file); }});
}

Result<Done> Loop::try_step(std::size_t index) {
  ForgeStep& step = run_.steps[index];
  step.parent_commit = run_.tip_commit;
  say(fmt::format("trying {}", step.step.name));
  const Result<std::string> commit = make_commit(step);
  if (!commit) {
    if (commit.error().code != ErrorCode::kBadInput) return commit.error();
    end_step(step, StepState::kFailed, "cannot be applied: " + commit.error().what);
    return Done{};
  }
  if (*commit == step.parent_commit) {
    end_step(step, StepState::kFailed, "changes nothing that is not there already");
    return Done{};
  }
  step.commit = *commit;
  AF_TRY(const RevisionBuild before, build_of(step.parent_commit, short_hash(step.parent_commit)));
  const Result<RevisionBuild> after = build_of(step.commit, step.step.name);
  if (!after) {
    if (after.error().code != ErrorCode::kBadInput) return after.error();
    end_step(step, StepState::kFailed, after.error().what);
    return Done{};
  }
  if (asserts_something(step.step.transform)) {
    AF_TRY(const std::string refuted, refutation(step, before));
    if (!refuted.empty()) {
      end_step(step, StepState::kDropped, "refused: " + refuted);
      revisions_.remove(build_name(step.commit));
      return Done{};
    }
  }
  if (hooks_.assembly)
    for (const std::string& binary : binaries(false))
      step.assembly += hooks_.assembly(fmt::format("{}/{}", before.folder, binary),
                                       fmt::format("{}/{}", after->folder, binary));
  const Result<Done> measured = measure_step(index, before, *after);
  if (!measured) {
    // What was built before and is not now is no step's fault either.
    if (measured.error().code == ErrorCode::kInterrupted || undo_failed_ ||
        is_about_full_disk(measured.error().what))
      return measured.error();
    std::string why = measured.error().what;
    for (const std::string& binary : binaries(false))
      why = without_folders(std::move(why), before, *after, binary);
    end_step(step, StepState::kFailed, std::move(why));
  }
  if (step.state != StepState::kKept) revisions_.remove(build_name(step.commit));
  return Done{};
}

Result<Done> Loop::try_steps() {
  // A project that does not build as it is, is no step's fault.
  AF_TRY(const RevisionBuild base, build_of(run_.base_commit, short_hash(run_.base_commit)));
  static_cast<void>(base);
  // It may have been killed between keeping a change and planning anew.
  if (request_.resume && run_.tip_commit != run_.base_commit) {
    AF_TRY(const Done planned, plan_again());
    static_cast<void>(planned);
  }
  for (std::size_t i = 0; i < run_.steps.size(); ++i) {
    ForgeStep& step = run_.steps[i];
    if (step.state != StepState::kPending) continue;
    if (seconds_for_step() <= 0) {
      end_step(step, StepState::kLeft,
               fmt::format("the budget of {:.0f} s was used up before", run_.budget_seconds));
    } else {
      step.assembly.clear();
      AF_TRY(const Done tried, try_step(i));
      static_cast<void>(tried);
    }
    AF_TRY(const Done saved, save());
    static_cast<void>(saved);
    if (hooks_.told) hooks_.told(run_, step);
    if (step.state != StepState::kKept || seconds_for_step() <= 0) continue;
    AF_TRY(const Done planned, plan_again());
    static_cast<void>(planned);
  }
  return Done{};
}

// ---- the end ----

Result<bool> Loop::validated(const Pair& pair) {
  run_.validations.clear();
  for (const std::string& binary : binaries(true)) {
    say(fmt::format("validating {}", binary));
    AF_TRY(const Answer answer,
           compare(pair, binary, true, true, seconds_for_end(), 0x10000 + run_.validations.size(),
                   [&](std::int64_t entry) { run_.validations.push_back(entry); }));
    if (answer.verdict.kind != VerdictKind::kAccept && answer.verdict.kind != VerdictKind::kSame)
      return false;
  }
  return true;
}

// Whether all that is kept is worth it together, measured with fresh seeds.
Result<bool> Loop::stands() {
  AF_TRY(const RevisionBuild first, build_of(run_.base_commit, short_hash(run_.base_commit)));
  AF_TRY(const RevisionBuild last, build_of(run_.tip_commit, "all that is kept"));
  const Pair pair{first, last, "total", "", {}};
  bool gain = false;
  run_.totals.clear();
  run_.total.reset();
  for (const std::string& binary : binaries(false)) {
    say(fmt::format("comparing first and last {}", binary));
    AF_TRY(const Answer answer,
           compare(pair, binary, false, false, seconds_for_end(), 0x20000 + run_.totals.size(),
                   [&](std::int64_t entry) { run_.totals.push_back(entry); }));
    if (worth_of(answer.verdict) == Worth::kDoubt) return false;
    if (worth_of(answer.verdict) != Worth::kGain) continue;
    if (!gain) run_.total = deciding_effect(answer.verdict);
    gain = true;
  }
  return gain;
}

Result<Done> Loop::end_run(std::string outcome) {
  if (hooks_.remaining) {
    say("counting what is left");
    const double start = hooks_.now();
    AF_TRY(const RevisionBuild last, build_of(run_.tip_commit, "all that is kept"));
    Result<std::vector<std::string>> lines = hooks_.remaining(last.folder);
    run_.times.building += hooks_.now() - start;
    // What cannot be counted, or is interrupted, is not worth measuring all of the end again.
    if (lines) run_.remaining = std::move(*lines);
  }
  run_.outcome = std::move(outcome);
  run_.finished = true;
  return save();
}

Result<Done> Loop::finish() {
  while (run_.tip_commit != run_.base_commit && has_validation()) {
    AF_TRY(const RevisionBuild first, build_of(run_.base_commit, short_hash(run_.base_commit)));
    AF_TRY(const RevisionBuild last, build_of(run_.tip_commit, "all that is kept"));
    AF_TRY(const bool good, validated({first, last, "validation", "", {}}));
    if (good) break;
    // What was kept last goes first: what was before it was built and measured without it.
    const auto kept = std::ranges::find(run_.steps, run_.tip_commit, &ForgeStep::commit);
    AF_CHECK(kept != run_.steps.end());
    end_step(*kept, StepState::kWithdrawn, "not shown to be no slower on the validation workloads");
    run_.tip_commit = kept->parent_commit;
    AF_TRY(const Done saved, save());
    static_cast<void>(saved);
    if (hooks_.told) hooks_.told(run_, *kept);
  }
  const auto kept = std::ranges::count(run_.steps, StepState::kKept, &ForgeStep::state);
  if (kept == 0) return end_run("nothing was kept");
  AF_TRY(run_.holds, stands());
  const std::string changes = fmt::format("{} {}", kept, kept == 1 ? "change" : "changes");
  return end_run(run_.holds ? changes + " kept, and together they stand in a fresh comparison"
                            : changes +
                                  " kept one by one, but together they do not stand in a fresh "
                                  "comparison: nothing is to be applied");
}

Result<ForgeRun> Loop::tell() {
  const auto go = [&]() -> Result<Done> {
    AF_TRY(const Done tried, try_steps());
    static_cast<void>(tried);
    return finish();
  };
  AF_TRY(const Done begun, begin());
  static_cast<void>(begun);
  const Result<Done> gone = go();
  if (gone) return run_;
  // What was spent so far counts when the run goes on.
  static_cast<void>(save().has_value());
  Error error = gone.error();
  const std::string_view how = "asmforge forge --resume goes on with the run";
  error.hint = error.hint.empty() ? std::string(how) : fmt::format("{}; {}", error.hint, how);
  return error;
}

}  // namespace

Result<ForgeRun> run_forge(const Project& project, const ForgeRequest& request,
                           const ForgeHooks& hooks) {
  AF_CHECK(hooks.compare && hooks.now);
  AF_TRY(const Revisions revisions,
         Revisions::open(project, {.interrupted = hooks.interrupted, .progress = hooks.progress}));
  AF_TRY(Journal journal, Journal::open(project.directory));
  return Loop(project, request, hooks, revisions, journal).tell();
}

}  // namespace asmforge
