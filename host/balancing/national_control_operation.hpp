/// The planned operation of national control: problems that passed their checks, and where their results go.
#pragma once

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
