/// Vectors of eight cells of a few rows of a table at a time. Included as core/eight_lanes-inl.hpp is.

#if defined(REGIO_BALANCING_ROW_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_BALANCING_ROW_VECTORS_INL
#undef REGIO_BALANCING_ROW_VECTORS_INL
#else
#define REGIO_BALANCING_ROW_VECTORS_INL
#endif

#include <regio/views.hpp>

#include "core/eight_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

inline constexpr Index cache_line = 64;

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

/// Calls visit(v, cells...) for the vectors of Rows rows from `first` on; beyond the last column the cells are zero.
template <int Rows, class Cell, class Visit>
HWY_INLINE void for_vectors(MatrixView<Cell> table, Index first, Visit&& visit) {
  Index const columns = table.columns(), whole = columns / lane_count * lane_count;
  Cell* row[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) row[i] = table.data_handle() + (first + i) * table.stride(0);
  EightLanes cells[Rows];
  for (Index v = 0; v < whole; v += lane_count) {
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) cells[i] = load(row[i] + v);
    visit(v, cells);
  }
  if (whole < columns) {
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) cells[i] = load_first(row[i] + whole, columns - whole);
    visit(whole, cells);
  }
}

/// Calls visit(v, cells..., next cells...) for the vectors of Rows rows from `first` and of as many from `next` on.
template <int Rows, class Cell, class Visit>
HWY_INLINE void for_vectors(MatrixView<Cell> table, Index first, Index next, Visit&& visit) {
  Index const columns = table.columns(), whole = columns / lane_count * lane_count;
  Cell *row[Rows], *next_row[Rows];
  HWY_UNROLL(4)
  for (int i = 0; i < Rows; ++i) {
    row[i] = table.data_handle() + (first + i) * table.stride(0);
    next_row[i] = table.data_handle() + (next + i) * table.stride(0);
  }
  EightLanes cells[Rows], next_cells[Rows];
  for (Index v = 0; v < whole; v += lane_count) {
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      cells[i] = load(row[i] + v);
      next_cells[i] = load(next_row[i] + v);
    }
    visit(v, cells, next_cells);
  }
  if (whole < columns) {
    HWY_UNROLL(4)
    for (int i = 0; i < Rows; ++i) {
      cells[i] = load_first(row[i] + whole, columns - whole);
      next_cells[i] = load_first(next_row[i] + whole, columns - whole);
    }
    visit(whole, cells, next_cells);
  }
}

/// The sum of each of Rows rows' lanes.
template <int Rows>
HWY_INLINE void row_sums(EightLanes const (&sums)[Rows], double (&result)[Rows]) {
  if constexpr (Rows == 4) {
    sums_of_lanes(sums, result);
  } else {
    for (int i = 0; i < Rows; ++i) result[i] = sum_of_lanes(sums[i]);
  }
}

/// The negative part of cells, <= 0; what is left of them is their positive part.
HWY_INLINE EightLanes negative_part(EightLanes const& cells) { return smaller(cells, broadcast(0)); }

/// sum + error += x, without loss (Knuth's two-sum).
HWY_INLINE void add_exactly(EightLanes const& x, EightLanes& sum, EightLanes& error) {
  EightLanes const total = add(sum, x);
  EightLanes const part = subtract(total, sum);
  error = add(error, add(subtract(sum, subtract(total, part)), subtract(x, part)));
  sum = total;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
