#include "verdict/sequential.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/statistics/distributions.h"
#include "base/statistics/rank_sum.h"
#include "base/statistics/theil_sen.h"
#include "verdict/measured.h"
#include "verdict/power.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostPoints = 300;      // all pairs of them are looked at
constexpr std::size_t kFewestForThirds = 12;  // four in each third

std::string share(double log_ratio) {
  return fmt::format("{:.2g} % {}", 100 * std::fabs(std::expm1(log_ratio)),
                     log_ratio <= 0 ? "less" : "more");
}

// Along the fitted line, from the first sample to the last.
double rise(std::span<const double> series) {
  const std::size_t count = std::min(series.size(), kMostPoints);
  std::vector<Point> points;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * (series.size() - 1) / std::max<std::size_t>(1, count - 1);
    points.push_back(
        {static_cast<double>(at) / static_cast<double>(series.size() - 1), series[at]});
  }
  return theil_sen_slope(points);
}

// A steady drift shows as a trend, one that sets in or ends as a difference between the
// first third and the last. Two questions share the level.
std::optional<std::string> drift_of(std::span<const double> series, double alpha,
                                    double difference) {
  const auto as_much = [&](double drift) {
    return std::fabs(drift) >= std::fabs(difference) ? "; that is no less than the builds differ by"
                                                     : "";
  };
  if (trend_p(series) <= alpha / 2) {
    const double drift = rise(series);
    return fmt::format("drift in time: the last spends {} than the first{}", share(drift),
                       as_much(drift));
  }
  if (series.size() < kFewestForThirds) return std::nullopt;
  const std::size_t third = series.size() / 3;
  const RankSum ends = rank_sum(series.first(third), series.last(third), 1 - alpha);
  if (ends.p > alpha / 2) return std::nullopt;
  return fmt::format("drift in time: the last third spends {} than the first third{}",
                     share(ends.shift), as_much(ends.shift));
}

}  // namespace

std::string read_sequential(const Trial& trial, std::uint32_t workload, WorkloadVerdict& verdict) {
  const std::vector<MeasuredRun> runs = measured_runs(trial, workload, Stage::kNatural);
  const std::vector<double> before = values_of(runs, Arm::kBefore);
  const std::vector<double> after = values_of(runs, Arm::kAfter);
  if (before.empty() || after.empty()) return "one of the arms has no usable sample";
  const double confidence = 1 - trial.settings.natural_alpha;
  const RankSum found = rank_sum(before, after, confidence);
  verdict.natural = effect_of_logs(found.shift, found.interval.low, found.interval.high, found.p,
                                   std::min(before.size(), after.size()));
  const double error = error_of(found.interval, confidence);
  const double critical = normal_quantile(0.5 + confidence / 2);
  const double smallest =
      std::expm1(detectable_effect(critical, error, std::log1p(trial.settings.floor)));
  if (std::isfinite(smallest) && smallest > 0) verdict.minimum_detectable_effect = smallest;
  for (const auto& [name, values] : {std::pair("BEFORE", before), std::pair("AFTER", after)})
    if (const auto drift = drift_of(values, trial.settings.alpha, found.shift))
      verdict.notes.push_back(fmt::format("the samples of {} {}", name, *drift));
  return "";
}

}  // namespace asmforge
