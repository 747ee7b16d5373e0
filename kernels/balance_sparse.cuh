/// Large sparse tables: warps take rows and gather the columns' multipliers, then columns and gather the rows'. The
/// cells stand on the device twice, by row and by column, so that every sum belongs to one warp and needs no atomics.
///
/// A sweep is balance_sparse_rows, balance_sparse_columns and balance_step (balance_sweep.cuh).
#pragma once

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>

#include "balancing/compensated_sum.hpp"
#include "kernels/balance_control.cuh"
#include "kernels/balance_group.cuh"
#include "kernels/balance_work.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// Threads of a block; a warp for each margin.
inline constexpr int sparse_threads = 128;

/// body(margin) for the margins of the warp, of all `count`.
template <class Body>
__device__ __forceinline__ void for_margins(std::int64_t count, Body&& body) {
  constexpr int warps = sparse_threads / warp_threads;
  std::int64_t const step = std::int64_t{gridDim.x} * warps;
  for (std::int64_t m = std::int64_t{blockIdx.x} * warps + threadIdx.x / warp_threads; m < count; m += step) body(m);
}

/// The warp's sums of the positive and the negative cells of a margin under the other one's multipliers.
__device__ __forceinline__ double2 sum_of_margin(BalanceSparseMargin const& margin, double const* values,
                                                 std::int64_t m, double const* multipliers, double const* inverses) {
  double2 sums = make_double2(0, 0);
#pragma unroll 2
  for (std::int64_t e = margin.start[m] + WarpGroup::rank(); e < margin.start[m + 1]; e += warp_threads) {
    double const cell = values[e];
    if (cell > 0) {
      sums.x = fma(cell, multipliers[margin.other[e]], sums.x);
    } else if (cell < 0) {
      sums.y = fma(-cell, inverses[margin.other[e]], sums.y);
    }
  }
  return GroupSums<WarpGroup>(nullptr).add<PairSum>(sums);
}

/// residuals[block] = the largest of the block's rows.
__global__ void __launch_bounds__(sparse_threads, 8) balance_sparse_rows(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  if (task.progress->status != BalanceStatus::running) return;
  RelaxationExponent const exponent = task.progress->relaxation.exponent();
  double worst = 0;
  for_margins(task.rows, [&](std::int64_t i) {
    double const old = task.row_multipliers[i];
    double2 const sums = sum_of_margin(sweep.by_row, task.cells, i, task.column_multipliers, sweep.column_inverses);
    Multiplier const stepped = stepped_row(task, i, task.row_totals[i], old, sums.x, sums.y, exponent, worst);
    if (WarpGroup::rank() > 0) return;
    task.row_multipliers[i] = stepped.value;
    if (sweep.row_inverses != nullptr) sweep.row_inverses[i] = stepped.inverse;
  });
  double const largest = extremes_of_block(worst, 0).residual;
  if (threadIdx.x == 0) sweep.residuals[blockIdx.x] = largest;
}

__global__ void __launch_bounds__(sparse_threads, 8) balance_sparse_columns(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  if (task.progress->status != BalanceStatus::running) return;
  for_margins(task.columns, [&](std::int64_t j) {
    double2 const sums =
        sum_of_margin(sweep.by_column, sweep.cells_by_column, j, task.row_multipliers, sweep.row_inverses);
    if (WarpGroup::rank() > 0) return;
    sweep.sums[j] = sums.x;
    if (sweep.kinds == 2) sweep.sums[task.columns + j] = sums.y;
  });
}

/// The result's cells of the margins, their sums in twice the precision, and the largest residual of each block.
template <class CellOf>
__device__ __forceinline__ void check_margins(BalanceSweepArguments const& sweep, BalanceSparseMargin const& margin,
                                              std::int64_t count, double const* totals, CellOf&& cell_of) {
  double worst = 0;
  for_margins(count, [&](std::int64_t m) {
    double sum = 0, error = 0, magnitude = 0;
    for (std::int64_t e = margin.start[m] + WarpGroup::rank(); e < margin.start[m + 1]; e += warp_threads) {
      double const x = cell_of(e, m, margin.other[e]);
      magnitude += fabs(x);
      add_exactly(x, sum, error);
    }
    GroupSums<WarpGroup> group(nullptr);
    double2 const total = group.add<ExactSum>(make_double2(sum, error));
    double const size = group.add<SingleSum>(make_double2(magnitude, 0)).x;
    worst = larger_residual(worst, checked_residual((total.x - totals[m]) + total.y, size, totals[m]));
  });
  double const largest = extremes_of_block(worst, 0).residual;
  if (threadIdx.x == 0) sweep.residuals[blockIdx.x] = largest;
}

__global__ void __launch_bounds__(sparse_threads, 8) balance_sparse_check_columns(BalanceSweepArguments sweep) {
  check_margins(sweep, sweep.by_column, sweep.task.columns, sweep.task.column_totals,
                [&](std::int64_t e, std::int64_t j, std::int64_t i) {
                  return balanced_cell(sweep, sweep.cells_by_column[e], i, j);
                });
}

/// The cells by row become the result's.
__global__ void __launch_bounds__(sparse_threads, 8) balance_sparse_check_rows(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  check_margins(sweep, sweep.by_row, task.rows, task.row_totals, [&](std::int64_t e, std::int64_t i, std::int64_t j) {
    double const x = balanced_cell(sweep, task.cells[e], i, j);
    if (task.balanced != nullptr) task.balanced[e] = x;
    return x;
  });
}

}  // namespace regio::cuda
