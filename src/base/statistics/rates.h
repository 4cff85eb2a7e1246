// How large a rate may be, given how often something was seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/statistics/interval.h"
#include "base/statistics/random.h"

namespace asmforge {

// Exact interval of a proportion (Clopper, Pearson 1934), each tail (1 - confidence) / 2:
//   low = B(alpha/2; x, n - x + 1),  high = B(1 - alpha/2; x + 1, n - x)
Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence);

// The one-sided upper bound: 1 - confidence above it. 1 when nothing was tried.
double proportion_upper_bound(std::uint64_t successes, std::uint64_t trials, double confidence);

// Upper bound of the mean of a Poisson count (Garwood 1936): chi2(confidence; 2 x + 2) / 2.
// Divide by what it was counted over.
double poisson_upper_bound(std::uint64_t count, double confidence);

// A group of trials that share more than chance, such as the edits of one kernel.
struct Cluster {
  std::uint64_t successes = 0;
  std::uint64_t trials = 0;
};

// Upper bound of a proportion whose trials come in clusters: the larger of the exact bound
// over single trials and the percentile of a bootstrap that redraws whole clusters (Cameron,
// Gelbach, Miller 2008 on why whole ones). The exact bound is what remains when the
// bootstrap has nothing to vary, as with no success at all.
double clustered_upper_bound(std::span<const Cluster> clusters, double confidence,
                             std::uint32_t draws, Random& random);

}  // namespace asmforge
