/// The steps of single margins under national control, and the residuals of a result. For both compilers.
///
/// Totals here are finite, NaN where a margin is not controlled, or, of tables with negative cells, infinite where all
/// cells of the margin become zero.
#pragma once

#include <cmath>

#include "balancing/margin_residual.hpp"
#include "balancing/multiplier_step.hpp"
#include "core/host_device.hpp"

namespace regio {

/// One margin's step by its sums of positive cells and of negative ones' magnitudes.
REGIO_HOST_DEVICE inline Multiplier margin_step(double old, double p, double n, double total,
                                                RelaxationExponent exponent) {
  if (std::isnan(total)) return {1, 1};
  if (std::isinf(total)) return {0, 0};
  double const value = relaxed_step(old, margin_root(p, n, total), exponent);
  return {value, 1 / value};
}

/// Its residual under given multipliers.
REGIO_HOST_DEVICE inline double margin_residual_under(Multiplier multiplier, double p, double n, double total,
                                                      double slack) {
  if (!std::isfinite(total)) return 0;
  double const above = multiplier.value * p, below = n == 0 ? 0 : multiplier.inverse * n;
  return margin_residual(above - below, above + below, total, slack);
}

/// The residual of a row after its step; 0 where that has met the total.
REGIO_HOST_DEVICE inline double residual_after_step(Multiplier moved, double p, double n, double total,
                                                    RelaxationExponent exponent, double slack) {
  if (exponent.plain() && root_meets_total(p, n, total)) return 0;
  return margin_residual_under(moved, p, n, total, slack);
}

/// The largest residuals of a result, and what is left of them beyond the slack.
struct CheckedResiduals {
  double rows = 0, columns = 0, national = 0, beyond_slack = 0;

  /// A margin of which `missed` misses the finite `total`.
  REGIO_HOST_DEVICE void note(double& family, double missed, double magnitude, double total, double slack) {
    double const size = std::abs(missed);
    family = larger_residual(family, checked_residual(missed, magnitude, total));
    beyond_slack = larger_residual(beyond_slack, size <= slack ? 0.0 : (size - slack) / larger_size(total, magnitude));
  }
  REGIO_HOST_DEVICE void note(CheckedResiduals const& other) {
    rows = larger_residual(rows, other.rows);
    columns = larger_residual(columns, other.columns);
    national = larger_residual(national, other.national);
    beyond_slack = larger_residual(beyond_slack, other.beyond_slack);
  }
};

}  // namespace regio
