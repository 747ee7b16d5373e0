/// Lloyd's iteration by one group of threads; the steps and the arithmetic of host/cluster/kmeans_lloyd.cpp.
#pragma once

#include <cfloat>

#include "kernels/kmeans_run.cuh"

namespace regio::cuda {

struct LloydResult {
  double inertia = INFINITY;
  int iterations = 0;
  int relocations = 0;
  bool converged = false;
};

inline constexpr int flags_in_word = 32;

template <class Run>
__device__ __forceinline__ bool is_touched(Run const& run, int c) {
  return (run.touched()[c / flags_in_word] >> (c % flags_in_word) & 1U) != 0;
}

template <class Run>
__device__ __forceinline__ void touch(Run const& run, int c) {
  atomicOr(&run.touched()[c / flags_in_word], 1U << (c % flags_in_word));
}

/// Sets or clears all flags. To be followed by a sync().
template <class Run>
__device__ __forceinline__ void touch_all(Run const& run, bool touched) {
  for (int word = Run::Group::rank(); word < run.layout.touched_words(); word += Run::Group::size()) {
    run.touched()[word] = touched ? ~0U : 0U;
  }
}

/// labels[i] = the nearest centre, the first of equals; distances[i] = its distance. Returns whether a label changed.
/// Clusters of spread runs are not touched: each of their passes sums all members. Ends with a sync().
template <class Run>
__device__ __forceinline__ bool assign(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  bool changed = false;
#pragma unroll 1
  for (Offset i = run.first_point() + Group::rank(); i < run.end_point(); i += Group::size()) {
    // As on the CPU: the largest number and not infinity, which a weight of 0 would turn into NaN.
    double lowest = DBL_MAX;
    int nearest = 0;
    for_distances(run, i, run.centres(), run.clusters(), run.centre_stride(), [&](int c, double distance) {
      bool const lower = distance < lowest;
      lowest = lower ? distance : lowest;
      nearest = lower ? c : nearest;
    });
    run.distances()[i] = lowest;
    int const before = run.labels()[i];
    if (nearest == before) continue;
    run.labels()[i] = nearest;
    changed = true;
    if constexpr (!Run::spread) {
      if (before < 0) continue;  // the first assignment; all clusters are touched
      touch(run, before);
      touch(run, nearest);
    }
  }
  return Group::any(changed);
}

/// The sum of w |x - nearest centre|^2 of the last assignment, for every thread. Ends with a sync().
template <class Run>
__device__ __forceinline__ double inertia(Run const& run) {
  sum_ranges(run, run.distances(), 1, run.range_sums());
  Run::Group::sync();
  double const total = total_of_ranges(run, run.range_sums());
  Run::Group::sync();
  return total;
}

/// Calls visit(i) for the points of cluster c in [begin, end), in ascending order. `begin` is a multiple of four:
/// labels are read by fours, and what belongs to a point only where it is a member.
template <class Run, class Visit>
__device__ __forceinline__ void for_members(Run const& run, int c, typename Run::Offset begin, typename Run::Offset end,
                                            Visit visit) {
  int const* const labels = run.labels();
  typename Run::Offset i = begin;
#pragma unroll 1
  for (; i + 4 <= end; i += 4) {
    int4 const four = *reinterpret_cast<int4 const*>(labels + i);
    if (four.x == c) visit(i);
    if (four.y == c) visit(i + 1);
    if (four.z == c) visit(i + 2);
    if (four.w == c) visit(i + 3);
  }
  for (; i < end; ++i) {
    if (labels[i] == c) visit(i);
  }
}

/// member_sums[r] = sum of w x and the weights of the members of touched clusters in range r, point by point; the
/// others still hold. With one range they are the sums of all. Every thread owns the sums that it makes. Ends with a
/// sync().
template <class Run>
__device__ __forceinline__ void sum_member_ranges(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  auto const range = static_cast<Offset>(member_range(run.clusters()));
  Offset const ranges = run.layout.member_ranges(), numbers = run.layout.sum_size();
  Offset const owned = static_cast<Offset>(run.features() + 1) * run.clusters();
  RangesOf<Run> const passed(run, range);
#pragma unroll 1
  for (Offset item = Group::rank(); item < passed.count() * owned; item += Group::size()) {
    Offset const r = passed.first + item / owned, begin = r * range, end = run.range_end(begin, range);
    auto const c = static_cast<int>(item % owned / (run.features() + 1));
    auto const j = static_cast<int>(item % owned % (run.features() + 1));
    if constexpr (!Run::spread) {
      if (!is_touched(run, c)) continue;
    }
    bool const of_weights = j == run.features();
    double const* const x = run.points() + (of_weights ? 0 : static_cast<Offset>(j) * run.stride());
    double sum = 0;
    for_members(run, c, begin, end, [&](Offset i) { sum = fma(run.weights()[i], of_weights ? 1.0 : x[i], sum); });
    double* const to = ranges > 1 ? run.member_sums() + r * numbers : run.sums();
    to[static_cast<Offset>(j) * run.centre_stride() + c] = sum;
  }
  Group::sync();
}

/// sums of touched clusters = their member_sums of all ranges, in the order of the ranges. Ends with a sync().
template <class Run>
__device__ __forceinline__ void total_member_sums(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  Offset const ranges = run.layout.member_ranges(), numbers = run.layout.sum_size();
  Offset const owned = static_cast<Offset>(run.features() + 1) * run.clusters();
  if (ranges == 1) return;
#pragma unroll 1
  for (Offset item = Group::rank(); item < owned; item += Group::size()) {
    auto const c = static_cast<int>(item / (run.features() + 1));
    auto const j = static_cast<int>(item % (run.features() + 1));
    if (!is_touched(run, c)) continue;
    Offset const position = static_cast<Offset>(j) * run.centre_stride() + c;
    double total = run.member_sums()[position];
    for (Offset r = 1; r < ranges; ++r) total += run.member_sums()[r * numbers + position];
    run.sums()[position] = total;
  }
  Group::sync();
}

/// sums = sum of w x and the weights of the members of touched clusters. Ends with a sync().
template <class Run>
__device__ __forceinline__ void sum_members(Run const& run) {
  sum_member_ranges(run);
  total_member_sums(run);
}

/// shares[c] = 1 / weight. Returns whether a cluster is without weight. Ends with a sync().
template <class Run>
__device__ __forceinline__ bool share_weights(Run const& run) {
  bool empty = false;
  for (int c = Run::Group::rank(); c < run.clusters(); c += Run::Group::size()) {
    double const weight = run.cluster_weights()[c];
    run.shares()[c] = 1 / weight;
    empty = empty || weight == 0;
  }
  return Run::Group::any(empty);
}

/// The point with weight that is farthest from its centre and not on it, the lowest index of equals, for every thread
/// of one warp; -1: there is none.
template <class Run>
__device__ __forceinline__ int farthest_point(Run const& run) {
  using Offset = typename Run::Offset;
  double farthest = 0;
  int point = -1;
  for (Offset i = Run::Group::rank(); i < run.count(); i += warp_threads) {
    if (run.weights()[i] > 0 && run.distances()[i] > farthest) {
      farthest = run.distances()[i];
      point = static_cast<int>(i);
    }
  }
  for (int other = warp_threads / 2; other > 0; other /= 2) {
    double const other_distance = __shfl_xor_sync(whole_warp, farthest, other);
    int const other_point = __shfl_xor_sync(whole_warp, point, other);
    if (other_distance > farthest || (other_distance == farthest && other_point >= 0 && other_point < point)) {
      farthest = other_distance;
      point = other_point;
    }
  }
  return point;
}

/// Moves far points into the empty clusters. Returns how many moved. Ends with a sync().
template <class Run>
__device__ __forceinline__ unsigned move_far_points(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  if (run.scale() != 1) {
#pragma unroll 1
    for (Offset i = Group::rank(); i < run.count(); i += Group::size()) {
      double sum = 0;
#pragma unroll 1
      for (int j = 0; j < run.features(); ++j) {
        double const difference = run.coordinate(i, j) - run.centre(run.labels()[i], j);
        sum = fma(difference, difference, sum);
      }
      run.distances()[i] = sum;
    }
  }
  for (int c = Group::rank(); c < run.clusters(); c += Group::size()) run.moved_point()[c] = -1;
  Group::sync();
  unsigned moves = 0;
  if (Group::rank() < warp_threads) {
    for (int c = 0; c < run.clusters(); ++c) {
      if (run.cluster_weights()[c] != 0) continue;
      int const point = farthest_point(run);
      if (point < 0) break;
      ++moves;
      __syncwarp();
      if (Group::rank() == 0) {
        int const from = run.labels()[point];
        run.moved_point()[c] = point;
        run.moved_from()[c] = from;
        run.labels()[point] = c;
        run.distances()[point] = 0;  // it does not move again
        touch(run, from);
        touch(run, c);
      }
      __syncwarp();
    }
  }
  moves = Group::broadcast(moves);
  Group::sync();
  return moves;
}

/// Gives moved points their labels back. To be followed by a sync().
template <class Run>
__device__ __forceinline__ void restore_labels(Run const& run) {
  for (int c = Run::Group::rank(); c < run.clusters(); c += Run::Group::size()) {
    if (run.moved_point()[c] >= 0) run.labels()[run.moved_point()[c]] = run.moved_from()[c];
  }
}

/// Clusters that are still empty stand where the heaviest cluster stands. Ends with a sync().
template <class Run>
__device__ __forceinline__ void join_empty_to_heaviest(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  double const* const weights = run.cluster_weights();
  int heaviest = 0;
  for (int c = 1; c < run.clusters(); ++c) {
    if (weights[c] > weights[heaviest]) heaviest = c;
  }
  Group::sync();
#pragma unroll 1
  for (int c = Group::rank(); c < run.clusters(); c += Group::size()) {
    if (weights[c] != 0) continue;
    touch(run, c);
    run.shares()[c] = run.shares()[heaviest];
    for (Offset row = 0; row <= run.features(); ++row) {
      run.sums()[row * run.centre_stride() + c] = run.sums()[row * run.centre_stride() + heaviest];
    }
  }
  Group::sync();
}

/// Moves the centres to the means of their members; returns the sum of squares of their shifts, in eight lanes, feature
/// j in lane j mod 8, for every thread. Ends with a sync().
template <class Run>
__device__ __forceinline__ double average(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  if (Group::rank() < warp_threads) {
    double shift = 0;
    if (Group::rank() < sum_lanes) {
#pragma unroll 1
      for (int c = 0; c < run.clusters(); ++c) {
        double const share = run.shares()[c];
        for (int j = Group::rank(); j < run.features(); j += sum_lanes) {
          Offset const position = static_cast<Offset>(j) * run.centre_stride() + c;
          double const moved = run.sums()[position] * share;
          double const difference = moved - run.centres()[position];
          shift = fma(difference, difference, shift);
          run.centres()[position] = moved;
        }
      }
    }
    for (int other = sum_lanes / 2; other > 0; other /= 2) shift += __shfl_xor_sync(whole_warp, shift, other);
    if (Group::rank() == 0) run.range_sums()[0] = shift;
  }
  Group::sync();
  return run.range_sums()[0];
}

/// to = the labels. Begins after a sync().
template <class Run>
__device__ __forceinline__ void copy_labels(Run const& run, std::int32_t* to) {
  using Group = typename Run::Group;
  for (typename Run::Offset i = run.first_point() + Group::rank(); i < run.end_point(); i += Group::size()) {
    to[i] = run.labels()[i];
  }
}

/// Keeps centres, in the caller's units, and figures of a run as the best so far. Begins after a sync().
template <class Run>
__device__ __forceinline__ void keep_fit(Run const& run, KmeansPlace const& best, LloydResult const& result,
                                         int run_number) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  double const unit = 1 / run.scale();
  for (Offset item = Group::rank(); item < static_cast<Offset>(run.clusters()) * run.features();
       item += Group::size()) {
    auto const c = static_cast<int>(item / run.features()), j = static_cast<int>(item % run.features());
    best.centres[item] = (run.centre(c, j) + run.data->mean[j]) * unit;
  }
  if (Group::rank() == 0) {
    *best.figures = {result.inertia, run_number, result.iterations, result.relocations, result.converged ? 1 : 0};
  }
}

/// Iterates from run.centres(); leaves the labels and the centres there.
///
/// Stops when an assignment equals the one before, when the squared shift of all centres is at most `shift_limit`, or
/// after `max_iterations`; in the last two cases a last assignment follows. With max_iterations 0 the points are only
/// assigned. Every thread has the result. Begins and ends with a sync().
template <class Run>
__device__ __forceinline__ LloydResult lloyd(Run const& run, double shift_limit, int max_iterations) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  for (Offset i = Group::rank(); i < run.count(); i += Group::size()) run.labels()[i] = -1;
  if (run.clusters() < run.centre_stride()) {
    for (int j = Group::rank(); j < run.features(); j += Group::size()) {
      run.centre(run.clusters(), j) = 0;
    }
  }
  touch_all(run, true);
  Group::sync();

  LloydResult result;
  double inertia_at_relocation = INFINITY;
  for (;;) {
    bool const last = result.converged || result.iterations == max_iterations;
    if (!last) ++result.iterations;
    bool const changed = assign(run);
    if (last || !changed) {
      result.converged = result.converged || !last;
      result.inertia = inertia(run);
      return result;
    }
    bool moved = false;
    for (bool summed = false; !summed;) {
      sum_members(run);
      if (!moved) touch_all(run, false);
      summed = true;
      if (!share_weights(run)) break;
      // Once an iteration: then the sums are made anew with the points that moved.
      double const reached = moved ? INFINITY : inertia(run);
      if (reached < inertia_at_relocation) {
        inertia_at_relocation = reached;
        result.relocations += static_cast<int>(move_far_points(run));
        moved = true;
        summed = false;
      } else {
        join_empty_to_heaviest(run);
      }
    }
    if (moved) restore_labels(run);
    result.converged = average(run) <= shift_limit;
  }
}

}  // namespace regio::cuda
