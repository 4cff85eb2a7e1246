#include "cli/run_comparison.h"

#include <chrono>
#include <utility>

#include "base/interrupt.h"
#include "base/temp_dir.h"
#include "cli/ab_builds.h"
#include "cli/expectations.h"
#include "cli/trial_record.h"
#include "measure/machine_rig.h"
#include "verdict/ab.h"
#include "verdict/decide.h"
#include "verdict/instruction_meter.h"

namespace asmforge {
namespace {

// Adds the time until its end to a sum.
class Timed {
 public:
  explicit Timed(double& seconds) : seconds_(seconds) {}
  ~Timed() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

std::unique_ptr<Meter> meter_for(const WorkloadMetric& metric) {
  return metric.source == MetricSource::kInstructions ? make_instruction_meter()
                                                      : make_meter(metric);
}

Result<Compared> run_comparison(const Comparison& wanted, StatusLine& line) {
  AF_TRY(const AbBuild before, open_ab_build(wanted.before, wanted.before_capture));
  AF_TRY(const AbBuild after, open_ab_build(wanted.after, wanted.after_capture));
  Compared compared;
  Trial& trial = compared.trial;
  trial.workloads = wanted.workloads;
  trial.settings = wanted.settings;
  AF_TRY(trial.predictions, judge_expectations(wanted.expectations, before.program, after.program));
  AF_TRY(const std::shared_ptr<const TempDir> folder, TempDir::create());
  AbRequest request;
  request.before = before.program;
  request.after = after.program;
  request.check = wanted.check;
  request.folder = folder->path();
  MachineRig rig(choose_machine_processor(trial.environment), meter_for, open_hardware_counters(),
                 &interrupt_flag());
  AbHooks hooks;
  hooks.progress = [&](std::string_view what, double left) { line.show(what, left); };
  hooks.compare_closures = compare_closures;
  const BuildLayouts layouts =
      layout_builder(before, after, trial.settings.seed, folder->path() + "/layouts",
                     [&](std::string_view what) { line.show(what, std::nullopt); });
  if (layouts)
    hooks.build_layouts = [&](Stage stage, std::uint32_t count) {
      const Timed timed(compared.building_seconds);
      return layouts(stage, count);
    };
  if (wanted.undo)
    hooks.undo = [&] {
      const Timed timed(compared.building_seconds);
      return wanted.undo();
    };
  AF_TRY(const Done measured, run_ab(request, hooks, rig, trial));
  static_cast<void>(measured);
  if (trial.interrupted) return Error{ErrorCode::kInterrupted, "interrupted while measuring", ""};
  compared.verdict = decide(trial);
  compared.record = record_text(trial, compared.verdict);
  return compared;
}

}  // namespace asmforge
