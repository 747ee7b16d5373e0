/// Memory on the device.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <regio/views.hpp>

#include "cuda/stream.hpp"

namespace regio::cuda {

/// Memory from the stream's pool, usable by work given to the stream from now on; null for no elements. Throws
/// OutOfDeviceMemory when it is not there even after the stream's work is done and the pool is trimmed.
void* allocate_on_device(Stream const& stream, Index count, std::size_t element_bytes);
/// Gives it back once the work given to the stream so far is done; while an exception unwinds the stack, once all work
/// of the device is.
void free_on_device(Stream const& stream, void* memory) noexcept;

/// `count` uninitialised elements, ordered by one stream: work of another stream that uses them must wait for an event
/// of this one, and this one for the other's before the buffer ends.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>, "device memory holds plain values");

 public:
  DeviceBuffer() noexcept = default;
  DeviceBuffer(Stream const& stream, Index count)
      : stream_(&stream), data_(static_cast<T*>(allocate_on_device(stream, count, sizeof(T)))), size_(count) {}
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    DeviceBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~DeviceBuffer() {
    if (data_ != nullptr) free_on_device(*stream_, data_);
  }

  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] T const* data() const noexcept { return data_; }
  [[nodiscard]] Index size() const noexcept { return size_; }

 private:
  void swap(DeviceBuffer& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Stream const* stream_ = nullptr;
  T* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace regio::cuda
