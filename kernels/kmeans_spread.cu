#include "kernels/kmeans_spread.cuh"
#include "kernels/kmeans_launch.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {

cudaError_t launch_kmeans_spread(cudaStream_t stream, int tasks, int blocks, int threads,
                                 KmeansSpreadArguments const& arguments) {
  dim3 const block(static_cast<unsigned>(threads));
  LaunchShape const pass{dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(tasks)), block,
                         static_cast<std::size_t>(arguments.shared_bytes)};
  if (cudaError_t const status = launch("kmeans_pass", kmeans_pass, pass, stream, arguments); status != cudaSuccess) {
    return status;
  }
  return launch("kmeans_step", kmeans_step, LaunchShape{dim3(static_cast<unsigned>(tasks)), block}, stream, arguments);
}

cudaError_t kmeans_pass_residency(int threads, std::int64_t shared_bytes, int* blocks) {
  auto const shared = static_cast<std::size_t>(shared_bytes);
  if (cudaError_t const status = allow_shared_bytes(reinterpret_cast<void const*>(kmeans_pass), shared);
      status != cudaSuccess) {
    return status;
  }
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, kmeans_pass, threads, shared);
}

}  // namespace regio::cuda
