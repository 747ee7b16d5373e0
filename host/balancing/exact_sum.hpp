/// The sum of numbers without any rounding but the last.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace regio {

/// A sum of doubles as one fixed-point number that is wide enough for all of them (Kulisch; Neal 2015).
/// Numbers must be finite. Any order of the same numbers gives the same bits; nothing overflows on the way. Constant
/// memory, a few operations a number.
class ExactSum {
 public:
  void add(double value) noexcept;
  void subtract(double value) noexcept { add(-value); }
  /// The double nearest to the sum, ties to even; infinite where the sum itself is beyond the doubles. 0 is +0.
  [[nodiscard]] double rounded() const noexcept;
  /// -1, 0 or 1.
  [[nodiscard]] int sign() const noexcept;

 private:
  // 2^-1074 is worth 1 in digit 0; 66 digits of 32 bits reach beyond the largest double, two more hold the carries.
  static constexpr int digit_count = 68;
  using Digits = std::array<std::int64_t, digit_count>;

  /// All digits but the last in [0, 2^32); the last carries the sign.
  static void carry(Digits& digits) noexcept;

  Digits digits_{};
  std::int32_t additions_ = 0;  // since the last carry; a digit has 31 bits to spare
};

/// The sum of finite `values`, rounded once.
double exact_sum(std::span<double const> values) noexcept;

}  // namespace regio
