#include "balancing/balance_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "balancing/compensated_sum.hpp"
#include "core/contract.hpp"

namespace regio {
namespace {

void check_totals(std::string const& where, VectorView<double const> totals, Index expected, char const* margins) {
  if (totals.size() != expected) {
    refuse(where, fmt::format("has {} entries; the table has {} {}", totals.size(), expected, margins));
  }
  for (Index i = 0; i < totals.size(); ++i) {
    if (!std::isfinite(totals[i]))
      refuse(where, fmt::format("entry {} is {}; totals must be finite", i, number_text(totals[i])));
  }
}

CellKinds check_dense(std::string const& where, BalanceMethod method, MatrixView<double const> table,
                      Workers* workers) {
  CellKinds const kinds = cell_kinds(table, workers);
  bool const refused = !kinds.finite || (method == BalanceMethod::ras && kinds.negative);
  for (Index i = 0; refused && i < table.rows(); ++i) {
    for (Index j = 0; j < table.columns(); ++j) check_cell(where, method, i, j, table(i, j));
  }
  return kinds;
}

CellKinds check_sparse(std::string const& where, BalanceMethod method, SparseTableView const& table) {
  CellKinds kinds;
  if (table.row_start.size() != table.rows + 1) {
    refuse(where + ".row_start",
           fmt::format("has {} entries; expected one more than the {} rows", table.row_start.size(), table.rows));
  }
  if (table.column.size() != table.value.size()) {
    refuse(where + ".column",
           fmt::format("has {} entries; expected {}, as many as values", table.column.size(), table.value.size()));
  }
  if (table.row_start[0] != 0)
    refuse(where + ".row_start", fmt::format("begins with {}; expected 0", table.row_start[0]));
  for (Index i = 0; i < table.rows; ++i) {
    Index const first = table.row_start[i], last = table.row_start[i + 1];
    if (last < first || last > table.value.size()) {
      refuse(where + ".row_start",
             fmt::format("entry {} is {}; expected {} to {}", i + 1, last, first, table.value.size()));
    }
    Index earlier = -1;
    for (Index e = first; e < last; ++e) {
      Index const j = table.column[e];
      if (j <= earlier || j >= table.columns) {
        refuse(where + ".column", fmt::format("entry {}, of row {}, is {}; expected {} to {}, ascending within a row",
                                              e, i, j, earlier + 1, table.columns - 1));
      }
      earlier = j;
      double const value = table.value[e];
      if (!(value >= 0) || std::isinf(value)) check_cell(where, method, i, j, value);
      kinds.negative = kinds.negative || value < 0;
    }
  }
  if (table.row_start[table.rows] != table.value.size()) {
    refuse(where + ".row_start", fmt::format("ends with {}; expected {}, the number of values",
                                             table.row_start[table.rows], table.value.size()));
  }
  kinds.zero = true;
  return kinds;
}

void check_start(std::string const& where, VectorView<double const> start, Index columns) {
  if (start.empty()) return;
  if (start.size() != columns) {
    refuse(where, fmt::format("has {} entries; the table has {} columns", start.size(), columns));
  }
  for (Index j = 0; j < columns; ++j) {
    if (!std::isfinite(start[j]) || start[j] < 0) {
      refuse(where, fmt::format("entry {} is {}; multipliers must be finite and at least 0", j, number_text(start[j])));
    }
  }
}

}  // namespace

void check_cell(std::string const& where, BalanceMethod method, Index row, Index column, double value) {
  if (!std::isfinite(value)) {
    refuse(where, fmt::format("row {}, column {} is {}; cells must be finite", row, column, number_text(value)));
  }
  if (method == BalanceMethod::ras && value < 0) {
    refuse(where, fmt::format("row {}, column {} is {}; RAS needs cells of at least 0, GRAS takes negative ones", row,
                              column, number_text(value)));
  }
}

CellKinds cell_kinds(MatrixView<double const> table, Workers* workers) {
  CellKindsOfRows const kinds_of = cell_kinds_of_rows(best_simd_target());
  if (workers == nullptr) return kinds_of(table, 0, table.rows());
  constexpr Index chunk = 64;
  std::vector<CellKinds> found(static_cast<std::size_t>((table.rows() + chunk - 1) / chunk));
  workers->for_chunks(table.rows(), chunk, [&](Index begin, Index end, int) {
    found[static_cast<std::size_t>(begin / chunk)] = kinds_of(table, begin, end);
  });
  CellKinds kinds;
  for (CellKinds const& part : found) {
    kinds.finite = kinds.finite && part.finite;
    kinds.zero = kinds.zero || part.zero;
    kinds.negative = kinds.negative || part.negative;
  }
  return kinds;
}

void check_balance_options(BalanceOptions const& options, std::string const& function) {
  std::string const where = function + ": options.";
  if (!std::isfinite(options.tolerance) || options.tolerance <= 0 || options.tolerance >= 1) {
    refuse(where + "tolerance", "is " + number_text(options.tolerance) + "; expected a number above 0 and below 1");
  }
  if (options.max_iterations < 1) {
    refuse(where + "max_iterations", fmt::format("is {}; expected at least 1", options.max_iterations));
  }
}

CellKinds check_balance_problem(std::string const& where, BalanceMethod method, BalanceProblem const& problem,
                                Workers* workers) {
  bool const sparse = BalanceTable{problem}.is_sparse();
  if (sparse && !problem.table.empty()) refuse(where, "has a dense and a sparse table; expected one of them");
  Index const rows = sparse ? problem.sparse_table.rows : problem.table.rows();
  Index const columns = sparse ? problem.sparse_table.columns : problem.table.columns();
  std::string const table = where + (sparse ? ".sparse_table" : ".table");
  if (rows < 1 || columns < 1)
    refuse(table, fmt::format("is [{}, {}]; expected at least one row and column", rows, columns));
  check_totals(where + ".row_totals", problem.row_totals, rows, "rows");
  check_totals(where + ".column_totals", problem.column_totals, columns, "columns");
  check_start(where + ".column_start", problem.column_start, columns);
  CellKinds const kinds =
      sparse ? check_sparse(table, method, problem.sparse_table) : check_dense(table, method, problem.table, workers);
  MatrixView<double> const& balanced = problem.balanced;
  if (!balanced.empty() && (sparse || balanced.rows() != rows || balanced.columns() != columns)) {
    refuse(where + ".balanced",
           sparse ? std::string("is given with a sparse table; expected balanced_cells")
                  : fmt::format("is [{}, {}]; expected [{}, {}]", balanced.rows(), balanced.columns(), rows, columns));
  }
  Index const cells = sparse ? problem.sparse_table.value.size() : 0;
  if (!problem.balanced_cells.empty() && problem.balanced_cells.size() != cells) {
    refuse(where + ".balanced_cells", fmt::format("has {} entries; expected {}, the cells of the sparse table",
                                                  problem.balanced_cells.size(), cells));
  }
  return kinds;
}

TableSupport table_support(BalanceProblem const& problem) {
  BalanceTable const table{problem};
  TableSupport support{.rows = table.rows(), .columns = table.columns(), .row_start = {0}, .column = {}, .sign = {}};
  support.row_start.reserve(static_cast<std::size_t>(support.rows) + 1);
  table.for_cells([&](Index i, Index j, double value, Index) {
    while (static_cast<Index>(support.row_start.size()) <= i) {
      support.row_start.push_back(static_cast<Index>(support.column.size()));
    }
    support.column.push_back(j);
    support.sign.push_back(value > 0 ? std::int8_t{1} : std::int8_t{-1});
  });
  support.row_start.resize(static_cast<std::size_t>(support.rows) + 1, static_cast<Index>(support.column.size()));
  return support;
}

namespace {

MarginConflict totals_of_whole_table(BalanceProblem const& problem, double gap) {
  MarginConflict conflict;
  conflict.reason = BalanceReason::totals_differ;
  conflict.columns_need_more = gap < 0;
  conflict.deficit = std::abs(gap);
  conflict.rows.resize(static_cast<std::size_t>(problem.row_totals.size()));
  conflict.columns.resize(static_cast<std::size_t>(problem.column_totals.size()));
  std::iota(conflict.rows.begin(), conflict.rows.end(), Index{0});
  std::iota(conflict.columns.begin(), conflict.columns.end(), Index{0});
  return conflict;
}

}  // namespace

BalancePreparation prepare_balance(BalanceProblem const& problem, CellKinds kinds, double tolerance) {
  BalancePreparation preparation;
  preparation.kinds = kinds;
  CompensatedSum gap;
  double magnitude = 0;
  bool any_zero = false;
  auto const add = [&](VectorView<double const> totals, double sign) {
    for (double const total : totals) {
      gap.add(sign * total);
      magnitude += std::abs(total);
      any_zero = any_zero || total == 0;
      preparation.any_negative_total = preparation.any_negative_total || total < 0;
    }
  };
  add(problem.row_totals, 1);
  add(problem.column_totals, -1);
  preparation.gap = gap.value();
  preparation.allowance = std::max(tolerance, rounding_of_totals) * magnitude;
  bool const differ = std::abs(preparation.gap) > preparation.allowance;
  if (differ && !preparation.may_conflict() && !any_zero) {
    preparation.conflict = totals_of_whole_table(problem, preparation.gap);
  } else if (differ || any_zero) {
    check_margins_of(problem, table_support(problem), preparation);
  }
  return preparation;
}

void check_margins_of(BalanceProblem const& problem, TableSupport const& support, BalancePreparation& preparation) {
  if (preparation.checked) return;
  preparation.checked = true;
  preparation.checks = check_margins(support, problem.row_totals, problem.column_totals, preparation.allowance);
  preparation.conflict = preparation.checks.conflict;
}

}  // namespace regio
