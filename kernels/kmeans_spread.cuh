/// Runs on so many points that several blocks make each: a launch passes over the points of all such runs, a second one
/// decides for each what its next pass does.
///
/// Blocks take whole ranges of points, and what they sum of a range stands alone until one block adds the ranges in
/// their order; so results do not depend on how many blocks there are, and are those of one group (kmeans_fit.cuh).
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "kernels/kmeans_layout.cuh"
#include "kernels/kmeans_lloyd.cuh"
#include "kernels/kmeans_run.cuh"
#include "kernels/kmeans_start.cuh"
#include "kernels/kmeans_work.cuh"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// Threads of a block, and blocks of a pass that the registers of a multiprocessor shall hold.
inline constexpr int most_spread_threads = 384, resident_passes = 2;

using WholeRun = KmeansRun<BlockGroup, KmeansPlacement::global>;

/// A run as one of its blocks sees it: its ranges of points, and where it reads the rows of centres or candidates.
struct PartOfRun : WholeRun {
  static constexpr bool spread = true;

  Offset first, end;
  double* rows = nullptr;

  /// Block `block` of `blocks`.
  __device__ PartOfRun(WholeRun const& whole, unsigned block, unsigned blocks) : WholeRun(whole) {
    auto const size = static_cast<Offset>(member_range(clusters()));
    Offset const ranges = layout.member_ranges();
    first = ranges * block / blocks * size;
    end = range_end(0, ranges * (block + 1) / blocks * size);
  }

  __device__ Offset first_point() const { return first; }
  __device__ Offset end_point() const { return end; }
  __device__ double* centres() const { return rows; }
  __device__ double* candidate_rows() const { return rows; }
};

/// The run's rows, or a copy of them in shared memory, where all threads read them. Ends with a sync().
__device__ __forceinline__ double* staged(double* rows, std::int64_t numbers, double* shared, bool in_shared) {
  if (!in_shared) return rows;
  for (std::int64_t e = BlockGroup::rank(); e < numbers; e += BlockGroup::size()) shared[e] = rows[e];
  BlockGroup::sync();
  return shared;
}

__device__ __forceinline__ bool draws_centres(KmeansSegment const& segment) {
  return segment.starts == nullptr && segment.candidates > 0;
}

__device__ __forceinline__ WholeRun run_of_task(KmeansSpreadArguments const& arguments, KmeansSegment const& segment,
                                                unsigned task) {
  return {arguments.data[segment.data], segment, nullptr, arguments.scratch + task * arguments.scratch_bytes};
}

/// Block x of the grid takes part in task y.
__global__ void __launch_bounds__(most_spread_threads, resident_passes) kmeans_pass(KmeansSpreadArguments arguments) {
  REGIO_DYNAMIC_SHARED(double, shared);
  KmeansSpreadRun& state = arguments.runs[blockIdx.y];
  if (state.phase == KmeansPhase::done) return;
  KmeansSegment const& segment = arguments.segments[state.segment];
  PartOfRun run(run_of_task(arguments, segment, blockIdx.y), blockIdx.x, gridDim.x);
  if (run.first >= run.end) return;
  bool const in_shared = arguments.shared_bytes > 0;
  switch (state.phase) {
    case KmeansPhase::prepare:
      for (auto i = run.first + BlockGroup::rank(); i < run.end; i += BlockGroup::size()) {
        run.weights()[i] = segment.weights == nullptr ? 1.0 : __ldg(&segment.weights[i]);
        run.labels()[i] = -1;
      }
      BlockGroup::sync();
      if (draws_centres(segment)) make_distances_equal(run);
      return;
    case KmeansPhase::candidates: {
      run.rows = staged(run.WholeRun::candidate_rows(),
                        static_cast<std::int64_t>(run.features()) * run.layout.candidate_stride(), shared, in_shared);
      double const* const distances = run.trial_distances() + state.candidate * run.count();
      bool const first = state.centre == 0;
      try_candidates(run, candidates_of(run, state.centre),
                     [&](PartOfRun::Offset i) { return first ? INFINITY : distances[i]; });
      return;
    }
    case KmeansPhase::assign: {
      run.rows = staged(run.WholeRun::centres(), static_cast<std::int64_t>(run.features()) * run.centre_stride(),
                        shared, in_shared);
      bool const moved = assign(run);
      if (moved && BlockGroup::rank() == 0) atomicOr(&state.moved, 1U);
      sum_ranges(run, run.distances(), 1, run.range_sums());
      if (state.last == 0) sum_member_ranges(run);
      return;
    }
    case KmeansPhase::keep:
      if (segment.run_labels != nullptr) {
        copy_labels(run, segment.run_labels + static_cast<std::int64_t>(state.run) * run.count());
      }
      if (state.is_best != 0) copy_labels(run, segment.best.labels);
      return;
    case KmeansPhase::done: return;
  }
}

/// Makes the next run of the segment the current one.
__device__ __forceinline__ void begin_run(KmeansSpreadRun& state, int segment, int number) {
  double const lowest = state.lowest;
  state = {};
  state.segment = segment;
  state.run = number;
  state.lowest = lowest;
  state.inertia_at_relocation = INFINITY;
}

/// What an iteration begins with, before its pass.
__device__ __forceinline__ void begin_iteration(KmeansSpreadRun& state, int max_iterations) {
  state.phase = KmeansPhase::assign;
  state.last = state.converged != 0 || state.iterations == max_iterations ? 1 : 0;
  if (state.last == 0) ++state.iterations;
}

/// Draws the points of which one becomes centre state.centre. Ends with a sync().
__device__ __forceinline__ void draw_candidates(WholeRun const& run, KmeansSegment const& segment, std::uint64_t seed,
                                                KmeansSpreadRun const& state) {
  double const* const distances =
      state.centre == 0 ? run.distances() : run.trial_distances() + state.candidate * run.count();
  int const count = candidates_of(run, state.centre);
  draw_points(run, distances, PhiloxStream(seed, segment.stream, static_cast<std::uint32_t>(state.run)),
              first_draw_of(run, state.centre), count);
  fill_candidate_rows(run, count);
}

/// Centres of a run whose points are prepared, or the first points that k-means++ draws.
__device__ __forceinline__ void begin_centres(WholeRun const& run, KmeansSegment const& segment,
                                              KmeansRules const& rules, KmeansSpreadRun& state) {
  if (run.clusters() < run.centre_stride()) {
    for (int j = BlockGroup::rank(); j < run.features(); j += BlockGroup::size()) run.centre(run.clusters(), j) = 0;
  }
  if (draws_centres(segment)) {
    state.phase = KmeansPhase::candidates;
    draw_candidates(run, segment, rules.seed, state);
    return;
  }
  if (segment.starts != nullptr) {
    start_from(run, segment.starts + static_cast<std::int64_t>(state.run) * run.clusters() * run.features());
  } else {
    start_random(run, [&] { return PhiloxStream(rules.seed, segment.stream, static_cast<std::uint32_t>(state.run)); });
    BlockGroup::sync();
    // The shuffle has used them; the first assignment changes every label.
    for (auto i = WholeRun::Offset{BlockGroup::rank()}; i < run.count(); i += BlockGroup::size()) run.labels()[i] = -1;
  }
  begin_iteration(state, rules.max_iterations);
}

__device__ __forceinline__ void accept_centre(WholeRun const& run, KmeansSegment const& segment,
                                              KmeansRules const& rules, KmeansSpreadRun& state) {
  state.candidate = best_candidate(run, candidates_of(run, state.centre));
  BlockGroup::sync();
  take_candidate(run, state.centre, state.candidate);
  BlockGroup::sync();
  ++state.centre;
  if (state.centre == run.clusters()) {
    begin_iteration(state, rules.max_iterations);
  } else {
    draw_candidates(run, segment, rules.seed, state);
  }
}

/// After the assignment of an iteration: moves the centres, or ends the run (kmeans_lloyd.cuh, lloyd()).
__device__ __forceinline__ void end_iteration(WholeRun const& run, KmeansSegment const& segment,
                                              KmeansRules const& rules, KmeansSpreadRun& state) {
  double const reached = total_of_ranges(run, run.range_sums());
  if (state.last != 0 || state.moved == 0) {
    if (state.last == 0) state.converged = 1;
    double const unit = 1 / run.scale();
    state.inertia = reached * unit * unit;
    state.is_best = state.run == segment.first_run || state.inertia < state.lowest ? 1 : 0;
    if (state.is_best != 0) state.lowest = state.inertia;
    state.phase = KmeansPhase::keep;
    return;
  }
  touch_all(run, true);
  BlockGroup::sync();
  total_member_sums(run);
  if (share_weights(run)) {
    if (reached < state.inertia_at_relocation) {
      state.inertia_at_relocation = reached;
      state.relocations += static_cast<int>(move_far_points(run));
      sum_members(run);
      if (share_weights(run)) join_empty_to_heaviest(run);
      restore_labels(run);
    } else {
      join_empty_to_heaviest(run);
    }
  }
  state.converged = average(run) <= rules.tolerance * run.data->scaling->mean_variance ? 1 : 0;
  state.moved = 0;
  begin_iteration(state, rules.max_iterations);
}

/// Keeps what the pass has not kept, and goes on to the task's next run.
__device__ __forceinline__ void end_run(WholeRun const& run, KmeansSegment const& segment, KmeansTask const& task,
                                        KmeansSpreadRun& state) {
  if (state.is_best != 0) {
    keep_fit(run, segment.best, {state.inertia, state.iterations, state.relocations, state.converged != 0}, state.run);
  }
  if (segment.run_inertia != nullptr && BlockGroup::rank() == 0) {
    segment.run_inertia[state.run] = state.inertia;
    segment.run_iterations[state.run] = state.iterations;
  }
  if (state.run + 1 < segment.end_run) {
    begin_run(state, state.segment, state.run + 1);
  } else if (state.segment + 1 < task.end_segment) {
    begin_run(state, state.segment + 1, (&segment)[1].first_run);
  } else {
    state.phase = KmeansPhase::done;
  }
}

/// One block for each task.
__global__ void __launch_bounds__(most_spread_threads, 1) kmeans_step(KmeansSpreadArguments arguments) {
  KmeansSpreadRun state = arguments.runs[blockIdx.x];
  if (state.phase == KmeansPhase::done) return;
  KmeansSegment const& segment = arguments.segments[state.segment];
  WholeRun const run = run_of_task(arguments, segment, blockIdx.x);
  switch (state.phase) {
    case KmeansPhase::prepare: begin_centres(run, segment, arguments.rules, state); break;
    case KmeansPhase::candidates: accept_centre(run, segment, arguments.rules, state); break;
    case KmeansPhase::assign: end_iteration(run, segment, arguments.rules, state); break;
    case KmeansPhase::keep: end_run(run, segment, arguments.tasks[blockIdx.x], state); break;
    case KmeansPhase::done: break;
  }
  BlockGroup::sync();
  if (BlockGroup::rank() > 0) return;
  arguments.runs[blockIdx.x] = state;
  if (state.phase == KmeansPhase::done) atomicSub(arguments.tasks_left, 1U);
}

}  // namespace regio::cuda
