/// The launches of k-means over points in single precision that every pass reads anew, for the host.
///
/// Labels and sums have the bits of the CPU for any grid, tile or division of the points: single precision decides only
/// where no rounding matters, double precision elsewhere, and sums of members are whole numbers
/// (cluster/kmeans_stream_arithmetic.hpp).
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "cluster/kmeans_stream_arithmetic.hpp"
#include "core/host_device.hpp"

namespace regio::cuda {

/// Centres that a thread compares with its points together.
inline constexpr int stream_tile_centres = 8;

/// Centres rounded up to whole tiles.
REGIO_HOST_DEVICE constexpr int padded_centres(int clusters) {
  return (clusters + stream_tile_centres - 1) / stream_tile_centres * stream_tile_centres;
}

/// Compared numbers and norms of a run.
REGIO_HOST_DEVICE constexpr std::int64_t centre_floats(int clusters, int features) {
  return std::int64_t{padded_centres(clusters)} * (features + 1);
}

/// Points whose inertia is summed together, in eight lanes; the CPU's range.
inline constexpr std::int64_t inertia_range = 1024;

/// Consecutive points, as a pass reads them.
struct StreamPoints {
  float const* rows;   ///< [count, features], aligned to 16 bytes
  double const* mean;  ///< [features]
  float const* shift;  ///< [features]; a point is compared as factor * row + shift
  float factor;
  std::int32_t features;
  std::int64_t count;
};

/// One run over these points. A row of its totals: what a cluster gained less what it lost, of each feature, of weight
/// and of points.
struct StreamRun {
  float const* compared;  ///< [padded centres / 8, features, 8] of -2 g, zero beyond the last centre
  float const* norms;     ///< [padded centres] (1 - 2 G) |g|^2, infinite beyond the last centre
  double const* centres;  ///< [clusters, features] less the mean
  double const* weights;  ///< [count] the caller's; null: every weight is 1
  double const* scale;    ///< [features] quanta of a value
  std::int32_t* labels;   ///< [count] in and out; -1: the point is in no cluster yet
  std::int64_t* totals;   ///< [clusters, features + 2], then changed and undecided points; added to
  double weight_scale;    ///< quanta of a weight
  ScreeningBound bound;
  std::int32_t clusters;
  std::int32_t screens;  ///< 0: double precision decides every point
};

/// Totals of a run.
REGIO_HOST_DEVICE constexpr std::int64_t total_count(std::int64_t clusters, std::int64_t features) {
  return clusters * (features + 2) + 2;
}

/// Points that a thread labels together, and what a block keeps in shared memory. Results do not depend on it.
enum class StreamVariant : int {
  four_points,          ///< rows and centres in shared memory
  two_points,           ///< the same
  one_point,            ///< the same
  centres_from_global,  ///< two points a thread, rows in shared memory
  all_from_global,      ///< one point a thread; rows are read again for every eight centres, from the caches
};
inline constexpr int stream_variants = 5;

/// "kmeans_stream_four_points", ...: what tests find in the log of launches.
char const* kernel_name(StreamVariant variant);

inline constexpr int stream_threads = 128;

struct StreamPass {
  StreamPoints points;
  StreamRun const* runs;
  std::int32_t run_count;
  bool totals_in_shared;       ///< a block adds to totals of its own first
  std::int64_t centre_floats;  ///< compared numbers and norms of all runs
  std::int64_t all_totals;     ///< totals of all runs
};

/// Dynamic shared memory of a block of the pass.
std::int64_t stream_shared_bytes(StreamVariant variant, StreamPass const& pass);

/// Labels the points for every run and moves those that change their cluster between its totals. Reads the rows once.
cudaError_t launch_kmeans_stream_pass(cudaStream_t stream, StreamVariant variant, int blocks, StreamPass const& pass);

/// Blocks of the pass that one multiprocessor holds at a time.
cudaError_t kmeans_stream_pass_residency(StreamVariant variant, StreamPass const& pass, int* blocks);

/// inertia[r] = sum of w |x - its centre|^2 over the r-th range of inertia_range points.
cudaError_t launch_kmeans_stream_inertia(cudaStream_t stream, StreamPoints const& points, StreamRun const& run,
                                         double* inertia);

/// The point that is farthest from its centre among those of a block.
struct FarthestPoint {
  double distance;     ///< 0: there is none
  std::int64_t point;  ///< counted from the first of the points
  std::int32_t label;
};

/// Whether a comes before b: farther from its centre, of equals the lower one.
REGIO_HOST_DEVICE constexpr bool comes_before(FarthestPoint const& a, FarthestPoint const& b) {
  return a.distance > b.distance || (a.distance == b.distance && a.point < b.point);
}

/// farthest[block] = among points with weight that come after `last` (farther first, of equals the lower one first) and
/// are not on their centre, the first.
cudaError_t launch_kmeans_stream_farthest(cudaStream_t stream, int blocks, StreamPoints const& points,
                                          StreamRun const& run, FarthestPoint const& last, FarthestPoint* farthest);

}  // namespace regio::cuda
