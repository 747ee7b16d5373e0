/// What a problem of balancing must be like, and what its cells and totals say before any iteration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "balancing/cell_kinds.hpp"
#include "balancing/margin_checks.hpp"
#include "balancing/table_support.hpp"
#include "core/workers.hpp"

namespace regio {

/// Totals that were added up from rounded numbers agree no better, whatever the tolerance.
inline constexpr double rounding_of_totals = 0x1p-44;

/// Tables of at least so many cells are checked by all threads, one after another; smaller ones side by side.
inline constexpr Index cells_read_by_all_threads = Index{1} << 20;

/// A table's margins and cells, dense or sparse.
struct BalanceTable {
  BalanceProblem const& problem;

  [[nodiscard]] bool is_sparse() const noexcept { return !problem.sparse_table.row_start.empty(); }
  [[nodiscard]] Index rows() const noexcept { return problem.row_totals.size(); }
  [[nodiscard]] Index columns() const noexcept { return problem.column_totals.size(); }

  /// Calls visit(row, column, value, position in the sparse table or -1) for the cells other than zero, by row.
  template <class Visit>
  void for_cells(Visit&& visit) const {
    if (is_sparse()) {
      SparseTableView const& table = problem.sparse_table;
      for (Index i = 0; i < table.rows; ++i) {
        for (Index e = table.row_start[i]; e < table.row_start[i + 1]; ++e) {
          if (table.value[e] != 0) visit(i, table.column[e], table.value[e], e);
        }
      }
      return;
    }
    for (Index i = 0; i < problem.table.rows(); ++i) {
      for (Index j = 0; j < problem.table.columns(); ++j) {
        if (problem.table(i, j) != 0) visit(i, j, problem.table(i, j), Index{-1});
      }
    }
  }
};

/// Throws ContractError for options that mean nothing; `function` has been called with them.
void check_balance_options(BalanceOptions const& options, std::string const& function = "balance_tables");

/// Throws ContractError for a cell that is not finite or that the method does not take.
void check_cell(std::string const& where, BalanceMethod method, Index row, Index column, double value);

/// What kinds of cells a dense table has; with `workers` it is read by all threads.
CellKinds cell_kinds(MatrixView<double const> table, Workers* workers);

/// Throws ContractError for a problem whose shapes, order or numbers break the contract; `where` names it. Returns what
/// kinds of cells the table has. With `workers` a dense table is read by all threads.
CellKinds check_balance_problem(std::string const& where, BalanceMethod method, BalanceProblem const& problem,
                                Workers* workers);

/// What is known of a problem before its iteration.
struct BalancePreparation {
  CellKinds kinds;
  bool any_negative_total = false;
  double gap = 0;        ///< sum of u - sum of v
  double allowance = 0;  ///< how much totals may disagree: tolerance * sum of |totals|
  std::optional<MarginConflict> conflict;
  bool checked = false;  ///< whether `checks` have been made
  MarginChecks checks;

  [[nodiscard]] VectorView<std::uint8_t const> wiped_rows() const noexcept { return only_if_any(checks.wiped_rows); }
  [[nodiscard]] VectorView<std::uint8_t const> wiped_columns() const noexcept {
    return only_if_any(checks.wiped_columns);
  }
  /// Whether it is known without any iteration that there is no solution, and no iterate means anything.
  [[nodiscard]] bool hopeless() const noexcept {
    return conflict && conflict->reason != BalanceReason::conflicting_margins;
  }
  /// Whether zeros or signs could stand in the way of a solution.
  [[nodiscard]] bool may_conflict() const noexcept { return any_negative_total || kinds.zero || kinds.negative; }

 private:
  [[nodiscard]] VectorView<std::uint8_t const> only_if_any(std::vector<std::uint8_t> const& wiped) const noexcept {
    return checks.any_wiped ? VectorView<std::uint8_t const>(wiped) : VectorView<std::uint8_t const>();
  }
};

/// Looks at the totals, and at the margins where a total of 0 may empty them or the totals disagree. Other problems are
/// iterated on first: totals that are met need no proof that they can be.
BalancePreparation prepare_balance(BalanceProblem const& problem, CellKinds kinds, double tolerance);

/// Makes the checks of the margins if they have not been made. `support` is the problem's.
void check_margins_of(BalanceProblem const& problem, TableSupport const& support, BalancePreparation& preparation);

/// Signs of the cells other than zero.
TableSupport table_support(BalanceProblem const& problem);

}  // namespace regio
