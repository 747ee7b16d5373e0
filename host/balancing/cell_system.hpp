/// Cells under linear constraints: what rows, columns, nations and groups of cells have in common.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <regio/views.hpp>

namespace regio {

/// Constraints G x = c on the cells of a table that may change, constraint by constraint.
struct CellSystem {
  std::vector<double> start;         ///< a [cells], not 0
  std::vector<double> lower, upper;  ///< l, u [cells]; both empty: no cell has bounds
  std::vector<Index> first;          ///< [constraints + 1]; constraint c has the terms first[c] .. first[c + 1] - 1
  std::vector<std::int32_t> cell;    ///< [terms]
  std::vector<double> coefficient;   ///< [terms]; empty: 1
  std::vector<double> total;         ///< c [constraints]
  std::vector<double> reliability;   ///< rho [constraints], infinite: must be met; empty: all must
  bool keeps_signs = true;           ///< x has the sign of a or is 0; false: any within its bounds

  [[nodiscard]] Index cells() const noexcept { return static_cast<Index>(start.size()); }
  [[nodiscard]] Index constraints() const noexcept { return static_cast<Index>(total.size()); }
  [[nodiscard]] double coefficient_of(Index term) const noexcept {
    return coefficient.empty() ? 1 : coefficient[static_cast<std::size_t>(term)];
  }
  [[nodiscard]] bool must_be_met(Index c) const noexcept {
    return reliability.empty() || reliability[static_cast<std::size_t>(c)] == std::numeric_limits<double>::infinity();
  }
  /// The least value that cell e may have; -infinity: none.
  [[nodiscard]] double least(Index e) const noexcept {
    auto const i = static_cast<std::size_t>(e);
    double const bound = lower.empty() ? -std::numeric_limits<double>::infinity() : lower[i];
    return keeps_signs && start[i] > 0 && bound < 0 ? 0.0 : bound;
  }
  /// The largest value that cell e may have; infinity: none.
  [[nodiscard]] double most(Index e) const noexcept {
    auto const i = static_cast<std::size_t>(e);
    double const bound = upper.empty() ? std::numeric_limits<double>::infinity() : upper[i];
    return keeps_signs && start[i] < 0 && bound > 0 ? 0.0 : bound;
  }
};

}  // namespace regio
