#include "cuda/device_properties.hpp"

#include <fmt/format.h>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

DeviceProperties device_properties(int ordinal) {
  cudaDeviceProp found{};
  check(cudaGetDeviceProperties(&found, ordinal), "cudaGetDeviceProperties");
  DeviceProperties properties{.ordinal = ordinal,
                              .name = found.name,
                              .compute_major = found.major,
                              .compute_minor = found.minor,
                              .multiprocessors = found.multiProcessorCount,
                              .threads_per_multiprocessor = found.maxThreadsPerMultiProcessor,
                              .memory_bytes = found.totalGlobalMem,
                              .shared_bytes_per_block = found.sharedMemPerBlockOptin,
                              .shared_bytes_per_multiprocessor = found.sharedMemPerMultiprocessor};
  if (found.memoryPoolsSupported == 0) {
    throw DeviceError(DeviceFailure::failed,
                      description(properties) + " has no stream-ordered memory (memoryPoolsSupported is 0)");
  }
  return properties;
}

std::string description(DeviceProperties const& properties) {
  constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
  return fmt::format("{}, CUDA device {}, compute capability {}.{}, {} multiprocessors, {:.1f} GiB", properties.name,
                     properties.ordinal, properties.compute_major, properties.compute_minor, properties.multiprocessors,
                     static_cast<double>(properties.memory_bytes) / gibibyte);
}

}  // namespace regio::cuda
