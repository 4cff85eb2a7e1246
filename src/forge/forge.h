// The loop: one change at a time is applied, built, compared and kept or dropped; what is
// kept is compared once more, first against last, before any of it may be applied.
//
// Every step that ends is in the journal before the next begins, so that a run which is
// killed goes on where it was.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/forge_run.h"
#include "core/journal.h"
#include "core/result.h"
#include "core/trial.h"
#include "forge/project.h"

namespace asmforge {

// Two builds of one program, and what to ask of them.
struct Comparison {
  JournalContext context;
  std::string before;  // program
  std::string before_capture;
  std::string after;
  std::string after_capture;
  std::vector<Workload> workloads;
  std::string check;  // shell command that judges $PROGRAM; may be empty
  TrialSettings settings;
  std::vector<std::string> expectations;
  // Builds the program with the change undone, if there is a gain to be undone; its path.
  std::function<Result<std::string>()> undo;
};

struct Compared {
  Trial trial;
  Verdict verdict;
  std::string record;           // the trial as JSON
  double building_seconds = 0;  // of the time it took: relinking and the undone build
};

// A build, and the sources that it was made of.
struct BuildOfTree {
  std::string tree;     // top of what is checked out
  std::string project;  // the project's folder in it
  std::string folder;   // holds the programs, by their paths in the project
  std::string capture;
};

// A step that asserts something, built.
struct AssumptionToTry {
  Assumption assumption;
  std::string tree;     // checked out with the change
  std::string capture;  // of the build without the change
  std::uint64_t seed = 0;
  // A file as it was before the change, by its path from the tree's top.
  std::function<Result<std::string>(const std::string& file)> text_before;
};

struct ForgeHooks {
  // kInterrupted when it was.
  std::function<Result<Compared>(const Comparison&)> compare;
  // Steps of asmforge's own: for what the run begins with, and again for each that is kept.
  // May be empty.
  std::function<Result<std::vector<Step>>(const BuildOfTree& build)> plan;
  // Where the programs in `folder` execute most, a line each; may be empty.
  std::function<Result<std::vector<std::string>>(const std::string& folder)> remaining;
  // Why what a step asserts must not be asserted; empty when nothing speaks against it. May be
  // empty when no such steps are planned.
  std::function<Result<std::string>(const AssumptionToTry&)> try_assumption;
  // What changed between two programs, a line a function; may be empty.
  std::function<std::string(const std::string& before, const std::string& after)> assembly;
  std::function<void(std::string_view what)> progress;                   // may be empty
  std::function<void(const ForgeRun& run, const ForgeStep& step)> told;  // a step has ended
  std::function<double()> now;                                           // seconds
  const std::atomic<bool>* interrupted = nullptr;
};

struct ForgeRequest {
  double budget_seconds = 0;  // of measuring
  double floor = 0;
  double alpha = 0;  // of each layout stage
  std::uint64_t seed = 0;
  std::string started;  // UTC, ISO 8601
  bool resume = false;  // goes on with an unfinished run: budget, floor and seed are its own
  bool fresh = false;   // gives an unfinished run up
};

// The finished run. Errors: files that differ from the last commit, no step to try, an
// unfinished run that nothing was said of, a project that does not build as it is. After
// kInterrupted and kUnavailable the run can be resumed.
Result<ForgeRun> run_forge(const Project& project, const ForgeRequest& request,
                           const ForgeHooks& hooks);

}  // namespace asmforge
