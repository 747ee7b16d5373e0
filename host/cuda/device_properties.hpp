/// What launchers need to know of a device to plan for it.
#pragma once

#include <cstddef>
#include <string>

namespace regio::cuda {

struct DeviceProperties {
  int ordinal = 0;
  std::string name;
  int compute_major = 0;
  int compute_minor = 0;
  int multiprocessors = 0;
  int threads_per_multiprocessor = 0;
  std::size_t memory_bytes = 0;
  std::size_t shared_bytes_per_block = 0;  ///< the most that a launch may ask for
  std::size_t shared_bytes_per_multiprocessor = 0;
};

/// Throws DeviceError when the device cannot be asked, or has no stream-ordered memory.
DeviceProperties device_properties(int ordinal);

/// "NVIDIA H100 80GB HBM3, CUDA device 0, compute capability 9.0, 132 multiprocessors, 79.1 GiB".
std::string description(DeviceProperties const& properties);

}  // namespace regio::cuda
