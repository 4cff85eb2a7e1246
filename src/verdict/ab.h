// The story of a comparison: same? right? how noisy? different as built? different in
// other layouts? undone with the change? What it measures is in the Trial; what that
// means is decide()'s.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "measure/layouts/build_layouts.h"
#include "measure/rig.h"
#include "verdict/closure.h"

namespace asmforge {

struct AbRequest {
  std::string before;
  std::string after;
  std::string reference;       // a third program, shown and not judged; may be empty
  std::string reverted;        // AFTER with the change undone; may be empty
  std::string check;           // shell command that judges $PROGRAM; may be empty
  double timeout_seconds = 0;  // of a run; 0: the budget
  std::string folder;          // for copies; exists
};

struct AbHooks {
  // What is being done, and for how many seconds at most measuring goes on.
  std::function<void(std::string_view what, double seconds_left)> progress;
  // Relinks or reassembles both arms; empty: there is nothing to build from.
  std::function<Result<LayoutBuild>(Stage stage, std::uint32_t layouts)> build_layouts;
  std::function<Result<ClosureAnswer>(const std::string& before, const std::string& after)>
      compare_closures;
  // Builds AFTER with the change undone, when there is a gain to be undone and no reverted
  // program was given: its path. May be empty.
  std::function<Result<std::string>()> undo;
};

// Fills `trial`, whose workloads, settings and environment are set. After an error it
// holds what was measured until then, and why no more; an interruption is no error, the
// trial says so.
Result<Done> run_ab(const AbRequest& request, const AbHooks& hooks, Rig& rig, Trial& trial);

}  // namespace asmforge
