/// Comparison of points with centres in single precision, compiled for each SIMD target.
///
/// Labels do not depend on how these sums round: a point is decided here only where no rounding could matter
/// (screening_bound), so targets are free in the order and the width of their sums.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

#include "cluster/kmeans_stream_arithmetic.hpp"
#include "core/simd.hpp"

namespace regio {

/// Points that are laid out and compared together.
inline constexpr Index tile_points = 64;

/// Centres that are compared together: enough sums to hide the latency of a multiplication, few enough for the
/// registers.
inline constexpr Index tile_centres = 6;

/// Tiles as equal as can be: the first centre of each of ceil(k / tile_centres) tiles, and one past the last.
constexpr Index centre_tiles(Index k) { return (k + tile_centres - 1) / tile_centres; }
constexpr Index first_of_tile(Index k, Index tile) { return tile * k / centre_tiles(k); }

/// Centres of one run as the comparison reads them.
struct ScreenedCentres {
  Index count = 0;
  float const* rows = nullptr;   ///< by tiles: [features, centres of the tile] of -2 g
  float const* norms = nullptr;  ///< [count] (1 - 2 G) |g|^2
  ScreeningBound bound;
};

/// Points of a tile: less the origin, scaled, feature by feature.
struct PointTile {
  float* numbers = nullptr;  ///< [features, tile_points]
  float* norms = nullptr;    ///< [tile_points] |y|^2
};

struct ScreenKernels {
  /// Lays out tile_points rows that lie `stride` apart; `readable` numbers from the first row on may be read and the
  /// rest of a tile that ends there is filled with the last row.
  void (*lay_out)(float const* rows, Index stride, Index count, Index readable, Index features, float factor,
                  float const* shift, PointTile const& tile);
  /// nearest[i] = the lowest centre of each point; returns a bit for each point that is not decided.
  std::uint64_t (*screen)(PointTile const& tile, Index features, ScreenedCentres const& centres, std::int32_t* nearest);
  /// Writes the positions i < count with chosen[i] != labels[i] in ascending order; returns how many there are.
  Index (*find_changes)(std::int32_t const* chosen, std::int32_t const* labels, Index count, std::int32_t* positions);
};

/// The kernels for a target; it must be one that this machine runs.
ScreenKernels const& screen_kernels(SimdTarget target);

}  // namespace regio
