/// The one place that launches kernels, and the only file that tells nvcc from the executor of tests/simt.
///
/// Kernels and host/cuda are ordinary CUDA C++. Under g++ <cuda_runtime.h> is the executor's (tests/simt/include), and
/// a launch goes to its queue.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <tuple>
#include <utility>

namespace regio::cuda {

struct LaunchShape {
  dim3 grid{1};
  dim3 block{1};
  std::size_t shared_bytes = 0;  ///< dynamic shared memory of a block
};

/// Lets the kernel use `bytes` of dynamic shared memory on the current device.
inline cudaError_t allow_shared_bytes(void const* kernel, std::size_t bytes) {
  // 48 KB, static arrays included, need no permission; our kernels' static arrays stay below 16 KB.
  constexpr std::size_t without_asking = 32 * 1024;
  if (bytes <= without_asking) return cudaSuccess;
  int device = 0;
  int most = 0;
  cudaFuncAttributes attributes{};
  if (cudaError_t const status = cudaGetDevice(&device); status != cudaSuccess) return status;
  if (cudaError_t const status = cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
      status != cudaSuccess) {
    return status;
  }
  if (cudaError_t const status = cudaFuncGetAttributes(&attributes, kernel); status != cudaSuccess) return status;
  // All that the device has, not `bytes`: the permission belongs to the kernel, and another host thread may be about to
  // launch it with more.
  return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              most - static_cast<int>(attributes.sharedSizeBytes));
}

/// Launches kernel(arguments...) on the stream, whose device must be the current one. Returns this launch's own error;
/// what happens while the kernel runs shows at a later call on the stream. `name` is what tests find in their log.
template <class... Parameters, class... Arguments>
cudaError_t launch([[maybe_unused]] char const* name, void (*kernel)(Parameters...), LaunchShape const& shape,
                   cudaStream_t stream, Arguments&&... arguments) {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments), "the kernel takes another number of arguments");
  void const* const address = reinterpret_cast<void const*>(kernel);
  if (cudaError_t const status = allow_shared_bytes(address, shape.shared_bytes); status != cudaSuccess) return status;
  std::tuple<Parameters...> values(std::forward<Arguments>(arguments)...);
#if defined(__CUDACC__)
  return std::apply(
      [&](auto&... value) {
        void* pointers[] = {static_cast<void*>(&value)..., nullptr};
        return cudaLaunchKernel(address, shape.grid, shape.block, pointers, shape.shared_bytes, stream);
      },
      values);
#else
  return simt::enqueue(
      stream, address,
      {name, shape.grid, shape.block, shape.shared_bytes, simt::KernelCall<Parameters...>(kernel, std::move(values))});
#endif
}

}  // namespace regio::cuda

/// T* name: the block's dynamic shared memory, aligned to 16 bytes.
#if defined(__CUDACC__)
#define REGIO_DYNAMIC_SHARED(T, name)                                          \
  extern __shared__ __align__(16) unsigned char regio_dynamic_shared_memory[]; \
  T* const name = reinterpret_cast<T*>(regio_dynamic_shared_memory)
#else
#define REGIO_DYNAMIC_SHARED(T, name) T* const name = simt::dynamic_shared<T>()
#endif
