// Looking at the data while it is taken, without fooling oneself.
//
// A test of level alpha repeated at every look is wrong far more often than alpha: 16-19 %
// of the time for eight looks at 5 %. Alpha spending (Lan, DeMets: Discrete sequential
// boundaries for clinical trials, Biometrika 70, 1983) says how much of alpha may be used
// up when a share t of the planned data is in:
//
//   Pocock type            alpha ln(1 + (e - 1) t)          stops early
//   O'Brien-Fleming type   4 - 4 Phi(z_(alpha/4) / sqrt t)  hardly stops early, costs little
//
// and the boundary of |Z| follows look by look from the recursive integration of Armitage,
// McPherson and Rowe (Repeated significance tests on accumulating data, JRSS A 132, 1969):
// the density of the score process over those paths that have not crossed yet.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace asmforge {

enum class Spending { kPocock, kObrienFleming };

// Two-sided alpha used up when `information` (a share of the planned data, above 0) is in.
double alpha_spent(Spending spending, double alpha, double information);

// The |Z| that stops at each look. Information rises strictly to at most 1.
std::vector<double> stopping_boundary(std::span<const double> information, double alpha,
                                      Spending spending);

// Chance, when nothing is there, that |Z| ever reaches the boundary.
double crossing_probability(std::span<const double> information, std::span<const double> boundary);

// The smallest alpha at which `p` of look `look` (from 0) would have stopped: the repeated p
// value, consistent with the interval of the boundary's level at that look (Jennison,
// Turnbull: Interim analyses: the repeated confidence interval approach, JRSS B 51, 1989).
// Valid whatever the reason to stop was.
double repeated_p(std::span<const double> information, std::size_t look, double p,
                  Spending spending);

}  // namespace asmforge
