// What must hold of the verdict on any trial. RapidCheck prints the seed of a failure.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/made_trial.h"
#include "base/statistics/random.h"
#include "verdict/decide.h"

namespace asmforge {
namespace {

using made::MadeTrial;

Trial any_trial() {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  MadeTrial made(seed, *rc::gen::inRange<std::uint32_t>(1, 3));
  made.noise = {*rc::gen::element(0.001, 0.004, 0.02), *rc::gen::element(0.0005, 0.002, 0.02)};
  made.trial.settings.no_layout = *rc::gen::arbitrary<bool>();
  made.trial.settings.gate_no_worse = *rc::gen::arbitrary<bool>();
  for (std::uint32_t w = 0; w < made.trial.workloads.size(); ++w)
    made.everything(*rc::gen::element(-0.03, -0.008, 0.0, 0.008, 0.03),
                    *rc::gen::element(0.0, 0.01, 0.1), w);
  if (*rc::gen::arbitrary<bool>())
    made.predict(*rc::gen::element(Truth::kTrue, Truth::kFalse, Truth::kUnknown));
  const auto drop = [&](Stage stage) {
    std::erase_if(made.trial.runs, [&](const RunSample& run) { return run.stage == stage; });
  };
  if (*rc::gen::inRange(0, 4) == 0) drop(Stage::kBlocks);
  if (*rc::gen::inRange(0, 4) == 0) drop(Stage::kPlacement);
  if (*rc::gen::inRange(0, 4) == 0) drop(Stage::kRevert);
  return made.trial;
}

void expect_close(const std::optional<Effect>& a, const std::optional<Effect>& b) {
  RC_ASSERT(a.has_value() == b.has_value());
  if (!a) return;
  const auto close = [](double x, double y) { return std::fabs(x - y) <= 1e-9 * std::fabs(x); };
  RC_ASSERT(close(a->ratio, b->ratio));
  RC_ASSERT(close(a->low, b->low) || std::isinf(a->low));
  RC_ASSERT(close(a->high, b->high) || std::isinf(a->high));
  RC_ASSERT(std::fabs(a->p - b->p) <= 1e-6);
}

void expect_same(const Verdict& a, const Verdict& b) {
  RC_ASSERT(a.kind == b.kind);
  RC_ASSERT(a.reason == b.reason);
  RC_ASSERT(a.explanation == b.explanation);
  RC_ASSERT(a.workloads.size() == b.workloads.size());
  for (std::size_t w = 0; w < a.workloads.size(); ++w) {
    RC_ASSERT(a.workloads[w].reason == b.workloads[w].reason);
    expect_close(a.workloads[w].natural, b.workloads[w].natural);
    expect_close(a.workloads[w].placement, b.workloads[w].placement);
    expect_close(a.workloads[w].blocks, b.workloads[w].blocks);
    expect_close(a.workloads[w].expected, b.workloads[w].expected);
  }
}

RC_GTEST_PROP(Decide, DoesNotDependOnTheOrderOfTheRecord, ()) {
  Trial trial = any_trial();
  const Verdict expected = decide(trial);
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  random.shuffle(std::span<RunSample>(trial.runs));
  random.shuffle(std::span<Layout>(trial.layouts));
  expect_same(expected, decide(trial));
}

RC_GTEST_PROP(Decide, DoesNotDependOnTheUnit, ()) {
  Trial trial = any_trial();
  const Verdict expected = decide(trial);
  for (RunSample& run : trial.runs) run.value *= 1024;
  expect_same(expected, decide(trial));
}

RC_GTEST_PROP(Decide, DoesNotSeeRunsThatWereMadeAgain, ()) {
  Trial trial = any_trial();
  const Verdict expected = decide(trial);
  const std::size_t runs = trial.runs.size();
  for (int i = 0; i < 20; ++i) {
    RunSample again = trial.runs[*rc::gen::inRange<std::size_t>(0, runs)];
    again.repeated = true;
    again.value *= *rc::gen::element(0.5, 2.0);
    again.exit_status = *rc::gen::element(0, 1);
    trial.runs.push_back(again);
  }
  const Verdict seen = decide(trial);
  expect_same(expected, seen);
  RC_ASSERT(seen.disturbed_runs == 20u);
}

Direction mirrored(Direction direction) {
  if (direction == Direction::kBetter) return Direction::kWorse;
  if (direction == Direction::kWorse) return Direction::kBetter;
  return direction;
}

RC_GTEST_PROP(Decide, SwappingTheArmsMirrorsEveryDirection, ()) {
  Trial trial = any_trial();
  const Verdict expected = decide(trial);
  const auto swap = [](Arm& arm) {
    if (arm == Arm::kBefore)
      arm = Arm::kAfter;
    else if (arm == Arm::kAfter)
      arm = Arm::kBefore;
  };
  for (RunSample& run : trial.runs) swap(run.arm);
  for (Layout& layout : trial.layouts) swap(layout.arm);
  const Verdict seen = decide(trial);
  for (std::size_t w = 0; w < seen.workloads.size(); ++w) {
    const WorkloadVerdict& a = expected.workloads[w];
    const WorkloadVerdict& b = seen.workloads[w];
    RC_ASSERT(mirrored(a.natural_direction) == b.natural_direction);
    RC_ASSERT(mirrored(a.intrinsic_direction) == b.intrinsic_direction);
    RC_ASSERT(mirrored(a.expected_direction) == b.expected_direction);
    if (a.intrinsic) RC_ASSERT(std::fabs(a.intrinsic->ratio * b.intrinsic->ratio - 1) < 1e-9);
    if (a.natural) RC_ASSERT(std::fabs(a.natural->low * b.natural->high - 1) < 1e-9);
    // Nobody keeps a change and its undoing.
    if (!trial.settings.gate_no_worse)
      RC_ASSERT(!(a.kind == VerdictKind::kAccept && b.kind == VerdictKind::kAccept));
  }
}

RC_GTEST_PROP(Decide, AcceptsOnlyWhatAllRulesAllow, ()) {
  const Trial trial = any_trial();
  const Verdict verdict = decide(trial);
  if (verdict.kind != VerdictKind::kAccept) return;
  const auto has = [&](Stage stage) {
    return std::ranges::any_of(trial.runs, [&](const RunSample& r) { return r.stage == stage; });
  };
  const bool both = has(Stage::kPlacement) && has(Stage::kBlocks);
  RC_ASSERT(both || (trial.settings.no_layout && verdict.natural_only));
  RC_ASSERT(!(has(Stage::kPlacement) != has(Stage::kBlocks)));
  if (trial.settings.gate_no_worse) return;
  RC_ASSERT(has(Stage::kRevert));
  RC_ASSERT(verdict.as_predicted != Truth::kFalse);
  for (const WorkloadVerdict& one : verdict.workloads) {
    if (one.kind != VerdictKind::kAccept || !both) continue;
    RC_ASSERT(one.placement->p <= trial.settings.alpha);
    RC_ASSERT(one.blocks->p <= trial.settings.alpha);
    RC_ASSERT(one.placement->ratio < 1 && one.blocks->ratio < 1 && one.expected->ratio < 1);
  }
}

}  // namespace
}  // namespace asmforge
