/// What k-means needs of streamed points beside its passes: the inertia, the farthest points.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/kmeans_stream_launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// Eight threads make a range, thread v mod 8 feature v, as the CPU's eight lanes.
inline constexpr int inertia_lanes = 8;

/// Threads of a block that sums or searches.
inline constexpr int stream_sum_threads = 256;

__global__ void __launch_bounds__(stream_sum_threads, 4)
    kmeans_stream_inertia(StreamPoints points, StreamRun run, double* inertia) {
  std::int64_t const thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x, range = thread / inertia_lanes;
  int const lane = static_cast<int>(thread % inertia_lanes), features = points.features;
  std::int64_t const ranges = (points.count + inertia_range - 1) / inertia_range;
  double sum = 0;
  if (range < ranges) {
    std::int64_t const first = range * inertia_range, rest = points.count - first;
    std::int64_t const end = first + (rest < inertia_range ? rest : inertia_range);
    for (std::int64_t i = first; i < end; ++i) {
      float const* const row = points.rows + i * features;
      double const* const centre = run.centres + std::int64_t{__ldg(&run.labels[i])} * features;
      double const weight = run.weights == nullptr ? 1.0 : __ldg(&run.weights[i]);
      for (int j = lane; j < features; j += inertia_lanes) {
        double const difference = centred_value(__ldg(&row[j]), points.mean[j]) - centre[j];
        sum = fma(weight * difference, difference, sum);
      }
    }
  }
  // The order in which every backend adds the lanes.
  for (int other = inertia_lanes / 2; other > 0; other /= 2) sum += __shfl_xor_sync(whole_warp, sum, other);
  if (lane == 0 && range < ranges) inertia[range] = sum;
}

__global__ void __launch_bounds__(stream_sum_threads, 4)
    kmeans_stream_farthest(StreamPoints points, StreamRun run, FarthestPoint last, FarthestPoint* farthest) {
  __shared__ double distances[stream_sum_threads];
  __shared__ std::int64_t positions[stream_sum_threads];
  FarthestPoint best{.distance = 0, .point = points.count, .label = -1};
  std::int64_t const step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < points.count; i += step) {
    if (run.weights != nullptr && __ldg(&run.weights[i]) <= 0) continue;
    std::int32_t const label = __ldg(&run.labels[i]);
    FarthestPoint const here{
        .distance = squared_distance(points.rows + i * points.features, points.mean,
                                     run.centres + std::int64_t{label} * points.features, points.features),
        .point = i,
        .label = label};
    if (here.distance > 0 && comes_before(last, here) && comes_before(here, best)) best = here;
  }
  int const rank = BlockGroup::rank();
  distances[rank] = best.distance;
  positions[rank] = best.point;
  for (int other = BlockGroup::size() / 2; other > 0; other /= 2) {
    BlockGroup::sync();
    if (rank >= other) continue;
    FarthestPoint const mine{.distance = distances[rank], .point = positions[rank], .label = 0};
    FarthestPoint const theirs{.distance = distances[rank + other], .point = positions[rank + other], .label = 0};
    if (comes_before(theirs, mine)) {
      distances[rank] = theirs.distance;
      positions[rank] = theirs.point;
    }
  }
  BlockGroup::sync();
  if (rank > 0) return;
  std::int64_t const point = positions[0];
  farthest[blockIdx.x] = {distances[0], point, point < points.count ? run.labels[point] : -1};
}

}  // namespace regio::cuda
