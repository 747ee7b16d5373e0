/// What one run of k-means works on, and the sums that its start and its iterations share.
///
/// Everything is computed in the order of the CPU's text (docs/methods/kmeans.md, "The same bits"), so results do not
/// depend on how many threads a group has, and equal the CPU's. Every fused multiply-add is written; kernels are
/// compiled without contraction.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "kernels/kmeans_layout.cuh"
#include "kernels/kmeans_work.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// Centres whose distances are computed together, so that a point's numbers are read once for all of them.
inline constexpr int tile_size = 4;

/// One run of one problem, as its group of threads sees it.
template <class Group_, KmeansPlacement placement>
struct KmeansRun {
  using Group = Group_;
  /// Whether other groups pass over other points of the run.
  static constexpr bool spread = false;
  /// Positions in shared memory need 32 bits, which are faster.
  using Offset = std::conditional_t<placement == KmeansPlacement::shared, int, std::int64_t>;

  KmeansLayout<Offset> layout;
  std::byte* point_area;
  std::byte* cluster_area;
  KmeansData const* data;  // in global memory

  __device__ KmeansRun(KmeansData const& data_set, KmeansSegment const& segment, std::byte* shared, std::byte* scratch)
      : layout{static_cast<Offset>(data_set.count), data_set.features, segment.clusters, segment.candidates,
               placement == KmeansPlacement::shared},
        data(&data_set) {
    point_area = placement == KmeansPlacement::shared ? shared : scratch;
    cluster_area = placement == KmeansPlacement::global ? scratch : shared;
    if (placement != KmeansPlacement::global_points) cluster_area += layout.point_bytes();
  }

  __device__ Offset count() const { return layout.points; }
  __device__ int features() const { return layout.features; }
  __device__ int clusters() const { return layout.clusters; }
  __device__ double scale() const { return data->scaling->scale; }
  /// Elements from one feature to the next: of the points, and of the centres and sums.
  __device__ Offset stride() const { return static_cast<Offset>(point_stride(layout.points)); }
  __device__ int centre_stride() const { return layout.centre_stride(); }

  /// [features, stride]
  __device__ double const* points() const {
    if constexpr (placement == KmeansPlacement::shared) return reinterpret_cast<double const*>(point_area);
    return data->points;
  }
  __device__ double* weights() const { return point_numbers(layout.weights()); }
  /// To the nearest centre.
  __device__ double* distances() const { return point_numbers(layout.distances()); }
  __device__ double* trial_distances() const { return point_numbers(layout.trial_distances()); }
  __device__ double* range_sums() const { return point_numbers(layout.range_sums()); }
  __device__ double* member_sums() const { return point_numbers(layout.member_sums()); }
  __device__ int* labels() const { return reinterpret_cast<int*>(point_area) + layout.labels(); }
  __device__ double* centres() const { return cluster_numbers(layout.centres()); }
  __device__ double* sums() const { return cluster_numbers(layout.sums()); }
  __device__ double* cluster_weights() const { return sums() + static_cast<Offset>(features()) * centre_stride(); }
  __device__ double* candidate_rows() const { return sums(); }
  /// 1 / weight
  __device__ double* shares() const { return cluster_numbers(layout.shares()); }
  /// The point that an empty cluster got, or -1, and the cluster that it came from.
  __device__ int* moved_point() const { return cluster_integers(layout.moved_point()); }
  __device__ int* moved_from() const { return cluster_integers(layout.moved_from()); }
  __device__ int* drawn() const { return cluster_integers(layout.drawn()); }
  /// One bit for each cluster that gained or lost a point.
  __device__ unsigned* touched() const { return reinterpret_cast<unsigned*>(cluster_integers(layout.touched())); }

  /// The points, and their ranges, that this group passes over: all of them.
  __device__ Offset first_point() const { return 0; }
  __device__ Offset end_point() const { return count(); }

  /// The end of the range of `size` points that begins at `begin`.
  __device__ Offset range_end(Offset begin, Offset size = static_cast<Offset>(pass_range)) const {
    return count() - begin > size ? begin + size : count();
  }
  /// Number j of centre c.
  __device__ double& centre(int c, int j) const { return centres()[static_cast<Offset>(j) * centre_stride() + c]; }

  /// Number j of point i as the CPU has it where it takes points one by one: with two roundings. They differ from those
  /// of points() only where scaling goes below the normal range.
  __device__ double coordinate(Offset i, int j) const {
    if (scale() == 1) return points()[static_cast<Offset>(j) * stride() + i];
    return data->rows[static_cast<std::int64_t>(i) * features() + j] * scale() - data->mean[j];
  }

 private:
  __device__ double* point_numbers(Offset position) const { return reinterpret_cast<double*>(point_area) + position; }
  __device__ double* cluster_numbers(Offset position) const {
    return reinterpret_cast<double*>(cluster_area) + position;
  }
  __device__ int* cluster_integers(Offset position) const { return reinterpret_cast<int*>(cluster_area) + position; }
};

/// distance[c] = |x - centre c|^2 of a point from Tile centres, features in ascending order.
template <int Tile, class Run>
__device__ __forceinline__ void tile_distances(Run const& run, typename Run::Offset i, double const* centres,
                                               int centre_stride, double (&distance)[Tile]) {
  double const* x = run.points() + i;
#pragma unroll
  for (int c = 0; c < Tile; ++c) distance[c] = 0;
#pragma unroll 2
  for (int j = 0; j < run.features(); ++j) {
    double const number = *x;
#pragma unroll
    for (int c = 0; c < Tile; c += 2) {
      double2 const pair = *reinterpret_cast<double2 const*>(centres + c);
      double const first = number - pair.x, second = number - pair.y;
      distance[c] = fma(first, first, distance[c]);
      distance[c + 1] = fma(second, second, distance[c + 1]);
    }
    x += run.stride();
    centres += centre_stride;
  }
}

/// Calls visit(c, distance from centre c) for all centres in ascending order. Rows of centres are read to an even
/// length.
template <class Run, class Visit>
__device__ __forceinline__ void for_distances(Run const& run, typename Run::Offset i, double const* centres, int count,
                                              int centre_stride, Visit visit) {
  auto const tile = [&]<int Tile>(int first) {
    double distance[Tile];
    tile_distances<Tile>(run, i, centres + first, centre_stride, distance);
#pragma unroll
    for (int c = 0; c < Tile; ++c) {
      if (first + c < count) visit(first + c, distance[c]);
    }
  };
  int first = 0;
  for (; first + tile_size <= centre_stride; first += tile_size) tile.template operator()<tile_size>(first);
  if (first < centre_stride) tile.template operator()<2>(first);
}

/// The ranges of `size` points that this group passes over, as [first, end).
template <class Run>
struct RangesOf {
  typename Run::Offset first, end;

  __device__ RangesOf(Run const& run, std::int64_t size)
      : first(static_cast<typename Run::Offset>(run.first_point() / size)),
        end(static_cast<typename Run::Offset>(range_count(run.end_point(), size))) {}
  __device__ typename Run::Offset count() const { return end - first; }
};

/// results[m, r] = sum of w values[m, i] over the points i of range r, in eight lanes; m below `count`. To be followed
/// by a sync().
template <class Run>
__device__ __forceinline__ void sum_ranges(Run const& run, double const* values, int count, double* results) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  RangesOf<Run> const ranges(run, pass_range);
  Offset const items = count * ranges.count();
  int const octets = Group::size() / sum_lanes, octet = Group::rank() / sum_lanes, lane = Group::rank() % sum_lanes;
  // Every thread makes every round: all lanes of a warp take part in its shuffles.
#pragma unroll 1
  for (Offset round = 0; round < items; round += octets) {
    Offset const item = round + octet;
    double sum = 0;
    if (item < items) {
      Offset const m = item / ranges.count(), r = ranges.first + item % ranges.count();
      Offset const begin = r * static_cast<Offset>(pass_range), end = run.range_end(begin);
      double const* const row = values + m * run.count();
      for (Offset i = begin + lane; i < end; i += sum_lanes) sum = fma(run.weights()[i], row[i], sum);
    }
    for (int other = sum_lanes / 2; other > 0; other /= 2) sum += __shfl_xor_sync(whole_warp, sum, other);
    if (item < items && lane == 0) {
      if constexpr (Run::spread) {
        results[item / ranges.count() * run.layout.ranges() + ranges.first + item % ranges.count()] = sum;
      } else {
        results[item] = sum;
      }
    }
  }
}

/// The sum of the ranges in ascending order.
template <class Run>
__device__ __forceinline__ double total_of_ranges(Run const& run, double const* range_sums) {
  double total = 0;
  for (typename Run::Offset r = 0; r < run.layout.ranges(); ++r) total += range_sums[r];
  return total;
}

}  // namespace regio::cuda
