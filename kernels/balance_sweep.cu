#include "kernels/balance_sweep.cuh"

#include <algorithm>

#include "kernels/balance_launch.cuh"
#include "kernels/balance_sparse.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {
namespace {

using SweepKernel = void (*)(BalanceSweepArguments);

struct RowsKernel {
  char const* name;
  SweepKernel kernel;
};

RowsKernel rows_kernel(BalanceRowRoute route, bool is_signed) {
  switch (route) {
    case BalanceRowRoute::warps:
      if (is_signed) return {"balance_rows_warp_signed", balance_rows<WarpGroup, true>};
      return {"balance_rows_warp", balance_rows<WarpGroup, false>};
    case BalanceRowRoute::blocks:
      if (is_signed) return {"balance_rows_signed", balance_rows<BlockGroup, true>};
      return {"balance_rows", balance_rows<BlockGroup, false>};
    case BalanceRowRoute::sparse: return {"balance_sparse_rows", balance_sparse_rows};
    case BalanceRowRoute::wide: break;
  }
  if (is_signed) return {"balance_wide_rows_signed", balance_wide_rows<true>};
  return {"balance_wide_rows", balance_wide_rows<false>};
}

std::int64_t rounded_up(std::int64_t count, std::int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Whole warps for so many items.
int threads_for(std::int64_t items, int least = warp_threads) {
  return static_cast<int>(std::clamp<std::int64_t>(rounded_up(items, warp_threads), least, sweep_threads));
}

/// Threads of a block that takes rows.
int row_threads(BalanceRowRoute route, std::int64_t columns) {
  switch (route) {
    case BalanceRowRoute::warps: return 128;
    case BalanceRowRoute::blocks: return threads_for(2 * ((columns + cells_of_thread - 1) / cells_of_thread), 64);
    case BalanceRowRoute::sparse: return sparse_threads;
    case BalanceRowRoute::wide: break;
  }
  return sweep_threads;
}

std::int64_t groups_of_block(BalanceRowRoute route) {
  return route == BalanceRowRoute::warps ? row_threads(route, 0) / warp_threads : 1;
}

std::size_t shared_bytes_of_rows(BalanceRowRoute route, BalanceSweepArguments const& sweep) {
  return static_cast<std::size_t>(balance_row_shared_bytes(route, sweep.task.columns, sweep.kinds));
}

LaunchShape shape_of(std::int64_t blocks, int threads, std::size_t shared_bytes = 0) {
  return {dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(threads)), shared_bytes};
}

std::int64_t blocks_for(std::int64_t items, std::int64_t of_block) { return (items + of_block - 1) / of_block; }

/// Of the check of columns, a thread each.
constexpr int column_threads = 128;

}  // namespace

std::int64_t balance_row_width(BalanceRowRoute route) {
  return route == BalanceRowRoute::warps ? ColumnTile<WarpGroup>::width : ColumnTile<BlockGroup>::width;
}

std::int64_t balance_row_shared_bytes(BalanceRowRoute route, std::int64_t columns, int kinds) {
  if (route == BalanceRowRoute::wide || route == BalanceRowRoute::sparse) return 0;
  return static_cast<std::int64_t>(sizeof(double)) * kinds * columns * (1 + groups_of_block(route));
}

cudaError_t balance_rows_residency(BalanceRowRoute route, BalanceSweepArguments const& sweep, int* blocks) {
  std::size_t const shared = shared_bytes_of_rows(route, sweep);
  SweepKernel const kernel = rows_kernel(route, sweep.kinds == 2).kernel;
  if (cudaError_t const status = allow_shared_bytes(reinterpret_cast<void const*>(kernel), shared);
      status != cudaSuccess) {
    return status;
  }
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, kernel, row_threads(route, sweep.task.columns), shared);
}

cudaError_t launch_balance_begin(cudaStream_t stream, BalanceSweepArguments sweep) {
  sweep.begins = true;
  return launch("balance_step", balance_step, shape_of(1, threads_for(sweep.task.columns)), stream, sweep);
}

cudaError_t launch_balance_sweep(cudaStream_t stream, BalanceRowRoute route, std::int64_t most_blocks,
                                 BalanceSweepArguments const& sweep) {
  RowsKernel const rows = rows_kernel(route, sweep.kinds == 2);
  std::int64_t const columns = sweep.task.columns;
  bool const is_sparse = route == BalanceRowRoute::sparse;
  std::int64_t const blocks =
      is_sparse ? sweep.chunks : std::min(most_blocks, blocks_for(sweep.chunks, groups_of_block(route)));
  LaunchShape const row_shape = shape_of(blocks, row_threads(route, columns), shared_bytes_of_rows(route, sweep));
  if (cudaError_t const status = launch(rows.name, rows.kernel, row_shape, stream, sweep); status != cudaSuccess) {
    return status;
  }
  // As many threads for a column as it has chunks; they belong to the table's size, as the order of the sums does.
  LaunchShape const column_shape =
      is_sparse ? shape_of(balance_sparse_blocks(columns), sparse_threads)
                : shape_of(blocks_for(columns, columns_of_block), threads_for(columns_of_block * sweep.chunks));
  SweepKernel const sum_columns = is_sparse ? balance_sparse_columns : balance_columns;
  if (cudaError_t const status =
          launch(is_sparse ? "balance_sparse_columns" : "balance_columns", sum_columns, column_shape, stream, sweep);
      status != cudaSuccess) {
    return status;
  }
  return launch("balance_step", balance_step, shape_of(1, threads_for(sweep.task.columns)), stream, sweep);
}

std::int64_t balance_sparse_blocks(std::int64_t margins) {
  constexpr std::int64_t most_blocks = 4096;
  return std::min(most_blocks, blocks_for(margins, sparse_threads / warp_threads));
}

std::int64_t balance_column_blocks(BalanceRowRoute route, std::int64_t columns) {
  return route == BalanceRowRoute::sparse ? balance_sparse_blocks(columns) : blocks_for(columns, column_threads);
}

cudaError_t launch_balance_check_columns(cudaStream_t stream, BalanceRowRoute route,
                                         BalanceSweepArguments const& sweep) {
  std::int64_t const blocks = balance_column_blocks(route, sweep.task.columns);
  if (route == BalanceRowRoute::sparse) {
    return launch("balance_sparse_check_columns", balance_sparse_check_columns, shape_of(blocks, sparse_threads),
                  stream, sweep);
  }
  constexpr std::int64_t most_of_grid = 65'535;
  LaunchShape shape = shape_of(blocks, column_threads);
  shape.grid.y = static_cast<unsigned>(std::min(sweep.chunks, most_of_grid));
  if (cudaError_t const status = launch("balance_check_columns", balance_check_columns, shape, stream, sweep);
      status != cudaSuccess) {
    return status;
  }
  shape.grid.y = 1;
  return launch("balance_column_residuals", balance_column_residuals, shape, stream, sweep);
}

cudaError_t launch_balance_check_rows(cudaStream_t stream, BalanceRowRoute route, std::int64_t blocks,
                                      BalanceSweepArguments const& sweep) {
  LaunchShape const shape = shape_of(blocks, row_threads(route, sweep.task.columns));
  if (route == BalanceRowRoute::sparse) {
    return launch("balance_sparse_check_rows", balance_sparse_check_rows, shape, stream, sweep);
  }
  if (route == BalanceRowRoute::warps) {
    return launch("balance_check_rows_warp", balance_check_rows<WarpGroup>, shape, stream, sweep);
  }
  return launch("balance_check_rows", balance_check_rows<BlockGroup>, shape, stream, sweep);
}

}  // namespace regio::cuda
