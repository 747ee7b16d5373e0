/// Small tables of a batch on their way through the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "balancing/balance_operation.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/pinned_buffer.hpp"
#include "kernels/balance_launch.cuh"

namespace regio::cuda {

/// Whether a block of the device holds the table in its shared memory.
bool fits_block(BalanceItem const& item, DeviceProperties const& device);

/// The column's multiplier before the first sweep.
double first_multiplier(BalanceItem const& item, Index column);

/// Takes over how the iteration of an item has ended; one that has not is cancelled.
void report_progress(BalanceProgress const& progress, BalanceItem& item);

/// Host memory for a part's copies; used again by a later part once this one has ended.
struct BalanceStaging {
  PinnedBuffer<std::byte> upload, results;
};

/// A part uploads on the copy stream, runs its kernels on the other one, and brings its results back on the copy
/// stream, as parts of k-means do (kmeans_part.hpp). Sparse tables go as dense ones.
class BalancePart {
 public:
  BalancePart(CudaBackend& backend, BalanceOperation const& operation, std::span<BalanceItem* const> items);

  /// Gives upload and kernels to the streams. The staging is the part's own until finish() has returned. Throws
  /// OutOfDeviceMemory.
  void begin(BalanceStaging& staging);
  /// Brings the results back, and returns once the items have them. Tables that need more sweeps than one launch makes
  /// get further launches, between which a stop is heard.
  void finish();

  [[nodiscard]] Index count() const noexcept { return static_cast<Index>(tables_.size()); }

  /// Bytes on the device that the item adds to a part, about.
  static double memory_of(BalanceItem const& item);

 private:
  struct Table {
    BalanceItem* item = nullptr;
    int threads = 0;
    Index shared_bytes = 0;
    Section<double> cells, row_totals, column_totals, column_start;
    Section<std::uint8_t> wiped_rows, wiped_columns;
    Section<double> row_multipliers, column_multipliers, balanced, history;
    Index sweeps_seen = 0;  ///< whose residuals the history has
  };

  void lay_out();
  void fill_numbers(Table const& table, std::byte* image) const;
  [[nodiscard]] BalanceTask described(Index position) const;
  void launch_all(bool begins);
  /// Whether a table is still running.
  bool take_progress(std::byte* image);
  void deliver(Index position, std::byte* image) const;

  CudaBackend& backend_;
  BalanceOperation const& operation_;
  std::vector<Table> tables_;  ///< by launch
  Index most_sweeps_;

  MemoryImage input_, output_;
  Section<BalanceTask> tasks_;
  Section<BalanceProgress> progress_;
  DeviceBuffer<std::byte> input_memory_, results_memory_;
  std::byte *device_input_ = nullptr, *device_results_ = nullptr;
  BalanceStaging* staging_ = nullptr;
  Event uploaded_, balanced_, downloaded_;
};

}  // namespace regio::cuda
