#include "kernels/kmeans_fit.cuh"
#include "kernels/kmeans_launch.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {
namespace {

using FitKernel = void (*)(KmeansFitArguments);

FitKernel kernel_of(KmeansVariant variant) {
  switch (variant) {
    case KmeansVariant::block_shared: return kmeans_fit<BlockGroup, KmeansPlacement::shared>;
    case KmeansVariant::block_global_points: return kmeans_fit<BlockGroup, KmeansPlacement::global_points>;
    case KmeansVariant::block_global: return kmeans_fit<BlockGroup, KmeansPlacement::global>;
    case KmeansVariant::warp_shared: break;
  }
  return kmeans_fit<WarpGroup, KmeansPlacement::shared>;
}

std::size_t shared_bytes_of_block(KmeansVariant variant, int threads, std::int64_t shared_bytes_of_group) {
  int const groups = variant == KmeansVariant::warp_shared ? threads / warp_threads : 1;
  return static_cast<std::size_t>(groups * shared_bytes_of_group);
}

}  // namespace

char const* kernel_name(KmeansVariant variant) {
  switch (variant) {
    case KmeansVariant::block_shared: return "kmeans_fit_block";
    case KmeansVariant::block_global_points: return "kmeans_fit_global_points";
    case KmeansVariant::block_global: return "kmeans_fit_global";
    case KmeansVariant::warp_shared: break;
  }
  return "kmeans_fit_warp";
}

cudaError_t launch_kmeans_fit(cudaStream_t stream, KmeansVariant variant, int blocks, int threads,
                              KmeansFitArguments const& arguments) {
  LaunchShape const shape{dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(threads)),
                          shared_bytes_of_block(variant, threads, arguments.shared_bytes)};
  return launch(kernel_name(variant), kernel_of(variant), shape, stream, arguments);
}

cudaError_t kmeans_fit_residency(KmeansVariant variant, int threads, std::int64_t shared_bytes_of_group, int* blocks) {
  std::size_t const shared = shared_bytes_of_block(variant, threads, shared_bytes_of_group);
  FitKernel const kernel = kernel_of(variant);
  if (cudaError_t const status = allow_shared_bytes(reinterpret_cast<void const*>(kernel), shared);
      status != cudaSuccess) {
    return status;
  }
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, kernel, threads, shared);
}

cudaError_t launch_kmeans_choose(cudaStream_t stream, KmeansChoice const* choices, std::int64_t count) {
  LaunchShape const shape{dim3(static_cast<unsigned>(count)), dim3(choose_threads)};
  return launch("kmeans_choose", kmeans_choose, shape, stream, choices);
}

}  // namespace regio::cuda
