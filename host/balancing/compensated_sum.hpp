/// Sums in twice the precision of their terms. For both compilers.
#pragma once

#include "core/host_device.hpp"

namespace regio {

/// sum + error += x: what rounding takes from the sum goes into the error (Knuth's two-sum).
REGIO_HOST_DEVICE inline void add_exactly(double x, double& sum, double& error) noexcept {
  double const total = sum + x, part = total - sum;
  error += (sum - (total - part)) + (x - part);
  sum = total;
}

/// A running sum and what its roundings lost (Ogita, Rump and Oishi 2005).
class CompensatedSum {
 public:
  REGIO_HOST_DEVICE void add(double x, double error = 0) noexcept {
    add_exactly(x, sum_, error_);
    error_ += error;
  }
  [[nodiscard]] REGIO_HOST_DEVICE double value() const noexcept { return sum_ + error_; }
  /// value() - total, without the rounding of value(): the total is taken off first.
  [[nodiscard]] REGIO_HOST_DEVICE double minus(double total) const noexcept { return (sum_ - total) + error_; }

 private:
  double sum_ = 0, error_ = 0;
};

}  // namespace regio
