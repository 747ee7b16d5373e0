#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "balancing/balance_kernels.cpp"
#include <hwy/foreach_target.h>

#include "balancing/balance_kernels.hpp"
#include "balancing/compensated_sum.hpp"
#include "balancing/row_vectors-inl.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// Rows that are taken together, so that the columns' vectors are loaded once for all of them.
inline constexpr int most_rows = 4;
/// Beyond this many columns fewer rows are taken together: they are read twice, the second time from the core's cache.
inline constexpr Index columns_of_four_rows = 12'000;

/// Calls run.operator()<Rows>(first) for the rows [begin, end), as many together as is best.
template <class Run>
HWY_INLINE void for_row_groups(Index begin, Index end, Index columns, Run&& run) {
  Index first = begin;
  if (columns <= columns_of_four_rows) {
    for (; first + most_rows <= end; first += most_rows) run.template operator()<most_rows>(first);
  } else {
    for (; first + 2 <= end; first += 2) run.template operator()<2>(first);
  }
  for (; first < end; ++first) run.template operator()<1>(first);
}

CellKinds cell_kinds(MatrixView<double const> table, Index begin, Index end) {
  // Zero times a cell that is not finite is not zero, and stays so in a sum.
  EightLanes lowest = broadcast(0), unfinite = broadcast(0), nearest = broadcast(std::numeric_limits<double>::max());
  CellKinds kinds;
  Index const columns = table.columns(), whole = columns / lane_count * lane_count;
  for (Index i = begin; i < end; ++i) {
    double const* const row = table.data_handle() + i * table.stride(0);
    for (Index v = 0; v < whole; v += lane_count) {
      EightLanes const cells = load(row + v);
      lowest = smaller(cells, lowest);
      nearest = smaller(larger_magnitude(cells, broadcast(0)), nearest);
      unfinite = multiply_add(cells, broadcast(0), unfinite);
    }
    for (Index j = whole; j < columns; ++j) {
      kinds.finite = kinds.finite && std::isfinite(row[j]);
      kinds.zero = kinds.zero || row[j] == 0;
      kinds.negative = kinds.negative || row[j] < 0;
    }
  }
  double lane[lane_count];
  store(lowest, lane);
  for (double const x : lane) kinds.negative = kinds.negative || x < 0;
  store(nearest, lane);
  for (double const x : lane) kinds.zero = kinds.zero || x == 0;
  kinds.finite = kinds.finite && sum_of_lanes(unfinite) == 0;
  return kinds;
}

bool is_wiped(SweepInput const& input, Index row) { return input.wiped_rows != nullptr && input.wiped_rows[row] != 0; }

double sweep(SweepInput const& input, Index begin, Index end, double* multipliers, ColumnSums const& sums) {
  double worst = 0;
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    EightLanes sum[Rows];
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) sum[i] = broadcast(0);
    for_vectors<Rows>(input.table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
      EightLanes const s = load(input.column_multipliers + v);
      HWY_UNROLL(4)
      for (int i = 0; i < Rows; ++i) sum[i] = multiply_add(cells[i], s, sum[i]);
    });
    EightLanes multiplier[Rows];
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      double const p = sum_of_lanes(sum[i]), total = input.row_totals[first + i];
      double& r = multipliers[first + i];
      if (is_wiped(input, first + i)) {
        r = 0;
      } else {
        r = relaxed_step(r, margin_root(p, 0, total), input.exponent);
        if (!input.exponent.plain() || !root_meets_total(p, 0, total)) {
          worst = larger_residual(worst, margin_residual(r * p, r * p, total, input.slack));
        }
      }
      multiplier[i] = broadcast(r);
    }
    for_vectors<Rows>(input.table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
      EightLanes column = load(sums.positive + v);
      HWY_UNROLL(4)
      for (int i = 0; i < Rows; ++i) column = multiply_add(cells[i], multiplier[i], column);
      store(column, sums.positive + v);
    });
  };
  for_row_groups(begin, end, input.table.columns(), run);
  return worst;
}

double signed_sweep(SweepInput const& input, Index begin, Index end, double* multipliers, double* inverses,
                    ColumnSums const& sums) {
  double worst = 0;
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    EightLanes positive[Rows], negative[Rows];
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) positive[i] = negative[i] = broadcast(0);
    for_vectors<Rows>(input.table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
      EightLanes const s = load(input.column_multipliers + v), inverse = load(input.column_inverses + v);
      HWY_UNROLL(4)
      for (int i = 0; i < Rows; ++i) {
        EightLanes const below = negative_part(cells[i]);
        positive[i] = multiply_add(subtract(cells[i], below), s, positive[i]);
        negative[i] = multiply_add(below, inverse, negative[i]);
      }
    });
    EightLanes multiplier[Rows], inverse[Rows];
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      double const p = sum_of_lanes(positive[i]), n = -sum_of_lanes(negative[i]);
      double const total = input.row_totals[first + i];
      double& r = multipliers[first + i];
      if (is_wiped(input, first + i)) {
        r = inverses[first + i] = 0;
      } else {
        r = relaxed_step(r, margin_root(p, n, total), input.exponent);
        inverses[first + i] = 1 / r;
        double const above = r * p, below = n / r;
        if (!input.exponent.plain() || !root_meets_total(p, n, total)) {
          worst = larger_residual(worst, margin_residual(above - below, above + below, total, input.slack));
        }
      }
      multiplier[i] = broadcast(r);
      inverse[i] = broadcast(inverses[first + i]);
    }
    for_vectors<Rows>(input.table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
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
  };
  for_row_groups(begin, end, input.table.columns(), run);
  return worst;
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

/// Cells of Rows rows under final multipliers.
template <int Rows, bool Signed>
HWY_INLINE double finish_rows(SweepInput const& input, Index first, double const* multipliers, double const* inverses,
                              MatrixView<double> balanced, CheckedColumnSums const& sums) {
  Index const columns = input.table.columns();
  EightLanes r[Rows], inverse[Rows], sum[Rows], error[Rows], magnitude[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) {
    r[i] = broadcast(multipliers[first + i]);
    inverse[i] = broadcast(Signed ? inverses[first + i] : 0);
    sum[i] = error[i] = magnitude[i] = broadcast(0);
  }
  for_vectors<Rows>(input.table, first, [&](Index v, EightLanes const(&cells)[Rows]) HWY_ATTR {
    EightLanes const s = load(input.column_multipliers + v);
    EightLanes column_sum = load(sums.value + v), column_error = load(sums.error + v);
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      EightLanes x;
      if constexpr (Signed) {
        EightLanes const below = negative_part(cells[i]);
        EightLanes const above = multiply(multiply(subtract(cells[i], below), r[i]), s);
        EightLanes const under = multiply(multiply(below, inverse[i]), load(input.column_inverses + v));
        x = add(above, under);
        EightLanes const size = subtract(above, under);
        magnitude[i] = add(magnitude[i], size);
        store(add(load(sums.magnitude + v), size), sums.magnitude + v);
      } else {
        x = multiply(multiply(cells[i], r[i]), s);
      }
      add_exactly(x, sum[i], error[i]);
      add_exactly(x, column_sum, column_error);
      if (balanced.empty()) continue;
      if (v + lane_count <= columns) {
        store(x, &balanced(first + i, v));
      } else {
        double last[lane_count];
        store(x, last);
        std::copy(last, last + (columns - v), &balanced(first + i, v));
      }
    }
    store(column_sum, sums.value + v);
    store(column_error, sums.error + v);
  });
  double worst = 0;
  for (int i = 0; i < Rows; ++i) {
    double lane[lane_count], lane_error[lane_count];
    store(sum[i], lane);
    store(error[i], lane_error);
    CompensatedSum row;
    for (int l = 0; l < lane_count; ++l) row.add(lane[l], lane_error[l]);
    double const total = input.row_totals[first + i];
    double const size = Signed ? sum_of_lanes(magnitude[i]) : row.value();
    worst = larger_residual(worst, checked_residual(row.minus(total), size, total));
  }
  return worst;
}

double finish(SweepInput const& input, Index begin, Index end, double const* multipliers, double const* inverses,
              MatrixView<double> balanced, CheckedColumnSums const& sums) {
  double worst = 0;
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    double const residual = inverses != nullptr
                                ? finish_rows<Rows, true>(input, first, multipliers, inverses, balanced, sums)
                                : finish_rows<Rows, false>(input, first, multipliers, inverses, balanced, sums);
    worst = larger_residual(worst, residual);
  };
  for_row_groups(begin, end, input.table.columns(), run);
  return worst;
}

}  // namespace

BalanceKernels const& balance_kernels() {
  static constexpr BalanceKernels table = {.cell_kinds = cell_kinds,
                                           .sweep = sweep,
                                           .signed_sweep = signed_sweep,
                                           .column_step = column_step,
                                           .finish = finish};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

BalanceKernels const& balance_kernels(SimdTarget target) {
#if HWY_ARCH_X86
  switch (target) {
    case SimdTarget::avx512: return N_AVX3::balance_kernels();
    case SimdTarget::avx2: return N_AVX2::balance_kernels();
    case SimdTarget::scalar: break;
  }
#else
  (void)target;
#endif
  return N_SCALAR::balance_kernels();
}

}  // namespace regio
#endif
