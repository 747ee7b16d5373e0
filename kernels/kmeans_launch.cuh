/// The launches of the k-means kernels, for the host.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/kmeans_layout.cuh"
#include "kernels/kmeans_work.cuh"

namespace regio::cuda {

/// Who makes a run, and where its numbers are. Results do not depend on it.
enum class KmeansVariant : int {
  warp_shared,          ///< a warp; everything in shared memory
  block_shared,         ///< a block; everything in shared memory
  block_global_points,  ///< a block; points in global memory, centres in shared memory
  block_global,         ///< a block; everything in global memory
};
inline constexpr int kmeans_variants = 4;

constexpr KmeansPlacement placement_of(KmeansVariant variant) {
  switch (variant) {
    case KmeansVariant::block_global_points: return KmeansPlacement::global_points;
    case KmeansVariant::block_global: return KmeansPlacement::global;
    case KmeansVariant::warp_shared:
    case KmeansVariant::block_shared: break;
  }
  return KmeansPlacement::shared;
}

/// "kmeans_fit_warp", ...: what tests find in the log of launches.
char const* kernel_name(KmeansVariant variant);

/// Prepares those of `count` data sets that warps prepare, or those that blocks prepare (is_prepared_by_warp).
cudaError_t launch_kmeans_prepare(cudaStream_t stream, bool by_warps, KmeansData const* data, std::int64_t count);

/// `blocks` blocks of `threads` threads take the tasks.
cudaError_t launch_kmeans_fit(cudaStream_t stream, KmeansVariant variant, int blocks, int threads,
                              KmeansFitArguments const& arguments);

/// Blocks of that launch that one multiprocessor holds at a time.
cudaError_t kmeans_fit_residency(KmeansVariant variant, int threads, std::int64_t shared_bytes_of_group, int* blocks);

/// A pass and a step of every task: `blocks` blocks of `threads` threads for each task, then one. The tasks are done
/// when *tasks_left is 0.
cudaError_t launch_kmeans_spread(cudaStream_t stream, int tasks, int blocks, int threads,
                                 KmeansSpreadArguments const& arguments);

/// Blocks of such a pass that one multiprocessor holds at a time.
cudaError_t kmeans_pass_residency(int threads, std::int64_t shared_bytes, int* blocks);

/// Chooses the best segment of `count` divided problems.
cudaError_t launch_kmeans_choose(cudaStream_t stream, KmeansChoice const* choices, std::int64_t count);

}  // namespace regio::cuda
