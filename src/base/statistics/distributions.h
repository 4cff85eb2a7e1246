// Distribution functions and quantiles that the tests of this folder refer to.
// The numbers are Boost.Math's; nobody else includes it.
#pragma once

namespace asmforge {

double normal_density(double z);
double normal_cumulative(double z);
double normal_quantile(double probability);
// P(|Z| >= |z|).
double normal_two_sided_p(double z);

double student_t_quantile(double probability, double degrees_of_freedom);
// P(|T| >= |t|).
double student_t_two_sided_p(double t, double degrees_of_freedom);

// x with I_x(a, b) = probability; a and b above 0.
double beta_quantile(double probability, double a, double b);
double chi_squared_quantile(double probability, double degrees_of_freedom);

}  // namespace asmforge
