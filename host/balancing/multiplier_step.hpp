/// The equation of one margin: its multiplier from the sums of its cells. For both compilers.
#pragma once

#include <cmath>

#include "core/host_device.hpp"

namespace regio {

/// A multiplier and what the negative cells of its margin are multiplied by. Both are 0 where all cells become zero.
struct Multiplier {
  double value = 1, inverse = 1;
};

/// The positive root of p r^2 - total r - n = 0; p and n are the sums of the margin's positive and of its negative
/// cells' magnitudes under the other margin's multipliers. The form without cancellation is taken for either sign of
/// the total (the textbook's loses every digit where total^2 is far above 4 p n). A margin without cells keeps 1.
REGIO_HOST_DEVICE inline double margin_root(double p, double n, double total) {
  if (n == 0) return p == 0 ? 1.0 : (total < 0 ? 0.0 : total) / p;
  if (p == 0) return total < 0 ? -n / total : double{INFINITY};
  double const square = total * total + 4 * p * n;
  constexpr double largest = 1e300, smallest = 1e-290;
  double const root =
      square < largest && square > smallest ? std::sqrt(square) : std::hypot(total, 2 * std::sqrt(p) * std::sqrt(n));
  return total >= 0 ? (total + root) / (2 * p) : 2 * n / (root - total);
}

/// Whether the margin meets its total under margin_root, whatever the other margin's multipliers are: not where it has
/// no cell, or none of the sign that the total asks for.
REGIO_HOST_DEVICE inline bool root_meets_total(double p, double n, double total) {
  if (p > 0) return n > 0 || total >= 0;
  return n > 0 ? total < 0 : total == 0;
}

/// The exponent of over-relaxation beyond 1, in 256ths. Powers are taken by square roots, which IEEE rounds the same
/// way on every machine; a library's pow does not.
class RelaxationExponent {
 public:
  static constexpr int steps = 256;

  constexpr RelaxationExponent() = default;
  /// The next exponent that is not below omega - 1, omega in [1, 2): above the best one the iteration's rate worsens
  /// slowly, below it fast.
  REGIO_HOST_DEVICE static RelaxationExponent above(double omega) {
    auto const numerator = static_cast<int>(std::ceil((omega - 1) * steps));
    RelaxationExponent exponent;
    exponent.numerator_ = numerator < 0 ? 0 : numerator < steps ? numerator : steps - 1;
    return exponent;
  }

  [[nodiscard]] REGIO_HOST_DEVICE bool plain() const noexcept { return numerator_ == 0; }
  [[nodiscard]] REGIO_HOST_DEVICE double omega() const noexcept { return 1 + static_cast<double>(numerator_) / steps; }

  /// base ^ (omega - 1), base > 0.
  [[nodiscard]] REGIO_HOST_DEVICE double power(double base) const {
    double result = 1, root = base;
    for (int bit = steps / 2; bit > 0; bit /= 2) {
      root = std::sqrt(root);
      if ((numerator_ & bit) != 0) result *= root;
    }
    return result;
  }

 private:
  int numerator_ = 0;
};

/// One margin's step from `old`: its root, moved on beyond it by the exponent.
REGIO_HOST_DEVICE inline double relaxed_step(double old, double root, RelaxationExponent exponent) {
  if (exponent.plain() || !(old > 0) || !(root > 0) || std::isinf(root)) return root;
  return root * exponent.power(root / old);
}

}  // namespace regio
