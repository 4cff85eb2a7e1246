#include "base/statistics/permutation.h"

#include <cmath>
#include <vector>

#include "base/statistics/sample.h"

namespace asmforge {
namespace {

// Equal rearrangements sum in another order; they must count as equal.
bool as_extreme(double drawn, double observed) {
  return std::fabs(drawn) >= std::fabs(observed) * (1 - 1e-12) - 1e-300;
}

double share(std::uint32_t extreme, std::uint32_t rearrangements) {
  return (1.0 + extreme) / (1.0 + rearrangements);
}

}  // namespace

double permutation_p(std::span<const double> before, std::span<const double> after,
                     std::uint32_t rearrangements, Random& random) {
  std::vector<double> all(before.begin(), before.end());
  all.insert(all.end(), after.begin(), after.end());
  const std::span<const double> values(all);
  const auto difference = [&] {
    return mean(values.subspan(before.size())) - mean(values.first(before.size()));
  };
  const double observed = difference();
  std::uint32_t extreme = 0;
  for (std::uint32_t i = 0; i < rearrangements; ++i) {
    random.shuffle(std::span<double>(all));
    if (as_extreme(difference(), observed)) ++extreme;
  }
  return share(extreme, rearrangements);
}

double sign_flip_p(std::span<const double> differences, std::uint32_t rearrangements,
                   Random& random) {
  const double observed = mean(differences);
  std::uint32_t extreme = 0;
  for (std::uint32_t i = 0; i < rearrangements; ++i) {
    double sum = 0;
    for (const double d : differences) sum += random.coin() ? d : -d;
    if (as_extreme(sum / static_cast<double>(differences.size()), observed)) ++extreme;
  }
  return share(extreme, rearrangements);
}

}  // namespace asmforge
