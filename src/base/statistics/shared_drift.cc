#include "base/statistics/shared_drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/statistics/sample.h"

namespace asmforge {
namespace {

constexpr std::array<std::uint32_t, 4> kHalfWidths = {2, 4, 8, 16};
constexpr int kTurns = 6;  // levels and drift, each from the other
constexpr std::size_t kFewest = 20;
// Of the noise's spread: a smaller gain by correcting may be luck of the choice.
constexpr double kLeastGain = 0.02;

// Root mean square, without the twentieth that is farthest out.
double spread_of(std::vector<double> deviations) {
  for (double& deviation : deviations) deviation *= deviation;
  std::ranges::sort(deviations);
  deviations.resize(deviations.size() - deviations.size() / 20);
  return std::sqrt(mean(deviations));
}

double mean_of_middle_half(std::vector<double>& values) {
  std::ranges::sort(values);
  const std::size_t outer = values.size() / 4;
  double sum = 0;
  for (std::size_t i = outer; i < values.size() - outer; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * outer);
}

class Fit {
 public:
  explicit Fit(std::span<const OrderedValue> values) : values_(values), drift_(values.size(), 0) {
    std::uint32_t groups = 0;
    for (const OrderedValue& value : values) groups = std::max(groups, value.group + 1);
    members_.resize(groups);
    for (std::size_t i = 0; i < values.size(); ++i) members_[values[i].group].push_back(i);
  }

  // Deviations of all measurements from level and drift.
  std::vector<double> noise() const {
    std::vector<double> noise(values_.size(), 0);
    std::vector<double> corrected;
    for (const std::vector<std::size_t>& group : members_) {
      if (group.empty()) continue;
      corrected.clear();
      for (const std::size_t i : group) corrected.push_back(values_[i].log_value - drift_[i]);
      const double level = mean_of_middle_half(corrected);
      for (const std::size_t i : group) noise[i] = values_[i].log_value - drift_[i] - level;
    }
    return noise;
  }

  // The noise of those that tell something: their group has others.
  std::vector<double> telling_noise() const {
    const std::vector<double> all = noise();
    std::vector<double> telling;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (tells(i)) telling.push_back(all[i]);
    return telling;
  }

  void follow(std::uint32_t half_width) {
    for (int turn = 0; turn < kTurns; ++turn) {
      // With the drift so far, so that what is left of it is seen too.
      std::vector<double> deviations = noise();
      for (std::size_t i = 0; i < deviations.size(); ++i) deviations[i] += drift_[i];
      drift_ = around(deviations, half_width);
    }
  }

  [[nodiscard]] const std::vector<double>& drift() const { return drift_; }

 private:
  [[nodiscard]] bool tells(std::size_t i) const { return members_[values_[i].group].size() > 1; }

  [[nodiscard]] std::vector<double> around(const std::vector<double>& deviations,
                                           std::uint32_t half_width) const {
    std::vector<double> drift(deviations.size(), 0);
    std::vector<double> near;
    for (std::size_t i = 0; i < deviations.size(); ++i) {
      near.clear();
      const std::size_t first = i < half_width ? 0 : i - half_width;
      const std::size_t end = std::min(deviations.size(), i + half_width + 1);
      for (std::size_t k = first; k < end; ++k)
        if (k != i && tells(k)) near.push_back(deviations[k]);
      if (!near.empty()) drift[i] = mean_of_middle_half(near);
    }
    return drift;
  }

  std::span<const OrderedValue> values_;
  std::vector<double> drift_;
  std::vector<std::vector<std::size_t>> members_;  // of each group
};

// Whether neighbours are alike at all: the mean autocorrelation over the lags that a window could
// use, of deviations that are cut off at three spreads, is more than chance makes it.
bool are_alike(std::vector<double> deviations, double spread) {
  constexpr std::size_t kLags = kHalfWidths.back();
  if (deviations.size() < 2 * kLags || spread <= 0) return false;
  double squares = 0;
  for (double& deviation : deviations) {
    deviation = std::clamp(deviation, -3 * spread, 3 * spread);
    squares += deviation * deviation;
  }
  double products = 0;
  for (std::size_t lag = 1; lag <= kLags; ++lag)
    for (std::size_t i = lag; i < deviations.size(); ++i)
      products += deviations[i] * deviations[i - lag];
  // Of white noise the sum over lags has a variance of lags / n, in units of the squares.
  const double by_chance = std::sqrt(static_cast<double>(kLags * deviations.size()));
  return products / squares * static_cast<double>(deviations.size()) > 3 * by_chance;
}

}  // namespace

SharedDrift shared_drift(std::span<const OrderedValue> values) {
  SharedDrift best;
  best.drift.assign(values.size(), 0);
  const std::vector<double> uncorrected = Fit(values).telling_noise();
  if (uncorrected.size() < kFewest) return best;
  best.spread_before = best.spread_after = spread_of(uncorrected);
  if (!are_alike(uncorrected, best.spread_before)) return best;
  for (const std::uint32_t half_width : kHalfWidths) {
    Fit fit(values);
    fit.follow(half_width);
    const double spread = spread_of(fit.telling_noise());
    const double to_beat =
        best.half_width == 0 ? (1 - kLeastGain) * best.spread_before : best.spread_after;
    if (spread >= to_beat) continue;
    best.half_width = half_width;
    best.spread_after = spread;
    best.drift = fit.drift();
  }
  return best;
}

}  // namespace asmforge
