#include "balancing/attainable_totals.hpp"

#include "balancing/balance_checks.hpp"
#include "balancing/multiplier_step.hpp"

namespace regio {
namespace {

double inverse(double multiplier) { return multiplier > 0 ? 1 / multiplier : 0; }

/// Sums of the cells by row and by column under multipliers.
AttainableTotals sums(BalanceProblem const& problem, VectorView<double const> rows, VectorView<double const> columns) {
  AttainableTotals result;
  result.rows.resize(static_cast<std::size_t>(rows.size()));
  result.columns.resize(static_cast<std::size_t>(columns.size()));
  BalanceTable{problem}.for_cells([&](Index i, Index j, double a, Index) {
    double const x = a > 0 ? a * rows[i] * columns[j] : a * inverse(rows[i]) * inverse(columns[j]);
    result.rows[static_cast<std::size_t>(i)] += x;
    result.columns[static_cast<std::size_t>(j)] += x;
  });
  return result;
}

double sum_of(VectorView<double const> totals, std::vector<Index> const& margins) {
  double sum = 0;
  for (Index const margin : margins) sum += totals[margin];
  return sum;
}

std::vector<double> scaled(VectorView<double const> totals, std::vector<Index> const& margins, double factor) {
  std::vector<double> result(totals.begin(), totals.end());
  for (Index const margin : margins) result[static_cast<std::size_t>(margin)] *= factor;
  return result;
}

}  // namespace

AttainableTotals attainable_totals(BalanceProblem const& problem, VectorView<double const> row_multipliers,
                                   VectorView<double const> column_multipliers) {
  AttainableTotals const fitted = sums(problem, row_multipliers, column_multipliers);
  std::vector<double> positive(fitted.columns.size()), negative(fitted.columns.size());
  BalanceTable{problem}.for_cells([&](Index i, Index j, double a, Index) {
    auto const column = static_cast<std::size_t>(j);
    if (a > 0) {
      positive[column] += a * row_multipliers[i];
    } else {
      negative[column] -= a * inverse(row_multipliers[i]);
    }
  });
  std::vector<double> columns(column_multipliers.begin(), column_multipliers.end());
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (columns[j] > 0)
      columns[j] = margin_root(positive[j], negative[j], problem.column_totals[static_cast<Index>(j)]);
  }
  return {.rows = sums(problem, row_multipliers, columns).rows, .columns = fitted.columns};
}

AttainableTotals scaled_totals(BalanceProblem const& problem, MarginConflict const& conflict) {
  double const rows = sum_of(problem.row_totals, conflict.rows),
               columns = sum_of(problem.column_totals, conflict.columns);
  if (!(rows > 0 && columns > 0)) return {};
  return {.rows = scaled(problem.row_totals, conflict.rows, columns / rows),
          .columns = scaled(problem.column_totals, conflict.columns, rows / columns)};
}

}  // namespace regio
