/// Queues of work on a device, and marks in them.
#pragma once

#include <cuda_runtime.h>

#include "cuda/memory_pool.hpp"

namespace regio::cuda {

class Event;

/// Work on one stream runs in the order in which it was given; work on two streams in any order that events leave open.
class Stream {
 public:
  /// The caller's stream, which stays the caller's; null: one of its own on the current device.
  explicit Stream(MemoryPool const& pool, cudaStream_t callers = nullptr);
  ~Stream();
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;

  [[nodiscard]] cudaStream_t handle() const noexcept { return handle_; }
  /// Where the memory of this stream's buffers comes from.
  [[nodiscard]] MemoryPool const& pool() const noexcept { return pool_; }
  /// Returns when all work given so far is done. Throws DeviceError when some of it failed.
  void wait() const;
  /// As wait(), for destructors and other ends that cannot throw; false when some of the work failed.
  [[nodiscard]] bool settle() const noexcept;
  /// Work given from now on runs after what the event marks.
  void wait_for(Event const& event) const;

 private:
  MemoryPool const& pool_;
  cudaStream_t handle_ = nullptr;
  bool owned_;
};

/// A mark in a stream, on the device that was current when it was made.
class Event {
 public:
  Event();
  ~Event();
  Event(Event const&) = delete;
  Event& operator=(Event const&) = delete;

  [[nodiscard]] cudaEvent_t handle() const noexcept { return handle_; }
  /// Marks the work given to the stream so far, in place of what was marked before.
  void record(Stream const& stream) const;
  /// Returns when the marked work is done; at once when nothing was marked.
  void wait() const;

 private:
  cudaEvent_t handle_ = nullptr;
};

}  // namespace regio::cuda
