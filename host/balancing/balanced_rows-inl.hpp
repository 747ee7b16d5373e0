/// The cells of a balanced table under its final multipliers, and their sums in twice the precision. Included as
/// core/eight_lanes-inl.hpp is.

#if defined(REGIO_BALANCING_BALANCED_ROWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_BALANCING_BALANCED_ROWS_INL
#undef REGIO_BALANCING_BALANCED_ROWS_INL
#else
#define REGIO_BALANCING_BALANCED_ROWS_INL
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstdint>

#include "balancing/balance_kernels.hpp"
#include "balancing/compensated_sum.hpp"
#include "balancing/row_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

/// Where the cells of row `first` and of those after it go; null: nowhere.
struct ResultRows {
  double* cells = nullptr;
  Index stride = 0, first = 0;

  [[nodiscard]] double* row(Index i) const { return cells + (i - first) * stride; }
};

/// Cells of Rows rows under final multipliers.
template <int Rows, bool Signed, bool Written>
HWY_INLINE double finish_rows(SweepInput const& input, Index first, double const* multipliers, double const* inverses,
                              ResultRows const& result, CheckedColumnSums const& sums) {
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
      if constexpr (Written) {
        double* const to = result.row(first + i) + v;
        if (v + lane_count <= columns) {
          store(x, to);
        } else {
          double last[lane_count];
          store(x, last);
          std::copy(last, last + (columns - v), to);
        }
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

template <bool Written>
HWY_INLINE double finish_range(SweepInput const& input, Index begin, Index end, double const* multipliers,
                               double const* inverses, ResultRows const& result, CheckedColumnSums const& sums) {
  double worst = 0;
  auto const run = [&]<int Rows>(Index first) HWY_ATTR {
    double const residual = inverses != nullptr
                                ? finish_rows<Rows, true, Written>(input, first, multipliers, inverses, result, sums)
                                : finish_rows<Rows, false, Written>(input, first, multipliers, inverses, result, sums);
    worst = larger_residual(worst, residual);
  };
  for_row_groups(begin, end, input.table.columns(), run);
  return worst;
}

/// Copies numbers, whole cache lines of them past the caches.
HWY_INLINE void copy_past_cache(double const* from, Index count, double* to) {
  auto const misaligned = static_cast<Index>(reinterpret_cast<std::uintptr_t>(to) % cache_line / sizeof(double));
  Index const head = std::min(count, (lane_count - misaligned) % lane_count);
  std::copy(from, from + head, to);
  Index v = head;
  for (; v + lane_count <= count; v += lane_count) store_past_cache(load(from + v), to + v);
  std::copy(from + v, from + count, to + v);
}

/// BalanceKernels::finish.
inline double finish(SweepInput const& input, Index begin, Index end, double const* multipliers, double const* inverses,
                     MatrixView<double> balanced, bool past_cache, CheckedColumnSums const& sums) {
  if (balanced.empty()) return finish_range<false>(input, begin, end, multipliers, inverses, {}, sums);
  constexpr Index room = 4096;  // half of a core's first cache
  Index const columns = input.table.columns(), rows = room / columns / most_rows * most_rows;
  if (!past_cache || rows == 0 || balanced.stride(0) != columns) {
    ResultRows const result{balanced.data_handle(), balanced.stride(0), 0};
    return finish_range<true>(input, begin, end, multipliers, inverses, result, sums);
  }
  double cells[room];
  double worst = 0;
  for (Index first = begin; first < end; first += rows) {
    Index const last = std::min(end, first + rows);
    worst = larger_residual(
        worst, finish_range<true>(input, first, last, multipliers, inverses, ResultRows{cells, columns, first}, sums));
    copy_past_cache(cells, (last - first) * columns, &balanced(first, 0));
  }
  hwy::FlushStream();
  return worst;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
