/// What the host hands to the kernels that balance tables, and what they hand back. All pointers are the device's.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "balancing/relaxation.hpp"

namespace regio::cuda {

enum class BalanceStatus : std::int32_t { running, converged, stalled, iteration_limit };

/// Where the iteration of a table stands.
struct BalanceProgress {
  Relaxation relaxation;
  std::int64_t iterations;
  double row_residual, column_residual;  ///< of the result
  BalanceStatus status;

  REGIO_HOST_DEVICE static BalanceProgress beginning(bool over_relaxation, double tolerance) {
    return {Relaxation(over_relaxation, tolerance), 0, NAN, NAN, BalanceStatus::running};
  }
};

/// One table and its iteration (host/balancing/balance_operation.hpp).
struct BalanceTask {
  double const* cells;  ///< [rows, columns]
  double const *row_totals, *column_totals;
  std::uint8_t const *wiped_rows, *wiped_columns;  ///< null: none
  double const* column_start;                      ///< [columns], 0 where wiped
  double *row_multipliers, *column_multipliers;    ///< as the last launch has left them
  double* balanced;                                ///< [rows, columns]; null: not wanted
  double* history;                                 ///< [sweeps of a launch]; null: not wanted
  BalanceProgress* progress;
  std::int64_t rows, columns;
  std::int64_t max_iterations;
  double slack;
  bool over_relaxation;
};

/// Tables that one launch balances, a block each.
struct BalanceBatchArguments {
  BalanceTask const* tasks;
  double tolerance;
  std::int64_t most_sweeps;  ///< of a table in one launch
  bool begins;               ///< the first launch of these tables; later ones go on
};

/// The cells of a sparse table by one margin.
struct BalanceSparseMargin {
  std::int64_t const* start;  ///< [margins + 1]
  std::int32_t const* other;  ///< [cells] position of the cell in the other margin
};

/// A table that the whole device sweeps over (balance_sweep.cuh, balance_sparse.cuh), with the working memory that this
/// takes.
struct BalanceSweepArguments {
  BalanceTask task;  ///< of a sparse table the cells by row
  BalanceSparseMargin by_row, by_column;
  double const* cells_by_column;  ///< of a sparse table
  double tolerance;
  std::int64_t chunk_rows, chunks;  ///< rows whose part of the column sums stands alone
  double* parts;                    ///< [chunks, kinds, columns]; for the check of the result [chunks, 3, columns]
  double* sums;                     ///< [kinds, columns]
  double* residuals;                ///< [chunks, or blocks]
  double *row_inverses, *column_inverses;  ///< what negative cells are multiplied by; null: the table has none
  std::int64_t recorded_sweeps;            ///< after which the history begins anew
  int kinds;                               ///< 2: there are negative cells
  bool begins;                             ///< of balance_step: the first launch
};

}  // namespace regio::cuda
