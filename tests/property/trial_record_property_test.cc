// What `ab --record` writes is read back as the same trial, to the last bit, and decided
// alike. RapidCheck prints the seed of a failure.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <string>

#include "../support/made_trial.h"
#include "core/trial_members.h"
#include "report/writers/verdict.h"
#include "verdict/check_trial.h"
#include "verdict/decide.h"
#include "verdict/read_trial.h"

namespace asmforge {
namespace {

using made::MadeTrial;

template <class Enum>
Enum any_of(std::size_t count) {
  return static_cast<Enum>(*rc::gen::inRange<int>(0, static_cast<int>(count)));
}

double any_number() {
  const auto number = std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
  return std::isfinite(number) ? number : *rc::gen::element(0.0, -0.0, 0.1, 1e-320, 1.5e300);
}

std::string any_text() {
  return *rc::gen::element<std::string>("", "a", "two words", "\"\\\n\x01", "\xc3\xa9", "null");
}

// Anything of the right type, whether or not it could have been measured.
template <class T>
void scramble(T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = any_text();
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    value.assign(*rc::gen::inRange<std::size_t>(0, 3), any_text());
  } else if constexpr (std::is_same_v<T, double>) {
    value = any_number();
  } else if constexpr (std::is_same_v<T, std::optional<double>>) {
    value = any_number();
  } else if constexpr (std::is_integral_v<T>) {
    value = *rc::gen::arbitrary<T>();
  } else if constexpr (HasMembers<T>) {
    MembersOf<T>::visit([&](std::string_view, auto member, auto...) { scramble(value.*member); });
  }
}

Trial any_trial() {
  MadeTrial made(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::uint32_t>(1, 3));
  Trial& trial = made.trial;
  for (std::uint32_t w = 0; w < trial.workloads.size(); ++w)
    made.everything(*rc::gen::element(-0.03, 0.0, 0.03), 0.01, w);
  if (*rc::gen::arbitrary<bool>()) made.predict(any_of<Truth>(3));
  const TrialSettings settings = trial.settings;
  scramble(trial.settings);
  trial.settings.floor = settings.floor;
  trial.settings.alpha = *rc::gen::element(0.01, 0.05, 0.1 + 0.2);
  trial.settings.natural_alpha = settings.natural_alpha;
  scramble(trial.environment);
  for (const Arm arm : {Arm::kBefore, Arm::kAfter}) {
    ArmBuild build;
    scramble(build);
    build.arm = arm;
    trial.builds.push_back(build);
  }
  for (Workload& workload : trial.workloads) {
    scramble(workload);
    workload.exit_status = 0;
    workload.metric.source = any_of<MetricSource>(8);
  }
  for (LayoutStage& stage : trial.layout_stages) scramble(stage.functions);
  for (StatedPrediction& prediction : trial.predictions) {
    scramble(prediction);
    prediction.result.before = *rc::gen::arbitrary<int>();
  }
  Gate gate;
  scramble(gate);
  gate.outcome = any_of<GateOutcome>(3);
  trial.gates.push_back(gate);
  trial.closure = any_of<Closure>(3);
  scramble(trial.closure_detail);
  scramble(trial.interrupted);
  scramble(trial.failure);
  scramble(trial.notes);
  // One run with anything in every field that points nowhere.
  RunSample& run = trial.runs[*rc::gen::inRange<std::size_t>(0, trial.runs.size())];
  const RunSample kept = run;
  scramble(run);
  run.workload = kept.workload;
  run.layout = kept.layout;
  for (double* seconds : {&run.cpu_seconds, &run.wall_seconds, &run.waited_seconds})
    *seconds = std::fabs(*seconds);
  run.disturbances &= (1u << kDisturbances) - 1;
  run.cycles = *rc::gen::arbitrary<std::uint64_t>();
  return trial;
}

std::string record_of(const Trial& trial) {
  std::string text;
  {
    Output out(text);
    write_verdict_json(trial, decide(trial), out);
  }
  return text;
}

RC_GTEST_PROP(TrialRecord, IsReadBackToTheLastBit, ()) {
  const Trial trial = any_trial();
  RC_ASSERT(what_is_wrong(trial) == "");
  const std::string text = record_of(trial);
  const Result<RecordedTrial> read = parse_trial(text);
  if (!read) RC_FAIL(read.error().what);
  RC_ASSERT(read->trial == trial);
  const Verdict verdict = decide(trial);
  RC_ASSERT(read->kind == verdict.kind);
  RC_ASSERT(read->reason == verdict.reason);
  RC_ASSERT(record_of(read->trial) == text);  // with every number of the verdict
}

RC_GTEST_PROP(TrialRecord, WhatIsCutShortIsRefused, ()) {
  static const std::string text = [] {
    MadeTrial made(1);
    made.natural(-0.01, 8);
    return record_of(made.trial);
  }();
  const auto kept = *rc::gen::inRange<std::size_t>(0, text.rfind('}'));
  RC_ASSERT(!parse_trial(text.substr(0, kept)));
}

}  // namespace
}  // namespace asmforge
