#include "base/statistics/group_sequential.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/statistics/distributions.h"
#include "core/error.h"

namespace asmforge {
namespace {

// Beyond this nothing is left in double precision.
constexpr double kLargestZ = 9;
// Simpson's rule over half the continuation region; doubling it changes boundaries by < 1e-5.
constexpr std::size_t kIntervals = 60;

// The score process B(t) = Z sqrt(t), a Brownian motion, over the paths that have stayed
// inside so far. Everything is symmetric, so only B >= 0 is kept.
class ContinuingPaths {
 public:
  // Chance to continue up to here and then to find |Z| >= boundary at `information`.
  [[nodiscard]] double crossing(double information, double boundary) const {
    const double edge = boundary * std::sqrt(information);
    if (mass_.empty()) return normal_two_sided_p(boundary);
    const double step = std::sqrt(information - information_);
    double chance = 0;
    for (std::size_t i = 0; i < mass_.size(); ++i)
      chance += mass_[i] * (normal_cumulative((score_[i] - edge) / step) +
                            normal_cumulative((-score_[i] - edge) / step));
    return chance;
  }

  void go_on_inside(double information, double boundary) {
    const double edge = std::min(boundary, kLargestZ) * std::sqrt(information);
    const double width = edge / kIntervals;
    const double step = std::sqrt(information - information_);
    std::vector<double> score(kIntervals + 1);
    std::vector<double> mass(kIntervals + 1);
    for (std::size_t i = 0; i <= kIntervals; ++i) {
      score[i] = static_cast<double>(i) * width;
      double density = 0;
      if (mass_.empty()) {
        density = normal_density(score[i] / step) / step;
      } else {
        for (std::size_t j = 0; j < mass_.size(); ++j)
          density +=
              0.5 * mass_[j] *
              (density_of(score[i] - score_[j], step) + density_of(score[i] + score_[j], step));
      }
      const double simpson = i == 0 || i == kIntervals ? 1 : i % 2 == 1 ? 4 : 2;
      mass[i] = 2 * density * simpson * width / 3;  // twice: the other half
    }
    score_ = std::move(score);
    mass_ = std::move(mass);
    information_ = information;
  }

 private:
  static double density_of(double distance, double deviation) {
    const double z = distance / deviation;
    return std::exp(-0.5 * z * z) * (0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2) /
           deviation;
  }

  std::vector<double> score_;
  std::vector<double> mass_;  // of both signs together
  double information_ = 0;
};

// Where a falling function of x between low and high takes the value: false position, which
// halves the value at an end that stays twice (Illinois). The nearer end when it never does.
template <class Function>
double solve_falling(double low, double high, double value, double tolerance, Function function) {
  double above = function(low) - value;
  double below = function(high) - value;
  if (above <= 0) return low;
  if (below >= 0) return high;
  int stayed = 0;
  for (int i = 0; i < 200 && high - low > tolerance; ++i) {
    double x = (low * below - high * above) / (below - above);
    if (!(x > low && x < high) || i % 8 == 7) x = 0.5 * (low + high);
    const double at = function(x) - value;
    if (at == 0) return x;
    if (std::fabs(x - (at > 0 ? low : high)) < tolerance / 2) return x;
    if (at > 0) {
      low = x;
      above = at;
      if (stayed > 0) below /= 2;
      stayed = 1;
    } else {
      high = x;
      below = at;
      if (stayed < 0) above /= 2;
      stayed = -1;
    }
  }
  return 0.5 * (low + high);
}

}  // namespace

double alpha_spent(Spending spending, double alpha, double information) {
  const double t = std::min(information, 1.0);
  if (spending == Spending::kPocock) return alpha * std::log(1 + (std::numbers::e - 1) * t);
  return 2 * normal_two_sided_p(normal_quantile(1 - alpha / 4) / std::sqrt(t));
}

std::vector<double> stopping_boundary(std::span<const double> information, double alpha,
                                      Spending spending) {
  AF_CHECK(alpha > 0 && alpha < 1);
  std::vector<double> boundary;
  ContinuingPaths paths;
  double used = 0;
  double reached = 0;
  for (const double t : information) {
    AF_CHECK(t > reached && t <= 1 + 1e-9);
    reached = t;
    const double spent = alpha_spent(spending, alpha, t);
    const double z = solve_falling(0, kLargestZ, spent - used, 1e-9,
                                   [&](double c) { return paths.crossing(t, c); });
    used = spent;
    boundary.push_back(z);
    if (boundary.size() < information.size()) paths.go_on_inside(t, z);
  }
  return boundary;
}

double crossing_probability(std::span<const double> information, std::span<const double> boundary) {
  AF_CHECK(information.size() == boundary.size());
  ContinuingPaths paths;
  double crossed = 0;
  for (std::size_t look = 0; look < information.size(); ++look) {
    crossed += paths.crossing(information[look], boundary[look]);
    paths.go_on_inside(information[look], boundary[look]);
  }
  return crossed;
}

double repeated_p(std::span<const double> information, std::size_t look, double p,
                  Spending spending) {
  AF_CHECK(look < information.size());
  if (information.size() == 1 && information[0] >= 1) return p;
  constexpr double kSmallest = 1e-12;  // of alpha; p below it is not told apart
  const std::span<const double> seen = information.first(look + 1);
  const double logarithm = solve_falling(
      std::log(kSmallest), std::log(0.999), -std::log(std::max(p, 1e-300)), 1e-6,
      [&](double log_alpha) {
        const double z = stopping_boundary(seen, std::exp(log_alpha), spending).back();
        return -std::log(std::max(normal_two_sided_p(z), 1e-300));
      });
  return std::exp(logarithm);
}

}  // namespace asmforge
