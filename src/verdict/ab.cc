#include "verdict/ab.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "measure/schedule.h"
#include "verdict/builds.h"
#include "verdict/decide.h"
#include "verdict/gates.h"
#include "verdict/natural.h"
#include "verdict/run_blocks.h"

namespace asmforge {
namespace {

// Shares of the budget. Run-to-run noise is soon averaged away, layouts are what lies
// apart: where they can be tried they get most of the time.
constexpr double kCalibrationShare = 0.1;
constexpr double kNaturalShare = 0.25;
constexpr double kNaturalShareAlone = 0.75;
constexpr double kLayoutShare = 0.5;
constexpr double kRevertShare = 0.1;

// A stage that disturbances keep from its planned runs ends after this many times its share.
constexpr double kOverdrawn = 2;

constexpr std::uint32_t kPairsOfBlock = 2;  // of each arm's runs in ABBA
constexpr std::uint32_t kCalibrationBlocksLeast = 4;
constexpr std::uint32_t kCalibrationBlocksMost = 20;
constexpr std::uint32_t kNaturalBlocksLeast = 6;
constexpr std::uint32_t kRevertBlocksLeast = 6;
constexpr std::uint32_t kRevertBlocksMost = 200;

constexpr std::uint32_t kLayouts = 64;     // one for each start residue mod 64
constexpr std::uint32_t kFewLayouts = 24;  // when links or runs are dear
constexpr std::uint32_t kRoundsLeast = 2;  // over all layouts
constexpr std::uint32_t kRoundsMost = 20;
constexpr std::size_t kLayoutBlockRuns = 8;  // runs that are made again together

std::uint32_t count_in(double seconds, double each, std::uint32_t least, std::uint32_t most) {
  const double fits = each > 0 ? std::floor(seconds / each) : most;
  return static_cast<std::uint32_t>(
      std::clamp(fits, static_cast<double>(least), static_cast<double>(most)));
}

class AbStory {
 public:
  AbStory(const AbRequest& request, const AbHooks& hooks, Rig& rig, Trial& trial)
      : request_(request), hooks_(hooks), rig_(rig), trial_(trial), runner_(rig, trial) {}

  Result<Done> tell();
  void note_disturbances() {
    for (std::string& note : runner_.notes()) trial_.notes.push_back(std::move(note));
  }

 private:
  // Whether the story goes on; false when a gate has failed.
  using GoesOn = Result<bool>;

  Result<Done> describe_builds();
  [[nodiscard]] bool same();
  Result<Done> prepare_control();
  GoesOn pass_gates();
  Result<Done> check_budget();
  GoesOn measure_workload(std::uint32_t workload);
  GoesOn measure_exactly(std::uint32_t workload);
  GoesOn calibrate(std::uint32_t workload);
  GoesOn measure_natural(std::uint32_t workload);
  GoesOn measure_layouts();
  GoesOn measure_rounds(std::uint32_t workload, std::span<const PlannedRun> programs);
  Result<std::string> undone();
  GoesOn verify_revert();

  GoesOn run_block(std::uint32_t workload, std::uint32_t block, std::vector<PlannedRun> runs);
  GoesOn run_mirrored(Stage stage, std::uint32_t workload, std::uint32_t block,
                      std::span<const Arm> arms);
  GoesOn judge(const RunFailure& failure);
  void no_layouts(Stage stage, std::string reason) const {
    LayoutStage missing;
    missing.stage = stage;
    missing.reason = std::move(reason);
    trial_.layout_stages.push_back(std::move(missing));
  }
  void no_layouts(const std::string& reason) const {
    no_layouts(Stage::kPlacement, reason);
    no_layouts(Stage::kBlocks, reason);
  }
  Result<std::optional<LayoutBuild>> build_stage(Stage stage, std::uint32_t layouts);

  [[nodiscard]] double workload_budget() const {
    return trial_.settings.budget_seconds / static_cast<double>(trial_.workloads.size());
  }
  [[nodiscard]] double run_seconds(std::uint32_t workload) const {
    return gates_.workloads[workload].seconds;
  }
  [[nodiscard]] bool layouts_wanted() const {
    return hooks_.build_layouts && !trial_.settings.no_layout;
  }
  void show(std::string_view what) const {
    if (hooks_.progress) hooks_.progress(what, std::max(0.0, deadline_ - rig_.now()));
  }
  [[nodiscard]] std::string named(std::string_view what, std::uint32_t workload) const {
    return trial_.workloads.size() < 2
               ? std::string(what)
               : fmt::format("{} of {}", what, trial_.workloads[workload].name);
  }

  const AbRequest& request_;
  const AbHooks& hooks_;
  Rig& rig_;
  Trial& trial_;
  BlockRunner runner_;
  GateResults gates_;
  std::vector<Arm> arms_;  // of the natural stage
  double deadline_ = 0;
};

// ---- before anything is timed ----

Result<Done> AbStory::describe_builds() {
  const auto add = [&](Arm arm, const std::string& path) -> Result<Done> {
    if (path.empty()) return Done{};
    AF_TRY(ArmBuild build, describe_build(arm, path));
    trial_.builds.push_back(std::move(build));
    runner_.set_program(arm, {path, path});
    return Done{};
  };
  const std::array<std::pair<Arm, const std::string*>, 4> paths = {{
      {Arm::kBefore, &request_.before},
      {Arm::kAfter, &request_.after},
      {Arm::kReference, &request_.reference},
      {Arm::kControl, &request_.reverted},
  }};
  for (const auto& [arm, path] : paths) {
    AF_TRY(const Done added, add(arm, *path));
    static_cast<void>(added);
  }
  arms_ = {Arm::kBefore, Arm::kAfter};
  if (!request_.reference.empty()) arms_.push_back(Arm::kReference);
  return Done{};
}

bool AbStory::same() {
  if (trial_.builds[0].content_hash == trial_.builds[1].content_hash) {
    trial_.closure = Closure::kIdentical;
    trial_.closure_detail = "the files are byte for byte the same";
    return true;
  }
  if (!hooks_.compare_closures) return false;
  const Result<ClosureAnswer> answer = hooks_.compare_closures(request_.before, request_.after);
  trial_.closure = answer ? answer->closure : Closure::kDiffers;
  trial_.closure_detail = answer ? answer->detail : answer.error().what;
  return trial_.closure != Closure::kDiffers;
}

// A byte copy of BEFORE shows what this machine makes of equal programs. One that does
// not work elsewhere (it looks for files beside itself) is its own control.
Result<Done> AbStory::prepare_control() {
  const Program before = runner_.program(Arm::kBefore);
  AF_TRY(const std::string copy, copy_program(before.path, request_.folder));
  runner_.set_program(Arm::kControl, {copy, before.name});
  for (std::size_t i = 0; i < trial_.workloads.size(); ++i) {
    const Workload& workload = trial_.workloads[i];
    const WorkloadGates& gates = gates_.workloads[i];
    const Result<RunReport> ran =
        rig_.run({copy, before.name, &workload, 0, gates.timeout_seconds});
    if (!ran && ran.error().code == ErrorCode::kInterrupted) return ran.error();
    if (ran && !ran->timed_out && ran->sample.succeeded(workload.exit_status) &&
        (gates.output_hash.empty() || gates.output_hash == ran->sample.output_hash))
      continue;
    runner_.set_program(Arm::kControl, before);
    trial_.notes.emplace_back(
        "a copy of BEFORE does not work elsewhere: BEFORE itself is the control");
    break;
  }
  return Done{};
}

AbStory::GoesOn AbStory::pass_gates() {
  show("checking");
  GateRequest gates;
  for (const Arm arm : arms_) gates.programs.emplace_back(arm, runner_.program(arm));
  gates.check = request_.check;
  const bool given = request_.timeout_seconds > 0;
  gates.timeout_seconds = given ? request_.timeout_seconds : trial_.settings.budget_seconds;
  gates.timeout_name = given ? "--timeout" : "the whole budget";
  AF_TRY(gates_, run_gates(gates, trial_.workloads, rig_));
  trial_.gates = gates_.gates;
  for (std::uint32_t i = 0; i < gates_.workloads.size(); ++i)
    runner_.expect(i, gates_.workloads[i].output_hash, gates_.workloads[i].timeout_seconds);
  return !gates_.failed();
}

Result<Done> AbStory::check_budget() {
  const std::size_t runs =
      2 * arms_.size() * std::size_t{kCalibrationBlocksLeast + kNaturalBlocksLeast};
  for (std::uint32_t i = 0; i < trial_.workloads.size(); ++i) {
    if (trial_.workloads[i].metric.deterministic) continue;
    const double needed = static_cast<double>(runs) * run_seconds(i);
    if (needed <= workload_budget()) continue;
    const double budget = needed * static_cast<double>(trial_.workloads.size());
    return Error{
        ErrorCode::kUnavailable,
        fmt::format("{}: a run takes {:.3g} s, and a verdict needs at least {} of them",
                    named(request_.before, i), run_seconds(i), runs),
        fmt::format("try --budget {:.0f}s, or give it less to do", std::ceil(1.5 * budget))};
  }
  return Done{};
}

// ---- runs ----

AbStory::GoesOn AbStory::judge(const RunFailure& failure) {
  if (failure.layout != kNoLayout) {
    for (LayoutStage& stage : trial_.layout_stages) {
      if (stage.stage != failure.stage) continue;
      stage.available = false;
      stage.reason = fmt::format("a relinked program did not work: {}", failure.what);
    }
    return true;
  }
  if (failure.stage == Stage::kRevert && failure.arm == Arm::kControl) {
    for (Gate& gate : trial_.gates)
      if (gate.name == kRevertGate) gate = {gate.name, GateOutcome::kFailed, failure.what};
    return false;
  }
  if (failure.arm != Arm::kAfter)
    return Error{ErrorCode::kBadInput, failure.what,
                 "times of a program that behaves now like this, now like that mean nothing"};
  trial_.gates.push_back({"every run", GateOutcome::kFailed, failure.what});
  return false;
}

AbStory::GoesOn AbStory::run_block(std::uint32_t workload, std::uint32_t block,
                                   std::vector<PlannedRun> runs) {
  AF_TRY(const std::optional<RunFailure> failure, runner_.run(workload, block, std::move(runs)));
  if (failure) return judge(*failure);
  return true;
}

AbStory::GoesOn AbStory::run_mirrored(Stage stage, std::uint32_t workload, std::uint32_t block,
                                      std::span<const Arm> arms) {
  return run_block(workload, block,
                   mirrored_block({trial_.settings.seed, stage, workload, block, 0}, arms));
}

AbStory::GoesOn AbStory::measure_exactly(std::uint32_t workload) {
  show(named("counting", workload));
  trial_.natural_looks[workload].units = {1};
  std::vector<PlannedRun> runs =
      mirrored_block({trial_.settings.seed, Stage::kNatural, workload, 0, 0}, arms_);
  // A longer environment is more for the loader to walk over, and that would be counted.
  for (PlannedRun& run : runs) run.environment_padding_bytes = 0;
  return run_block(workload, 0, std::move(runs));
}

AbStory::GoesOn AbStory::calibrate(std::uint32_t workload) {
  constexpr std::array<Arm, 2> kArms = {Arm::kBefore, Arm::kControl};
  const std::uint32_t blocks =
      count_in(kCalibrationShare * workload_budget(), 2 * kArms.size() * run_seconds(workload),
               kCalibrationBlocksLeast, kCalibrationBlocksMost);
  for (std::uint32_t block = 0; block < blocks; ++block) {
    show(named("calibration", workload));
    AF_TRY(const bool goes_on, run_mirrored(Stage::kCalibration, workload, block, kArms));
    if (!goes_on) return false;
  }
  return true;
}

AbStory::GoesOn AbStory::measure_natural(std::uint32_t workload) {
  const double share = layouts_wanted() ? kNaturalShare : kNaturalShareAlone;
  const double seconds = share * workload_budget();
  const double block_seconds = 2 * static_cast<double>(arms_.size()) * run_seconds(workload);
  LookPlan& plan = trial_.natural_looks[workload];
  plan = plan_looks(block_seconds / kPairsOfBlock, seconds, trial_.settings.natural_alpha);
  const double began = rig_.now();
  std::uint32_t block = 0;
  for (std::size_t look = 0; look < plan.units.size(); ++look) {
    for (; block < plan.units[look]; ++block) {
      show(named("as built", workload));
      AF_TRY(const bool goes_on, run_mirrored(Stage::kNatural, workload, block, arms_));
      if (!goes_on) return false;
    }
    if (look_at(trial_, workload, look).stop) break;
    if (rig_.now() - began < kOverdrawn * seconds) continue;
    trial_.notes.push_back(
        fmt::format("{}: runs took longer than at first; {} of {} planned blocks were made",
                    trial_.workloads[workload].name, block, plan.units.back()));
    break;
  }
  return true;
}

AbStory::GoesOn AbStory::measure_workload(std::uint32_t workload) {
  if (trial_.workloads[workload].metric.deterministic) return measure_exactly(workload);
  AF_TRY(const bool calibrated, calibrate(workload));
  if (!calibrated) return false;
  return measure_natural(workload);
}

// ---- other layouts ----

// None when there is nothing to run; the trial says why.
Result<std::optional<LayoutBuild>> AbStory::build_stage(Stage stage, std::uint32_t layouts) {
  show(stage == Stage::kPlacement ? "relinking" : "reassembling");
  Result<LayoutBuild> built = hooks_.build_layouts(stage, layouts);
  if (!built && built.error().code == ErrorCode::kInterrupted) return built.error();
  if (!built) {
    no_layouts(stage, built.error().what);
    return std::optional<LayoutBuild>();
  }
  trial_.layout_stages.push_back(built->stage);
  if (!built->stage.available) return std::optional<LayoutBuild>();
  return std::optional<LayoutBuild>(std::move(*built));
}

AbStory::GoesOn AbStory::measure_rounds(std::uint32_t workload,
                                        std::span<const PlannedRun> programs) {
  const double round = static_cast<double>(programs.size()) * run_seconds(workload);
  const std::uint32_t rounds =
      count_in(kLayoutShare * workload_budget(), round, kRoundsLeast, kRoundsMost);
  std::uint32_t block = 0;
  for (std::uint32_t i = 0; i < rounds; ++i) {
    const std::vector<PlannedRun> order =
        shuffled_round({trial_.settings.seed, Stage::kPlacement, workload, i, 0}, programs);
    for (std::size_t at = 0; at < order.size(); at += kLayoutBlockRuns, ++block) {
      show(named("other layouts", workload));
      std::vector<PlannedRun> runs;
      for (std::size_t k = at; k < std::min(at + kLayoutBlockRuns, order.size()); ++k) {
        // A stage may have ended since the round was drawn.
        for (const LayoutStage& stage : trial_.layout_stages)
          if (stage.stage == order[k].stage && stage.available) runs.push_back(order[k]);
      }
      if (runs.empty()) continue;
      AF_TRY(const bool goes_on, run_block(workload, block, std::move(runs)));
      if (!goes_on) return false;
    }
  }
  return true;
}

AbStory::GoesOn AbStory::measure_layouts() {
  const auto exact = [](const Workload& workload) { return workload.metric.deterministic; };
  if (trial_.settings.no_layout ||
      std::all_of(trial_.workloads.begin(), trial_.workloads.end(), exact))
    return true;
  if (!hooks_.build_layouts) {
    no_layouts("nothing was captured to relink");
    return true;
  }
  // Two stages of two arms; the dearest workload decides how many layouts there is time for.
  double dearest = 0;
  for (std::uint32_t i = 0; i < trial_.workloads.size(); ++i)
    if (!exact(trial_.workloads[i])) dearest = std::max(dearest, run_seconds(i));
  const double seconds_of_one = 4 * dearest * kRoundsLeast;
  const double there_is = kLayoutShare * workload_budget();
  if (kFewLayouts * seconds_of_one > there_is) {
    no_layouts(fmt::format(
        "{} layouts take {:.0f} s, and {:.0f} s are there: give a budget of {:.0f} s", kFewLayouts,
        kFewLayouts * seconds_of_one, there_is,
        std::ceil(trial_.settings.budget_seconds * kFewLayouts * seconds_of_one / there_is)));
    return true;
  }
  const std::uint32_t layouts = kLayouts * seconds_of_one <= there_is ? kLayouts : kFewLayouts;

  const double began = rig_.now();
  std::vector<PlannedRun> programs;
  for (const Stage stage : {Stage::kPlacement, Stage::kBlocks}) {
    AF_TRY(const std::optional<LayoutBuild> built, build_stage(stage, layouts));
    if (!built) continue;
    for (const auto& [layout, path] : built->layouts) {
      trial_.layouts.push_back(layout);
      runner_.set_layout(layout, path);
      programs.push_back({layout.arm, layout.stage, layout.index, 0});
    }
  }
  deadline_ += rig_.now() - began;  // the budget is for measuring
  if (programs.empty()) return true;
  for (std::uint32_t i = 0; i < trial_.workloads.size(); ++i) {
    if (exact(trial_.workloads[i])) continue;
    AF_TRY(const bool goes_on, measure_rounds(i, programs));
    if (!goes_on) return false;
  }
  return true;
}

// ---- does undoing the change undo the gain ----

// The program without the change; empty when nobody can make it.
Result<std::string> AbStory::undone() {
  if (!request_.reverted.empty() || !hooks_.undo) return request_.reverted;
  show("building it without the change");
  const double began = rig_.now();
  AF_TRY(const std::string path, hooks_.undo());
  AF_TRY(ArmBuild build, describe_build(Arm::kControl, path));
  trial_.builds.push_back(std::move(build));
  deadline_ += rig_.now() - began;
  return path;
}

// Only a gain is worth undoing: what is no gain so far becomes none by it.
AbStory::GoesOn AbStory::verify_revert() {
  const Verdict so_far = decide(trial_);
  const bool gained = std::ranges::any_of(so_far.workloads, [](const WorkloadVerdict& workload) {
    return workload.reason == VerdictReason::kRevertNotRun;
  });
  AF_TRY(const std::string reverted, gained ? undone() : Result<std::string>(request_.reverted));
  Gate gate{std::string(kRevertGate), GateOutcome::kNotRun, ""};
  if (reverted.empty()) {
    gate.detail = "no reverted build was given: a byte copy of BEFORE stands in";
  } else {
    runner_.set_program(Arm::kControl, {reverted, reverted});
    const bool equal = trial_.builds.back().content_hash == trial_.builds.front().content_hash;
    gate.outcome = GateOutcome::kPassed;
    gate.detail = equal ? "undoing the change gives BEFORE again, byte for byte"
                        : "the reverted build is not BEFORE byte for byte: its times decide";
  }
  trial_.gates.push_back(std::move(gate));
  constexpr std::array<Arm, 3> kArms = {Arm::kBefore, Arm::kAfter, Arm::kControl};
  for (std::uint32_t i = 0; i < so_far.workloads.size(); ++i) {
    if (so_far.workloads[i].reason != VerdictReason::kRevertNotRun) continue;
    const std::uint32_t blocks =
        count_in(kRevertShare * workload_budget(), 2 * kArms.size() * run_seconds(i),
                 kRevertBlocksLeast, kRevertBlocksMost);
    for (std::uint32_t block = 0; block < blocks; ++block) {
      show(named("undoing it", i));
      AF_TRY(const bool goes_on, run_mirrored(Stage::kRevert, i, block, kArms));
      if (!goes_on) return false;
    }
  }
  return true;
}

// ---- the story ----

Result<Done> AbStory::tell() {
  deadline_ = rig_.now() + trial_.settings.budget_seconds;
  trial_.natural_looks.resize(trial_.workloads.size());
  AF_TRY(const Done described, describe_builds());
  static_cast<void>(described);
  if (same()) return Done{};
  AF_TRY(const bool right, pass_gates());
  if (!right) return Done{};
  AF_TRY(const Done affordable, check_budget());
  static_cast<void>(affordable);
  AF_TRY(const Done controlled, prepare_control());
  static_cast<void>(controlled);
  for (std::uint32_t i = 0; i < trial_.workloads.size(); ++i) {
    AF_TRY(const bool goes_on, measure_workload(i));
    if (!goes_on) return Done{};
  }
  AF_TRY(const bool laid_out, measure_layouts());
  if (!laid_out) return Done{};
  AF_TRY(const bool undone, verify_revert());
  static_cast<void>(undone);
  return Done{};
}

}  // namespace

Result<Done> run_ab(const AbRequest& request, const AbHooks& hooks, Rig& rig, Trial& trial) {
  AF_CHECK(!trial.workloads.empty());
  AbStory story(request, hooks, rig, trial);
  Result<Done> told = story.tell();
  story.note_disturbances();
  if (told) return told;
  if (told.error().code != ErrorCode::kInterrupted) {
    trial.failure = told.error().what;
    return told;
  }
  trial.interrupted = true;
  return Done{};
}

}  // namespace asmforge
