#include "verdict/measured.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <tuple>

#include "base/statistics/sample.h"
#include "core/error.h"

namespace asmforge {

namespace {

struct StagedRun {
  Stage stage = Stage::kNatural;
  MeasuredRun run;
};

// In an order that depends on the runs alone, which is that of time within what is run in turn.
std::vector<StagedRun> runs_of(const Trial& trial, std::uint32_t workload,
                               std::initializer_list<Stage> stages) {
  AF_CHECK(workload < trial.workloads.size());
  const Workload& asked = trial.workloads[workload];
  std::vector<StagedRun> runs;
  for (const RunSample& run : trial.runs) {
    if (run.workload != workload || run.repeated) continue;
    if (std::ranges::find(stages, run.stage) == stages.end()) continue;
    // A value of 0 has no ratio; a program that spends nothing was not measured.
    if (!run.succeeded(asked.exit_status) || !(run.value > 0) || !std::isfinite(run.value))
      continue;
    const double log_value = std::log(run.value);
    runs.push_back({run.stage,
                    {run.arm, run.block, run.position, run.layout,
                     asked.metric.higher_is_better ? -log_value : log_value, run.wall_seconds}});
  }
  std::ranges::sort(runs, {}, [](const StagedRun& staged) {
    const MeasuredRun& run = staged.run;
    // Which arm it was comes last: swapped arms give the mirrored answer.
    return std::tuple(run.block, run.position, staged.stage, run.layout, run.log_value, run.arm);
  });
  return runs;
}

// A level for each program that was run.
SharedDrift drift_of(const std::vector<StagedRun>& runs) {
  std::map<std::tuple<Stage, Arm, std::uint32_t>, std::uint32_t> groups;
  std::vector<OrderedValue> values;
  values.reserve(runs.size());
  for (const auto& [stage, run] : runs) {
    const auto next = static_cast<std::uint32_t>(groups.size());
    const auto group = groups.try_emplace({stage, run.arm, run.layout}, next).first->second;
    values.push_back({group, run.log_value});
  }
  return shared_drift(values);
}

}  // namespace

std::vector<MeasuredRun> measured_runs(const Trial& trial, std::uint32_t workload, Stage stage) {
  const bool of_layouts = stage == Stage::kPlacement || stage == Stage::kBlocks;
  const std::vector<StagedRun> staged =
      of_layouts ? runs_of(trial, workload, {Stage::kPlacement, Stage::kBlocks})
                 : runs_of(trial, workload, {stage});
  SharedDrift shared;
  if (of_layouts || stage == Stage::kRevert) shared = drift_of(staged);
  std::vector<MeasuredRun> runs;
  for (std::size_t i = 0; i < staged.size(); ++i) {
    if (staged[i].stage != stage) continue;
    runs.push_back(staged[i].run);
    if (shared.half_width != 0) runs.back().log_value -= shared.drift[i];
  }
  return runs;
}

SharedDrift layout_drift(const Trial& trial, std::uint32_t workload) {
  return drift_of(runs_of(trial, workload, {Stage::kPlacement, Stage::kBlocks}));
}

std::vector<double> block_differences(std::span<const MeasuredRun> runs, Arm numerator,
                                      Arm denominator) {
  struct Sums {
    double sum[2] = {0, 0};
    double count[2] = {0, 0};
  };
  std::map<std::uint32_t, Sums> blocks;
  for (const MeasuredRun& run : runs) {
    if (run.arm != numerator && run.arm != denominator) continue;
    const std::size_t side = run.arm == numerator ? 0 : 1;
    Sums& sums = blocks[run.block];
    sums.sum[side] += run.log_value;
    sums.count[side] += 1;
  }
  std::vector<double> differences;
  for (const auto& [block, sums] : blocks)
    if (sums.count[0] > 0 && sums.count[0] == sums.count[1])
      differences.push_back((sums.sum[0] - sums.sum[1]) / sums.count[0]);
  return differences;
}

std::vector<double> values_of(std::span<const MeasuredRun> runs, Arm arm) {
  std::vector<double> values;
  for (const MeasuredRun& run : runs)
    if (run.arm == arm) values.push_back(run.log_value);
  return values;
}

double total_wall_seconds(std::span<const MeasuredRun> runs) {
  double seconds = 0;
  for (const MeasuredRun& run : runs) seconds += run.wall_seconds;
  return seconds;
}

std::vector<LayoutValue> layout_values(const Trial& trial, std::span<const MeasuredRun> runs,
                                       Stage stage, Arm arm) {
  std::map<std::uint32_t, std::vector<double>> values;
  for (const MeasuredRun& run : runs)
    if (run.arm == arm && run.layout != kNoLayout) values[run.layout].push_back(run.log_value);
  std::vector<LayoutValue> layouts;
  for (const auto& [index, of_layout] : values) {
    const auto layout = std::ranges::find_if(trial.layouts, [&](const Layout& l) {
      return l.stage == stage && l.arm == arm && l.index == index;
    });
    if (layout == trial.layouts.end()) continue;
    layouts.push_back({index, layout->residue, median(of_layout)});
  }
  return layouts;
}

const LayoutStage* layout_stage(const Trial& trial, Stage stage) {
  for (const LayoutStage& candidate : trial.layout_stages)
    if (candidate.stage == stage) return &candidate;
  return nullptr;
}

Effect effect_of_logs(double estimate, double low, double high, double p, std::size_t units) {
  return {std::exp(estimate), std::exp(low), std::exp(high), p, static_cast<std::uint32_t>(units)};
}

Direction direction_of(const Effect& effect, double alpha, double floor, bool proven_equal) {
  if (proven_equal) return Direction::kEqual;
  if (effect.p > alpha || std::fabs(std::log(effect.ratio)) < std::log1p(floor))
    return Direction::kUnknown;
  return effect.ratio < 1 ? Direction::kBetter : Direction::kWorse;
}

}  // namespace asmforge
