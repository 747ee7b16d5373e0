/// The arithmetic of k-means on a range of points, compiled for each SIMD target with the same bits from each.
///
/// Points lie in blocks of eight, feature by feature, so that a vector holds one feature of eight points. A sum over
/// the points of a range runs in eight lanes (point i in lane i mod 8) where it is a number, and point by point where
/// it is a vector of features. Ranges begin at multiples of eight.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

#include "core/simd.hpp"

namespace regio {

inline constexpr Index block_points = 8;

constexpr Index rounded_up(Index count, Index multiple) { return (count + multiple - 1) / multiple * multiple; }

/// The points of one problem, scaled and less their mean, in the two layouts that the kernels read.
struct CentredPoints {
  MatrixView<double const> rows;    ///< [n, d] the caller's points, as they are
  double scale = 1;                 ///< a power of two that keeps squares within the range of numbers
  double const* mean = nullptr;     ///< [row_length()] mean of each scaled feature, then zeros
  double const* blocks = nullptr;   ///< [ceil(n / 8), d, 8] scaled, centred; the last point repeats in its block
  double const* weights = nullptr;  ///< [padded_count()] zero beyond n
  double mean_variance = 0;         ///< mean over the features of their population variance, unweighted

  [[nodiscard]] Index count() const noexcept { return rows.rows(); }
  [[nodiscard]] Index features() const noexcept { return rows.columns(); }
  /// Length of a row of centres and sums: features rounded up to whole vectors, the rest zero.
  [[nodiscard]] Index row_length() const noexcept { return rounded_up(rows.columns(), block_points); }
  [[nodiscard]] Index padded_count() const noexcept { return rounded_up(rows.rows(), block_points); }
};

/// What an assignment of a range of points found.
struct Assignment {
  double inertia = 0;  ///< sum of w |x - nearest centre|^2
  bool changed = false;
};

struct KmeansKernels {
  /// The largest magnitude in rows [begin, end).
  double (*largest_magnitude)(MatrixView<double const> rows, Index begin, Index end);
  /// sums[j] = sum of scaled feature j over rows [begin, end).
  void (*sum_features)(MatrixView<double const> rows, double scale, Index begin, Index end, double* sums);
  /// Fills the blocks of points [begin, end); squares[j] = sum of the squares of centred feature j over them.
  void (*centre)(MatrixView<double const> rows, double scale, double const* mean, Index begin, Index end,
                 double* blocks, double* squares);
  /// labels[i] = the nearest of the k centres, the first of equals. `touched`, where given, is raised for clusters that
  /// gained or lost a point.
  Assignment (*assign)(CentredPoints const& points, double const* centres, Index k, Index begin, Index end,
                       std::int32_t* labels, std::uint8_t* touched);
  /// sums[c] = sum of w x and weights[c] = sum of w over the points of cluster c in the range, for touched clusters.
  void (*sum_members)(CentredPoints const& points, std::int32_t const* labels, std::uint8_t const* touched, Index k,
                      Index begin, Index end, double* sums, double* weights);
  /// The same for all clusters, read from the blocks, which a pass has just brought into the cache.
  void (*sum_block_members)(CentredPoints const& points, std::int32_t const* labels, Index k, Index begin, Index end,
                            double* sums, double* weights);
  /// centre = sum / weight for clusters with weight; returns the sum of squares of all changes.
  double (*average)(Index k, Index row_length, double const* sums, double const* weights, double* centres);
  /// distances[i] = min(distances[i], |x_i - centre|^2); returns sum of w distances over the range.
  double (*lower_distances)(CentredPoints const& points, double const* centre, Index begin, Index end,
                            double* distances);
  /// potentials[c] = sum of w min(distance, |x - candidate c|^2) over the range.
  void (*candidate_potentials)(CentredPoints const& points, double const* distances, double const* candidates,
                               Index candidate_count, Index begin, Index end, double* potentials);
};

/// The kernels for a target; it must be one that this machine runs.
KmeansKernels const& kmeans_kernels(SimdTarget target);

}  // namespace regio
