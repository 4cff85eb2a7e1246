// Wilcoxon's signed-rank test of paired differences, and the Hodges-Lehmann estimate and
// interval that belong to it.
//
//   T = sum of the ranks of |d| over the positive d; under symmetry around 0 each rank
//       counts with probability 1/2, independently
//   estimate = median of the n(n+1)/2 Walsh averages (d_i + d_j) / 2, i <= j
//   interval = [W_(k+1), W_(M-k)] of the sorted Walsh averages, M = n(n+1)/2 and
//              k the largest with P(T <= k) <= (1 - confidence) / 2
//
// Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, 3rd ed., 3.1-3.3. Zeros are
// left out of T and ties get mid-ranks; T's distribution is then the one over the signs
// given those ranks, so p is exact with ties too. Closed intervals keep their confidence
// when values tie (the coverage only grows). Exact up to kExactSignedRank differences,
// beyond that normal with continuity correction.
#pragma once

#include <cstddef>
#include <span>

#include "base/statistics/interval.h"

namespace asmforge {

inline constexpr std::size_t kExactSignedRank = 100;

// Two-sided p of symmetry around 0; 1 when nothing differs from 0.
double signed_rank_p(std::span<const double> differences);

double hodges_lehmann(std::span<const double> differences);

// Infinite where so few differences cannot give that confidence.
Interval signed_rank_interval(std::span<const double> differences, double confidence);

}  // namespace asmforge
