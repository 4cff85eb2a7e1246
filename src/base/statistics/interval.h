// An estimate with the interval that covers the truth at its confidence level.
#pragma once

namespace asmforge {

struct Interval {
  double low = 0;
  double high = 0;
  [[nodiscard]] bool contains(double value) const { return low <= value && value <= high; }
  [[nodiscard]] bool overlaps(const Interval& other) const {
    return low <= other.high && other.low <= high;
  }
};

// Two one-sided tests (Schuirmann 1987): that the truth lies outside (-margin, margin) is
// rejected at level alpha exactly when the interval of confidence 1 - 2 alpha lies inside.
inline bool equivalent_within(const Interval& of_confidence_1_minus_2_alpha, double margin) {
  return of_confidence_1_minus_2_alpha.low > -margin && of_confidence_1_minus_2_alpha.high < margin;
}

// One of the two: not above the margin. Non-inferiority where less is better.
inline bool below_margin(const Interval& of_confidence_1_minus_2_alpha, double margin) {
  return of_confidence_1_minus_2_alpha.high < margin;
}

}  // namespace asmforge
