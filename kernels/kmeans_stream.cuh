/// A pass of k-means over points that are read once from global memory for all runs, and what else reads them.
///
/// A block takes tiles of points. A thread compares its points of the tile with eight centres at a time in single
/// precision, keeps the two lowest numbers of each, and decides in double precision where they lie too close together.
/// Then the block moves the points that changed their cluster, an item being one number of one such point: neighbouring
/// threads add to neighbouring totals, and the first pass, which moves every point, has no more conflicts than that.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "core/whole_numbers.hpp"
#include "kernels/kmeans_stream_launch.cuh"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// A point that leaves a cluster (none: -1) for another.
struct StreamMove {
  std::int32_t position;  ///< in the tile
  std::int32_t from, to;
};

/// Numbers from one row of a tile to the next in shared memory: odd, so that threads that read one feature of different
/// rows meet different banks.
REGIO_HOST_DEVICE constexpr int staged_stride(int features) { return features | 1; }

/// Where a block of the pass has what in its shared memory, in bytes from its beginning.
struct StreamShared {
  std::int64_t runs = 0, totals = 0, moves = 0, centres = 0, shift = 0, rows = 0, bytes = 0;

  REGIO_HOST_DEVICE constexpr StreamShared(StreamPass const& pass, int tile_points, bool rows_in_shared,
                                           bool centres_in_shared) {
    add(runs, pass.run_count * static_cast<std::int64_t>(sizeof(StreamRun)));
    add(totals, pass.totals_in_shared ? pass.all_totals * 8 : 0);
    add(moves, tile_points * static_cast<std::int64_t>(sizeof(StreamMove)));
    add(centres, centres_in_shared ? pass.centre_floats * 4 : 0);
    add(shift, std::int64_t{pass.points.features} * 4);
    add(rows, rows_in_shared ? std::int64_t{tile_points} * staged_stride(pass.points.features) * 4 : 0);
  }

 private:
  REGIO_HOST_DEVICE constexpr void add(std::int64_t& place, std::int64_t size) {
    place = bytes;
    bytes += (size + 15) / 16 * 16;
  }
};

/// Rows of a tile from global memory to shared memory, 16 bytes a load.
__device__ __forceinline__ void stage_rows(float const* from, int numbers, int features, float* rows) {
  auto const* const fours = reinterpret_cast<float4 const*>(from);
  bool const padded = features % 2 == 0;
  for (int q = BlockGroup::rank(); q < numbers / 4; q += BlockGroup::size()) {
    float4 const four = __ldg(&fours[q]);
    if (!padded) {
      reinterpret_cast<float4*>(rows)[q] = four;
      continue;
    }
    // The padding before each row moves its numbers by one place.
    int row = 4 * q / features, left = (row + 1) * features - 4 * q;
    float const number[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      rows[4 * q + e + row] = number[e];
      if (--left == 0) {
        ++row;
        left = features;
      }
    }
  }
  for (int e = numbers / 4 * 4 + BlockGroup::rank(); e < numbers; e += BlockGroup::size()) {
    rows[e + (padded ? e / features : 0)] = __ldg(&from[e]);
  }
}

/// The points of a thread in a tile.
template <int points_of_thread>
struct ThreadPoints {
  float const* row[points_of_thread];
  float norm[points_of_thread];  ///< |y|^2

  __device__ static int position(int p) { return p * stream_threads + static_cast<int>(threadIdx.x); }

  /// Beyond the last point of the tile the last one stands.
  __device__ ThreadPoints(float const* rows, int stride, int count, StreamPoints const& points, float const* shift) {
#pragma unroll
    for (int p = 0; p < points_of_thread; ++p) {
      int const own = position(p) < count ? position(p) : count - 1;
      row[p] = rows + static_cast<std::int64_t>(own) * stride;
      norm[p] = 0;
    }
    for (int j = 0; j < points.features; ++j) {
#pragma unroll
      for (int p = 0; p < points_of_thread; ++p) {
        float const y = fmaf(row[p][j], points.factor, shift[j]);
        norm[p] = fmaf(y, y, norm[p]);
      }
    }
  }
};

/// The two lowest of the numbers that stand for a point's distances, and the centre of the lowest.
template <int points_of_thread>
struct LowestTwo {
  float lowest[points_of_thread], second[points_of_thread];
  std::int32_t nearest[points_of_thread];

  __device__ LowestTwo() {
#pragma unroll
    for (int p = 0; p < points_of_thread; ++p) {
      lowest[p] = second[p] = INFINITY;
      nearest[p] = 0;
    }
  }

  __device__ __forceinline__ void compare(ThreadPoints<points_of_thread> const& own, StreamPoints const& points,
                                          float const* shift, float const* compared, float const* norms, int clusters) {
    constexpr int centres = stream_tile_centres;
    for (int first = 0; first < clusters; first += centres) {
      float sum[points_of_thread][centres];
#pragma unroll
      for (int p = 0; p < points_of_thread; ++p) {
#pragma unroll
        for (int c = 0; c < centres; ++c) sum[p][c] = norms[first + c];
      }
      auto const* tile = reinterpret_cast<float4 const*>(compared + static_cast<std::int64_t>(first) * points.features);
      for (int j = 0; j < points.features; ++j, tile += 2) {
        float4 const lower = tile[0], upper = tile[1];
        float const move = shift[j];
#pragma unroll
        for (int p = 0; p < points_of_thread; ++p) {
          float const y = fmaf(own.row[p][j], points.factor, move);
          sum[p][0] = fmaf(y, lower.x, sum[p][0]);
          sum[p][1] = fmaf(y, lower.y, sum[p][1]);
          sum[p][2] = fmaf(y, lower.z, sum[p][2]);
          sum[p][3] = fmaf(y, lower.w, sum[p][3]);
          sum[p][4] = fmaf(y, upper.x, sum[p][4]);
          sum[p][5] = fmaf(y, upper.y, sum[p][5]);
          sum[p][6] = fmaf(y, upper.z, sum[p][6]);
          sum[p][7] = fmaf(y, upper.w, sum[p][7]);
        }
      }
#pragma unroll
      for (int p = 0; p < points_of_thread; ++p) {
#pragma unroll
        for (int c = 0; c < centres; ++c) {
          bool const lower = sum[p][c] < lowest[p];
          second[p] = fminf(second[p], lower ? lowest[p] : sum[p][c]);
          nearest[p] = lower ? first + c : nearest[p];
          lowest[p] = lower ? sum[p][c] : lowest[p];
        }
      }
    }
  }

  __device__ bool decided(int p, float norm, ScreeningBound const& bound) const {
    return second[p] - lowest[p] > fmaf(bound.slope, norm, fmaf(bound.tilt, lowest[p], bound.offset));
  }
};

/// The nearest centre in double precision, the first of equals.
__device__ inline std::int32_t nearest_centre(float const* row, double const* mean, StreamRun const& run,
                                              int features) {
  double lowest = INFINITY;
  std::int32_t nearest = 0;
  for (std::int32_t c = 0; c < run.clusters; ++c) {
    double const distance =
        squared_distance(row, mean, run.centres + static_cast<std::int64_t>(c) * features, features);
    if (distance < lowest) {
      lowest = distance;
      nearest = c;
    }
  }
  return nearest;
}

__device__ __forceinline__ void add_to_total(std::int64_t* total, std::int64_t amount) {
  static_assert(sizeof(unsigned long long) == sizeof(std::int64_t));
  atomicAdd(reinterpret_cast<unsigned long long*>(total), static_cast<unsigned long long>(amount));
}

/// Labels of a tile for one run; the moves are appended to `moves`, whose number is *move_count.
template <int points_of_thread>
__device__ __forceinline__ void label_tile(ThreadPoints<points_of_thread> const& own, StreamPoints const& points,
                                           float const* shift, StreamRun const& run, float const* compared,
                                           float const* norms, std::int64_t first, int count, StreamMove* moves,
                                           int* move_count, std::int64_t* undecided_total) {
  LowestTwo<points_of_thread> lowest;
  if (run.screens != 0) lowest.compare(own, points, shift, compared, norms, run.clusters);
  auto const lane = static_cast<unsigned>(WarpGroup::rank());
#pragma unroll
  for (int p = 0; p < points_of_thread; ++p) {
    int const position = own.position(p);
    bool const present = position < count;
    bool const undecided = present && (run.screens == 0 || !lowest.decided(p, own.norm[p], run.bound));
    std::int32_t const chosen =
        undecided ? nearest_centre(own.row[p], points.mean, run, points.features) : lowest.nearest[p];
    std::int32_t const label = present ? run.labels[first + position] : chosen;
    bool const moves_on = chosen != label;
    if (moves_on) run.labels[first + position] = chosen;
    // One atomic operation a warp.
    unsigned const movers = __ballot_sync(whole_warp, moves_on), undecided_lanes = __ballot_sync(whole_warp, undecided);
    unsigned place = 0;
    if (lane == 0 && movers != 0) place = static_cast<unsigned>(atomicAdd(move_count, __popc(movers)));
    if (lane == 0 && undecided_lanes != 0) add_to_total(undecided_total, __popc(undecided_lanes));
    place = WarpGroup::broadcast(place) + static_cast<unsigned>(__popc(movers & ((1U << lane) - 1U)));
    if (moves_on) moves[place] = {position, label, chosen};
  }
}

/// Takes points from the totals of the clusters that they leave and adds them to those of the clusters that they join.
__device__ __forceinline__ void move_members(StreamMove const* moves, int move_count, StreamPoints const& points,
                                             float const* rows, int stride, StreamRun const& run, std::int64_t first,
                                             std::int64_t* totals) {
  int const features = points.features, width = features + 2;
  for (std::int64_t item = BlockGroup::rank(); item < std::int64_t{move_count} * width; item += BlockGroup::size()) {
    auto const number = static_cast<int>(static_cast<std::uint64_t>(item) / static_cast<unsigned>(width));
    int const j = static_cast<int>(item - std::int64_t{number} * width);
    StreamMove const move = moves[number];
    double const weight =
        run.weights == nullptr ? 1.0 : nearest_whole(__ldg(&run.weights[first + move.position]) * run.weight_scale);
    double amount = 1;
    if (j < features) {
      double const value = centred_value(rows[static_cast<std::int64_t>(move.position) * stride + j], points.mean[j]);
      amount = nearest_whole(value * weight * run.scale[j]);
    } else if (j == features) {
      amount = weight;
    }
    auto const whole = static_cast<std::int64_t>(amount);
    if (whole == 0) continue;
    add_to_total(totals + static_cast<std::int64_t>(move.to) * width + j, whole);
    if (move.from >= 0) add_to_total(totals + static_cast<std::int64_t>(move.from) * width + j, -whole);
  }
}

/// A block's copy of the centres of all runs.
__device__ __forceinline__ void stage_centres(StreamRun const* runs, int run_count, int features, float* centres) {
  for (int r = 0; r < run_count; ++r) {
    StreamRun const& run = runs[r];
    int const padded = padded_centres(run.clusters);
    std::int64_t const numbers = std::int64_t{padded} * features;
    for (std::int64_t e = BlockGroup::rank(); e < numbers; e += BlockGroup::size()) centres[e] = run.compared[e];
    for (std::int64_t e = BlockGroup::rank(); e < padded; e += BlockGroup::size()) centres[numbers + e] = run.norms[e];
    centres += numbers + padded;
  }
}

template <int points_of_thread, bool rows_in_shared, bool centres_in_shared>
__global__ void __launch_bounds__(stream_threads, 4) kmeans_stream_pass(StreamPass pass) {
  REGIO_DYNAMIC_SHARED(unsigned char, memory);
  __shared__ int move_counts[2];  // of this run and tile, and of the next
  constexpr int tile_points = points_of_thread * stream_threads;
  StreamShared const place(pass, tile_points, rows_in_shared, centres_in_shared);
  StreamPoints const& points = pass.points;
  int const features = points.features;
  auto* const runs = reinterpret_cast<StreamRun*>(memory + place.runs);
  auto* const block_totals = reinterpret_cast<std::int64_t*>(memory + place.totals);
  auto* const moves = reinterpret_cast<StreamMove*>(memory + place.moves);
  auto* const centres = reinterpret_cast<float*>(memory + place.centres);
  auto* const shift = reinterpret_cast<float*>(memory + place.shift);
  for (int r = BlockGroup::rank(); r < pass.run_count; r += BlockGroup::size()) runs[r] = pass.runs[r];
  BlockGroup::sync();
  if (pass.totals_in_shared) {
    for (std::int64_t e = BlockGroup::rank(); e < pass.all_totals; e += BlockGroup::size()) block_totals[e] = 0;
  }
  if constexpr (centres_in_shared) stage_centres(runs, pass.run_count, features, centres);
  for (int j = BlockGroup::rank(); j < features; j += BlockGroup::size()) shift[j] = points.shift[j];
  if (BlockGroup::rank() == 0) move_counts[0] = 0;
  int turn = 0;
  std::int64_t const tiles = (points.count + tile_points - 1) / tile_points;
  for (std::int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    std::int64_t const first = tile * tile_points, left = points.count - first;
    int const count = left < tile_points ? static_cast<int>(left) : tile_points;
    float const* rows = points.rows + first * features;
    int const stride = rows_in_shared ? staged_stride(features) : features;
    if constexpr (rows_in_shared) {
      auto* const staged = reinterpret_cast<float*>(memory + place.rows);
      stage_rows(rows, count * features, features, staged);
      rows = staged;
    }
    BlockGroup::sync();
    ThreadPoints<points_of_thread> const own(rows, stride, count, points, shift);
    float const* staged_centres = centres;
    std::int64_t* totals = block_totals;
    for (int r = 0; r < pass.run_count; ++r) {
      StreamRun const& run = runs[r];
      std::int64_t const total_size = total_count(run.clusters, features);
      if (!pass.totals_in_shared) totals = run.totals;
      float const *compared = run.compared, *norms = run.norms;
      if constexpr (centres_in_shared) {
        compared = staged_centres;
        norms = compared + std::int64_t{padded_centres(run.clusters)} * features;
        staged_centres += centre_floats(run.clusters, features);
      }
      if (BlockGroup::rank() == 0) move_counts[1 - turn] = 0;
      label_tile(own, points, shift, run, compared, norms, first, count, moves, &move_counts[turn],
                 totals + total_size - 1);
      BlockGroup::sync();
      int const moved = move_counts[turn];
      if (moved > 0) {
        move_members(moves, moved, points, rows, stride, run, first, totals);
        if (BlockGroup::rank() == 0) add_to_total(totals + total_size - 2, moved);
      }
      turn = 1 - turn;
      totals += total_size;
      BlockGroup::sync();
    }
  }
  if (!pass.totals_in_shared) return;
  BlockGroup::sync();
  std::int64_t const* totals = block_totals;
  for (int r = 0; r < pass.run_count; ++r) {
    StreamRun const& run = runs[r];
    std::int64_t const total_size = total_count(run.clusters, features);
    for (std::int64_t e = BlockGroup::rank(); e < total_size; e += BlockGroup::size()) {
      if (totals[e] != 0) add_to_total(run.totals + e, totals[e]);
    }
    totals += total_size;
  }
}

}  // namespace regio::cuda
