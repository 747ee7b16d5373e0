#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "balancing/balance_operation.hpp"
#include "core/progress_meter.hpp"
#include "cuda/balance_part.hpp"
#include "cuda/balance_sweeps.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"

namespace regio {
namespace cuda {
namespace {

/// The whole operation: small tables part by part, then large ones, one after the other.
class Batch {
 public:
  Batch(CudaBackend& backend, BalanceOperation& operation)
      : backend_(backend),
        operation_(operation),
        meter_(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "tables") {
    for (BalanceItem& item : operation.items) {
      item.outcome = Outcome::cancelled;
      (fits_block(item, backend.properties()) ? small_ : large_).push_back(&item);
    }
  }

  void run() {
    set_most_of_part();
    for (std::size_t begun = 0; begun < small_.size() && !stopped();) begun = begin_part(begun);
    finish_part();
    BalanceSweepStaging staging;
    for (BalanceItem* item : large_) {
      if (stopped()) break;
      BalanceSweeps(backend_, operation_, *item, staging).run();
      meter_.advance(1);
    }
  }

 private:
  [[nodiscard]] bool stopped() const { return operation_.control.stop.stop_requested(); }

  /// The most of a part: memory for two parts at a time, half of what is free; and of a batch that copies much an
  /// eighth, so that copies run beside kernels.
  void set_most_of_part() {
    constexpr double most_bytes = 256.0 * 1024 * 1024, overlapped = 16e6, least_of_part = 8e6, parts = 8;
    most_of_part_ = std::min(most_bytes, 0.25 * static_cast<double>(backend_.free_memory()));
    double bytes = 0;
    for (BalanceItem const* item : small_) bytes += BalancePart::memory_of(*item);
    if (bytes >= overlapped) most_of_part_ = std::min(most_of_part_, std::max(least_of_part, bytes / parts));
  }

  [[nodiscard]] std::size_t part_end(std::size_t first) const {
    double bytes = BalancePart::memory_of(*small_[first]);
    std::size_t end = first + 1;
    for (; end < small_.size(); ++end) {
      bytes += BalancePart::memory_of(*small_[end]);
      if (bytes > most_of_part_) break;
    }
    return end;
  }

  /// Begins the next part, ends the one before it, whose kernels have run meanwhile, and returns the next part's end.
  /// What does not fit into the device's memory beside the part before waits for that one's end; what does not fit
  /// alone is divided.
  std::size_t begin_part(std::size_t first) {
    std::size_t end = part_end(first);
    for (;;) {
      try {
        auto next = std::make_unique<BalancePart>(backend_, operation_,
                                                  std::span<BalanceItem* const>(small_).subspan(first, end - first));
        next->begin(staging_[next_staging_]);
        next_staging_ = 1 - next_staging_;
        finish_part();
        running_ = std::move(next);
        return end;
      } catch (OutOfDeviceMemory const&) {
        if (running_ != nullptr) {
          finish_part();
        } else if (end - first > 1) {
          end = first + (end - first) / 2;
        } else {
          throw;
        }
      }
    }
  }

  void finish_part() {
    if (running_ == nullptr) return;
    running_->finish();
    meter_.advance(running_->count());
    running_.reset();
  }

  CudaBackend& backend_;
  BalanceOperation& operation_;
  ProgressMeter meter_;
  std::vector<BalanceItem*> small_, large_;
  double most_of_part_ = 0;
  BalanceStaging staging_[2];  // of the running part, and of the one that begins
  int next_staging_ = 0;
  std::unique_ptr<BalancePart> running_;
};

}  // namespace

void execute(CudaBackend& backend, BalanceOperation& operation) { Batch(backend, operation).run(); }

}  // namespace cuda
}  // namespace regio
