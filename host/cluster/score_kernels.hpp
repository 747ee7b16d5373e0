/// The arithmetic of scores on a range of points, compiled for each SIMD target with the same bits from each.
///
/// A distance is summed over the features in ascending order, with fused multiply-adds; sums over points run in the
/// order of the points.
#pragma once

#include <cstdint>
#include <span>

#include "cluster/point_rows.hpp"
#include "cluster/streamed_scores.hpp"
#include "core/simd.hpp"

namespace regio {

/// A clustering's labels, and where its clusters stand among the rows of a tile's sums.
struct SummedLabels {
  std::int32_t const* labels = nullptr;  ///< [n]
  Index first_row = 0;
};

/// Points that are eight by eight in lanes while all others pass by.
inline constexpr Index silhouette_tile = 64;

struct ScoreKernels {
  /// sums[c] = sum of x - reference c over the points of cluster c in rows [begin, end).
  void (*sum_members)(PointRows const& points, std::int32_t const* labels, double const* references, Index k,
                      Index begin, Index end, double* sums);
  /// The sums [3, k] of squares, distances and simplified widths over rows [begin, end); a cluster of size 1 has width
  /// 0. block: working memory [d, 8].
  void (*sum_distances)(PointRows const& points, std::int32_t const* labels, DistanceRead const& read, Index k,
                        Index const* sizes, Index begin, Index end, double* block, double* sums);
  /// sums[row of label of j in each labelling][i] += |x_i - x_j| for the points i of a tile, `blocks` of eight in
  /// block layout [blocks, d, 8], and rows j of [begin, end) in their order. sums: [rows, silhouette_tile].
  void (*sum_pairs)(double const* tile, Index blocks, MatrixView<double const> rows, Index begin, Index end,
                    std::span<SummedLabels const> labellings, double* sums);
};

/// The kernels for a target; it must be one that this machine runs.
ScoreKernels const& score_kernels(SimdTarget target);

}  // namespace regio
