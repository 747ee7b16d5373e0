/// The launches of the kernels that balance tables, for the host.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "kernels/balance_layout.cuh"
#include "kernels/balance_work.cuh"

namespace regio::cuda {

/// Bytes of shared memory that a block needs for such a table.
std::int64_t balance_shared_bytes(BalanceLayout<std::int64_t> const& layout);

/// Balances small tables, each by a block of so many threads (a multiple of 32, at most 512) with so much shared
/// memory; `is_signed`: tables may have negative cells. Tables that are no longer running are left alone. Results do
/// not depend on `threads`.
cudaError_t launch_balance_batch(cudaStream_t stream, bool is_signed, std::int64_t tables, int threads,
                                 std::int64_t shared_bytes, BalanceBatchArguments const& arguments);

// Large tables.

/// Who takes the rows of a large table. Results do not depend on it beyond rounding: sums have another order.
enum class BalanceRowRoute : int {
  warps,   ///< a warp a chunk of rows; a row in its registers
  blocks,  ///< a block a chunk of rows; a row in its registers
  wide,    ///< a block a chunk of rows, which it reads twice
  sparse,  ///< a warp a row, and then a column
};

/// Columns of a row that the registers hold (warps, blocks).
std::int64_t balance_row_width(BalanceRowRoute route);
/// Shared memory of a block (warps, blocks), for multipliers and column sums; `kinds`: 2 where there are negative
/// cells, else 1.
std::int64_t balance_row_shared_bytes(BalanceRowRoute route, std::int64_t columns, int kinds);
/// Blocks of the kernel of the rows that a multiprocessor keeps at once.
cudaError_t balance_rows_residency(BalanceRowRoute route, BalanceSweepArguments const& sweep, int* blocks);

/// Multipliers and progress as before the first sweep.
cudaError_t launch_balance_begin(cudaStream_t stream, BalanceSweepArguments sweep);

/// One sweep: rows (by at most so many blocks; of a sparse table by sweep.chunks blocks), columns, decision; nothing
/// once the table is no longer running. The same bits for any number of blocks.
cudaError_t launch_balance_sweep(cudaStream_t stream, BalanceRowRoute route, std::int64_t most_blocks,
                                 BalanceSweepArguments const& sweep);

/// Residuals of the result's columns into residuals[balance_column_blocks()], which reads the table once.
cudaError_t launch_balance_check_columns(cudaStream_t stream, BalanceRowRoute route,
                                         BalanceSweepArguments const& sweep);
std::int64_t balance_column_blocks(BalanceRowRoute route, std::int64_t columns);
/// Blocks that take the rows of a sparse table.
std::int64_t balance_sparse_blocks(std::int64_t margins);

/// Residuals of the result's rows into residuals[blocks], and the result into task.balanced, which may be the table
/// itself, unless it is null.
cudaError_t launch_balance_check_rows(cudaStream_t stream, BalanceRowRoute route, std::int64_t blocks,
                                      BalanceSweepArguments const& sweep);

}  // namespace regio::cuda
