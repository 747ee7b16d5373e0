/// The vocabulary of device code, as CUDA names it, for kernels that the host compiler compiles and the executor runs.
///
/// What CUDA has and this header has not does not compile. Left out on purpose: __activemask (CUDA promises nothing
/// about its value), `extern __shared__` (REGIO_DYNAMIC_SHARED in kernels/launch.cuh), __managed__, textures, inline
/// PTX, cooperative groups, and rounding modes other than to nearest.
#pragma once

#include "tests/simt/device_atomics.hpp"
#include "tests/simt/device_math.hpp"
#include "tests/simt/device_warp.hpp"
#include "tests/simt/device_services.hpp"
#include "tests/simt/kernel_call.hpp"
#include "tests/simt/position.hpp"
#include "tests/simt/vector_types.hpp"

// ---- qualifiers

#define __global__
/// counted_double.hpp has every device function inlined.
#if !defined(SIMT_DEVICE_FUNCTION)
#define SIMT_DEVICE_FUNCTION
#endif
#define __device__ SIMT_DEVICE_FUNCTION
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)
/// Each program file has its own, as in CUDA without relocatable device code.
#define __constant__ [[maybe_unused]] static

namespace simt {

struct RedZone {
  unsigned char bytes[64];
};

}  // namespace simt

#define SIMT_JOINED_AGAIN(a, b) a##b
#define SIMT_JOINED(a, b) SIMT_JOINED_AGAIN(a, b)
/// A resident block has an OS thread of its own, so what is local to the thread is shared by the block. Declare one
/// variable at a time: the red zone stands before it, and before the next.
#define __shared__                                                                            \
  [[gnu::used]] static thread_local ::simt::RedZone SIMT_JOINED(simt_red_zone_, __COUNTER__); \
  static thread_local

// ---- where a thread is

extern thread_local uint3 threadIdx;
extern thread_local uint3 blockIdx;
extern thread_local dim3 blockDim;
extern thread_local dim3 gridDim;
inline constexpr int warpSize = 32;

namespace simt {

/// The block's dynamic shared memory.
template <class T>
T* dynamic_shared() {
  static_assert(alignof(T) <= 16);
  return static_cast<T*>(dynamic_shared_memory());
}

}  // namespace simt

// ---- barriers and fences

inline void __syncthreads(simt::Position position = simt::Position::here()) {
  simt::block_barrier(simt::BarrierKind::plain, false, position);
}
inline int __syncthreads_count(int predicate, simt::Position position = simt::Position::here()) {
  return simt::block_barrier(simt::BarrierKind::count, predicate != 0, position);
}
inline int __syncthreads_and(int predicate, simt::Position position = simt::Position::here()) {
  return simt::block_barrier(simt::BarrierKind::all, predicate != 0, position);
}
inline int __syncthreads_or(int predicate, simt::Position position = simt::Position::here()) {
  return simt::block_barrier(simt::BarrierKind::any, predicate != 0, position);
}

inline void __threadfence_block() { simt::fence(simt::Scope::block); }
inline void __threadfence() { simt::fence(simt::Scope::device); }

/// Whoever waits for memory to change must call this in the loop.
inline void __nanosleep(unsigned /*nanoseconds*/) { simt::pause_thread(); }
