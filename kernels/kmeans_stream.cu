#include "kernels/kmeans_stream.cuh"

#include "kernels/kmeans_stream_sums.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {
namespace {

/// Calls body(kernel, points of a thread, rows in shared memory, centres in shared memory) of a variant.
template <class Body>
auto with_variant(StreamVariant variant, Body const& body) {
  switch (variant) {
    case StreamVariant::two_points: return body(kmeans_stream_pass<2, true, true>, 2, true, true);
    case StreamVariant::one_point: return body(kmeans_stream_pass<1, true, true>, 1, true, true);
    case StreamVariant::centres_from_global: return body(kmeans_stream_pass<2, true, false>, 2, true, false);
    case StreamVariant::all_from_global: return body(kmeans_stream_pass<1, false, false>, 1, false, false);
    case StreamVariant::four_points: break;
  }
  return body(kmeans_stream_pass<4, true, true>, 4, true, true);
}

/// Blocks so that each of `threads` threads has its own.
LaunchShape one_thread_each(std::int64_t threads) {
  return {dim3(static_cast<unsigned>((threads + stream_sum_threads - 1) / stream_sum_threads)),
          dim3(stream_sum_threads)};
}

}  // namespace

char const* kernel_name(StreamVariant variant) {
  switch (variant) {
    case StreamVariant::two_points: return "kmeans_stream_two_points";
    case StreamVariant::one_point: return "kmeans_stream_one_point";
    case StreamVariant::centres_from_global: return "kmeans_stream_centres_from_global";
    case StreamVariant::all_from_global: return "kmeans_stream_all_from_global";
    case StreamVariant::four_points: break;
  }
  return "kmeans_stream_four_points";
}

std::int64_t stream_shared_bytes(StreamVariant variant, StreamPass const& pass) {
  return with_variant(variant, [&](auto, int points_of_thread, bool rows_in_shared, bool centres_in_shared) {
    return StreamShared(pass, points_of_thread * stream_threads, rows_in_shared, centres_in_shared).bytes;
  });
}

cudaError_t launch_kmeans_stream_pass(cudaStream_t stream, StreamVariant variant, int blocks, StreamPass const& pass) {
  LaunchShape const shape{dim3(static_cast<unsigned>(blocks)), dim3(stream_threads),
                          static_cast<std::size_t>(stream_shared_bytes(variant, pass))};
  return with_variant(
      variant, [&](auto kernel, int, bool, bool) { return launch(kernel_name(variant), kernel, shape, stream, pass); });
}

cudaError_t kmeans_stream_pass_residency(StreamVariant variant, StreamPass const& pass, int* blocks) {
  auto const shared = static_cast<std::size_t>(stream_shared_bytes(variant, pass));
  return with_variant(variant, [&](auto kernel, int, bool, bool) {
    cudaError_t const status = allow_shared_bytes(reinterpret_cast<void const*>(kernel), shared);
    if (status != cudaSuccess) return status;
    return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, kernel, stream_threads, shared);
  });
}

cudaError_t launch_kmeans_stream_inertia(cudaStream_t stream, StreamPoints const& points, StreamRun const& run,
                                         double* inertia) {
  std::int64_t const ranges = (points.count + inertia_range - 1) / inertia_range;
  return launch("kmeans_stream_inertia", kmeans_stream_inertia, one_thread_each(ranges * inertia_lanes), stream, points,
                run, inertia);
}

cudaError_t launch_kmeans_stream_farthest(cudaStream_t stream, int blocks, StreamPoints const& points,
                                          StreamRun const& run, FarthestPoint const& last, FarthestPoint* farthest) {
  LaunchShape const shape{dim3(static_cast<unsigned>(blocks)), dim3(stream_sum_threads)};
  return launch("kmeans_stream_farthest", kmeans_stream_farthest, shape, stream, points, run, last, farthest);
}

}  // namespace regio::cuda
