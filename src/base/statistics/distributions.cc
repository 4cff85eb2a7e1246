#include "base/statistics/distributions.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace asmforge {
namespace {

namespace policies = boost::math::policies;

// No exceptions: what overflows becomes infinite, what is outside the domain not a number.
using Policy = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using StudentT = boost::math::students_t_distribution<double, Policy>;
using Beta = boost::math::beta_distribution<double, Policy>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;

}  // namespace

double normal_density(double z) { return boost::math::pdf(Normal(), z); }
double normal_cumulative(double z) { return 0.5 * std::erfc(-z * 0.70710678118654752440); }
double normal_quantile(double probability) { return boost::math::quantile(Normal(), probability); }
double normal_two_sided_p(double z) { return std::erfc(std::fabs(z) * 0.70710678118654752440); }

double student_t_quantile(double probability, double degrees_of_freedom) {
  return boost::math::quantile(StudentT(degrees_of_freedom), probability);
}

double student_t_two_sided_p(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(boost::math::complement(StudentT(degrees_of_freedom), std::fabs(t)));
}

double beta_quantile(double probability, double a, double b) {
  return boost::math::quantile(Beta(a, b), probability);
}

double chi_squared_quantile(double probability, double degrees_of_freedom) {
  return boost::math::quantile(ChiSquared(degrees_of_freedom), probability);
}

}  // namespace asmforge
