/// The planned operation of balancing: tables that passed their checks, and where their results go.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <regio/balance.hpp>

#include "core/simd.hpp"

namespace regio {

/// One table to iterate on, from given column multipliers to the multipliers of its balanced table.
struct BalanceItem {
  MatrixView<double const> table;  ///< [m, n]; or
  SparseTableView sparse_table;    ///< a sparse one
  VectorView<double const> row_totals, column_totals;
  bool is_signed = false;  ///< has a negative cell
  /// Margins all of whose cells are zero in every solution [m], [n]: their multipliers are 0. Empty: none.
  VectorView<std::uint8_t const> wiped_rows, wiped_columns;
  double slack = 0;  ///< by how much a margin may be missed besides the tolerance: what rows and columns differ by
  Index max_iterations = 0;
  bool over_relaxation = true;
  bool newton = false;  ///< may be finished by Newton's method
  bool single_precision_start = false;

  VectorView<double> row_multipliers;     ///< [m], out
  VectorView<double> column_multipliers;  ///< [n], in and out
  MatrixView<double> balanced;            ///< empty: not wanted
  VectorView<double> balanced_cells;      ///< empty: not wanted
  std::vector<double>* history = nullptr;

  Index iterations = 0;
  double row_residual = std::numeric_limits<double>::quiet_NaN();
  double column_residual = std::numeric_limits<double>::quiet_NaN();
  double rate = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::cancelled;  ///< converged, stalled, iteration_limit or cancelled

  [[nodiscard]] bool is_sparse() const noexcept { return !sparse_table.row_start.empty(); }
  [[nodiscard]] Index rows() const noexcept { return row_totals.size(); }
  [[nodiscard]] Index columns() const noexcept { return column_totals.size(); }
};

/// Iterates every item until both margins are met, nothing moves any more, or its limit; then computes the residuals of
/// the result anew and writes the balanced tables.
struct BalanceOperation {
  static constexpr std::string_view name = "balance";

  std::span<BalanceItem> items;
  double tolerance = 1e-9;
  Control control = {};
  SimdTarget target = best_simd_target();
};

}  // namespace regio
