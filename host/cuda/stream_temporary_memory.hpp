/// Working memory of device-wide operations, from a stream's pool.
#pragma once

#include <cstddef>

#include "cuda/device_buffer.hpp"
#include "kernels/device_wide.cuh"

namespace regio::cuda {

class StreamTemporaryMemory final : public TemporaryMemory {
 public:
  explicit StreamTemporaryMemory(Stream const& stream) : stream_(stream) {}

  /// Throws OutOfDeviceMemory.
  void* allocate(std::size_t bytes) override { return DeviceMemory::allocate(stream_, static_cast<Index>(bytes), 1); }
  void release(void* memory) noexcept override {
    if (memory != nullptr) DeviceMemory::release(stream_, memory);
  }

 private:
  Stream const& stream_;
};

}  // namespace regio::cuda
