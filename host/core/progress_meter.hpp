/// Hands the progress of parallel work to the caller's sink: one thread at a time, at most about ten times a second.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>

#include <regio/progress.hpp>

namespace regio {

/// A stage of `total` steps; begins when it is made and ends when it goes.
class ProgressMeter {
 public:
  ProgressMeter(ProgressSink* sink, std::string_view stage, Index total, std::string_view unit) : sink_(sink) {
    if (sink_) sink_->begin(stage, total, unit);
  }
  ProgressMeter(ProgressMeter const&) = delete;
  ProgressMeter& operator=(ProgressMeter const&) = delete;
  ~ProgressMeter() {
    if (!sink_) return;
    sink_->advance(done_);
    sink_->end();
  }

  /// `steps` more steps are finished. Any thread may call.
  void advance(Index steps) {
    done_ += steps;
    if (!sink_) return;
    std::unique_lock const lock(mutex_, std::try_to_lock);
    auto const now = std::chrono::steady_clock::now();
    if (!lock || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    sink_->advance(done_);
  }

 private:
  ProgressSink* sink_;
  std::atomic<Index> done_{0};
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace regio
