/// The arithmetic of k-means on points in single precision, one text for host and device.
///
/// Points are compared with centres in single precision first. Where the two nearest centres lie further apart than
/// every rounding together, that decides; elsewhere double precision does. Sums of members are whole numbers. Hence
/// labels and sums do not depend on who computes them, nor in which order. Derivations: docs/methods/kmeans-at-size.md.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/host_device.hpp"

namespace regio {

/// A number of the caller less the mean of its feature: the data of the problem. One rounding.
REGIO_HOST_DEVICE inline double centred_value(float number, double mean) { return static_cast<double>(number) - mean; }

/// The distance that decides: |x - mean - centre|^2, features ascending, one fused multiply-add a feature.
REGIO_HOST_DEVICE inline double squared_distance(float const* row, double const* mean, double const* centre,
                                                 std::int64_t features) {
  double sum = 0;
  for (std::int64_t j = 0; j < features; ++j) {
    double const difference = centred_value(row[j], mean[j]) - centre[j];
    sum = fma(difference, difference, sum);
  }
  return sum;
}

/// Largest exponents of a whole number that stands for one point, and of a sum over all points.
inline constexpr int exponent_of_a_point = 51, exponent_of_a_sum = 62;

/// The least e with magnitude < 2^e; 0 for 0.
inline int exponent_above(double magnitude) {
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  return magnitude > 0 ? exponent : 0;
}

/// The largest e such that a point's value times 2^e stays below 2^51 and the sum over all points below 2^62, when a
/// point's value is at most `largest` and all together at most `total`.
inline int quantum_exponent(double largest, double total) {
  int const of_point = exponent_of_a_point - exponent_above(largest),
            of_sum = exponent_of_a_sum - exponent_above(total);
  return of_point < of_sum ? of_point : of_sum;
}

/// When the comparison in single precision decides.
///
/// With y the scaled point less the origin, g a centre there, u = 2^-24 and G = (d + 8) u / (1 - (d + 8) u), what is
/// compared is (1 - 2 G) |g|^2 - 2 y g for each centre. The lowest is the nearest centre when the second lowest
/// exceeds it by more than  slope |y|^2 + tilt lowest + offset.
struct ScreeningBound {
  float shrink = 1;  ///< 1 - 2 G
  float slope = std::numeric_limits<float>::infinity();
  float tilt = 0;
  float offset = 0;
};

/// The bound for d features, where the origin lies `gap` from the mean in scaled units. Without a finite slope (d
/// beyond 2^15) nothing is decided in single precision.
inline ScreeningBound screening_bound(std::int64_t features, double gap) {
  constexpr double unit = 0x1p-24, unit_of_double = 0x1p-53, vanishing = 0x1p-120;
  auto const d = static_cast<double>(features);
  if (d > 0x1p15) return {};
  double const share = (d + 8) * unit / (1 - (d + 8) * unit);
  double const absolute = (d + 12) * 16 * unit_of_double * gap * gap + (d + 8) * (d + 8) * vanishing;
  // What rounds in the evaluation of the bound itself is far below these.
  constexpr double margin = 1 + 0x1p-8, small_margin = 1 + 0x1p-10;
  double const own_centre = 4 * share * (1 + 16 * share);  // factor of the nearest centre's |g|^2
  return {.shrink = static_cast<float>(1 - 2 * share),
          .slope = static_cast<float>((2 * share + own_centre * (4 + 2 * share)) * margin),
          .tilt = static_cast<float>(2 * own_centre * small_margin),
          .offset = static_cast<float>((2 + 2 * own_centre) * absolute * margin)};
}

/// The largest |g| of a centre that single precision may compare; beyond it the products could overflow.
inline constexpr double largest_screened_norm = 0x1p50;

}  // namespace regio
