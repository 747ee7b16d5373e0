/// Host memory that the device reads and writes by itself, so that copies run beside the host's work.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <regio/views.hpp>

#include "cuda/stream.hpp"

namespace regio::cuda {

/// Null for no elements. Throws DeviceError(out_of_memory) when the host has no more memory to pin.
void* allocate_pinned(Index count, std::size_t element_bytes);
void free_pinned(void* memory) noexcept;

/// `count` uninitialised elements for copies on one stream. Pinning is slow (about a millisecond): make one and use it
/// again. Its end waits for the stream, since a queued copy may still use it.
template <class T>
class PinnedBuffer {
  static_assert(std::is_trivially_copyable_v<T>, "pinned memory holds plain values");

 public:
  PinnedBuffer() noexcept = default;
  PinnedBuffer(Stream const& stream, Index count)
      : stream_(&stream), data_(static_cast<T*>(allocate_pinned(count, sizeof(T)))), size_(count) {}
  PinnedBuffer(PinnedBuffer&& other) noexcept { swap(other); }
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept {
    PinnedBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~PinnedBuffer() {
    if (data_ == nullptr) return;
    static_cast<void>(stream_->settle());
    free_pinned(data_);
  }

  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] T const* data() const noexcept { return data_; }
  [[nodiscard]] Index size() const noexcept { return size_; }
  [[nodiscard]] std::span<T> span() noexcept { return {data_, static_cast<std::size_t>(size_)}; }
  [[nodiscard]] std::span<T const> span() const noexcept { return {data_, static_cast<std::size_t>(size_)}; }
  [[nodiscard]] T& operator[](Index i) noexcept { return data_[i]; }
  [[nodiscard]] T const& operator[](Index i) const noexcept { return data_[i]; }

 private:
  void swap(PinnedBuffer& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Stream const* stream_ = nullptr;
  T* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace regio::cuda
