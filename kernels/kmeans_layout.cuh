/// How the working memory of one run of k-means is laid out, in shared memory or beyond it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/host_device.hpp"

namespace regio::cuda {

/// Points in a range over which a number is summed; the CPU's ranges (docs/methods/kmeans.md, "The same bits").
inline constexpr std::int64_t pass_range = 1024;
/// Numbers summed over points run in eight lanes, point i in lane i mod 8.
inline constexpr int sum_lanes = 8;

REGIO_HOST_DEVICE constexpr std::int64_t rounded_up_to(std::int64_t count, std::int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Points in a range whose members are summed together.
REGIO_HOST_DEVICE constexpr std::int64_t member_range(std::int64_t clusters) {
  std::int64_t const eight_each = rounded_up_to(8 * clusters, pass_range);
  return eight_each > pass_range ? eight_each : pass_range;
}

REGIO_HOST_DEVICE constexpr std::int64_t range_count(std::int64_t points, std::int64_t range) {
  return (points + range - 1) / range;
}

/// Elements from one feature of the prepared points to the next: odd, so that threads that read different features of
/// one point meet different banks.
REGIO_HOST_DEVICE constexpr std::int64_t point_stride(std::int64_t points) { return points | 1; }

/// Elements of a prepared data set, even, so that it is copied by pairs.
REGIO_HOST_DEVICE constexpr std::int64_t prepared_size(std::int64_t points, std::int64_t features) {
  return rounded_up_to(features * point_stride(points), 2);
}

/// Whether a warp prepares the data set, and not a block.
REGIO_HOST_DEVICE constexpr bool is_prepared_by_warp(std::int64_t count, std::int64_t features) {
  constexpr std::int64_t few_numbers = 2048;
  return count * features <= few_numbers;
}

/// Where a run keeps what it works on.
enum class KmeansPlacement : int {
  shared,         ///< everything in shared memory
  global_points,  ///< what grows with the points in global memory, what grows with the clusters in shared memory
  global,         ///< everything in global memory
};

/// The working memory of a run: two areas, one that grows with the points and one that grows with the clusters.
/// Positions are elements of their array's type from the beginning of its area; they are computed where they are
/// needed, which costs less than to carry them. `Offset` is wide enough for the areas.
template <class Offset>
struct KmeansLayout {
  Offset points = 0;
  int features = 0, clusters = 0;
  int candidates = 0;         ///< points drawn for each centre by k-means++; 0: the centres start otherwise
  bool points_copied = true;  ///< the area begins with the prepared points

  REGIO_HOST_DEVICE constexpr Offset ranges() const { return static_cast<Offset>(range_count(points, pass_range)); }
  REGIO_HOST_DEVICE constexpr Offset member_ranges() const {
    return static_cast<Offset>(range_count(points, member_range(clusters)));
  }
  REGIO_HOST_DEVICE constexpr int centre_stride() const { return static_cast<int>(rounded_up_to(clusters, 2)); }
  REGIO_HOST_DEVICE constexpr int candidate_stride() const { return static_cast<int>(rounded_up_to(candidates, 2)); }
  /// Numbers of the sums of all clusters, padding included.
  REGIO_HOST_DEVICE constexpr Offset sum_size() const { return static_cast<Offset>(features + 1) * centre_stride(); }

  // Area of the points, doubles.
  /// [points]
  REGIO_HOST_DEVICE constexpr Offset weights() const {
    return points_copied ? static_cast<Offset>(prepared_size(points, features)) : 0;
  }
  /// [points]
  REGIO_HOST_DEVICE constexpr Offset distances() const { return weights() + points; }
  /// [candidates, points]
  REGIO_HOST_DEVICE constexpr Offset trial_distances() const { return distances() + points; }
  /// [1 + candidates, ranges]
  REGIO_HOST_DEVICE constexpr Offset range_sums() const { return trial_distances() + candidates * points; }
  /// [member ranges, features + 1, centre stride]; with one range there are none.
  REGIO_HOST_DEVICE constexpr Offset member_sums() const { return range_sums() + (1 + candidates) * ranges(); }
  REGIO_HOST_DEVICE constexpr Offset point_doubles() const {
    return member_sums() + (member_ranges() > 1 ? member_ranges() * sum_size() : 0);
  }
  // Then integers.
  /// [points], read by fours.
  REGIO_HOST_DEVICE constexpr Offset labels() const {
    return static_cast<Offset>(rounded_up_to(2 * point_doubles(), 4));
  }
  REGIO_HOST_DEVICE constexpr std::int64_t point_bytes() const {
    return rounded_up_to(4 * (std::int64_t{labels()} + points), 16);
  }

  // Area of the clusters, doubles.
  /// [features, centre stride]
  REGIO_HOST_DEVICE static constexpr Offset centres() { return 0; }
  /// [features + 1, centre stride], weights last; while the centres start, rows of candidates
  /// [features, candidate stride].
  REGIO_HOST_DEVICE constexpr Offset sums() const { return static_cast<Offset>(features) * centre_stride(); }
  /// [clusters]
  REGIO_HOST_DEVICE constexpr Offset shares() const { return sums() + sum_size(); }
  // Then integers.
  /// [clusters]
  REGIO_HOST_DEVICE constexpr Offset moved_point() const { return 2 * (shares() + clusters); }
  /// [clusters]
  REGIO_HOST_DEVICE constexpr Offset moved_from() const { return moved_point() + clusters; }
  /// [candidates, at least 1]
  REGIO_HOST_DEVICE constexpr Offset drawn() const { return moved_from() + clusters; }
  /// One bit for each cluster.
  REGIO_HOST_DEVICE constexpr Offset touched() const { return drawn() + (candidates > 1 ? candidates : 1); }
  REGIO_HOST_DEVICE constexpr int touched_words() const { return (clusters + 31) / 32; }
  REGIO_HOST_DEVICE constexpr std::int64_t cluster_bytes() const {
    return rounded_up_to(4 * (std::int64_t{touched()} + touched_words()), 16);
  }
};

/// Bytes of shared memory that a run needs, and bytes of global memory beside the prepared points.
constexpr std::int64_t shared_bytes(KmeansLayout<std::int64_t> const& layout, KmeansPlacement placement) {
  if (placement == KmeansPlacement::global) return 0;
  return layout.cluster_bytes() + (placement == KmeansPlacement::shared ? layout.point_bytes() : 0);
}

constexpr std::int64_t scratch_bytes(KmeansLayout<std::int64_t> const& layout, KmeansPlacement placement) {
  if (placement == KmeansPlacement::shared) return 0;
  return layout.point_bytes() + (placement == KmeansPlacement::global ? layout.cluster_bytes() : 0);
}

}  // namespace regio::cuda
