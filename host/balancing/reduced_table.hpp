/// A table without some of its cells.
#pragma once

#include <span>
#include <vector>

#include <regio/balance.hpp>

#include "balancing/balance_checks.hpp"

namespace regio {

/// A copy of a problem's table in which `cells`, given by row and then by column, are zero.
class ReducedTable {
 public:
  ReducedTable(BalanceProblem const& problem, std::span<TableCell const> cells) : original_(problem) {
    if (BalanceTable{problem}.is_sparse()) {
      SparseTableView const& table = problem.sparse_table;
      cells_.assign(table.value.begin(), table.value.end());
      auto next = cells.begin();
      BalanceTable{problem}.for_cells([&](Index row, Index column, double, Index position) {
        if (next == cells.end() || *next != TableCell{row, column}) return;
        cells_[static_cast<std::size_t>(position)] = 0;
        ++next;
      });
    } else {
      Index const columns = problem.table.columns();
      cells_.reserve(static_cast<std::size_t>(problem.table.rows() * columns));
      for (Index i = 0; i < problem.table.rows(); ++i) {
        VectorView<double const> const row = problem.table.row(i);
        cells_.insert(cells_.end(), row.begin(), row.end());
      }
      for (TableCell const& cell : cells) cells_[static_cast<std::size_t>(cell.row * columns + cell.column)] = 0;
    }
  }

  [[nodiscard]] MatrixView<double const> dense() const noexcept {
    if (BalanceTable{original_}.is_sparse()) return {};
    return {cells_.data(), original_.table.rows(), original_.table.columns()};
  }
  [[nodiscard]] SparseTableView sparse() const noexcept {
    SparseTableView view = original_.sparse_table;
    if (BalanceTable{original_}.is_sparse()) view.value = cells_;
    return view;
  }

 private:
  BalanceProblem const& original_;
  std::vector<double> cells_;
};

}  // namespace regio
