/// Memory on the device.
#pragma once

#include <cstddef>

#include <regio/views.hpp>

#include "cuda/stream_memory.hpp"

namespace regio::cuda {

struct DeviceMemory {
  /// Memory from the stream's pool, usable by work given to the stream from now on; null for no elements. Throws
  /// OutOfDeviceMemory when it is not there even after the stream's work is done and the pool is trimmed.
  static void* allocate(Stream const& stream, Index count, std::size_t element_bytes);
  /// Gives it back once the work given to the stream so far is done; while an exception unwinds the stack, once all
  /// work of the device is.
  static void release(Stream const& stream, void* memory) noexcept;
};

/// `count` uninitialised elements, ordered by one stream: work of another stream that uses them must wait for an event
/// of this one, and this one for the other's before the buffer ends.
template <class T>
class DeviceBuffer : public StreamMemory<T, DeviceMemory> {
 public:
  using StreamMemory<T, DeviceMemory>::StreamMemory;
};

}  // namespace regio::cuda
