// Percentiles with intervals that rest on nothing but the order of the values: how many
// of n independent values lie below the true percentile is binomial, so two of them
// bracket it. With too few values none does, and that is the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/statistics/interval.h"

namespace asmforge {

// Of ascending values; each tail (1 - confidence) / 2. None when there are fewer than
// values_needed.
std::optional<Interval> percentile_interval(std::span<const double> ascending, double share,
                                            double confidence);

// The fewest values whose smallest and largest bracket the percentile at each tail:
// share^n and (1 - share)^n are at most (1 - confidence) / 2. For the 99.9th at 95 %: 3688.
std::uint64_t values_needed(double share, double confidence);

}  // namespace asmforge
