/// The first read of points in single precision: whether they are finite, their mean, extent and variance.
#pragma once

#include <algorithm>
#include <string>

#include <regio/kmeans.hpp>

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_stream_kernels.hpp"
#include "cluster/kmeans_workspace.hpp"

namespace regio {

/// Rows in a range whose fp64 sums (statistics, inertia) are taken together: at most 1024 ranges, so that what they
/// hold stays small beside the points.
constexpr Index stream_chunk(Index n) {
  constexpr Index least = 16 * pass_chunk, most_chunks = 1024;
  return std::max(least, rounded_up(chunk_count(n, most_chunks), pass_chunk));
}

/// What passes know of the points beside their numbers. Beyond the features a row of numbers is zero.
struct StreamedPoints {
  MatrixView<float const> rows;         ///< [n, d] the caller's points, as they are
  AlignedArray<double> mean;            ///< [row length]
  AlignedArray<double> largest;         ///< [row length] largest |x - mean| of each feature
  AlignedArray<float> screening_shift;  ///< [row length] -factor * origin; the origin is the mean in single precision
  float screening_factor = 1;           ///< a power of two that brings the largest |x - origin| near 1
  double gap = 0;                       ///< factor * |origin - mean|
  double mean_variance = 0;             ///< mean over the features of their population variance, unweighted

  [[nodiscard]] Index count() const noexcept { return rows.rows(); }
  [[nodiscard]] Index features() const noexcept { return rows.columns(); }
  [[nodiscard]] Index row_length() const noexcept { return rounded_up(rows.columns(), block_points); }
  /// Shape and mean as the kernels for blocks in double precision take them; it has neither rows nor blocks.
  [[nodiscard]] CentredPoints shape(Index count) const noexcept {
    CentredPoints points;
    points.rows = {nullptr, count, features()};
    points.mean = mean.get();
    points.mean_variance = mean_variance;
    return points;
  }
};

/// Reads the points once. Ranges are described around their own first rows and merged in ascending order (Chan, Golub
/// and LeVeque 1983), so that variances keep their digits wherever the points lie. Throws ContractError with row,
/// column and value of the first number that is not finite; `where` names the points.
void read_points(StreamKernels const& kernels, Workers& workers, std::string const& where, MatrixView<float const> rows,
                 StreamedPoints& points);

}  // namespace regio
