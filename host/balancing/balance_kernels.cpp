#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "balancing/balance_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/cache_control.h>

#include "balancing/balance_kernels.hpp"
#include "balancing/balanced_rows-inl.hpp"
#include "balancing/row_vectors-inl.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// From this many columns on, rows that are taken together leave the core's first cache before they are read again.
inline constexpr Index columns_beyond_first_cache = 1536;

bool is_wiped(SweepInput const& input, Index row) { return input.wiped_rows != nullptr && input.wiped_rows[row] != 0; }

/// Whether the plain step of all the rows is total / sum, and meets the total.
template <int Rows>
HWY_INLINE bool every_root_is_quotient(double const (&sums)[Rows], double const* totals) {
  bool every = true;
  for (int i = 0; i < Rows; ++i) every = every && sums[i] > 0 && totals[i] >= 0;
  return every;
}

/// Asks for the memory of the rows [first, first + rows).
HWY_INLINE void look_ahead(Lookahead const& lookahead, Index first, Index rows) {
  std::byte const* const begin = lookahead.begin + first * lookahead.bytes_of_row;
  for (Index b = 0; b < rows * lookahead.bytes_of_row; b += cache_line) hwy::Prefetch(begin + b);
}

/// Sums of Rows rows under the columns' factors.
template <int Rows, class Cell>
HWY_INLINE void add_rows(MatrixView<Cell> table, Index first, double const* column_factors, double (&p)[Rows]) {
  EightLanes sum[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) sum[i] = broadcast(0);
  for_vectors<Rows>(table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
    EightLanes const s = load(column_factors + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) sum[i] = multiply_add(cells[i], s, sum[i]);
  });
  row_sums(sum, p);
}

/// The part of Rows rows under their factors in the sums of the columns.
template <int Rows, class Cell>
HWY_INLINE void add_columns(MatrixView<Cell> table, Index first, double const (&factor)[Rows], double* column_sums) {
  EightLanes multiplier[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) multiplier[i] = broadcast(factor[i]);
  for_vectors<Rows>(table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
    EightLanes column = load(column_sums + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) column = multiply_add(cells[i], multiplier[i], column);
    store(column, column_sums + v);
  });
}

/// add_columns of the rows from `first` and add_rows of those from `next` on, in one go: the former come from the
/// core's second cache while the latter are on their way from memory.
template <int Rows, class Cell>
HWY_INLINE void add_columns_and_next_rows(MatrixView<Cell> table, Index first, double const (&factor)[Rows],
                                          double* column_sums, Index next, double const* column_factors,
                                          double (&p)[Rows]) {
  EightLanes multiplier[Rows], sum[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) {
    multiplier[i] = broadcast(factor[i]);
    sum[i] = broadcast(0);
  }
  auto const visit = [&](Index v, EightLanes const(&cells)[Rows], EightLanes const(&next_cells)[Rows]) HWY_ATTR {
    EightLanes const s = load(column_factors + v);
    EightLanes column = load(column_sums + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      sum[i] = multiply_add(next_cells[i], s, sum[i]);
      column = multiply_add(cells[i], multiplier[i], column);
    }
    store(column, column_sums + v);
  };
  for_vectors<Rows>(table, first, next, visit);
  row_sums(sum, p);
}

/// Sums of the rows [begin, end) under the columns' factors; with the rows' factors that follow from them by
/// row_factors(first, sums, factors), the rows' part in the sums of the columns.
template <class Cell, class RowFactors>
HWY_INLINE void rows_then_columns(MatrixView<Cell> table, Index begin, Index end, double const* column_factors,
                                  double* column_sums, Lookahead const& lookahead, RowFactors&& row_factors) {
  Index const columns = table.columns();
  if (columns > columns_beyond_first_cache && columns <= columns_of_four_rows && end - begin >= most_rows) {
    double p[most_rows], factor[most_rows];
    add_rows<most_rows>(table, begin, column_factors, p);
    for (; begin + Index{2} * most_rows <= end; begin += most_rows) {
      row_factors(begin, p, factor);
      add_columns_and_next_rows<most_rows>(table, begin, factor, column_sums, begin + most_rows, column_factors, p);
    }
    row_factors(begin, p, factor);
    add_columns<most_rows>(table, begin, factor, column_sums);
    begin += most_rows;
  }
  for_row_groups(begin, end, columns, [&]<int Rows>(Index first) HWY_ATTR {
    look_ahead(lookahead, first, Rows);
    double p[Rows], factor[Rows];
    add_rows<Rows>(table, first, column_factors, p);
    row_factors(first, p, factor);
    add_columns<Rows>(table, first, factor, column_sums);
  });
}

template <class Cell>
HWY_INLINE double sweep_of(MatrixView<Cell> table, SweepInput const& input, Index begin, Index end,
                           RowResults const& rows, ColumnSums const& sums) {
  double worst = 0;
  bool const plain = input.exponent.plain() && input.wiped_rows == nullptr;
  auto const row_factors = [&]<int Rows>(Index first, double const(&p)[Rows], double(&factor)[Rows]) {
    double* const r = rows.multipliers + first;
    double const* const total = input.row_totals + first;
    if (plain && every_root_is_quotient(p, total)) {
      for (int i = 0; i < Rows; ++i) r[i] = total[i] / p[i];
    } else {
      for (int i = 0; i < Rows; ++i) {
        if (is_wiped(input, first + i)) {
          r[i] = 0;
          continue;
        }
        r[i] = relaxed_step(r[i], margin_root(p[i], 0, total[i]), input.exponent);
        if (!input.exponent.plain() || !root_meets_total(p[i], 0, total[i])) {
          worst = larger_residual(worst, margin_residual(r[i] * p[i], r[i] * p[i], total[i], input.slack));
        }
      }
    }
    for (int i = 0; i < Rows; ++i) factor[i] = r[i];
    for (int i = 0; i < Rows && rows.magnitudes != nullptr; ++i) rows.magnitudes[first + i] = r[i] * p[i];
  };
  rows_then_columns(table, begin, end, input.column_multipliers, sums.positive, input.lookahead, row_factors);
  return worst;
}

double sweep(SweepInput const& input, Index begin, Index end, RowResults const& rows, ColumnSums const& sums) {
  if (!input.single_table.empty()) return sweep_of(input.single_table, input, begin, end, rows, sums);
  return sweep_of(input.table, input, begin, end, rows, sums);
}

void product(ProductInput const& input, Index begin, Index end, ColumnSums const& sums) {
  auto const row_factors = [&]<int Rows>(Index first, double const(&p)[Rows], double(&factor)[Rows]) {
    for (int i = 0; i < Rows; ++i) {
      double const r = input.rows.multipliers[first + i];
      factor[i] = r * share(r * p[i], input.rows.magnitudes[first + i]);
    }
  };
  rows_then_columns(input.table, begin, end, input.column_factors, sums.positive, {}, row_factors);
}

/// The same of Rows rows of a signed table: positive cells have one factor, negative cells another one. The sums of the
/// negative cells are <= 0; row_factors is given their magnitude.
template <int Rows, class Cell, class RowFactors>
HWY_INLINE void signed_rows_then_columns(MatrixView<Cell> table, Index first, double const* column_factors,
                                         double const* column_inverse_factors, ColumnSums const& sums,
                                         RowFactors&& row_factors) {
  EightLanes positive[Rows], negative[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) positive[i] = negative[i] = broadcast(0);
  for_vectors<Rows>(table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
    EightLanes const s = load(column_factors + v), inverse = load(column_inverse_factors + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      EightLanes const below = negative_part(cells[i]);
      positive[i] = multiply_add(subtract(cells[i], below), s, positive[i]);
      negative[i] = multiply_add(below, inverse, negative[i]);
    }
  });
  double p[Rows], n[Rows], factor[Rows], inverse_factor[Rows];
  row_sums(positive, p);
  row_sums(negative, n);
  for (int i = 0; i < Rows; ++i) n[i] = -n[i];
  row_factors(p, n, factor, inverse_factor);
  EightLanes multiplier[Rows], inverse[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) {
    multiplier[i] = broadcast(factor[i]);
    inverse[i] = broadcast(inverse_factor[i]);
  }
  for_vectors<Rows>(table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
    EightLanes above = load(sums.positive + v), under = load(sums.negative + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      EightLanes const below = negative_part(cells[i]);
      above = multiply_add(subtract(cells[i], below), multiplier[i], above);
      under = multiply_add(below, inverse[i], under);
    }
    store(above, sums.positive + v);
    store(under, sums.negative + v);
  });
}

template <class Cell>
HWY_INLINE double signed_sweep_of(MatrixView<Cell> table, SweepInput const& input, Index begin, Index end,
                                  RowResults const& rows, ColumnSums const& sums) {
  double worst = 0;
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    look_ahead(input.lookahead, first, Rows);
    auto const row_factors = [&](double const(&p)[Rows], double const(&n)[Rows], double(&factor)[Rows],
                                 double(&inverse_factor)[Rows]) {
      for (int i = 0; i < Rows; ++i) {
        double const total = input.row_totals[first + i];
        double& r = rows.multipliers[first + i];
        double& inverse = rows.inverses[first + i];
        double magnitude = 0;
        if (is_wiped(input, first + i)) {
          r = inverse = 0;
        } else {
          r = relaxed_step(r, margin_root(p[i], n[i], total), input.exponent);
          inverse = 1 / r;
          double const above = r * p[i], below = n[i] / r;
          magnitude = above + below;
          if (!input.exponent.plain() || !root_meets_total(p[i], n[i], total)) {
            worst = larger_residual(worst, margin_residual(above - below, magnitude, total, input.slack));
          }
        }
        if (rows.magnitudes != nullptr) rows.magnitudes[first + i] = magnitude;
        factor[i] = r;
        inverse_factor[i] = inverse;
      }
    };
    signed_rows_then_columns<Rows>(table, first, input.column_multipliers, input.column_inverses, sums, row_factors);
  };
  for_row_groups(begin, end, table.columns(), run);
  return worst;
}

double signed_sweep(SweepInput const& input, Index begin, Index end, RowResults const& rows, ColumnSums const& sums) {
  if (!input.single_table.empty()) return signed_sweep_of(input.single_table, input, begin, end, rows, sums);
  return signed_sweep_of(input.table, input, begin, end, rows, sums);
}

void signed_product(ProductInput const& input, Index begin, Index end, ColumnSums const& sums) {
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    auto const row_factors = [&](double const(&p)[Rows], double const(&n)[Rows], double(&factor)[Rows],
                                 double(&inverse_factor)[Rows]) {
      for (int i = 0; i < Rows; ++i) {
        double const r = input.rows.multipliers[first + i], inverse = input.rows.inverses[first + i];
        double const mean = share(r * p[i] + inverse * n[i], input.rows.magnitudes[first + i]);
        factor[i] = r * mean;
        inverse_factor[i] = inverse * mean;
      }
    };
    signed_rows_then_columns<Rows>(input.table, first, input.column_factors, input.column_inverse_factors, sums,
                                   row_factors);
  };
  for_row_groups(begin, end, input.table.columns(), run);
}

double column_step(VectorView<double const> totals, double slack, Index begin, Index end, double const* sums,
                   double const* old_multipliers, double* multipliers) {
  // What is not a number does not take part in larger(), but stays so in a sum.
  EightLanes largest = broadcast(0), unfinite = broadcast(0);
  Index const whole = begin + (end - begin) / lane_count * lane_count;
  for (Index v = begin; v < whole; v += lane_count) {
    EightLanes const sum = load(sums + v), total = load(totals.data_handle() + v);
    EightLanes const attained = multiply(sum, load(old_multipliers + v));
    unfinite = multiply_add(attained, broadcast(0), unfinite);
    EightLanes const off = subtract(attained, total);
    EightLanes const missed =
        larger(subtract(larger(off, subtract(broadcast(0), off)), broadcast(slack)), broadcast(0));
    EightLanes const scale = larger(larger(total, attained), broadcast(std::numeric_limits<double>::min()));
    largest = larger(divide(missed, scale), largest);
    store(divide(larger(total, broadcast(0)), sum), multipliers + v);
  }
  double worst = sum_of_lanes(unfinite) == 0 ? largest_of_lanes(largest) : std::numeric_limits<double>::quiet_NaN();
  for (Index j = whole; j < end; ++j) {
    double const attained = sums[j] * old_multipliers[j];
    worst = larger_residual(worst, margin_residual(attained, attained, totals[j], slack));
    multipliers[j] = std::max(totals[j], 0.0) / sums[j];
  }
  return worst;
}

}  // namespace

BalanceKernels const& balance_kernels() {
  static constexpr BalanceKernels table = {.sweep = sweep,
                                           .signed_sweep = signed_sweep,
                                           .product = product,
                                           .signed_product = signed_product,
                                           .column_step = column_step,
                                           .finish = finish};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

BalanceKernels const& balance_kernels(SimdTarget target) { return REGIO_COMPILED_FOR(target, balance_kernels)(); }

}  // namespace regio
#endif
