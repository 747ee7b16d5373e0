/// Distances of eight points at a time from rows of features, for kernels of clusterings. Included once per target, as
/// core/eight_lanes-inl.hpp.

// The include guard toggles with the target (see hwy/foreach_target.h).
#if defined(REGIO_CLUSTER_POINT_DISTANCES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef REGIO_CLUSTER_POINT_DISTANCES_INL
#undef REGIO_CLUSTER_POINT_DISTANCES_INL
#else
#define REGIO_CLUSTER_POINT_DISTANCES_INL
#endif

#include <regio/views.hpp>

#include "cluster/kmeans_kernels.hpp"
#include "core/eight_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {

/// Centres whose distances are computed together: enough independent sums to hide the latency of an addition, few
/// enough for the registers.
inline constexpr int tile_size = 6;

/// distance[c] = |x - centre c|^2 of the eight points of a block from Tile centres, features in ascending order.
template <int Tile>
HWY_INLINE void tile_distances(double const* block, Index features, double const* centres, Index row_length,
                               EightLanes (&distance)[Tile]) {
  for (int c = 0; c < Tile; ++c) distance[c] = broadcast(0);
  for (Index j = 0; j < features; ++j) {
    EightLanes const x = load(block + j * block_points);
    HWY_UNROLL(8)
    for (int c = 0; c < Tile; ++c) {
      EightLanes const difference = subtract(x, broadcast(centres[c * row_length + j]));
      distance[c] = multiply_add(difference, difference, distance[c]);
    }
  }
}

/// Calls visit(c, distances from centre c) for all centres in ascending order, in tiles as equal as can be.
template <class Visit>
HWY_INLINE void for_distances(double const* block, Index features, double const* centres, Index count, Index row_length,
                              Visit&& visit) {
  Index const tiles = (count + tile_size - 1) / tile_size;
  for (Index tile = 0; tile < tiles; ++tile) {
    Index const first = tile * count / tiles;
    double const* const rows = centres + first * row_length;
    auto const run = [&]<int Tile>() HWY_ATTR {
      EightLanes distance[Tile];
      tile_distances<Tile>(block, features, rows, row_length, distance);
      for (int c = 0; c < Tile; ++c) visit(first + c, distance[c]);
    };
    switch ((tile + 1) * count / tiles - first) {
      case 1: run.template operator()<1>(); break;
      case 2: run.template operator()<2>(); break;
      case 3: run.template operator()<3>(); break;
      case 4: run.template operator()<4>(); break;
      case 5: run.template operator()<5>(); break;
      default: run.template operator()<tile_size>(); break;
    }
  }
}

/// The features of a row by vectors of eight: visit(first feature, numbers), zeros after the last feature.
template <class Number, class Visit>
HWY_INLINE void for_row(Number const* row, Index features, Visit&& visit) {
  Index const whole = features / block_points * block_points;
  for (Index v = 0; v < whole; v += block_points) visit(v, load(row + v));
  if (whole < features) visit(whole, load_first(row + whole, features - whole));
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#endif
