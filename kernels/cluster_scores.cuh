/// The launches of scores of clusterings, for the host.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include <regio/views.hpp>

namespace regio::cuda {

/// A chunk of points whose sums one warp makes, in the order of the points.
struct ScoreTask {
  void const* rows;            ///< [count, features], double, or float where `single`
  std::int32_t const* labels;  ///< [count]
  double const* references;    ///< [clusters, row_length]: of a read for means members, of one for distances centres
  double const* shift;         ///< [row_length] taken from every point; of a read for distances
  Index const* sizes;          ///< [clusters] of the whole clustering; of a read for distances
  double* sums;                ///< out: [clusters, row_length] of differences to references, or [3, clusters] of
                               ///< squares, distances and simplified widths
  Index count, features, row_length, clusters;
  std::int32_t single, nearest;  ///< whether the points are in single precision; whether widths are wanted
};

/// score_member_sums: sums[c] = sum of x - reference c over the points of cluster c.
cudaError_t launch_member_sums(cudaStream_t stream, ScoreTask const* tasks, Index count);

/// score_distance_sums: per cluster |x - own centre|^2, its root, and the width of the simplified silhouette.
cudaError_t launch_distance_sums(cudaStream_t stream, ScoreTask const* tasks, Index count);

/// Points of a silhouette whose widths one block makes, a thread each.
inline constexpr Index silhouette_tile_points = 128;

struct SilhouetteTask {
  double const* rows;          ///< [points, features]
  double const* columns;       ///< [features, points] the same numbers
  std::int32_t const* labels;  ///< [labellings, points]
  Index const* first_cluster;  ///< [labellings + 1] where the clusters of each begin
  Index const* sizes;          ///< [clusters of all labellings]
  double* sums;                ///< [clusters of all labellings, silhouette_tile_points] working memory
  double* widths;              ///< [labellings, silhouette_tile_points], out
  Index points, features, labellings;
  Index begin, count;  ///< the points begin .. begin + count - 1, at most silhouette_tile_points
};

/// silhouette_widths: of all points of the tasks under all their labellings.
cudaError_t launch_silhouette_widths(cudaStream_t stream, SilhouetteTask const* tasks, Index count);

}  // namespace regio::cuda
