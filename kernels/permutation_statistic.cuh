/// The launch of the permutations of a batch of permutation tests, for the host.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace regio::cuda {

/// Partial sums of a statistic, and the places to which rows of its first side are padded with zeros.
inline constexpr int permutation_lanes = 8;

enum class PermutationShape : int { series, triangle, square };

/// Consecutive permutations of one problem: r = sum over rows i and places j of first(i, j) second(pi(i), pi(j)); of
/// series the one row of `second` stays.
struct PermutationTask {
  double const* first;   ///< rows behind each other, each padded; aligned to 16 bytes
  double const* second;  ///< [objects, objects], or [objects] of series
  double* statistics;    ///< [count], out
  std::uint64_t stream;
  std::uint32_t begin, count;  ///< permutations begin .. begin + count - 1
  std::int32_t objects;
  PermutationShape shape;
  std::int32_t exact;  ///< not 0: permutation b is the b-th of all; otherwise random stream (seed, stream, b) draws it
};

/// Where a thread's permutation and the second side lie. Results do not depend on it.
enum class PermutationPlacement : int {
  shared,              ///< both in shared memory; positions of 16 bits
  shared_permutation,  ///< the second side in global memory
  global,              ///< both in global memory; positions of 32 bits
};
inline constexpr int permutation_placements = 3;

/// "permutation_statistic", ...: what tests find in the log of launches.
char const* kernel_name(PermutationPlacement placement);

struct PermutationArguments {
  PermutationTask const* tasks;
  std::uint64_t seed;
  std::uint32_t* positions;  ///< PermutationPlacement::global: [padded objects, threads of the launch]
};

inline constexpr unsigned most_permutation_threads = 256;

/// Each thread of `blocks` blocks makes one permutation of each of `tasks` tasks; blocks * threads is at least the most
/// permutations of a task. Shared bytes are those of the task that needs most.
cudaError_t launch_permutation_statistic(cudaStream_t stream, PermutationPlacement placement, unsigned tasks,
                                         unsigned blocks, unsigned threads, std::int64_t shared_bytes,
                                         PermutationArguments const& arguments);

}  // namespace regio::cuda
