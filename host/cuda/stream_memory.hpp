/// Who owns memory that belongs to a stream's order, whatever kind of memory it is.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <regio/views.hpp>

#include "cuda/stream.hpp"

namespace regio::cuda {

/// `size()` uninitialised elements, null for none. Memory::allocate(stream, count, element bytes) gets them and
/// Memory::release(stream, memory) gives them back in the stream's order. Move-only.
template <class T, class Memory>
class StreamMemory {
  static_assert(std::is_trivially_copyable_v<T>, "what is copied between host and device is plain values");

 public:
  StreamMemory() noexcept = default;
  StreamMemory(Stream const& stream, Index count)
      : stream_(&stream), data_(static_cast<T*>(Memory::allocate(stream, count, sizeof(T)))), size_(count) {}
  StreamMemory(StreamMemory&& other) noexcept { swap(other); }
  StreamMemory& operator=(StreamMemory&& other) noexcept {
    StreamMemory taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~StreamMemory() {
    if (data_ != nullptr) Memory::release(*stream_, data_);
  }

  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] T const* data() const noexcept { return data_; }
  [[nodiscard]] Index size() const noexcept { return size_; }

 private:
  void swap(StreamMemory& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Stream const* stream_ = nullptr;
  T* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace regio::cuda
