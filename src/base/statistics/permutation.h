// Tests that rest on nothing but what could have been exchanged.
//
//   p = (1 + rearrangements at least as extreme) / (1 + rearrangements drawn)
//
// Never 0, and of at most its level for any number drawn (Phipson, Smyth: Permutation
// p-values should never be zero, 2010). Two-sided, on the difference of means.
#pragma once

#include <cstdint>
#include <span>

#include "base/statistics/random.h"

namespace asmforge {

// Two groups whose labels could have been exchanged.
double permutation_p(std::span<const double> before, std::span<const double> after,
                     std::uint32_t rearrangements, Random& random);

// Pairs whose members could have been exchanged: the signs of the differences.
double sign_flip_p(std::span<const double> differences, std::uint32_t rearrangements,
                   Random& random);

}  // namespace asmforge
