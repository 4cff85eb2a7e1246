// Stage A: layout i of both arms puts equal blocks at equal residues, so layouts are pairs.
#include <cmath>
#include <map>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/interval.h"
#include "base/statistics/sample.h"
#include "base/statistics/signed_rank.h"
#include "verdict/measured.h"
#include "verdict/placement.h"
#include "verdict/power.h"

namespace asmforge {
namespace {

constexpr std::size_t kFewestPairs = 16;

}  // namespace

StageAnswer<StageResult> blocks_result(const Trial& trial, std::uint32_t workload) {
  const LayoutStage* stage = layout_stage(trial, Stage::kBlocks);
  if (stage != nullptr && !stage->available) return {std::nullopt, stage->reason};
  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kBlocks);
  if (runs.empty()) return {};
  std::map<std::uint32_t, double> before;
  for (const LayoutValue& layout : layout_values(trial, runs, Stage::kBlocks, Arm::kBefore))
    before[layout.layout] = layout.log_value;
  std::vector<double> differences;
  for (const LayoutValue& layout : layout_values(trial, runs, Stage::kBlocks, Arm::kAfter))
    if (const auto pair = before.find(layout.layout); pair != before.end())
      differences.push_back(layout.log_value - pair->second);
  if (differences.size() < kFewestPairs)
    return {std::nullopt, "too few layouts were measured in both arms"};

  const TrialSettings& settings = trial.settings;
  const double floor = std::log1p(settings.floor);
  const double estimate = hodges_lehmann(differences);
  const double average = mean(differences);
  const Interval interval = signed_rank_interval(differences, 1 - settings.alpha);
  const Interval margin = signed_rank_interval(differences, 1 - 2 * settings.natural_alpha);
  StageResult result;
  result.effect = effect_of_logs(estimate, interval.low, interval.high, signed_rank_p(differences),
                                 differences.size());
  result.direction =
      direction_of(result.effect, settings.alpha, settings.floor, equivalent_within(margin, floor));
  // Ranks can be carried by many small gains while a few large losses eat them up.
  const bool claimed =
      result.direction == Direction::kBetter || result.direction == Direction::kWorse;
  if (claimed && (average * estimate <= 0 || std::fabs(average) < floor))
    result.direction = Direction::kUnknown;
  result.low_for_margin = margin.low;
  result.high_for_margin = margin.high;
  const double error = error_of(interval, 1 - settings.alpha);
  const double critical = normal_quantile(1 - settings.alpha / 2);
  const double each = std::sqrt(kPower);  // both stages must see it
  result.minimum_detectable_effect = std::expm1(detectable_effect(critical, error, floor, each));
  result.seconds_needed = seconds_to_see(floor, critical, error, total_wall_seconds(runs), each);
  return {result, {}};
}

}  // namespace asmforge
