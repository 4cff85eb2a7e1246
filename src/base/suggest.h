// "Did you mean": the known names nearest to a misspelt one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// Insertions, deletions, substitutions and swaps of neighbours that lead from one
// to the other (optimal string alignment distance), letter case counted as half.
// In halves of an edit. Stops at `limit` and returns limit + 1 when it is more.
unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit);

// Indices into `known`, nearest first, at most `count`; only such that share at
// least two thirds of their letters with `name`.
std::vector<std::size_t> nearest_names(std::string_view name,
                                       std::span<const std::string_view> known, std::size_t count);

}  // namespace asmforge
