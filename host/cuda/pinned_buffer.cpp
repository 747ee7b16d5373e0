#include "cuda/pinned_buffer.hpp"

#include <limits>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

void* PinnedMemory::allocate(Stream const& /*stream*/, Index count, std::size_t element_bytes) {
  if (count == 0) return nullptr;
  if (static_cast<std::size_t>(count) > std::numeric_limits<std::size_t>::max() / element_bytes) {
    throw DeviceError(DeviceFailure::out_of_memory, "pinned memory: more bytes asked for than can be counted");
  }
  void* memory = nullptr;
  check(cudaMallocHost(&memory, static_cast<std::size_t>(count) * element_bytes), "cudaMallocHost");
  return memory;
}

void PinnedMemory::release(Stream const& stream, void* memory) noexcept {
  static_cast<void>(stream.settle());
  disregard(cudaFreeHost(memory));
}

}  // namespace regio::cuda
