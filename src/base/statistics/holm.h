// Several tests at once.
#pragma once

#include <span>
#include <vector>

namespace asmforge {

// Holm: A simple sequentially rejective multiple test procedure (1979). Rejecting where the
// adjusted p is at most alpha keeps the chance of any wrong rejection at alpha, whatever
// the dependence:  adjusted_(i) = max over j <= i of (m - j + 1) p_(j), at most 1.
std::vector<double> holm_adjusted(std::span<const double> p);

}  // namespace asmforge
