/// Whole fits in one launch: groups of threads draw tasks from a ticket, and make every run of a task from its start to
/// its last iteration.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/kmeans_layout.cuh"
#include "kernels/kmeans_lloyd.cuh"
#include "kernels/kmeans_run.cuh"
#include "kernels/kmeans_start.cuh"
#include "kernels/kmeans_work.cuh"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// The most threads of a block, and the blocks that the registers of a multiprocessor shall hold: 128 registers a
/// thread where all is in shared memory, 168 where 64-bit positions take more.
template <class Group, KmeansPlacement placement>
inline constexpr int most_threads = std::is_same_v<Group, WarpGroup>       ? 128
                                    : placement == KmeansPlacement::shared ? 512
                                                                           : 384;
template <class Group>
inline constexpr int resident_blocks = std::is_same_v<Group, WarpGroup> ? 4 : 1;

/// Brings the points and weights of a segment to where its runs read them. Ends with a sync().
template <KmeansPlacement placement, class Run>
__device__ __forceinline__ void load_points(Run const& run, KmeansData const& data, double const* weights,
                                            bool points_are_there) {
  using Group = typename Run::Group;
  using Offset = typename Run::Offset;
  if constexpr (placement == KmeansPlacement::shared) {
    auto const* const from = reinterpret_cast<double2 const*>(data.points);
    auto* const to = reinterpret_cast<double2*>(run.point_area);
    auto const pairs = static_cast<Offset>(points_are_there ? 0 : prepared_size(data.count, data.features) / 2);
#pragma unroll 4
    for (Offset e = Group::rank(); e < pairs; e += Group::size()) to[e] = __ldg(&from[e]);
  }
  for (Offset i = Group::rank(); i < run.count(); i += Group::size()) {
    run.weights()[i] = weights == nullptr ? 1.0 : __ldg(&weights[i]);
  }
  Group::sync();
}

/// Makes the runs of a segment and keeps the best: the lowest inertia, the first of equals.
template <class Group, KmeansPlacement placement>
__device__ __forceinline__ void fit_segment(KmeansFitArguments const& arguments, KmeansSegment const& segment,
                                            bool points_are_there, std::byte* shared, std::byte* scratch) {
  KmeansData const& data = arguments.data[segment.data];
  KmeansRun<Group, placement> const run(data, segment, shared, scratch);
  load_points<placement>(run, data, segment.weights, points_are_there);
  double const shift_limit = arguments.rules.tolerance * data.scaling->mean_variance;
  double lowest = INFINITY;
#pragma unroll 1
  for (int number = segment.first_run; number < segment.end_run; ++number) {
    auto const make_stream = [&] {
      return PhiloxStream(arguments.rules.seed, segment.stream, static_cast<std::uint32_t>(number));
    };
    if (segment.starts != nullptr) {
      start_from(run, segment.starts + static_cast<std::int64_t>(number) * run.clusters() * run.features());
    } else if (segment.candidates > 0) {
      start_plus_plus(run, make_stream);
    } else {
      start_random(run, make_stream);
    }
    Group::sync();
    LloydResult result = lloyd(run, shift_limit, arguments.rules.max_iterations);
    double const unit = 1 / run.scale();
    result.inertia = result.inertia * unit * unit;
    if (segment.run_inertia != nullptr) {
      copy_labels(run, segment.run_labels + static_cast<std::int64_t>(number) * run.count());
      if (Group::rank() == 0) {
        segment.run_inertia[number] = result.inertia;
        segment.run_iterations[number] = result.iterations;
      }
    }
    if (number == segment.first_run || result.inertia < lowest) {
      lowest = result.inertia;
      copy_labels(run, segment.best.labels);
      keep_fit(run, segment.best, result, number);
    }
    Group::sync();
  }
}

/// Threads of the block take part as warps of their own, or all together.
template <class Group, KmeansPlacement placement>
__global__ void __launch_bounds__(most_threads<Group, placement>, resident_blocks<Group>)
    kmeans_fit(KmeansFitArguments arguments) {
  REGIO_DYNAMIC_SHARED(std::byte, shared_of_block);
  auto const group = static_cast<int>(threadIdx.x / static_cast<unsigned>(Group::size()));
  auto const groups = static_cast<int>(blockDim.x / static_cast<unsigned>(Group::size()));
  std::byte* const shared = shared_of_block + group * arguments.shared_bytes;
  std::byte* scratch = nullptr;
  if constexpr (placement != KmeansPlacement::shared) {
    scratch = arguments.scratch + (static_cast<std::int64_t>(blockIdx.x) * groups + group) * arguments.scratch_bytes;
  }
  int data_there = -1;
  for (;;) {
    unsigned number = 0;
    if (Group::rank() == 0) number = atomicAdd(arguments.ticket, 1U);
    number = Group::broadcast(number);
    if (number >= arguments.task_count) return;
    KmeansTask const task = arguments.tasks[number];
    for (int s = task.first_segment; s < task.end_segment; ++s) {
      KmeansSegment const& segment = arguments.segments[s];
      fit_segment<Group, placement>(arguments, segment, segment.data == data_there, shared, scratch);
      data_there = segment.data;
    }
  }
}

inline constexpr int choose_threads = 128;

/// The best of the parts of a divided problem; one block for each problem.
__global__ void __launch_bounds__(choose_threads) kmeans_choose(KmeansChoice const* choices) {
  KmeansChoice const choice = choices[blockIdx.x];
  std::int64_t chosen = 0;
  double lowest = choice.parts[0].figures->inertia;
  for (std::int64_t part = 1; part < choice.part_count; ++part) {
    double const inertia = choice.parts[part].figures->inertia;
    if (inertia < lowest) {
      lowest = inertia;
      chosen = part;
    }
  }
  KmeansPlace const from = choice.parts[chosen];
  for (std::int64_t i = threadIdx.x; i < choice.count; i += choose_threads) choice.best.labels[i] = from.labels[i];
  for (std::int64_t e = threadIdx.x; e < choice.centre_numbers; e += choose_threads) {
    choice.best.centres[e] = from.centres[e];
  }
  if (threadIdx.x == 0) *choice.best.figures = *from.figures;
}

}  // namespace regio::cuda
