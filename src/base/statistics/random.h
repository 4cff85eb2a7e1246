// Random numbers that a seed reproduces everywhere.
//
// The standard fixes what std::mt19937_64 yields, but not what its distributions and
// std::shuffle make of it; so those few are written here. A recorded trial names its
// seed, and whoever replays it must draw the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

#include "base/statistics/distributions.h"
#include "core/error.h"

namespace asmforge {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }

  // Evenly from [0, limit): numbers from the incomplete last stretch of 2^64 are drawn again.
  std::uint64_t below(std::uint64_t limit) {
    AF_CHECK(limit > 0);
    const std::uint64_t excess = (UINT64_MAX % limit + 1) % limit;
    std::uint64_t drawn = bits();
    while (drawn > UINT64_MAX - excess) drawn = bits();
    return drawn % limit;
  }

  bool coin() { return (bits() >> 63) != 0; }

  // In (0, 1), in steps of 2^-53; never 0 or 1, so that a quantile of it is finite.
  double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }

  // Standard normal, by inversion.
  double normal() { return normal_quantile(uniform()); }

  // Fisher and Yates.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[static_cast<std::size_t>(below(i))]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace asmforge
