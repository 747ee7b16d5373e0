/// The threads that share one piece of work: a warp, or a whole block. Kernels are written once for both.
#pragma once

#include <cuda_runtime.h>

namespace regio::cuda {

inline constexpr int warp_threads = 32;
inline constexpr unsigned whole_warp = 0xffffffffU;

/// The largest value of a warp, for each of its threads.
__device__ inline double largest_of_warp(double value) {
  for (int other = warp_threads / 2; other > 0; other /= 2) {
    value = fmax(value, __shfl_xor_sync(whole_warp, value, other));
  }
  return value;
}

/// One warp; several of them work side by side in a block and never wait for each other.
struct WarpGroup {
  __device__ static int size() { return warp_threads; }
  __device__ static int rank() { return static_cast<int>(threadIdx.x % static_cast<unsigned>(warp_threads)); }
  /// All arrive, and each sees what the others wrote before.
  __device__ static void sync() { __syncwarp(); }
  /// Whether `value` holds in any thread; also a sync().
  __device__ static bool any(bool value) {
    bool const found = __any_sync(whole_warp, value) != 0;
    __syncwarp();
    return found;
  }
  /// The value of the thread of rank 0.
  __device__ static unsigned broadcast(unsigned value) { return __shfl_sync(whole_warp, value, 0); }
  /// The largest value of all threads.
  __device__ static double largest(double value) { return largest_of_warp(value); }
};

/// All threads of the block, whole warps.
struct BlockGroup {
  __device__ static int size() { return static_cast<int>(blockDim.x); }
  __device__ static int rank() { return static_cast<int>(threadIdx.x); }
  __device__ static void sync() { __syncthreads(); }
  __device__ static bool any(bool value) { return __syncthreads_or(value) != 0; }
  __device__ static unsigned broadcast(unsigned value) {
    __shared__ unsigned slot;
    if (threadIdx.x == 0) slot = value;
    __syncthreads();
    unsigned const result = slot;
    __syncthreads();
    return result;
  }
  __device__ static double largest(double value) {
    __shared__ double of_warp[warp_threads];
    double const mine = largest_of_warp(value);
    if (threadIdx.x % warp_threads == 0) of_warp[threadIdx.x / warp_threads] = mine;
    __syncthreads();
    double result = of_warp[0];
    for (unsigned warp = 1; warp < blockDim.x / warp_threads; ++warp) result = fmax(result, of_warp[warp]);
    __syncthreads();
    return result;
  }
};

}  // namespace regio::cuda
