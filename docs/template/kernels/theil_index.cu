// TEMPLATE: the kernel and its launch. Ordinary CUDA C++: nvcc compiles it for libregio_cuda, and the tests' executor
// runs the same text on the CPU (tests/simt/README.md says what it covers). Results must not depend on the grid: here a
// warp sums a problem in an order that only the number of regions decides.
#include <cmath>

#include <regio/views.hpp>

#include "kernels/launch.cuh"

namespace regio::cuda {
namespace {

constexpr unsigned warp_threads = 32;
constexpr unsigned block_threads = 128;

__device__ double sum_of_warp(double value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xFFFFFFFFU, value, distance);
  }
  return value;
}

/// The regions of problem b are those from first[b] on, up to first[b + 1].
__global__ void theil_index_of_each(double const* __restrict__ values, double const* __restrict__ weights,
                                    Index const* __restrict__ first, Index problems, double* __restrict__ index) {
  Index const b = (Index{blockIdx.x} * block_threads + threadIdx.x) / warp_threads;
  if (b >= problems) return;
  Index const lane = threadIdx.x % warp_threads;
  double weight = 0;
  double weighted = 0;
  for (Index i = first[b] + lane; i < first[b + 1]; i += warp_threads) {
    weight += weights[i];
    weighted += weights[i] * values[i];
  }
  weight = sum_of_warp(weight);
  double const mean = sum_of_warp(weighted) / weight;
  double part = 0;
  for (Index i = first[b] + lane; i < first[b + 1]; i += warp_threads) {
    double const ratio = values[i] / mean;
    part += weights[i] / weight * ratio * std::log(ratio);
  }
  part = sum_of_warp(part);
  if (lane == 0) index[b] = part;
}

}  // namespace

cudaError_t launch_theil_index(cudaStream_t stream, double const* values, double const* weights, Index const* first,
                               Index problems, double* index) {
  constexpr Index problems_per_block = block_threads / warp_threads;
  auto const blocks = static_cast<unsigned>((problems + problems_per_block - 1) / problems_per_block);
  return launch("theil_index_of_each", theil_index_of_each, {.grid = blocks, .block = block_threads}, stream, values,
                weights, first, problems, index);
}

}  // namespace regio::cuda
