#include "verdict/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/statistics/bimodality.h"
#include "base/statistics/distributions.h"
#include "base/statistics/interval.h"
#include "base/statistics/sample.h"
#include "base/statistics/shift_paired.h"
#include "core/error.h"
#include "verdict/measured.h"
#include "verdict/power.h"

namespace asmforge {
namespace {

constexpr std::uint32_t kCycle = 64;
constexpr std::size_t kFewestPlaces = 16;  // below, the best turn is mostly luck

struct Row {
  std::vector<std::uint32_t> residues;
  std::vector<double> values;  // one a residue, in the order of residues
};

Row row_of(const std::vector<LayoutValue>& layouts) {
  std::vector<LayoutValue> sorted = layouts;
  std::ranges::sort(sorted, {},
                    [](const LayoutValue& l) { return std::pair(l.residue, l.layout); });
  Row row;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t end = first;
    double sum = 0;
    for (; end < sorted.size() && sorted[end].residue == sorted[first].residue; ++end)
      sum += sorted[end].log_value;
    row.residues.push_back(sorted[first].residue);
    row.values.push_back(sum / static_cast<double>(end - first));
    first = end;
  }
  return row;
}

// All around the cycle in even steps, as even as whole bytes allow.
bool covers_the_cycle(const std::vector<std::uint32_t>& residues) {
  const std::size_t places = residues.size();
  if (places < kFewestPlaces || places > kCycle || residues.back() >= kCycle) return false;
  const std::size_t longest = (kCycle + places - 1) / places;
  const std::size_t shortest = kCycle / places;
  for (std::size_t i = 0; i < places; ++i) {
    const std::uint32_t next = i + 1 < places ? residues[i + 1] : residues[0] + kCycle;
    const std::uint32_t step = next - residues[i];
    if (step < shortest || step > longest) return false;
  }
  return true;
}

double best_quarter(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t quarter = std::max<std::size_t>(1, values.size() / 4);
  return mean(std::span(values).first(quarter));
}

LayoutSpread spread_of(const std::vector<double>& values, double floor) {
  const double middle = median(values);
  const double low = quantile(values, 0.1);
  const double high = quantile(values, 0.9);
  return {std::exp(low - middle), std::exp(high - middle), high - low > floor && two_humps(values)};
}

// Over the residues that the natural link can give: all of them are there, so only the
// noise of each is uncertain, and that is what the turned pairs show.
void add_expected(const Trial& trial, std::uint32_t alignment, const Row& before, const Row& after,
                  const ShiftPaired& test, PlacementResult& result) {
  double sum = 0;
  std::size_t places = 0;
  for (std::size_t i = 0; i < before.residues.size(); ++i) {
    if (before.residues[i] % alignment != 0) continue;
    sum += after.values[i] - before.values[i];
    ++places;
  }
  if (places == 0) return;
  const double estimate = sum / static_cast<double>(places);
  const double error = std::sqrt(test.noise_variance / static_cast<double>(places));
  const double p = error > 0 ? student_t_two_sided_p(estimate / error, test.degrees_of_freedom)
                   : estimate == 0 ? 1
                                   : 0;
  const auto reach = [&](double tail) {
    return student_t_quantile(1 - tail, test.degrees_of_freedom) * error;
  };
  const double wide = reach(trial.settings.alpha / 2);
  const double narrow = reach(trial.settings.natural_alpha);
  const double floor = trial.settings.floor;
  result.expected = effect_of_logs(estimate, estimate - wide, estimate + wide, p, places);
  result.expected_direction =
      direction_of(*result.expected, trial.settings.alpha, floor,
                   equivalent_within({estimate - narrow, estimate + narrow}, std::log1p(floor)));
}

}  // namespace

StageAnswer<PlacementResult> placement_result(const Trial& trial, std::uint32_t workload) {
  const LayoutStage* stage = layout_stage(trial, Stage::kPlacement);
  if (stage != nullptr && !stage->available) return {std::nullopt, stage->reason};
  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kPlacement);
  if (runs.empty()) return {};
  const Row before = row_of(layout_values(trial, runs, Stage::kPlacement, Arm::kBefore));
  const Row after = row_of(layout_values(trial, runs, Stage::kPlacement, Arm::kAfter));
  if (before.residues != after.residues || !covers_the_cycle(before.residues))
    return {std::nullopt,
            fmt::format("start positions do not cover the cycle of 64 alike in both arms "
                        "({} and {} were measured)",
                        before.residues.size(), after.residues.size())};

  const TrialSettings& settings = trial.settings;
  const double floor = std::log1p(settings.floor);
  const ShiftPaired test = shift_paired(before.values, after.values);
  const Interval interval = interval_of(test, 1 - settings.alpha);
  const Interval margin = interval_of(test, 1 - 2 * settings.natural_alpha);
  PlacementResult result;
  result.effect =
      effect_of_logs(test.effect, interval.low, interval.high, test.p, before.residues.size());
  result.direction =
      direction_of(result.effect, settings.alpha, settings.floor, equivalent_within(margin, floor));
  result.low_for_margin = margin.low;
  result.high_for_margin = margin.high;
  const double critical = student_t_quantile(1 - settings.alpha / 2, test.degrees_of_freedom);
  const double each = std::sqrt(kPower);  // both stages must see it
  result.minimum_detectable_effect =
      std::expm1(detectable_effect(critical, test.standard_error, floor, each));
  result.seconds_needed =
      seconds_to_see(floor, critical, test.standard_error, total_wall_seconds(runs), each);
  result.best_quarter_ratio = std::exp(best_quarter(after.values) - best_quarter(before.values));
  result.spread_before = spread_of(before.values, floor);
  result.spread_after = spread_of(after.values, floor);
  if (stage != nullptr && stage->link_alignment && *stage->link_alignment > 0)
    add_expected(trial, *stage->link_alignment, before, after, test, result);
  return {result, {}};
}

Effect cautious(const Effect& placement, const Effect& blocks) {
  const bool placement_smaller =
      std::fabs(std::log(placement.ratio)) <= std::fabs(std::log(blocks.ratio));
  Effect both = placement_smaller ? placement : blocks;
  both.low = std::min(placement.low, blocks.low);
  both.high = std::max(placement.high, blocks.high);
  both.p = std::max(placement.p, blocks.p);
  both.units = std::min(placement.units, blocks.units);
  return both;
}

Direction agreed(Direction placement, Direction blocks) {
  return placement == blocks ? placement : Direction::kUnknown;
}

}  // namespace asmforge
