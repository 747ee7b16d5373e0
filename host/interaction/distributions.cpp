#include "interaction/distributions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>

namespace regio {
namespace {

/// I_{1-x}(a, b), the upper tail of a beta distribution with parameters b and a at x = part / (part + rest), from
/// whichever of x and 1 - x is the smaller, so that neither end loses digits.
double beta_tail(double a, double b, double part, double rest) {
  double const whole = part + rest;
  return part < rest ? boost::math::ibetac(b, a, part / whole) : boost::math::ibeta(a, b, rest / whole);
}

}  // namespace

double normal_tail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double normal_quantile(double p) {
  if (p <= 0) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return std::numeric_limits<double>::infinity();
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p);
}

double student_two_tails(double t, double degrees) {
  if (std::isnan(t)) return t;
  if (std::isinf(t)) return 0;
  return beta_tail(degrees / 2, 0.5, t * t, degrees);
}

double student_quantile(double p, double degrees) {
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), p);
}

double f_tail(double f, double degrees_above, double degrees_below) {
  if (std::isnan(f)) return f;
  if (std::isinf(f)) return 0;
  return beta_tail(degrees_below / 2, degrees_above / 2, degrees_above * f, degrees_below);
}

double correlation_two_tails(double r, double n) {
  // That of Student's t = r ((n - 2) / (1 - r^2))^1/2.
  return beta_tail((n - 2) / 2, 0.5, r * r, (1 - r) * (1 + r));
}

double p_value_of_tails(double two_tails, double statistic, Alternative alternative) {
  if (alternative == Alternative::two_sided) return two_tails;
  bool const on_its_side = (statistic > 0) == (alternative == Alternative::greater);
  return on_its_side ? two_tails / 2 : 1 - two_tails / 2;
}

}  // namespace regio
