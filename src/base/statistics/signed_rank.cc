#include "base/statistics/signed_rank.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/statistics/distributions.h"
#include "core/error.h"

namespace asmforge {
namespace {

// Chance that the ranks with positive sign, doubled, sum to s: at [s].
std::vector<double> sum_distribution(std::span<const std::uint32_t> doubled_ranks) {
  std::size_t total = 0;
  for (const std::uint32_t rank : doubled_ranks) total += rank;
  std::vector<double> chance(total + 1, 0.0);
  chance[0] = 1;
  std::size_t reached = 0;
  for (const std::uint32_t rank : doubled_ranks) {
    reached += rank;
    for (std::size_t s = reached; s >= rank; --s) chance[s] = 0.5 * (chance[s] + chance[s - rank]);
    for (std::size_t s = 0; s < rank; ++s) chance[s] *= 0.5;
  }
  return chance;
}

// Order of doubles as order of integers, to bisect down to a single value.
std::uint64_t ordered_bits(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

double from_ordered_bits(std::uint64_t bits) {
  return std::bit_cast<double>((bits >> 63) != 0 ? bits & ~(std::uint64_t{1} << 63) : ~bits);
}

double walsh_average(double a, double b) { return 0.5 * (a + b); }

// The Walsh averages of sorted differences, never written out: a few thousand differences
// have millions of them. Both arguments of an average only push it up, so counting those
// not above a value is one walk along a staircase.
class WalshAverages {
 public:
  explicit WalshAverages(std::span<const double> differences)
      : sorted_(differences.begin(), differences.end()) {
    std::ranges::sort(sorted_);
  }

  [[nodiscard]] std::size_t size() const { return sorted_.size() * (sorted_.size() + 1) / 2; }

  // The index-th smallest, from 0.
  [[nodiscard]] double at(std::size_t index) const {
    AF_CHECK(index < size());
    std::uint64_t low = ordered_bits(sorted_.front());
    std::uint64_t high = ordered_bits(sorted_.back());
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (not_above(from_ordered_bits(middle)) > index)
        high = middle;
      else
        low = middle + 1;
    }
    return from_ordered_bits(low);
  }

 private:
  [[nodiscard]] std::size_t not_above(double value) const {
    std::size_t count = 0;
    std::size_t end = sorted_.size();  // sorted_[i] + sorted_[j] is too much from j = end on
    for (std::size_t i = 0; i < end; ++i) {
      while (end > i && walsh_average(sorted_[i], sorted_[end - 1]) > value) --end;
      count += end - i;
    }
    return count;
  }

  std::vector<double> sorted_;
};

// The largest k with P(T <= k) <= tail, for untied ranks 1..n.
std::optional<std::size_t> lower_critical_value(std::size_t n, double tail) {
  if (n > kExactSignedRank) {
    const auto count = static_cast<double>(n);
    const double center = count * (count + 1) / 4;
    const double deviation = std::sqrt(count * (count + 1) * (2 * count + 1) / 24);
    const double k = std::floor(center + normal_quantile(tail) * deviation - 0.5);
    if (k < 0) return std::nullopt;
    return static_cast<std::size_t>(k);
  }
  std::vector<std::uint32_t> ranks(n);
  for (std::size_t i = 0; i < n; ++i) ranks[i] = static_cast<std::uint32_t>(i + 1);
  const std::vector<double> chance = sum_distribution(ranks);
  double below = 0;
  std::size_t k = 0;
  while (k < chance.size() && below + chance[k] <= tail) below += chance[k++];
  if (k == 0) return std::nullopt;
  return k - 1;
}

}  // namespace

double signed_rank_p(std::span<const double> differences) {
  std::vector<double> nonzero;
  for (const double d : differences)
    if (d != 0) nonzero.push_back(d);
  if (nonzero.empty()) return 1;
  std::ranges::sort(nonzero, {}, [](double d) { return std::fabs(d); });

  const std::size_t n = nonzero.size();
  std::vector<std::uint32_t> doubled_ranks(n);
  std::uint64_t positive = 0;
  double squares = 0;
  for (std::size_t first = 0; first < n;) {
    std::size_t end = first + 1;
    while (end < n && std::fabs(nonzero[end]) == std::fabs(nonzero[first])) ++end;
    for (std::size_t i = first; i < end; ++i) {
      doubled_ranks[i] = static_cast<std::uint32_t>(first + 1 + end);
      if (nonzero[i] > 0) positive += doubled_ranks[i];
      squares += static_cast<double>(doubled_ranks[i]) * doubled_ranks[i];
    }
    first = end;
  }

  if (n > kExactSignedRank) {
    const double center = static_cast<double>(n) * static_cast<double>(n + 1) / 2;
    const double away = std::max(0.0, std::fabs(static_cast<double>(positive) - center) - 1);
    return normal_two_sided_p(away / (0.5 * std::sqrt(squares)));
  }
  const std::vector<double> chance = sum_distribution(doubled_ranks);
  double not_above = 0;
  double not_below = 0;
  for (std::size_t s = 0; s < chance.size(); ++s) {
    if (s <= positive) not_above += chance[s];
    if (s >= positive) not_below += chance[s];
  }
  return std::min(1.0, 2 * std::min(not_above, not_below));
}

double hodges_lehmann(std::span<const double> differences) {
  const WalshAverages averages(differences);
  const std::size_t count = averages.size();
  return walsh_average(averages.at((count - 1) / 2), averages.at(count / 2));
}

Interval signed_rank_interval(std::span<const double> differences, double confidence) {
  AF_CHECK(confidence > 0 && confidence < 1);
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const std::optional<std::size_t> k =
      differences.empty() ? std::nullopt
                          : lower_critical_value(differences.size(), (1 - confidence) / 2);
  if (!k) return {-kInfinite, kInfinite};
  const WalshAverages averages(differences);
  return {averages.at(*k), averages.at(averages.size() - 1 - *k)};
}

}  // namespace asmforge
