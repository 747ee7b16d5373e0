/// The planned operation of national control: problems that passed their checks, and where their results go.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <regio/national_control.hpp>

#include "core/simd.hpp"

namespace regio {

/// The tables of one problem to iterate on, from given multipliers of columns and national cells.
struct NationalControlItem {
  BatchView<double const> tables;          ///< [regions, m, n]
  MatrixView<double const> row_totals;     ///< [regions, m]
  MatrixView<double const> column_totals;  ///< [regions, n]
  MatrixView<double const> national;       ///< [m, n]; NaN: not controlled; empty: none is
  bool is_signed = false;                  ///< has a negative cell; otherwise totals are >= 0 unless wiped
  /// Margins all of whose cells are zero in every solution [regions * m], [regions * n], [m * n]: their multipliers are
  /// 0. Empty: none.
  VectorView<std::uint8_t const> wiped_rows, wiped_columns, wiped_national;
  double slack = 0;  ///< by how much a margin may be missed besides the tolerance: what totals disagree by
  Index max_iterations = 0;
  bool over_relaxation = true;
  bool is_last = true;  ///< a limit of iterations ends the problem; false: others may follow, no cells are wanted yet

  MatrixView<double> row_multipliers;       ///< [regions, m], out
  MatrixView<double> column_multipliers;    ///< [regions, n], in and out
  MatrixView<double> national_multipliers;  ///< [m, n], in and out; 1 where not controlled
  BatchView<double> balanced;               ///< empty: not wanted
  std::vector<double>* history = nullptr;

  Index iterations = 0;
  double row_residual = std::numeric_limits<double>::quiet_NaN();
  double column_residual = std::numeric_limits<double>::quiet_NaN();
  double national_residual = std::numeric_limits<double>::quiet_NaN();
  double rate = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::cancelled;  ///< converged, stalled, iteration_limit or cancelled

  [[nodiscard]] Index regions() const noexcept { return tables.count(); }
  [[nodiscard]] Index rows() const noexcept { return tables.rows(); }
  [[nodiscard]] Index columns() const noexcept { return tables.columns(); }
  [[nodiscard]] Index cells() const noexcept { return regions() * rows() * columns(); }

  /// Totals as the steps of margins take them (national_step.hpp).
  [[nodiscard]] double row_total(Index k, Index i) const {
    return step_total(row_totals(k, i), wiped_rows, k * rows() + i);
  }
  [[nodiscard]] double column_total(Index k, Index j) const {
    return step_total(column_totals(k, j), wiped_columns, k * columns() + j);
  }
  [[nodiscard]] double national_total(Index i, Index j) const {
    if (national.empty()) return std::numeric_limits<double>::quiet_NaN();
    return step_total(national(i, j), wiped_national, i * columns() + j);
  }
  /// Where the iteration begins.
  [[nodiscard]] double first_column_multiplier(Index k, Index j) const {
    return is_wiped(wiped_columns, k * columns() + j) ? 0.0 : column_multipliers(k, j);
  }
  [[nodiscard]] double first_national_multiplier(Index i, Index j) const {
    if (national.empty() || std::isnan(national(i, j))) return 1;
    return is_wiped(wiped_national, i * columns() + j) ? 0.0 : national_multipliers(i, j);
  }

 private:
  [[nodiscard]] static bool is_wiped(VectorView<std::uint8_t const> wiped, Index margin) {
    return !wiped.empty() && wiped[margin] != 0;
  }
  [[nodiscard]] double step_total(double given, VectorView<std::uint8_t const> wiped, Index margin) const {
    if (!is_wiped(wiped, margin)) return given;
    return is_signed ? std::numeric_limits<double>::infinity() : 0.0;
  }
};

/// Iterates every item until all three margins are met, nothing moves any more, or its limit; a sweep fits the rows,
/// the national cells and the columns in this order. Residuals of a result are computed anew from its cells; an item
/// has converged when these are small enough.
struct NationalControlOperation {
  static constexpr std::string_view name = "national_control";

  std::span<NationalControlItem> items;
  double tolerance = 1e-9;
  Control control = {};
  SimdTarget target = best_simd_target();
};

}  // namespace regio
