/// The iteration of one table: sweeps of both margins until they are met.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "balancing/balance_kernels.hpp"
#include "balancing/balance_operation.hpp"
#include "balancing/newton_finisher.hpp"
#include "balancing/table_chunks.hpp"

namespace regio {

/// Memory that the tables of a batch share, one after another.
struct BalanceWorkspace {
  std::vector<double> row_inverses, column_multipliers, column_inverses, next_multipliers;
  std::vector<double> sums;  ///< column sums of every chunk of rows
  std::vector<double> residuals;
  std::unique_ptr<float[]> single_cells;  ///< the table in single precision
  NewtonFinisher newton;
  std::vector<double> row_magnitudes, column_factors, column_inverse_factors;  ///< for Newton's method
};

/// How an item's table is cut.
TableChunks chunks_of(BalanceItem const& item, Workers* workers);

/// What a table's place in its batch asks for.
struct BatchPlace {
  MatrixView<double const> next = {};  ///< the table that is read next, brought near meanwhile; empty: none
  bool results_past_cache = false;     ///< the batch has too many results for the caches
};

/// Iterates the item, then finishes it. `stop` raised: the item's outcome is cancelled.
void balance(BalanceItem& item, double tolerance, BalanceKernels const& kernels, TableChunks const& chunks,
             std::stop_token const& stop, BalanceWorkspace& space, BatchPlace const& place = {});

}  // namespace regio
