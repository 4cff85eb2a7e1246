// Whether a sample has two humps.
//
//   dip = min over unimodal G of max |F - G|,  F the sample's distribution function
//
// Hartigan, Hartigan: The dip test of unimodality, Annals of Statistics 13 (1985). A unimodal
// G is convex left of its mode and concave right of it. For a given mode the best convex
// part runs half-way between the greatest convex minorant and the steps above it, and the
// best concave part likewise, so the dip is found by trying each sample point as the mode.
// Here G may jump at its mode (some published code forbids it and finds larger dips).
//
// The uniform distribution is the hardest of the smooth unimodal ones to tell from two
// humps; the critical value is simulated on it. So two_humps() is wrong on 1 % of uniform
// samples and on far fewer of normal or skewed ones (bimodality_test prints them).
#pragma once

#include <span>

namespace asmforge {

// In [1/(2n), 1/4]. Takes n^2 steps; long samples had better be thinned before.
double dip(std::span<const double> sample);

// The dip that 1 % of uniform samples of this size exceed.
double dip_critical_value(std::size_t sample_size);

// False for samples below 20, and for those that a coarse clock made: where more than a
// tenth of the values repeat their neighbour's, steps look like humps.
bool two_humps(std::span<const double> sample);

}  // namespace asmforge
