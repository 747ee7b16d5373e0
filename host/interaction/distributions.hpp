/// Tails and quantiles of the distributions that tests refer to.
#pragma once

#include <regio/permutation_test.hpp>

namespace regio {

/// P(Z > z) of the standard normal distribution, accurate far into the tail.
double normal_tail(double z);
/// z with P(Z <= z) = p; infinite at 0 and 1.
double normal_quantile(double p);
/// P(|T| > |t|) of Student's t.
double student_two_tails(double t, double degrees);
/// t with P(T <= t) = p, 0 < p < 1.
double student_quantile(double p, double degrees);
/// P(F > f) of Fisher's F.
double f_tail(double f, double degrees_above, double degrees_below);
/// P(|R| > |r|) for a correlation of two independent normal series of n objects, n >= 3.
double correlation_two_tails(double r, double n);

/// The p-value of a statistic of symmetric distribution around 0: from both its tails and its sign.
double p_value_of_tails(double two_tails, double statistic, Alternative alternative);

}  // namespace regio
