#include "cuda/device_buffer.hpp"

#include <exception>
#include <limits>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {
namespace {

std::size_t free_bytes(Stream const& stream) {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return free + stream.pool().idle_bytes();
}

}  // namespace

void* DeviceMemory::allocate(Stream const& stream, Index count, std::size_t element_bytes) {
  if (count == 0) return nullptr;
  auto const elements = static_cast<std::size_t>(count);
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  if (elements > most / element_bytes) throw OutOfDeviceMemory(most, free_bytes(stream));
  std::size_t const bytes = elements * element_bytes;
  void* memory = nullptr;
  auto const ask = [&] { return cudaMallocFromPoolAsync(&memory, bytes, stream.pool().handle(), stream.handle()); };
  cudaError_t status = ask();
  if (status == cudaErrorMemoryAllocation) {
    disregard(status);
    stream.wait();
    stream.pool().trim();
    status = ask();
  }
  if (status == cudaErrorMemoryAllocation) {
    disregard(status);
    throw OutOfDeviceMemory(bytes, free_bytes(stream));
  }
  check(status, "cudaMallocFromPoolAsync");
  return memory;
}

void DeviceMemory::release(Stream const& stream, void* memory) noexcept {
  // An exception may have come between another stream's use of the memory and the event that this one waits for.
  if (std::uncaught_exceptions() > 0) disregard(cudaDeviceSynchronize());
  disregard(cudaFreeAsync(memory, stream.handle()));
}

}  // namespace regio::cuda
