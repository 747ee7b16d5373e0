#include "kernels/kmeans_prepare.cuh"
#include "kernels/kmeans_launch.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {

cudaError_t launch_kmeans_prepare(cudaStream_t stream, bool by_warps, KmeansData const* data, std::int64_t count) {
  std::int64_t const groups = by_warps ? prepare_threads / warp_threads : 1;
  LaunchShape const shape{dim3(static_cast<unsigned>((count + groups - 1) / groups)), dim3(prepare_threads)};
  return by_warps ? launch("kmeans_prepare_warp", kmeans_prepare<WarpGroup>, shape, stream, data, count)
                  : launch("kmeans_prepare_block", kmeans_prepare<BlockGroup>, shape, stream, data, count);
}

}  // namespace regio::cuda
