// The members of a Trial by name, a row each: what the record of a comparison writes and
// what it reads back are the same by construction.
//
//     MembersOf<Gate>::visit([&](std::string_view name, auto member) { gate.*member ... });
//
// A number that stands for "none" comes as a third argument.
#pragma once

#include <string_view>

#include "core/trial.h"

namespace asmforge {

template <class T>
struct MembersOf;

template <class T>
concept HasMembers = requires { MembersOf<T>::visit([](std::string_view, auto, auto...) {}); };

template <>
struct MembersOf<RunSample> {
  static void visit(auto&& member) {
    member("arm", &RunSample::arm);
    member("stage", &RunSample::stage);
    member("workload", &RunSample::workload);
    member("block", &RunSample::block);
    member("position", &RunSample::position);
    member("layout", &RunSample::layout, kNoLayout);
    member("value", &RunSample::value);
    member("cpu_seconds", &RunSample::cpu_seconds);
    member("wall_seconds", &RunSample::wall_seconds);
    member("waited_seconds", &RunSample::waited_seconds);
    member("minor_faults", &RunSample::minor_faults);
    member("major_faults", &RunSample::major_faults);
    member("voluntary_switches", &RunSample::voluntary_switches);
    member("involuntary_switches", &RunSample::involuntary_switches);
    member("peak_resident_bytes", &RunSample::peak_resident_bytes);
    member("cycles", &RunSample::cycles);
    member("instructions", &RunSample::instructions);
    member("environment_padding_bytes", &RunSample::environment_padding_bytes);
    member("disturbances", &RunSample::disturbances);
    member("repeated", &RunSample::repeated);
    member("exit_status", &RunSample::exit_status);
    member("signal", &RunSample::signal);
    member("output_hash", &RunSample::output_hash);
  }
};

template <>
struct MembersOf<WorkloadMetric> {
  static void visit(auto&& member) {
    member("source", &WorkloadMetric::source);
    member("pattern", &WorkloadMetric::pattern);
    member("unit", &WorkloadMetric::unit);
    member("higher_is_better", &WorkloadMetric::higher_is_better);
    member("deterministic", &WorkloadMetric::deterministic);
  }
};

template <>
struct MembersOf<Workload> {
  static void visit(auto&& member) {
    member("name", &Workload::name);
    member("arguments", &Workload::arguments);
    member("environment", &Workload::environment);
    member("input_path", &Workload::input_path);
    member("metric", &Workload::metric);
    member("weight", &Workload::weight);
    member("validation", &Workload::validation);
    member("exit_status", &Workload::exit_status);
  }
};

template <>
struct MembersOf<ArmBuild> {
  static void visit(auto&& member) {
    member("arm", &ArmBuild::arm);
    member("path", &ArmBuild::path);
    member("build_id", &ArmBuild::build_id);
    member("content_hash", &ArmBuild::content_hash);
  }
};

template <>
struct MembersOf<Layout> {
  static void visit(auto&& member) {
    member("stage", &Layout::stage);
    member("arm", &Layout::arm);
    member("index", &Layout::index);
    member("residue", &Layout::residue);
    member("seed", &Layout::seed);
    member("content_hash", &Layout::content_hash);
  }
};

template <>
struct MembersOf<LayoutStage> {
  static void visit(auto&& member) {
    member("stage", &LayoutStage::stage);
    member("available", &LayoutStage::available);
    member("reason", &LayoutStage::reason);
    member("layouts", &LayoutStage::layouts);
    member("functions", &LayoutStage::functions);
    member("matched_share", &LayoutStage::matched_share);
    member("link_alignment", &LayoutStage::link_alignment);
  }
};

template <>
struct MembersOf<Gate> {
  static void visit(auto&& member) {
    member("name", &Gate::name);
    member("outcome", &Gate::outcome);
    member("detail", &Gate::detail);
  }
};

template <>
struct MembersOf<LookPlan> {
  static void visit(auto&& member) {
    member("units", &LookPlan::units);
    member("alpha", &LookPlan::alpha);
  }
};

template <>
struct MembersOf<PredicateResult> {
  static void visit(auto&& member) {
    member("truth", &PredicateResult::truth);
    member("before", &PredicateResult::before);
    member("after", &PredicateResult::after);
    member("reason", &PredicateResult::reason);
  }
};

template <>
struct MembersOf<StatedPrediction> {
  static void visit(auto&& member) {
    member("statement", &StatedPrediction::statement);
    member("result", &StatedPrediction::result);
  }
};

template <>
struct MembersOf<TrialSettings> {
  static void visit(auto&& member) {
    member("floor", &TrialSettings::floor);
    member("alpha", &TrialSettings::alpha);
    member("natural_alpha", &TrialSettings::natural_alpha);
    member("budget_seconds", &TrialSettings::budget_seconds);
    member("seed", &TrialSettings::seed);
    member("no_layout", &TrialSettings::no_layout);
    member("gate_no_worse", &TrialSettings::gate_no_worse);
    member("sequential_data", &TrialSettings::sequential_data);
    member("foreign_data", &TrialSettings::foreign_data);
  }
};

template <>
struct MembersOf<TrialEnvironment> {
  static void visit(auto&& member) {
    member("cpu", &TrialEnvironment::cpu);
    member("processors", &TrialEnvironment::processors);
    member("measured_on", &TrialEnvironment::measured_on);
    member("pinned", &TrialEnvironment::pinned);
    member("kernel", &TrialEnvironment::kernel);
    member("tool_version", &TrialEnvironment::tool_version);
    member("started", &TrialEnvironment::started);
    member("notes", &TrialEnvironment::notes);
  }
};

// The runs come last: they are many, and what they mean stands before them.
template <>
struct MembersOf<Trial> {
  static void visit(auto&& member) {
    member("settings", &Trial::settings);
    member("environment", &Trial::environment);
    member("builds", &Trial::builds);
    member("closure", &Trial::closure);
    member("closure_detail", &Trial::closure_detail);
    member("predictions", &Trial::predictions);
    member("gates", &Trial::gates);
    member("interrupted", &Trial::interrupted);
    member("failure", &Trial::failure);
    member("notes", &Trial::notes);
    member("workloads", &Trial::workloads);
    member("natural_looks", &Trial::natural_looks);
    member("layout_stages", &Trial::layout_stages);
    member("layouts", &Trial::layouts);
    member("runs", &Trial::runs);
  }
};

}  // namespace asmforge
