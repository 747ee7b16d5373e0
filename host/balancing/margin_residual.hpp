/// How far a margin is from its total. For both compilers.
#pragma once

#include <cmath>

#include "core/host_device.hpp"

namespace regio {

/// What a margin's residual is a share of: the larger of |total| and the sum of its cells' magnitudes.
REGIO_HOST_DEVICE inline double larger_size(double total, double magnitude) {
  double const size = std::abs(total);
  return size < magnitude ? magnitude : size;
}

/// How far a margin's sum is from its total, as a share of what the tolerance is measured by; what `slack` covers is
/// not counted. A margin of zeros with total 0 misses nothing.
REGIO_HOST_DEVICE inline double margin_residual(double sum, double magnitude, double total, double slack) {
  double const missed = std::abs(sum - total) - slack;
  if (!(missed > 0)) return std::isnan(missed) ? missed : 0.0;
  return missed / larger_size(total, magnitude);
}

/// The same from how much is missed.
REGIO_HOST_DEVICE inline double checked_residual(double missed, double magnitude, double total) {
  return missed == 0 ? 0.0 : std::abs(missed) / larger_size(total, magnitude);
}

/// The larger of two residuals; one that is not a number is larger than any.
REGIO_HOST_DEVICE inline double larger_residual(double a, double b) { return a >= b || std::isnan(a) ? a : b; }

}  // namespace regio
