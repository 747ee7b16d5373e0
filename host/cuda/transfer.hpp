/// Copies between host and device, in the order of a stream. Sizes are the spans'; an empty one queues nothing.
///
/// With pinned host memory a copy only is queued: the memory must stay as it is until the stream has reached it. With
/// other host memory the call returns once that memory is free to change (to the device) or holds the result (to the
/// host).
#pragma once

#include <span>
#include <type_traits>

#include <regio/views.hpp>

#include "cuda/cuda_error.hpp"
#include "cuda/stream.hpp"

namespace regio::cuda {

/// to[0, from.size()) = from.
template <class T>
void copy_to_device(Stream const& stream, T* to, std::type_identity_t<std::span<T const>> from) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (from.empty()) return;
  check(cudaMemcpyAsync(to, from.data(), from.size_bytes(), cudaMemcpyHostToDevice, stream.handle()),
        "cudaMemcpyAsync to the device");
}

/// to = from[0, to.size()).
template <class T>
void copy_to_host(Stream const& stream, std::type_identity_t<std::span<T>> to, T const* from) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (to.empty()) return;
  check(cudaMemcpyAsync(to.data(), from, to.size_bytes(), cudaMemcpyDeviceToHost, stream.handle()),
        "cudaMemcpyAsync to the host");
}

/// to[0, count) = from[0, count), both on the device.
template <class T>
void copy_on_device(Stream const& stream, T* to, T const* from, Index count) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (count == 0) return;
  check(
      cudaMemcpyAsync(to, from, static_cast<std::size_t>(count) * sizeof(T), cudaMemcpyDeviceToDevice, stream.handle()),
      "cudaMemcpyAsync on the device");
}

/// Sets every byte of to[0, count) to zero.
template <class T>
void fill_with_zeros(Stream const& stream, T* to, Index count) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (count == 0) return;
  check(cudaMemsetAsync(to, 0, static_cast<std::size_t>(count) * sizeof(T), stream.handle()), "cudaMemsetAsync");
}

/// Sets every bit of to[0, count).
template <class T>
void fill_with_ones(Stream const& stream, T* to, Index count) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (count == 0) return;
  check(cudaMemsetAsync(to, 0xFF, static_cast<std::size_t>(count) * sizeof(T), stream.handle()), "cudaMemsetAsync");
}

}  // namespace regio::cuda
