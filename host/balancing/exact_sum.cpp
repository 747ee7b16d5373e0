#include "balancing/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace regio {
namespace {

constexpr int digit_bits = 32;
constexpr std::int64_t digit_mask = (std::int64_t{1} << digit_bits) - 1;
constexpr int mantissa_bits = 53;
constexpr int smallest_exponent = -1074;
constexpr std::int32_t additions_between_carries = 1 << 20;

}  // namespace

void ExactSum::add(double value) noexcept {
  auto const bits = std::bit_cast<std::uint64_t>(value);
  auto const biased = static_cast<int>((bits >> 52U) & 0x7FFU);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52U) - 1);
  if (biased != 0) mantissa |= std::uint64_t{1} << 52U;
  int const position = std::max(biased, 1) - 1;  // of the mantissa's last bit, counted from 2^-1074

  // The mantissa, moved to its place, touches three digits.
  auto digit = static_cast<std::size_t>(position / digit_bits);
  int const shift = position % digit_bits;
  std::uint64_t const low = mantissa << static_cast<unsigned>(shift);
  std::uint64_t const high = shift == 0 ? 0 : mantissa >> static_cast<unsigned>(64 - shift);
  std::int64_t const sign = (bits >> 63U) != 0 ? -1 : 1;
  digits_[digit] += sign * (static_cast<std::int64_t>(low) & digit_mask);
  digits_[digit + 1] += sign * static_cast<std::int64_t>(low >> 32U);
  digits_[digit + 2] += sign * static_cast<std::int64_t>(high);
  if (++additions_ == additions_between_carries) {
    carry(digits_);
    additions_ = 1;  // what the carry left in a digit is less than one more addition
  }
}

void ExactSum::carry(Digits& digits) noexcept {
  for (std::size_t d = 0; d + 1 < digits.size(); ++d) {
    digits[d + 1] += digits[d] >> digit_bits;  // arithmetic: rounds towards minus infinity
    digits[d] &= digit_mask;
  }
}

int ExactSum::sign() const noexcept {
  Digits digits = digits_;
  carry(digits);
  if (digits.back() < 0) return -1;
  return std::any_of(digits.begin(), digits.end(), [](std::int64_t d) { return d != 0; }) ? 1 : 0;
}

double ExactSum::rounded() const noexcept {
  int const sum_sign = sign();
  if (sum_sign == 0) return 0;
  Digits digits = digits_;
  if (sum_sign < 0) {
    for (std::int64_t& d : digits) d = -d;
  }
  carry(digits);

  auto const digit_at = [&](int position) {
    return static_cast<std::uint64_t>(digits[static_cast<std::size_t>(position / digit_bits)]);
  };
  auto const bit = [&](int position) {
    return (digit_at(position) >> static_cast<unsigned>(position % digit_bits)) & 1U;
  };
  int top = (digit_count - 1) * digit_bits;
  while (digit_at(top) == 0) top -= digit_bits;
  top += static_cast<int>(std::bit_width(digit_at(top))) - 1;
  // A subnormal ends with bit 0 as well: there is none below.
  int const last = std::max(top - mantissa_bits + 1, 0);
  std::uint64_t mantissa = 0;
  for (int position = top; position >= last; --position) mantissa = 2 * mantissa + bit(position);
  if (last > 0 && bit(last - 1) != 0) {
    auto const half = digits.begin() + (last - 1) / digit_bits;
    bool const beyond_half = (*half & ((std::int64_t{1} << ((last - 1) % digit_bits)) - 1)) != 0 ||
                             std::any_of(digits.begin(), half, [](std::int64_t d) { return d != 0; });
    if (beyond_half || (mantissa & 1U) != 0) ++mantissa;
  }
  return sum_sign * std::ldexp(static_cast<double>(mantissa), last + smallest_exponent);
}

double exact_sum(std::span<double const> values) noexcept {
  ExactSum sum;
  for (double const value : values) sum.add(value);
  return sum.rounded();
}

}  // namespace regio
