// A thread makes a permutation: it draws the positions, and sums the statistic in the order of the CPU's eight lanes.
// All of a warp read the same numbers of the first side at a time, so only the second side is read at random: it lies
// in shared memory where it fits. A permutation by a whole warp would draw it with one lane while 31 wait.
#include "kernels/permutation_statistic.cuh"

#include <cstddef>

#include "core/random_permutation.hpp"
#include "kernels/launch.cuh"

namespace regio::cuda {
namespace {

/// Blocks that the registers of a multiprocessor shall hold: 64 registers a thread, or 128 where shared memory is no
/// limit and addresses take more.
template <PermutationPlacement placement>
[[maybe_unused]] constexpr unsigned resident_blocks = placement == PermutationPlacement::global ? 2 : 4;

/// Positions of one thread among those of others, so that a warp's lie side by side.
template <class Position>
struct StridedPositions {
  Position* first;
  std::size_t stride;
  __device__ Position& operator[](std::uint32_t i) const { return first[i * stride]; }
};

__device__ std::uint32_t padded(std::uint32_t places) {
  return (places + permutation_lanes - 1) / permutation_lanes * permutation_lanes;
}

template <class Position>
__device__ void fill_positions(PermutationTask const& task, std::uint64_t seed, std::uint32_t number,
                               StridedPositions<Position> const& positions) {
  auto const n = static_cast<std::uint32_t>(task.objects);
  if (task.exact != 0) {
    permutation_of_number(number, n, positions);
  } else {
    draw_permutation(PhiloxStream(seed, task.stream, number), n, positions);
  }
  for (std::uint32_t place = n; place < padded(n); ++place) positions[place] = 0;
}

/// The sums of lanes as every backend adds them.
__device__ double sum_of_lanes(double const (&lane)[permutation_lanes]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

template <class Position>
__device__ double statistic_of(PermutationTask const& task, double const* second,
                               StridedPositions<Position> const& positions) {
  auto const n = static_cast<std::uint32_t>(task.objects);
  bool const series = task.shape == PermutationShape::series;
  double lane[permutation_lanes] = {};
  auto const* first = reinterpret_cast<double2 const*>(task.first);
  std::uint32_t const rows = series ? 1 : n;
  for (std::uint32_t i = 0; i < rows; ++i) {
    double const* const row = second + (series ? 0 : static_cast<std::size_t>(positions[i]) * n);
    std::uint32_t const places = task.shape == PermutationShape::triangle ? i : n;
    for (std::uint32_t v = 0; v < places; v += permutation_lanes) {
#pragma unroll
      for (int l = 0; l < permutation_lanes; l += 2) {
        double2 const pair = __ldg(first++);
        lane[l] = fma(pair.x, row[positions[v + static_cast<std::uint32_t>(l)]], lane[l]);
        lane[l + 1] = fma(pair.y, row[positions[v + static_cast<std::uint32_t>(l) + 1]], lane[l + 1]);
      }
    }
  }
  return sum_of_lanes(lane);
}

/// Block x of the grid makes permutations of task y.
template <PermutationPlacement placement>
__global__ void __launch_bounds__(most_permutation_threads, resident_blocks<placement>)
    permutation_statistic(PermutationArguments arguments) {
  REGIO_DYNAMIC_SHARED(double, shared);
  PermutationTask const task = arguments.tasks[blockIdx.y];
  std::uint32_t const index = blockIdx.x * blockDim.x + threadIdx.x;
  if (blockIdx.x * blockDim.x >= task.count) return;
  double const* second = task.second;
  double* behind = shared;
  if constexpr (placement == PermutationPlacement::shared) {
    auto const n = static_cast<std::uint32_t>(task.objects);
    std::uint32_t const numbers = task.shape == PermutationShape::series ? n : n * n;
    for (std::uint32_t e = threadIdx.x; e < numbers; e += blockDim.x) shared[e] = __ldg(&task.second[e]);
    __syncthreads();
    second = shared;
    behind = shared + numbers;
  }
  if (index >= task.count) return;
  std::uint32_t const number = task.begin + index;
  if constexpr (placement == PermutationPlacement::global) {
    std::size_t const threads = static_cast<std::size_t>(gridDim.x) * blockDim.x;
    std::size_t const of_task = blockIdx.y * threads * padded(static_cast<std::uint32_t>(task.objects));
    StridedPositions<std::uint32_t> const positions{arguments.positions + of_task + index, threads};
    fill_positions(task, arguments.seed, number, positions);
    task.statistics[index] = statistic_of(task, second, positions);
  } else {
    StridedPositions<std::uint16_t> const positions{reinterpret_cast<std::uint16_t*>(behind) + threadIdx.x, blockDim.x};
    fill_positions(task, arguments.seed, number, positions);
    task.statistics[index] = statistic_of(task, second, positions);
  }
}

}  // namespace

char const* kernel_name(PermutationPlacement placement) {
  switch (placement) {
    case PermutationPlacement::shared_permutation: return "permutation_statistic_shared_permutation";
    case PermutationPlacement::global: return "permutation_statistic_global";
    case PermutationPlacement::shared: break;
  }
  return "permutation_statistic";
}

cudaError_t launch_permutation_statistic(cudaStream_t stream, PermutationPlacement placement, unsigned tasks,
                                         unsigned blocks, unsigned threads, std::int64_t shared_bytes,
                                         PermutationArguments const& arguments) {
  LaunchShape const shape{dim3(blocks, tasks), dim3(threads), static_cast<std::size_t>(shared_bytes)};
  auto const launch_kernel = [&](auto kernel) {
    return launch(kernel_name(placement), kernel, shape, stream, arguments);
  };
  switch (placement) {
    case PermutationPlacement::shared_permutation:
      return launch_kernel(permutation_statistic<PermutationPlacement::shared_permutation>);
    case PermutationPlacement::global: return launch_kernel(permutation_statistic<PermutationPlacement::global>);
    case PermutationPlacement::shared: break;
  }
  return launch_kernel(permutation_statistic<PermutationPlacement::shared>);
}

}  // namespace regio::cuda
