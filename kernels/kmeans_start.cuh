/// First centres of a run; the draws and the arithmetic of host/cluster/kmeans_start.cpp.
#pragma once

#include "core/philox.hpp"
#include "kernels/kmeans_run.cuh"

namespace regio::cuda {

/// centres[, c] = given [k, d], scaled and less the mean.
template <class Run>
__device__ __forceinline__ void start_from(Run const& run, double const* given) {
  using Offset = typename Run::Offset;
  for (Offset item = Run::Group::rank(); item < static_cast<Offset>(run.clusters()) * run.features();
       item += Run::Group::size()) {
    auto const c = static_cast<int>(item / run.features()), j = static_cast<int>(item % run.features());
    run.centre(c, j) = given[item] * run.scale() - run.data->mean[j];
  }
}

/// The point at which the running sum of w D^2 first exceeds `target`; D^2 are `distances`. When rounding carries the
/// target past the end of its range, the last point of the range that can be drawn; when nothing can be drawn because
/// every distance is zero, the first point that has weight. One thread.
template <class Run>
__device__ inline int point_at(Run const& run, double const* distances, double target) {
  using Offset = typename Run::Offset;
  double before = 0;
  Offset chosen = -1;
  for (Offset r = 0; r < run.layout.ranges(); ++r) {
    if (run.range_sums()[r] <= 0) continue;
    chosen = r;
    if (before + run.range_sums()[r] > target) break;
    before += run.range_sums()[r];
  }
  if (chosen < 0) {
    Offset i = 0;
    while (i + 1 < run.count() && run.weights()[i] <= 0) ++i;
    return static_cast<int>(i);
  }
  Offset const begin = chosen * static_cast<Offset>(pass_range);
  Offset const end = run.range_end(begin);
  Offset last = begin;
  double sum = before;
#pragma unroll 1
  for (Offset i = begin; i < end; ++i) {
    double const term = run.weights()[i] * distances[i];
    if (term <= 0) continue;
    last = i;
    sum += term;
    if (sum > target) break;
  }
  return static_cast<int>(last);
}

/// Points drawn for centre c, and how many were drawn for those before it.
template <class Run>
__device__ __forceinline__ int candidates_of(Run const& run, int c) {
  return c == 0 ? 1 : run.layout.candidates;
}
template <class Run>
__device__ __forceinline__ int first_draw_of(Run const& run, int c) {
  return c == 0 ? 0 : 1 + (c - 1) * run.layout.candidates;
}

/// drawn[m] = a point drawn with probability proportional to w D^2, for m below `count`: side by side by the first
/// threads, each with its own number of the stream, the one `first + m` in order. Ends with a sync().
template <class Run>
__device__ __forceinline__ void draw_points(Run const& run, double const* distances, PhiloxStream stream, int first,
                                            int count) {
  int const rank = Run::Group::rank();
  if (rank < count) {
    constexpr unsigned words_of_uniform = 2;
    stream.discard(words_of_uniform * static_cast<unsigned>(first + rank));
    run.drawn()[rank] = point_at(run, distances, stream.next_uniform() * total_of_ranges(run, run.range_sums()));
  }
  Run::Group::sync();
}

/// candidate_rows = the coordinates of the drawn points. Ends with a sync().
template <class Run>
__device__ __forceinline__ void fill_candidate_rows(Run const& run, int count) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  Offset const numbers = static_cast<Offset>(run.features()) * run.layout.candidate_stride();
#pragma unroll 1
  for (Offset item = Group::rank(); item < numbers; item += Group::size()) {
    auto const j = static_cast<int>(item / run.layout.candidate_stride());
    auto const m = static_cast<int>(item % run.layout.candidate_stride());
    run.candidate_rows()[item] = m < count ? run.coordinate(run.drawn()[m], j) : 0.0;
  }
  Group::sync();
}

/// Trial distances min(D^2, |x - candidate|^2), where distance_of(i) is D^2, and the sums of w times these in
/// range_sums[1 + m]. Ends with a sync().
template <class Run, class Distance>
__device__ __forceinline__ void try_candidates(Run const& run, int count, Distance distance_of) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
#pragma unroll 1
  for (Offset i = run.first_point() + Group::rank(); i < run.end_point(); i += Group::size()) {
    double const distance = distance_of(i);
    for_distances(run, i, run.candidate_rows(), count, run.layout.candidate_stride(), [&](int m, double to_candidate) {
      run.trial_distances()[m * run.count() + i] = to_candidate < distance ? to_candidate : distance;
    });
  }
  Group::sync();
  sum_ranges(run, run.trial_distances(), count, run.range_sums() + run.layout.ranges());
  Group::sync();
}

/// The candidate that lowers the total most, the first of equals.
template <class Run>
__device__ __forceinline__ int best_candidate(Run const& run, int count) {
  int best = 0;
  double lowest = INFINITY;
  for (int m = 0; m < count; ++m) {
    double const potential = total_of_ranges(run, run.range_sums() + (1 + m) * run.layout.ranges());
    if (potential < lowest) {
      lowest = potential;
      best = m;
    }
  }
  return best;
}

/// centre c = candidate `best`, the sums of whose trial distances become the current ones. To be followed by a sync().
template <class Run>
__device__ __forceinline__ void take_candidate(Run const& run, int c, int best) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  for (int j = Group::rank(); j < run.features(); j += Group::size()) {
    run.centre(c, j) = run.candidate_rows()[static_cast<Offset>(j) * run.layout.candidate_stride() + best];
  }
  for (Offset r = Group::rank(); r < run.layout.ranges(); r += Group::size()) {
    run.range_sums()[r] = run.range_sums()[(1 + best) * run.layout.ranges() + r];
  }
}

/// The same, and its trial distances become the current ones. Ends with a sync().
template <class Run>
__device__ __forceinline__ void accept_candidate(Run const& run, int c, int best) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  take_candidate(run, c, best);
  for (Offset i = Group::rank(); i < run.count(); i += Group::size()) {
    run.distances()[i] = run.trial_distances()[best * run.count() + i];
  }
  Group::sync();
}

/// distances = 1, so that the first centre is drawn by weight; range_sums[r] = the weights. Ends with a sync().
template <class Run>
__device__ __forceinline__ void make_distances_equal(Run const& run) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  for (Offset i = run.first_point() + Group::rank(); i < run.end_point(); i += Group::size()) run.distances()[i] = 1;
  RangesOf<Run> const passed(run, pass_range);
#pragma unroll 1
  for (Offset r = passed.first + Group::rank(); r < passed.end; r += Group::size()) {
    Offset const begin = r * static_cast<Offset>(pass_range);
    Offset const end = run.range_end(begin);
    double sum = 0;
#pragma unroll 1
    for (Offset i = begin; i < end; ++i) sum += run.weights()[i];
    run.range_sums()[r] = sum;
  }
  Group::sync();
}

/// Greedy k-means++ (Arthur and Vassilvitskii 2007). The first centre is drawn by weight: every distance counts as 1.
/// `make_stream()` gives the run's random stream, from its beginning.
template <class Run, class Stream>
__device__ __forceinline__ void start_plus_plus(Run const& run, Stream make_stream) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  make_distances_equal(run);
#pragma unroll 1
  for (int c = 0; c < run.clusters(); ++c) {
    int const count = candidates_of(run, c);
    draw_points(run, run.distances(), make_stream(), first_draw_of(run, c), count);
    if (c == 0) {
      for (Offset i = Group::rank(); i < run.count(); i += Group::size()) run.distances()[i] = INFINITY;
    }
    fill_candidate_rows(run, count);
    try_candidates(run, count, [&](Offset i) { return run.distances()[i]; });
    accept_candidate(run, c, best_candidate(run, count));
  }
}

/// labels = the points in their order, those with weight first. One warp; n labels.
template <class Run>
__device__ __forceinline__ typename Run::Offset order_by_weight(Run const& run) {
  using Offset = typename Run::Offset;
  int const lane = Run::Group::rank();
  unsigned const lower_lanes = (1U << lane) - 1;
  Offset placed = 0, weighty = 0;
#pragma unroll 1
  for (int pass = 0; pass < 2; ++pass) {
    bool const with_weight = pass == 0;
    for (Offset begin = 0; begin < run.count(); begin += warp_threads) {
      Offset const i = begin + lane;
      bool const here = i < run.count() && (run.weights()[i] > 0) == with_weight;
      unsigned const all_here = __ballot_sync(whole_warp, here);
      if (here) run.labels()[placed + __popc(all_here & lower_lanes)] = static_cast<int>(i);
      placed += __popc(all_here);
    }
    if (with_weight) weighty = placed;
  }
  __syncwarp();
  return weighty;
}

/// k different points, each with equal probability: the first k of a shuffle (Fisher and Yates). Points without weight
/// are used only when the others do not suffice.
template <class Run, class Stream>
__device__ __forceinline__ void start_random(Run const& run, Stream make_stream) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  if (Group::rank() < warp_threads) {
    Offset const weighty = order_by_weight(run);
    if (Group::rank() == 0) {
      PhiloxStream stream = make_stream();
      for (Offset c = 0; c < run.clusters(); ++c) {
        Offset const left = (c < weighty ? weighty : run.count()) - c;
        Offset const other = c + static_cast<Offset>(stream.next_below(static_cast<std::uint32_t>(left)));
        int const point = run.labels()[other];
        run.labels()[other] = run.labels()[c];
        run.labels()[c] = point;
      }
    }
  }
  Group::sync();
  for (Offset item = Group::rank(); item < static_cast<Offset>(run.clusters()) * run.features();
       item += Group::size()) {
    auto const c = static_cast<int>(item / run.features()), j = static_cast<int>(item % run.features());
    run.centre(c, j) = run.coordinate(run.labels()[c], j);
  }
}

}  // namespace regio::cuda
