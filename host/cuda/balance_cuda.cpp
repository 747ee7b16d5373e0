#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "balancing/balance_operation.hpp"
#include "core/progress_meter.hpp"
#include "cuda/balance_part.hpp"
#include "cuda/balance_sweeps.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/parts_in_turn.hpp"

namespace regio {
namespace cuda {
namespace {

/// The whole operation: small tables part by part, then large ones, one after the other.
class Batch {
 public:
  Batch(CudaBackend& backend, BalanceOperation& operation)
      : backend_(backend),
        operation_(operation),
        meter_(operation.control.progress, "balancing", static_cast<Index>(operation.items.size()), "tables"),
        parts_([this](BalancePart const& part) { meter_.advance(part.count()); }) {
    for (BalanceItem& item : operation.items) {
      item.outcome = Outcome::cancelled;
      (fits_block(item, backend.properties()) ? small_ : large_).push_back(&item);
    }
  }

  void run() {
    set_most_of_part();
    for (std::size_t begun = 0; begun < small_.size() && !stopped();) begun = begin_part(begun);
    parts_.finish();
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

  /// Begins the next part and returns its end.
  std::size_t begin_part(std::size_t first) {
    auto const make = [&](Index begin, Index end) {
      auto const items = std::span<BalanceItem* const>(small_).subspan(static_cast<std::size_t>(begin),
                                                                       static_cast<std::size_t>(end - begin));
      return std::make_unique<BalancePart>(backend_, operation_, items);
    };
    auto const end = parts_.begin(static_cast<Index>(first), static_cast<Index>(part_end(first)), make);
    return static_cast<std::size_t>(end);
  }

  CudaBackend& backend_;
  BalanceOperation& operation_;
  ProgressMeter meter_;
  std::vector<BalanceItem*> small_, large_;
  double most_of_part_ = 0;
  PartsInTurn<BalancePart, BalanceStaging> parts_;
};

}  // namespace

void execute(CudaBackend& backend, BalanceOperation& operation) { Batch(backend, operation).run(); }

}  // namespace cuda
}  // namespace regio
