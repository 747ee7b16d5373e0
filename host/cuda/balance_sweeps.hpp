/// A table too large for a block: every sweep is made by the whole device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "balancing/balance_operation.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/pinned_buffer.hpp"
#include "kernels/balance_launch.cuh"

namespace regio::cuda {

/// Host memory for what comes back between the sweeps of large tables.
struct BalanceSweepStaging {
  PinnedBuffer<BalanceProgress> progress;
  PinnedBuffer<double> history;
};

/// Balances one item. The table goes to the device once, and its cells become the result there: 8 m n bytes, and beside
/// them 24 n bytes for each of at most 2048 chunks of at least four rows; of a sparse table 24 bytes a cell. The host
/// asks how the iteration stands after every sixteen sweeps; a stop is heard then.
class BalanceSweeps {
 public:
  /// Throws ContractError for a sparse table with more margins than the device counts.
  BalanceSweeps(CudaBackend& backend, BalanceOperation const& operation, BalanceItem& item,
                BalanceSweepStaging& staging);

  /// Throws OutOfDeviceMemory.
  void run();

 private:
  void choose_route();
  void lay_out();
  void upload();
  void fill_by_column(std::byte* image) const;
  void copy_cells_to_device();
  /// Whether the iteration has ended, and was not stopped.
  bool iterate();
  void take_history(Index seen);
  void check_result();
  void deliver();
  [[nodiscard]] double largest_residual(Index count);

  CudaBackend& backend_;
  BalanceOperation const& operation_;
  BalanceItem& item_;
  BalanceSweepStaging& staging_;

  BalanceRowRoute route_ = BalanceRowRoute::wide;
  Index chunk_rows_ = 1, chunks_ = 1, most_blocks_ = 1;
  MemoryImage input_, workspace_;
  Section<double> row_totals_, column_totals_, column_start_;
  Section<std::uint8_t> wiped_rows_, wiped_columns_;
  Section<Index> row_start_, column_start_of_cells_;  ///< of a sparse table, as the three that follow
  Section<std::int32_t> columns_of_cells_, rows_of_cells_;
  Section<double> cells_by_column_;
  Section<double> row_multipliers_, column_multipliers_, row_inverses_, column_inverses_;
  Section<double> parts_, sums_, residuals_, history_;
  Section<BalanceProgress> progress_;
  DeviceBuffer<double> cells_;
  DeviceBuffer<std::byte> input_memory_, workspace_memory_;
  BalanceSweepArguments arguments_{};
};

}  // namespace regio::cuda
