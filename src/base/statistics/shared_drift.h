// What measurements made one after another have in common: a machine that others share is faster
// now and slower then, for longer than one of them takes.
//
//     log value = level of its group + drift at its time + noise
//
// Groups (a program at one layout) are measured several times each, in random order, so that the
// neighbours of a measurement in time belong to others, and tell the drift but not its level.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace asmforge {

struct OrderedValue {
  std::uint32_t group = 0;
  double log_value = 0;
};

struct SharedDrift {
  std::vector<double> drift;     // to be subtracted, one a measurement; around 0
  std::uint32_t half_width = 0;  // neighbours on each side that it was told from; 0: no drift
  // Of the noise within groups: root mean square, without the twentieth that is farthest out.
  double spread_before = 0;
  double spread_after = 0;
};

// In the order of time. The drift at a measurement is the mean of the middle half of its
// neighbours' deviations from their groups' levels, itself left out; a level is the mean of the
// middle half of its group without the drift; levels and drift are worked out in turn. How many
// neighbours is decided by how well they foretell the one left out (leave-one-out cross-validation
// over 2, 4, 8 and 16 on each side). Where neighbours are not alike, or foretell nothing better
// than no drift at all, there is none. Groups measured once tell nothing, and are corrected too.
SharedDrift shared_drift(std::span<const OrderedValue> values);

}  // namespace asmforge
