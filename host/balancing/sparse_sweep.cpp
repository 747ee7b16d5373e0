#include "balancing/sparse_sweep.hpp"

#include <algorithm>
#include <cmath>

#include "balancing/compensated_sum.hpp"

namespace regio {
namespace {

/// Sums of one row's cells by sign: of the positive ones under the columns' factors, of the magnitudes of the negative
/// ones under the others.
struct RowSums {
  double positive = 0, negative = 0;
};

RowSums row_sums(SparseTableView const& table, Index row, double const* factors, double const* inverse_factors) {
  RowSums sums;
  for (Index e = table.row_start[row]; e < table.row_start[row + 1]; ++e) {
    double const a = table.value[e];
    if (a > 0) {
      sums.positive += a * factors[table.column[e]];
    } else if (a < 0) {
      sums.negative -= a * inverse_factors[table.column[e]];
    }
  }
  return sums;
}

void add_row(SparseTableView const& table, Index row, double factor, double inverse_factor, ColumnSums const& sums) {
  for (Index e = table.row_start[row]; e < table.row_start[row + 1]; ++e) {
    double const a = table.value[e];
    if (a > 0) {
      sums.positive[table.column[e]] += a * factor;
    } else if (a < 0) {
      sums.negative[table.column[e]] += a * inverse_factor;
    }
  }
}

}  // namespace

double sparse_sweep(SparseTableView const& table, SweepInput const& input, Index begin, Index end,
                    RowResults const& rows, ColumnSums const& sums) {
  double worst = 0;
  for (Index i = begin; i < end; ++i) {
    auto const [p, n] = row_sums(table, i, input.column_multipliers, input.column_inverses);
    double& r = rows.multipliers[i];
    double inverse = 0, magnitude = 0;
    if (input.wiped_rows != nullptr && input.wiped_rows[i] != 0) {
      r = 0;
    } else {
      r = relaxed_step(r, margin_root(p, n, input.row_totals[i]), input.exponent);
      inverse = 1 / r;
      double const above = r * p, below = n == 0 ? 0 : n * inverse;
      magnitude = above + below;
      if (!input.exponent.plain() || !root_meets_total(p, n, input.row_totals[i])) {
        worst = larger_residual(worst, margin_residual(above - below, magnitude, input.row_totals[i], input.slack));
      }
    }
    if (rows.inverses != nullptr) rows.inverses[i] = inverse;
    if (rows.magnitudes != nullptr) rows.magnitudes[i] = magnitude;
    add_row(table, i, r, inverse, sums);
  }
  return worst;
}

void sparse_product(SparseTableView const& table, ProductInput const& input, Index begin, Index end,
                    ColumnSums const& sums) {
  for (Index i = begin; i < end; ++i) {
    auto const [p, n] = row_sums(table, i, input.column_factors, input.column_inverse_factors);
    double const r = input.rows.multipliers[i], inverse = input.rows.inverses == nullptr ? 0 : input.rows.inverses[i];
    double const mean = share(r * p + inverse * n, input.rows.magnitudes[i]);
    add_row(table, i, r * mean, inverse * mean, sums);
  }
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
