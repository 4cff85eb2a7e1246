// What a sample is summed up by.
#pragma once

#include <span>

namespace asmforge {

double mean(std::span<const double> values);
// Of the population it was drawn from: divided by n - 1. 0 for fewer than two.
double variance(std::span<const double> values);
double standard_deviation(std::span<const double> values);
double median(std::span<const double> values);
// Linear between the order statistics around share * (n - 1): type 7 of Hyndman and Fan,
// "Sample quantiles in statistical packages", The American Statistician 50 (1996).
double quantile(std::span<const double> values, double share);

}  // namespace asmforge
