/// The engine's own stream-ordered memory.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace regio::cuda {

/// A pool on the current device that keeps what it once had until the engine ends or memory is short. The device's
/// default pool stays as the caller's program has set it.
class MemoryPool {
 public:
  explicit MemoryPool(int ordinal);
  ~MemoryPool();
  MemoryPool(MemoryPool const&) = delete;
  MemoryPool& operator=(MemoryPool const&) = delete;

  [[nodiscard]] cudaMemPool_t handle() const noexcept { return handle_; }
  /// Bytes that the pool holds and nobody uses.
  [[nodiscard]] std::size_t idle_bytes() const;
  /// Gives what nobody uses back to the device.
  void trim() const;

 private:
  cudaMemPool_t handle_ = nullptr;
};

}  // namespace regio::cuda
