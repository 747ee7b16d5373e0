/// Arrays of several types in one piece of memory, so that one copy carries them all.
#pragma once

#include <cstddef>

#include <regio/views.hpp>

namespace regio::cuda {

/// Where an array stands in an image, on the host and on the device alike.
template <class T>
struct Section {
  Index offset = 0;  ///< bytes
  Index count = 0;

  [[nodiscard]] T* in(std::byte* image) const { return reinterpret_cast<T*>(image + offset); }
};

/// Lays sections out one after another.
class MemoryImage {
 public:
  template <class T>
  Section<T> add(Index count) {
    constexpr Index alignment = 16;  // of the widest load of a thread
    static_assert(alignof(T) <= alignment);
    Section<T> const section{bytes_, count};
    bytes_ += (count * static_cast<Index>(sizeof(T)) + alignment - 1) / alignment * alignment;
    return section;
  }

  [[nodiscard]] Index bytes() const noexcept { return bytes_; }

 private:
  Index bytes_ = 0;
};

}  // namespace regio::cuda
