// Sums over points run in the order of the points, as on the CPU: those of a chunk belong to one warp, whose lanes hold
// features where it sums differences, and points where it takes distances. For silhouettes a thread holds a point while
// all others pass by in shared memory, and adds each distance to the sum of the passing point's cluster.
#include "kernels/cluster_scores.cuh"

#include <cmath>

#include "cluster/silhouette_width.hpp"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {
namespace {

constexpr unsigned block_threads = 128;
constexpr Index warps_of_block = block_threads / warp_threads;
static_assert(silhouette_tile_points == block_threads);

/// Centres whose distances a lane takes together, and passing points of a silhouette.
constexpr int centre_tile = 8, passing_tile = 16;
/// Features of the passing points that are in shared memory at a time.
constexpr int feature_tile = 64;
/// Blocks of a silhouette that the registers of a multiprocessor shall hold: 80 registers a thread.
[[maybe_unused]] constexpr unsigned silhouette_blocks = 6;

__device__ Index warp_of_grid() { return Index{blockIdx.x} * warps_of_block + threadIdx.x / warp_threads; }

template <class Number>
__device__ void sum_members(ScoreTask const& task, Number const* __restrict__ rows) {
  for (Index j = WarpGroup::rank(); j < task.row_length; j += warp_threads) {
    for (Index c = 0; c < task.clusters; ++c) task.sums[c * task.row_length + j] = 0;
    if (j >= task.features) continue;
    for (Index i = 0; i < task.count; ++i) {
      Index const at = __ldg(&task.labels[i]) * task.row_length + j;
      task.sums[at] += static_cast<double>(__ldg(&rows[i * task.features + j])) - __ldg(&task.references[at]);
    }
  }
}

__global__ void __launch_bounds__(block_threads) score_member_sums(ScoreTask const* __restrict__ tasks, Index count) {
  if (warp_of_grid() >= count) return;
  ScoreTask const task = tasks[warp_of_grid()];
  if (task.single != 0) {
    sum_members(task, static_cast<float const*>(task.rows));
  } else {
    sum_members(task, static_cast<double const*>(task.rows));
  }
}

/// Squares of the distances of a point from its own centre and from the nearest other one.
struct OwnAndNext {
  double own, next;
};

/// squares[t] = the square of the distance from centre first + t; where there is none, from the last.
template <int tile, class Number>
__device__ void take_squares(ScoreTask const& task, Number const* __restrict__ row, Index first,
                             double (&square)[tile]) {
  for (Index j = 0; j < task.features; ++j) {
    double const x = static_cast<double>(__ldg(&row[j])) - __ldg(&task.shift[j]);
#pragma unroll
    for (int t = 0; t < tile; ++t) {
      Index const c = first + t < task.clusters ? first + t : task.clusters - 1;
      double const difference = x - __ldg(&task.references[c * task.row_length + j]);
      square[t] = fma(difference, difference, square[t]);
    }
  }
}

template <class Number>
__device__ OwnAndNext distances_of(ScoreTask const& task, Number const* __restrict__ row, Index own) {
  OwnAndNext found{INFINITY, INFINITY};
  if (task.nearest == 0) {
    double square[1] = {};
    take_squares(task, row, own, square);
    found.own = square[0];
    return found;
  }
  for (Index first = 0; first < task.clusters; first += centre_tile) {
    double square[centre_tile] = {};
    take_squares(task, row, first, square);
#pragma unroll
    for (int t = 0; t < centre_tile; ++t) {
      if (first + t >= task.clusters) continue;
      if (first + t == own) {
        found.own = square[t];
      } else if (square[t] < found.next) {
        found.next = square[t];
      }
    }
  }
  return found;
}

/// (b - a) / max(a, b), 0 where both are 0.
__device__ double width_of(double a, double b) {
  double const larger = a > b ? a : b;
  return larger > 0 ? (b - a) / larger : 0;
}

template <class Number>
__device__ void sum_distances(ScoreTask const& task, Number const* __restrict__ rows) {
  constexpr Index kinds = 3;
  Index const lane = WarpGroup::rank();
  for (Index s = lane; s < kinds * task.clusters; s += warp_threads) task.sums[s] = 0;
  WarpGroup::sync();
  for (Index first = 0; first < task.count; first += warp_threads) {
    Index const live = task.count - first < warp_threads ? task.count - first : warp_threads;
    Index const i = first + (lane < live ? lane : live - 1);
    std::int32_t const label = __ldg(&task.labels[i]);
    OwnAndNext const found = distances_of(task, rows + i * task.features, label);
    double const distance = sqrt(found.own);
    bool const counts = task.nearest != 0 && __ldg(&task.sizes[label]) > 1;
    double const width = counts ? width_of(distance, sqrt(found.next)) : 0;
    for (int p = 0; p < live; ++p) {
      std::int32_t const cluster = __shfl_sync(whole_warp, label, p);
      double const of_point[kinds] = {__shfl_sync(whole_warp, found.own, p), __shfl_sync(whole_warp, distance, p),
                                      __shfl_sync(whole_warp, width, p)};
      double const value = lane == 0 ? of_point[0] : lane == 1 ? of_point[1] : of_point[2];
      if (lane < kinds) task.sums[lane * task.clusters + cluster] += value;
    }
  }
}

__global__ void __launch_bounds__(block_threads) score_distance_sums(ScoreTask const* __restrict__ tasks, Index count) {
  if (warp_of_grid() >= count) return;
  ScoreTask const task = tasks[warp_of_grid()];
  if (task.single != 0) {
    sum_distances(task, static_cast<float const*>(task.rows));
  } else {
    sum_distances(task, static_cast<double const*>(task.rows));
  }
}

/// Brings features [from, from + width) of the passing points first .. first + passing_tile - 1 into shared memory;
/// beyond the last point it stands again.
__device__ void stage(SilhouetteTask const& task, Index first, Index from, int width,
                      double (&passing)[passing_tile][feature_tile]) {
  __syncthreads();
  for (int e = static_cast<int>(threadIdx.x); e < passing_tile * width; e += static_cast<int>(block_threads)) {
    int const t = e / width, j = e % width;
    Index const point = first + t < task.points ? first + t : task.points - 1;
    passing[t][j] = __ldg(&task.rows[point * task.features + from + j]);
  }
  __syncthreads();
}

__global__ void __launch_bounds__(block_threads, silhouette_blocks)
    silhouette_widths(SilhouetteTask const* __restrict__ tasks) {
  __shared__ double passing[passing_tile][feature_tile];
  SilhouetteTask const task = tasks[blockIdx.x];
  Index const own = threadIdx.x;
  bool const live = own < task.count;
  Index const point = task.begin + (live ? own : 0);
  Index const clusters = __ldg(&task.first_cluster[task.labellings]);
  double* const sums = task.sums + own;
  for (Index c = 0; c < clusters; ++c) sums[c * silhouette_tile_points] = 0;
  for (Index first = 0; first < task.points; first += passing_tile) {
    double square[passing_tile] = {};
    for (Index from = 0; from < task.features; from += feature_tile) {
      int const width = static_cast<int>(task.features - from < feature_tile ? task.features - from : feature_tile);
      stage(task, first, from, width, passing);
      for (int j = 0; j < width; ++j) {
        double const x = __ldg(&task.columns[(from + j) * task.points + point]);
#pragma unroll
        for (int t = 0; t < passing_tile; ++t) {
          double const difference = x - passing[t][j];
          square[t] = fma(difference, difference, square[t]);
        }
      }
    }
#pragma unroll
    for (int t = 0; t < passing_tile; ++t) {
      if (first + t >= task.points) continue;
      double const distance = sqrt(square[t]);
      for (Index l = 0; l < task.labellings; ++l) {
        Index const cluster = __ldg(&task.first_cluster[l]) + __ldg(&task.labels[l * task.points + first + t]);
        sums[cluster * silhouette_tile_points] += distance;
      }
    }
  }
  if (!live) return;
  for (Index l = 0; l < task.labellings; ++l) {
    Index const begin = task.first_cluster[l];
    task.widths[l * silhouette_tile_points + own] = silhouette_width(
        task.sizes + begin, task.first_cluster[l + 1] - begin, Index{task.labels[l * task.points + point]},
        [&](Index c) { return sums[(begin + c) * silhouette_tile_points]; });
  }
}

unsigned blocks_of_warps(Index warps) { return static_cast<unsigned>((warps + warps_of_block - 1) / warps_of_block); }

}  // namespace

cudaError_t launch_member_sums(cudaStream_t stream, ScoreTask const* tasks, Index count) {
  return launch("score_member_sums", score_member_sums, {.grid = blocks_of_warps(count), .block = block_threads},
                stream, tasks, count);
}

cudaError_t launch_distance_sums(cudaStream_t stream, ScoreTask const* tasks, Index count) {
  return launch("score_distance_sums", score_distance_sums, {.grid = blocks_of_warps(count), .block = block_threads},
                stream, tasks, count);
}

cudaError_t launch_silhouette_widths(cudaStream_t stream, SilhouetteTask const* tasks, Index count) {
  return launch("silhouette_widths", silhouette_widths, {.grid = static_cast<unsigned>(count), .block = block_threads},
                stream, tasks);
}

}  // namespace regio::cuda
