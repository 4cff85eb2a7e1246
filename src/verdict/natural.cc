#include "verdict/natural.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "base/statistics/bimodality.h"
#include "base/statistics/distributions.h"
#include "base/statistics/group_sequential.h"
#include "base/statistics/interval.h"
#include "base/statistics/sample.h"
#include "base/statistics/signed_rank.h"
#include "core/error.h"
#include "verdict/measured.h"
#include "verdict/power.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostLooks = 8;
constexpr std::uint32_t kFirstLook = 10;    // quads: p can reach .002, every boundary of 5 %
constexpr std::uint32_t kFewestQuads = 6;   // p can reach .031
constexpr std::uint32_t kMostQuads = 5000;  // beyond it the machine drifts more than is gained
constexpr double kHopeless = 0.05;          // chance of settling it, below which it is futile

// A look as it happened: how far into the plan, and the levels that belong to it.
struct LookLevels {
  std::vector<double> information;
  double differs = 0;  // nominal two-sided level at this look
  double equal = 0;    // the same for equivalence at alpha: spending 2 alpha
};

double nominal_level(const std::vector<double>& information, double alpha) {
  return normal_two_sided_p(stopping_boundary(information, alpha, Spending::kPocock).back());
}

// The looks up to one at `quads`. A stage that ended between two looks gets its last look
// there: what is spent depends on how much data is in, not on the plan.
LookLevels levels_at(const LookPlan& plan, std::size_t quads) {
  LookLevels levels;
  const std::size_t planned = plan.units.empty() ? quads : plan.units.back();
  const auto share = [&](std::size_t units) {
    return static_cast<double>(units) / static_cast<double>(std::max(planned, quads));
  };
  for (const std::uint32_t units : plan.units)
    if (units < quads) levels.information.push_back(share(units));
  levels.information.push_back(share(quads));
  levels.differs = nominal_level(levels.information, plan.alpha);
  levels.equal = nominal_level(levels.information, std::min(2 * plan.alpha, 0.5));
  return levels;
}

struct Judged {
  NaturalResult result;
  LookLevels levels;
  bool proven_equal = false;
};

Judged judge(std::span<const double> quads, const LookPlan& plan, double floor) {
  Judged judged;
  judged.levels = levels_at(plan, quads.size());
  const double estimate = hodges_lehmann(quads);
  const Interval interval = signed_rank_interval(quads, 1 - judged.levels.differs);
  const Interval margin = signed_rank_interval(quads, 1 - judged.levels.equal);
  const double p = repeated_p(judged.levels.information, judged.levels.information.size() - 1,
                              signed_rank_p(quads), Spending::kPocock);
  NaturalResult& result = judged.result;
  result.effect = effect_of_logs(estimate, interval.low, interval.high, p, quads.size());
  judged.proven_equal = equivalent_within(margin, std::log1p(floor));
  result.direction = direction_of(result.effect, plan.alpha, floor, judged.proven_equal);
  result.low_for_margin = margin.low;
  result.high_for_margin = margin.high;
  result.spread = standard_deviation(quads);
  return judged;
}

// The error of the estimate; the interval's where it is finite, because that is robust.
double standard_error(const Judged& judged, std::size_t quads) {
  const double confidence = 1 - judged.levels.differs;
  const Interval interval = {std::log(judged.result.effect.low),
                             std::log(judged.result.effect.high)};
  const double error = error_of(interval, confidence);
  return std::isfinite(error) ? error
                              : judged.result.spread / std::sqrt(static_cast<double>(quads));
}

// Whether the planned end would hardly settle anything if the trend so far went on. Given
// Z now at the share t, Z at the end is normal around Z / sqrt(t) with variance 1 - t.
bool futile(const Judged& judged, const LookPlan& plan, std::size_t quads, double floor) {
  const double error = standard_error(judged, quads);
  if (!(error > 0)) return false;
  const double t = static_cast<double>(quads) / plan.units.back();
  const double final_error = error * std::sqrt(t);
  const double estimate = std::log(judged.result.effect.ratio);
  const double at_end = estimate / final_error;
  const double deviation = std::sqrt(1 - t);
  std::vector<double> information;
  information.reserve(plan.units.size());
  for (const std::uint32_t units : plan.units)
    information.push_back(static_cast<double>(units) / plan.units.back());
  const double differs = stopping_boundary(information, plan.alpha, Spending::kPocock).back();
  const double equal =
      stopping_boundary(information, std::min(2 * plan.alpha, 0.5), Spending::kPocock).back();

  const double claim = std::max(differs, floor / final_error);
  const double differs_chance = normal_cumulative((at_end - claim) / deviation) +
                                normal_cumulative((-at_end - claim) / deviation);
  const double room = floor / final_error - equal;  // |Z| that still proves equality
  const double equal_chance = room <= 0 ? 0
                                        : normal_cumulative((room - at_end) / deviation) -
                                              normal_cumulative((-room - at_end) / deviation);
  return differs_chance < kHopeless && equal_chance < kHopeless;
}

LookPlan plan_of(const Trial& trial, std::uint32_t workload) {
  if (workload < trial.natural_looks.size()) return trial.natural_looks[workload];
  return {{}, trial.settings.natural_alpha};
}

}  // namespace

LookPlan plan_looks(double seconds_per_pair, double budget_seconds, double alpha) {
  LookPlan plan;
  plan.alpha = alpha;
  const double affordable =
      seconds_per_pair > 0 ? budget_seconds / (2 * seconds_per_pair) : kMostQuads;
  const auto most = static_cast<std::uint32_t>(
      std::clamp(affordable, static_cast<double>(kFewestQuads), static_cast<double>(kMostQuads)));
  if (most <= kFirstLook) {
    plan.units = {most};
    return plan;
  }
  const double growth = std::pow(static_cast<double>(most) / kFirstLook, 1.0 / (kMostLooks - 1));
  double next = kFirstLook;
  for (std::size_t look = 0; look + 1 < kMostLooks; ++look, next *= growth) {
    const auto units = static_cast<std::uint32_t>(std::lround(next));
    // Looks closer than five quads or a sixth tell the same twice.
    if (plan.units.empty() || units >= plan.units.back() + std::max(5u, plan.units.back() / 6))
      plan.units.push_back(units);
  }
  if (most < plan.units.back() + 5 && plan.units.size() > 1) plan.units.pop_back();
  plan.units.push_back(most);
  return plan;
}

NaturalLook look_at(const Trial& trial, std::uint32_t workload, std::size_t look) {
  const LookPlan plan = plan_of(trial, workload);
  AF_CHECK(look < plan.units.size());
  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kNatural);
  std::vector<double> quads = block_differences(runs, Arm::kAfter, Arm::kBefore);
  NaturalLook found;
  if (quads.empty()) {
    found.why = "nothing was measured yet";
    return found;
  }
  if (quads.size() > plan.units[look]) quads.resize(plan.units[look]);
  const double floor = trial.settings.floor;
  const Judged judged = judge(quads, plan, floor);
  found.effect = judged.result.effect;
  const auto stop = [&](const char* why) {
    found.stop = true;
    found.why = why;
  };
  if (judged.result.direction == Direction::kBetter || judged.result.direction == Direction::kWorse)
    stop("the difference is established");
  else if (judged.proven_equal)
    stop("equality within the floor is established");
  else if (look + 1 == plan.units.size())
    stop("this was the last planned look");
  else if (look > 0 && futile(judged, plan, quads.size(), std::log1p(floor)))
    stop("more runs of this budget would not settle it");
  else
    found.why = "not settled yet";
  return found;
}

std::optional<NaturalResult> natural_result(const Trial& trial, std::uint32_t workload) {
  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kNatural);
  std::vector<double> quads = block_differences(runs, Arm::kAfter, Arm::kBefore);
  if (quads.empty()) return std::nullopt;
  const LookPlan plan = plan_of(trial, workload);
  const double floor = trial.settings.floor;
  const Judged judged = judge(quads, plan, floor);
  NaturalResult result = judged.result;
  result.seconds = total_wall_seconds(runs);

  const double error = standard_error(judged, quads.size());
  const double critical = normal_quantile(1 - judged.levels.differs / 2);
  result.minimum_detectable_effect =
      std::expm1(detectable_effect(critical, error, std::log1p(floor)));
  result.seconds_needed = seconds_to_see(std::log1p(floor), critical, error, result.seconds);
  for (const Arm arm : {Arm::kBefore, Arm::kAfter}) {
    const std::vector<double> values = values_of(runs, arm);
    // Two speeds closer than the floor are nobody's concern.
    if (two_humps(values) && quantile(values, 0.9) - quantile(values, 0.1) > std::log1p(floor))
      result.bimodal = true;
  }
  return result;
}

}  // namespace asmforge
