// Longest common subsequence of two sequences of keys.
//
// Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, in the linear-
// space form; memory is linear in the lengths. Sequences that differ in more than
// about 2,000 places are split where the search has come furthest, as diff(1)
// and git do, so that time stays near-linear; the result is then a common
// subsequence that need not be the longest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace asmforge {

// For each element of `before` the index of its partner in `after`, ascending,
// or kNoIndex. Partners have equal keys.
std::vector<std::uint32_t> align_sequences(std::span<const std::uint64_t> before,
                                           std::span<const std::uint64_t> after);

}  // namespace asmforge
