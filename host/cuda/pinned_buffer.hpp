/// Host memory that the device reads and writes by itself, so that copies run beside the host's work.
#pragma once

#include <cstddef>
#include <span>

#include <regio/views.hpp>

#include "cuda/stream_memory.hpp"

namespace regio::cuda {

struct PinnedMemory {
  /// Null for no elements. Throws DeviceError(out_of_memory) when the host has no more memory to pin.
  static void* allocate(Stream const& stream, Index count, std::size_t element_bytes);
  /// Waits for the stream first, since a queued copy may still use the memory.
  static void release(Stream const& stream, void* memory) noexcept;
};

/// `count` uninitialised elements for copies on one stream. Pinning is slow (about a millisecond): make one and use it
/// again. Its end waits for the stream.
template <class T>
class PinnedBuffer : public StreamMemory<T, PinnedMemory> {
 public:
  using StreamMemory<T, PinnedMemory>::StreamMemory;

  [[nodiscard]] std::span<T> span() noexcept { return {this->data(), static_cast<std::size_t>(this->size())}; }
  [[nodiscard]] std::span<T const> span() const noexcept {
    return {this->data(), static_cast<std::size_t>(this->size())};
  }
  [[nodiscard]] T& operator[](Index i) noexcept { return this->data()[i]; }
  [[nodiscard]] T const& operator[](Index i) const noexcept { return this->data()[i]; }
};

/// Makes the buffer hold at least so many elements; what it held is lost when it grows.
template <class T>
void make_room(PinnedBuffer<T>& buffer, Stream const& stream, Index count) {
  if (buffer.size() >= count) return;
  buffer = {};
  buffer = PinnedBuffer<T>(stream, count);
}

}  // namespace regio::cuda
