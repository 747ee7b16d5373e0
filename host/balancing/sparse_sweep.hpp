/// The loops over the cells of a sparse table; see BalanceKernels for what each does.
#pragma once

#include <regio/balance.hpp>

#include "balancing/balance_kernels.hpp"

namespace regio {

/// `rows.inverses` null: the table has no negative cell.
double sparse_sweep(SparseTableView const& table, SweepInput const& input, Index begin, Index end,
                    RowResults const& rows, ColumnSums const& sums);

void sparse_product(SparseTableView const& table, ProductInput const& input, Index begin, Index end,
                    ColumnSums const& sums);

double sparse_finish(SparseTableView const& table, SweepInput const& input, Index begin, Index end,
                     double const* multipliers, double const* inverses, VectorView<double> balanced_cells,
                     CheckedColumnSums const& sums);

}  // namespace regio
