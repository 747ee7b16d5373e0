/// A batch that goes to the device part by part, two of them at a time.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <regio/views.hpp>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

/// The part that runs, and how the next one takes its place. `Part` has
///   void begin(Staging&)  gives its work to the streams; the staging is its own until finish() has returned
///   void finish()         returns once its results are there
/// and may throw OutOfDeviceMemory while it is made and begun.
template <class Part, class Staging>
class PartsInTurn {
 public:
  /// finished(part) is called after each part.
  explicit PartsInTurn(std::function<void(Part const&)> finished) : finished_(std::move(finished)) {}

  /// Begins the part make(first, end), ends the one before it, whose kernels have run meanwhile, and returns the end of
  /// the part that has begun. What does not fit into the device's memory beside the part before waits for that one's
  /// end; what does not fit alone is divided. Throws OutOfDeviceMemory where a single problem does not fit alone.
  template <class Make>
  Index begin(Index first, Index end, Make&& make) {
    for (;;) {
      try {
        std::unique_ptr<Part> next = make(first, end);
        next->begin(staging_[next_staging_]);
        next_staging_ = 1 - next_staging_;
        finish();
        running_ = std::move(next);
        return end;
      } catch (OutOfDeviceMemory const&) {
        if (running_ != nullptr) {
          finish();
        } else if (end - first > 1) {
          end = first + (end - first) / 2;
        } else {
          throw;
        }
      }
    }
  }

  /// Ends the part that runs, if one does.
  void finish() {
    if (running_ == nullptr) return;
    running_->finish();
    finished_(*running_);
    running_.reset();
  }

  /// Null: none.
  [[nodiscard]] Part const* running() const noexcept { return running_.get(); }

 private:
  std::function<void(Part const&)> finished_;
  Staging staging_[2];  // of the running part, and of the one that begins
  int next_staging_ = 0;
  std::unique_ptr<Part> running_;
};

}  // namespace regio::cuda
