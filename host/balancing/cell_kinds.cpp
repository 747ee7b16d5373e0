#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "balancing/cell_kinds.cpp"
#include <hwy/foreach_target.h>
#include <hwy/cache_control.h>

#include "balancing/cell_kinds.hpp"
#include "core/eight_lanes-inl.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// Asks for memory that may be read soon; where it ends does not matter.
HWY_INLINE void look_ahead(double const* cells, Index by) {
  hwy::Prefetch(reinterpret_cast<void const*>(reinterpret_cast<std::uintptr_t>(cells) +
                                              static_cast<std::uintptr_t>(by) * sizeof(double)));
}

/// Whether one of `count` numbers, a multiple of the lanes, is zero.
HWY_INLINE bool has_zero(double const* cells, Index count) {
  EightLanes nearest = broadcast(std::numeric_limits<double>::max());
  for (Index v = 0; v < count; v += lane_count) {
    nearest = smaller(larger_magnitude(load(cells + v), broadcast(0)), nearest);
  }
  double lane[lane_count];
  store(nearest, lane);
  return std::any_of(lane, lane + lane_count, [](double x) { return x == 0; });
}

/// Kinds of cells that stand one after another, few enough to be looked at twice from the core's cache.
HWY_INLINE void add_kinds(double const* cells, Index count, CellKinds& kinds) {
  constexpr int streams = 4;
  constexpr Index stretch = Index{streams} * lane_count, ahead = Index{64} * lane_count;
  // Zero times a cell that is not finite is not zero, and stays so in a sum.
  EightLanes lowest[streams], unfinite[streams];
  for (int k = 0; k < streams; ++k) {
    lowest[k] = broadcast(std::numeric_limits<double>::max());
    unfinite[k] = broadcast(0);
  }
  Index v = 0;
  for (; v + stretch <= count; v += stretch) {
    HWY_UNROLL(4)
    for (int k = 0; k < streams; ++k) {
      double const* const at = cells + v + Index{k} * lane_count;
      look_ahead(at, ahead);
      EightLanes const some = load(at);
      lowest[k] = smaller(some, lowest[k]);
      unfinite[k] = multiply_add(some, broadcast(0), unfinite[k]);
    }
  }
  bool zero_possible = false;
  for (int k = 0; k < streams; ++k) {
    double lane[lane_count];
    store(lowest[k], lane);
    for (double const x : lane) {
      kinds.negative = kinds.negative || x < 0;
      zero_possible = zero_possible || x <= 0;
    }
    kinds.finite = kinds.finite && sum_of_lanes(unfinite[k]) == 0;
  }
  for (Index j = v; j < count; ++j) {
    kinds.finite = kinds.finite && std::isfinite(cells[j]);
    kinds.zero = kinds.zero || cells[j] == 0;
    kinds.negative = kinds.negative || cells[j] < 0;
  }
  if (zero_possible && !kinds.zero) kinds.zero = has_zero(cells, v);
}

CellKinds kinds_of_rows(MatrixView<double const> table, Index begin, Index end) {
  constexpr Index block = 2048;
  CellKinds kinds;
  bool const gapless = table.stride(0) == table.columns();
  Index const length = gapless ? (end - begin) * table.columns() : table.columns();
  for (Index i = begin; i < end; i += gapless ? end - begin : 1) {
    double const* const row = table.data_handle() + i * table.stride(0);
    for (Index j = 0; j < length; j += block) add_kinds(row + j, std::min(block, length - j), kinds);
  }
  return kinds;
}

}  // namespace

CellKindsOfRows cell_kinds_of_rows() { return kinds_of_rows; }

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

CellKindsOfRows cell_kinds_of_rows(SimdTarget target) { return REGIO_COMPILED_FOR(target, cell_kinds_of_rows)(); }

}  // namespace regio
#endif
