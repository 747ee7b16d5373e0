/// Refusal of points and centres that are not numbers.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include <regio/views.hpp>

#include "core/contract.hpp"

namespace regio {

/// Whether no value is NaN or infinite, without a branch per value: their exponents are all ones, and one more unit in
/// the exponent then reaches the sign bit.
template <class Number>
bool all_finite(VectorView<Number const> values) {
  using Bits = std::conditional_t<sizeof(Number) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;
  constexpr auto exponent = std::bit_cast<Bits>(std::numeric_limits<Number>::infinity());
  constexpr Bits unit = Bits{1} << (std::numeric_limits<Number>::digits - 1);
  Bits seen = 0;
  for (Number const value : values) seen |= (std::bit_cast<Bits>(value) & exponent) + unit;
  return seen >> (std::numeric_limits<Bits>::digits - 1) == 0;
}

/// Throws ContractError with row, column and value of the first number that is not finite; `what` the rows are.
template <class Number>
void check_finite(std::string const& where, MatrixView<Number const> values, char const* what) {
  bool const contiguous = values.stride(0) == values.columns();
  if (contiguous && all_finite(VectorView<Number const>(values.data_handle(), values.rows() * values.columns())))
    return;
  for (Index i = 0; i < values.rows(); ++i) {
    if (all_finite(values.row(i))) continue;
    for (Index j = 0; j < values.columns(); ++j) {
      if (std::isfinite(values(i, j))) continue;
      refuse(where, fmt::format("row {}, column {} is {}; {} must be finite", i, j, number_text(values(i, j)), what));
    }
  }
}

}  // namespace regio
