#include "soak/judge.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/statistics/order_interval.h"
#include "base/statistics/permutation.h"
#include "base/statistics/rates.h"
#include "base/statistics/sample.h"
#include "soak/memory_growth.h"

namespace asmforge {
namespace {

constexpr std::array kShares = {0.5, 0.9, 0.99, 0.999};
constexpr std::uint32_t kRearrangements = 2000;
constexpr std::size_t kFewestEpochs = 10;

// What an epoch cost: for one operation, or for one second when none are counted.
struct EpochCosts {
  std::vector<double> cpu;
  std::vector<double> wall;
};

EpochCosts costs_of(const SoakArm& arm, const SoakSettings& settings) {
  EpochCosts costs;
  const auto first =
      static_cast<std::size_t>(settings.warmup * static_cast<double>(arm.samples.size()));
  for (std::size_t i = first + 1; i < arm.samples.size(); ++i) {
    const SoakSample& from = arm.samples[i - 1];
    const SoakSample& to = arm.samples[i];
    const double seconds = to.seconds - from.seconds;
    const double amount =
        arm.operations_counted ? static_cast<double>(to.operations - from.operations) : seconds;
    if (amount <= 0 || seconds <= 0) continue;
    costs.cpu.push_back((to.cpu_seconds - from.cpu_seconds) / amount);
    if (arm.operations_counted) costs.wall.push_back(seconds / amount);
  }
  return costs;
}

std::optional<double> variation(const std::vector<double>& values) {
  if (values.size() < kFewestEpochs || mean(values) <= 0) return std::nullopt;
  return standard_deviation(values) / mean(values);
}

// Odd against even epochs of one run: what a comparison sees where there is nothing.
std::optional<double> noise_floor(const std::vector<double>& values) {
  if (values.size() < 2 * kFewestEpochs) return std::nullopt;
  std::array<double, 2> sums{};
  const std::size_t even = values.size() / 2 * 2;
  for (std::size_t i = 0; i < even; ++i) sums.at(i % 2) += values[i];
  if (sums[1] <= 0) return std::nullopt;
  return std::abs(sums[0] / sums[1] - 1);
}

std::vector<SoakPercentile> percentiles_of(std::vector<double> values, double confidence) {
  std::vector<SoakPercentile> found;
  if (values.empty()) return found;
  std::ranges::sort(values);
  for (const double share : kShares) {
    SoakPercentile percentile{share, std::nullopt, values_needed(share, confidence)};
    if (const auto interval = percentile_interval(values, share, confidence))
      percentile.seconds = {quantile(values, share), interval->low, interval->high};
    found.push_back(percentile);
  }
  return found;
}

void count_per_operation(const SoakArm& arm, const SoakSettings& settings, SoakArmReport& report) {
  const auto first =
      static_cast<std::size_t>(settings.warmup * static_cast<double>(arm.samples.size()));
  if (first >= arm.samples.size()) return;
  const SoakSample& from = arm.samples[first];
  const SoakSample& to = arm.samples.back();
  report.operations = to.operations - from.operations;
  if (!arm.operations_counted || report.operations == 0) return;
  const auto operations = static_cast<double>(report.operations);
  const auto rate = [&](std::uint64_t count) {
    return SoakRate{static_cast<double>(count) / operations,
                    poisson_upper_bound(count, settings.confidence) / operations};
  };
  if (arm.system_calls_unknown.empty())
    report.system_calls = rate(to.system_calls - from.system_calls);
  report.faults = rate(to.minor_faults + to.major_faults - from.minor_faults - from.major_faults);
  report.switches = rate(to.voluntary_switches + to.involuntary_switches - from.voluntary_switches -
                         from.involuntary_switches);
}

SoakArmReport judge_arm(const SoakArm& arm, const SoakSettings& settings) {
  SoakArmReport report;
  judge_memory(arm, settings, report);
  count_per_operation(arm, settings, report);
  const EpochCosts costs = costs_of(arm, settings);
  report.epochs = static_cast<std::uint32_t>(costs.cpu.size());
  report.epoch_seconds = settings.epoch_seconds;
  report.cpu_variation = variation(costs.cpu);
  report.wall_variation = variation(costs.wall);
  report.noise_floor = noise_floor(costs.cpu);
  report.percentiles = percentiles_of(arm.operation_seconds, settings.confidence);
  return report;
}

std::optional<SoakComparison> compare(const SoakRecord& record) {
  if (record.arms.size() != 2) return std::nullopt;
  std::vector<double> before = costs_of(record.arms[0], record.settings).cpu;
  std::vector<double> after = costs_of(record.arms[1], record.settings).cpu;
  if (before.size() < kFewestEpochs || after.size() < kFewestEpochs) return std::nullopt;
  const auto positive = [](double value) { return value > 0; };
  if (!std::ranges::all_of(before, positive) || !std::ranges::all_of(after, positive))
    return std::nullopt;
  for (std::vector<double>* values : {&before, &after})
    std::ranges::transform(*values, values->begin(), [](double value) { return std::log(value); });
  Random random(record.settings.seed);
  SoakComparison comparison;
  comparison.ratio = std::exp(median(after) - median(before));
  comparison.p = permutation_p(before, after, kRearrangements, random);
  // Distances from each arm's own median, exchanged between the arms.
  for (std::vector<double>* values : {&before, &after}) {
    const double centre = median(*values);
    for (double& value : *values) value = std::abs(value - centre);
  }
  comparison.dispersion_p = permutation_p(before, after, kRearrangements, random);
  return comparison;
}

}  // namespace

SoakReport judge_soak(const SoakRecord& record) {
  SoakReport report;
  for (const SoakArm& arm : record.arms) report.arms.push_back(judge_arm(arm, record.settings));
  const auto any = [&](SoakKind kind) {
    return std::ranges::any_of(report.arms,
                               [kind](const SoakArmReport& arm) { return arm.kind == kind; });
  };
  if (any(SoakKind::kLeak))
    report.kind = SoakKind::kLeak;
  else if (any(SoakKind::kInconclusive) || report.arms.empty())
    report.kind = SoakKind::kInconclusive;
  else
    report.kind = SoakKind::kFlat;
  report.comparison = compare(record);
  return report;
}

}  // namespace asmforge
