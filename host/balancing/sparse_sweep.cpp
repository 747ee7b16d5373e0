#include "balancing/sparse_sweep.hpp"

#include <algorithm>
#include <cmath>

#include "balancing/compensated_sum.hpp"

namespace regio {
double sparse_sweep(SparseTableView const& table, SweepInput const& input, Index begin, Index end, double* multipliers,
                    double* inverses, ColumnSums const& sums) {
  double worst = 0;
  double const* const cells = table.value.data_handle();
  Index const* const columns = table.column.data_handle();
  for (Index i = begin; i < end; ++i) {
    Index const first = table.row_start[i], last = table.row_start[i + 1];
    double p = 0, n = 0;
    for (Index e = first; e < last; ++e) {
      double const a = cells[e];
      if (a > 0) {
        p += a * input.column_multipliers[columns[e]];
      } else if (a < 0) {
        n -= a * input.column_inverses[columns[e]];
      }
    }
    double& r = multipliers[i];
    double inverse = 0;
    if (input.wiped_rows != nullptr && input.wiped_rows[i] != 0) {
      r = 0;
    } else {
      r = relaxed_step(r, margin_root(p, n, input.row_totals[i]), input.exponent);
      inverse = 1 / r;
      if (!input.exponent.plain() || !root_meets_total(p, n, input.row_totals[i])) {
        double const above = r * p, below = n == 0 ? 0 : n * inverse;
        worst = larger_residual(worst, margin_residual(above - below, above + below, input.row_totals[i], input.slack));
      }
    }
    if (inverses != nullptr) inverses[i] = inverse;
    for (Index e = first; e < last; ++e) {
      double const a = cells[e];
      if (a > 0) {
        sums.positive[columns[e]] += a * r;
      } else if (a < 0) {
        sums.negative[columns[e]] += a * inverse;
      }
    }
  }
  return worst;
}

double sparse_finish(SparseTableView const& table, SweepInput const& input, Index begin, Index end,
                     double const* multipliers, double const* inverses, VectorView<double> balanced_cells,
                     CheckedColumnSums const& sums) {
  double worst = 0;
  for (Index i = begin; i < end; ++i) {
    CompensatedSum sum;
    double magnitude = 0;
    for (Index e = table.row_start[i]; e < table.row_start[i + 1]; ++e) {
      double const a = table.value[e];
      Index const j = table.column[e];
      double x = 0;
      if (a > 0) {
        x = a * multipliers[i] * input.column_multipliers[j];
      } else if (a < 0) {
        x = a * inverses[i] * input.column_inverses[j];
      }
      sum.add(x);
      magnitude += std::abs(x);
      add_exactly(x, sums.value[j], sums.error[j]);
      sums.magnitude[j] += std::abs(x);
      if (!balanced_cells.empty()) balanced_cells[e] = x;
    }
    worst = larger_residual(worst, checked_residual(sum.minus(input.row_totals[i]), magnitude, input.row_totals[i]));
  }
  return worst;
}

}  // namespace regio
