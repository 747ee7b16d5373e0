/// The cost model of balancing on a CUDA device: what docs/performance.md says, and what the kernels are held to
/// (tests/kernels/balance_test.cpp). Bytes of global memory.
#pragma once

#include <cstdint>

namespace regio::test {

/// A sweep of a large dense table of m rows and n columns in so many chunks of rows.
struct BalanceSweepCost {
  std::int64_t m = 0, n = 0, chunks = 0;
  std::int64_t kinds = 1;  ///< 2: with negative cells
  std::int64_t blocks = 1, warps_of_row = 1;
  bool is_wide = false;  ///< rows are read twice

  [[nodiscard]] constexpr std::int64_t table() const { return 8 * m * n; }
  /// Read by the kernel of the rows: the table, the columns' multipliers once a block, and for each row its total and
  /// its old multiplier, a sector of 32 bytes each for every warp that takes part. Of wide rows the columns'
  /// multipliers are read with every row, and for each tile of columns the rows' ones.
  [[nodiscard]] constexpr std::int64_t read_by_rows() const {
    if (!is_wide) return table() + 8 * kinds * n * blocks + 2 * 32 * m * warps_of_row;
    constexpr std::int64_t tile = 8192;
    return 2 * table() + 8 * n * m + (2 + kinds * ((n + tile - 1) / tile)) * 32 * m * warps_of_row;
  }
  /// Parts of the column sums, rows' multipliers and residuals.
  [[nodiscard]] constexpr std::int64_t written_by_rows() const { return 8 * kinds * (chunks * n + m) + 8 * chunks; }
  [[nodiscard]] constexpr std::int64_t read_by_columns() const { return 8 * kinds * chunks * n; }
  [[nodiscard]] constexpr std::int64_t written_by_columns() const { return 8 * kinds * n; }
  /// Residuals; twice the column sums, multipliers and totals, once the inverse multipliers.
  [[nodiscard]] constexpr std::int64_t read_by_step() const { return 8 * (chunks + (2 * kinds + 4 + (kinds - 1)) * n); }

  /// All of it, beside the table read once.
  [[nodiscard]] constexpr std::int64_t beside_the_table() const {
    return read_by_rows() + written_by_rows() + read_by_columns() + written_by_columns() + read_by_step() - table();
  }
};

/// A table that a block balances: everything is read when its launch begins and written when it ends, whatever the
/// number of sweeps.
struct BalanceBatchCost {
  std::int64_t m = 0, n = 0;

  [[nodiscard]] constexpr std::int64_t read() const { return 8 * (m * n + m + 2 * n); }
  [[nodiscard]] constexpr std::int64_t written() const { return 8 * (m * n + m + n); }
};

}  // namespace regio::test
