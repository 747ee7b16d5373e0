/// Large tables: every sweep is made by the whole device in three launches.
///
///     balance_rows     reads the table: groups of threads take chunks of rows, sum each row, step its multiplier, and
///                      add the row to the chunk's part of the column sums while its cells are in registers
///     balance_columns  adds the chunks' parts up
///     balance_step     decides how the iteration goes on, and steps the columns
///
/// Chunks belong to the table's size, and every sum has its fixed order: the same bits for any grid.
#pragma once

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "balancing/compensated_sum.hpp"
#include "kernels/balance_control.cuh"
#include "kernels/balance_group.cuh"
#include "kernels/balance_work.cuh"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// The most threads of a block of every kernel here.
inline constexpr int sweep_threads = 512;
/// Cells of a row that a thread keeps in registers.
inline constexpr int cells_of_thread = 16;

/// Which chunks of rows a group takes.
template <class Group>
struct ChunkRange {
  unsigned size = static_cast<unsigned>(Group::size());
  std::int64_t first = std::int64_t{blockIdx.x} * (blockDim.x / size) + threadIdx.x / size;
  std::int64_t step = std::int64_t{gridDim.x} * (blockDim.x / size);
};

/// Columns of a row that the registers of a group hold, from the first one of the thread on.
template <class Group>
struct ColumnTile {
  static constexpr int width = cells_of_thread * (std::is_same_v<Group, WarpGroup> ? warp_threads : sweep_threads);

  std::int64_t first;
  int left;  ///< columns from there to the end of the row or of the tile

  __device__ ColumnTile(std::int64_t begin, std::int64_t columns) : first(begin + Group::rank()) {
    std::int64_t const all = columns - first;
    left = static_cast<int>(all < width ? all : width);
  }

  /// body(k, column - first) for the thread's columns.
  template <class Body>
  __device__ __forceinline__ void for_each(Body&& body) const {
#pragma unroll
    for (int k = 0; k < cells_of_thread; ++k) {
      if (k * Group::size() < left) body(k, k * Group::size());
    }
  }
};

/// A thread's cells of one row.
template <class Group, bool is_signed>
class RowCells {
 public:
  using Tile = ColumnTile<Group>;

  __device__ __forceinline__ void load(Tile const& tile, double const* row) {
    tile.for_each([&](int k, int j) { cell_[k] = row[tile.first + j]; });
  }
  /// Adds the sums of the positive and of the negative cells under the columns' multipliers and their inverses.
  __device__ __forceinline__ void add_to(double2& sums, Tile const& tile, double const* s,
                                         double const* inverse) const {
    tile.for_each([&](int k, int j) {
      double const cell = cell_[k];
      if (is_signed && cell < 0) {
        sums.y = fma(-cell, inverse[tile.first + j], sums.y);
      } else {
        sums.x = fma(cell, s[tile.first + j], sums.x);
      }
    });
  }
  __device__ __forceinline__ double& operator[](int k) { return cell_[k]; }

 private:
  double cell_[cells_of_thread] = {};
};

/// What the kernels of the rows have in common.
template <class Group, bool is_signed>
class RowSweep {
 public:
  __device__ RowSweep(BalanceSweepArguments const& sweep, double* sums_of_warps)
      : sweep_(sweep),
        task_(sweep.task),
        exponent_(sweep.task.progress->relaxation.exponent()),
        group_(sums_of_warps) {}

 protected:
  using Tile = ColumnTile<Group>;
  using Cells = RowCells<Group, is_signed>;

  /// body(first row, row behind the last one, the chunk's part of the column sums) for the group's chunks.
  template <class Body>
  __device__ void for_chunks(Body&& body) {
    ChunkRange<Group> const range;
    for (std::int64_t chunk = range.first; chunk < sweep_.chunks; chunk += range.step) {
      std::int64_t const begin = chunk * sweep_.chunk_rows;
      std::int64_t const end = begin + sweep_.chunk_rows < task_.rows ? begin + sweep_.chunk_rows : task_.rows;
      worst_ = 0;
      body(begin, end, sweep_.parts + chunk * (is_signed ? 2 : 1) * task_.columns);
      if (Group::rank() == 0) sweep_.residuals[chunk] = worst_;
    }
  }

  [[nodiscard]] __device__ double const* row(std::int64_t i) const { return task_.cells + i * task_.columns; }

  /// The row's new multiplier, from the thread's part of its sums.
  __device__ Multiplier step_row(std::int64_t i, double2 part) {
    double const old = task_.row_multipliers[i], total = task_.row_totals[i];
    double2 const sums = group_.template add<std::conditional_t<is_signed, PairSum, SingleSum>>(part);
    Multiplier const stepped = stepped_row(task_, i, total, old, sums.x, sums.y, exponent_, worst_);
    if (Group::rank() == 0) {
      task_.row_multipliers[i] = stepped.value;
      if constexpr (is_signed) sweep_.row_inverses[i] = stepped.inverse;
    }
    return stepped;
  }

  BalanceSweepArguments const& sweep_;
  BalanceTask const& task_;
  RelaxationExponent exponent_;
  GroupSums<Group> group_;
  double worst_ = 0;
};

/// Rows that the registers hold are read once. Shared memory has the columns' multipliers, for the whole block, and
/// each group's part of the column sums.
template <class Group, bool is_signed>
class NarrowRows : public RowSweep<Group, is_signed> {
 public:
  __device__ NarrowRows(BalanceSweepArguments const& sweep, double* sums_of_warps, double* shared)
      : RowSweep<Group, is_signed>(sweep, sums_of_warps),
        s_(shared),
        above_(shared + (1 + std::int64_t{threadIdx.x} / Group::size()) * kinds * sweep.task.columns) {
    for (std::int64_t j = threadIdx.x; j < sweep.task.columns; j += blockDim.x) {
      s_[j] = sweep.task.column_multipliers[j];
      if constexpr (is_signed) s_[sweep.task.columns + j] = sweep.column_inverses[j];
    }
    __syncthreads();
  }

  __device__ void run() {
    Tile const tile(0, this->task_.columns);
    this->for_chunks([&](std::int64_t begin, std::int64_t end, double* parts) {
      tile.for_each([&](int, int j) {
        above_[tile.first + j] = 0;
        if constexpr (is_signed) below()[tile.first + j] = 0;
      });
      Cells cells;
      cells.load(tile, this->row(begin));
#pragma unroll 1
      for (std::int64_t i = begin; i < end; ++i) {
        double2 part = make_double2(0, 0);
        cells.add_to(part, tile, s_, s_ + this->task_.columns);
        Multiplier const r = this->step_row(i, part);
        double const* const next = this->row(i + 1);
        tile.for_each([&](int k, int j) {
          double const cell = cells[k];
          // The next row is on its way while this one is added.
          if (i + 1 < end) cells[k] = next[tile.first + j];
          bool const is_below = is_signed && cell < 0;
          double& sum = (is_below ? below() : above_)[tile.first + j];
          sum = fma(fabs(cell), is_below ? r.inverse : r.value, sum);
        });
      }
      tile.for_each([&](int, int j) {
        parts[tile.first + j] = above_[tile.first + j];
        if constexpr (is_signed) parts[this->task_.columns + tile.first + j] = below()[tile.first + j];
      });
    });
  }

 private:
  using Tile = ColumnTile<Group>;
  using Cells = RowCells<Group, is_signed>;
  static constexpr int kinds = is_signed ? 2 : 1;

  __device__ double* below() const { return above_ + this->task_.columns; }

  double *s_, *above_;
};

/// Wider rows are read twice, for their own sums and for the columns'.
template <bool is_signed>
class WideRows : public RowSweep<BlockGroup, is_signed> {
 public:
  using RowSweep<BlockGroup, is_signed>::RowSweep;

  __device__ void run() {
    this->for_chunks([&](std::int64_t begin, std::int64_t end, double* parts) {
      for (std::int64_t i = begin; i < end; ++i) sum(i);
      __syncthreads();
#pragma unroll 1
      for (std::int64_t first = 0; first < this->task_.columns; first += Tile::width) add(begin, end, first, parts);
    });
  }

 private:
  using Tile = ColumnTile<BlockGroup>;
  using Cells = RowCells<BlockGroup, is_signed>;

  __device__ void sum(std::int64_t i) {
    double2 part = make_double2(0, 0);
#pragma unroll 1
    for (std::int64_t first = 0; first < this->task_.columns; first += Tile::width) {
      Tile const tile(first, this->task_.columns);
      Cells cells;
      cells.load(tile, this->row(i));
      cells.add_to(part, tile, this->task_.column_multipliers, this->sweep_.column_inverses);
    }
    this->step_row(i, part);
  }

  __device__ void add(std::int64_t begin, std::int64_t end, std::int64_t first, double* parts) {
    Tile const tile(first, this->task_.columns);
    double above[cells_of_thread] = {}, below[is_signed ? cells_of_thread : 1] = {};
#pragma unroll 1
    for (std::int64_t i = begin; i < end; ++i) {
      double const r = this->task_.row_multipliers[i], inverse = is_signed ? this->sweep_.row_inverses[i] : 0.0;
      double const* const row = this->row(i);
      tile.for_each([&](int k, int j) {
        double const cell = row[tile.first + j];
        if (is_signed && cell < 0) {
          below[is_signed ? k : 0] = fma(-cell, inverse, below[is_signed ? k : 0]);
        } else {
          above[k] = fma(cell, r, above[k]);
        }
      });
    }
    tile.for_each([&](int k, int j) {
      parts[tile.first + j] = above[k];
      if constexpr (is_signed) parts[this->task_.columns + tile.first + j] = below[k];
    });
  }
};

/// Warps take chunks of rows, or blocks do.
template <class Group, bool is_signed>
__global__ void __launch_bounds__(sweep_threads, 1) balance_rows(BalanceSweepArguments sweep) {
  REGIO_DYNAMIC_SHARED(double, shared);
  __shared__ double sums_of_warps[GroupSums<BlockGroup>::shared_doubles];
  if (sweep.task.progress->status != BalanceStatus::running) return;
  NarrowRows<Group, is_signed>(sweep, sums_of_warps, shared).run();
}

template <bool is_signed>
__global__ void __launch_bounds__(sweep_threads, 1) balance_wide_rows(BalanceSweepArguments sweep) {
  __shared__ double sums_of_warps[GroupSums<BlockGroup>::shared_doubles];
  if (sweep.task.progress->status != BalanceStatus::running) return;
  WideRows<is_signed>(sweep, sums_of_warps).run();
}

/// Columns of a block, and at most so many threads that share the chunks of one.
inline constexpr int columns_of_block = 32, most_parts_of_column = sweep_threads / columns_of_block;

/// sums[kind, column] = the chunks' parts.
__global__ void __launch_bounds__(sweep_threads, 1) balance_columns(BalanceSweepArguments sweep) {
  __shared__ double sums[most_parts_of_column][columns_of_block];
  if (sweep.task.progress->status != BalanceStatus::running) return;
  int const mine = static_cast<int>(threadIdx.x) % columns_of_block,
            part = static_cast<int>(threadIdx.x) / columns_of_block;
  int const parts_of_column = static_cast<int>(blockDim.x) / columns_of_block;
  std::int64_t const columns = sweep.task.columns, j = std::int64_t{blockIdx.x} * columns_of_block + mine;
  for (int kind = 0; kind < sweep.kinds; ++kind) {
    double sum = 0;
    if (j < columns) {
#pragma unroll 4
      for (std::int64_t chunk = part; chunk < sweep.chunks; chunk += parts_of_column) {
        sum += sweep.parts[(chunk * sweep.kinds + kind) * columns + j];
      }
    }
    sums[part][mine] = sum;
    __syncthreads();
    if (part == 0 && j < columns) {
      for (int other = 1; other < parts_of_column; ++other) sum += sums[other][mine];
      sweep.sums[kind * columns + j] = sum;
    }
    __syncthreads();
  }
}

/// One block. The first launch begins the iteration.
__global__ void __launch_bounds__(sweep_threads, 1) balance_step(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  bool const is_signed = sweep.kinds == 2;
  auto const set_column = [&](std::int64_t j, double multiplier) {
    task.column_multipliers[j] = multiplier;
    if (is_signed) sweep.column_inverses[j] = inverse_of(multiplier);
  };
  auto const set_row = [&](std::int64_t i, double multiplier, double inverse) {
    task.row_multipliers[i] = multiplier;
    if (is_signed) sweep.row_inverses[i] = inverse;
  };
  auto const begin = [&] {
    for (std::int64_t j = threadIdx.x; j < task.columns; j += blockDim.x) set_column(j, task.column_start[j]);
    for (std::int64_t i = threadIdx.x; i < task.rows; i += blockDim.x) set_row(i, 1, 1);
  };
  auto const move_to_rows = [&](double factor) {
    for (std::int64_t j = threadIdx.x; j < task.columns; j += blockDim.x) {
      set_column(j, task.column_multipliers[j] / factor);
    }
    for (std::int64_t i = threadIdx.x; i < task.rows; i += blockDim.x) {
      double const r = task.row_multipliers[i] * factor;
      set_row(i, r, inverse_of(r));
    }
  };
  if (sweep.begins) {
    if (threadIdx.x == 0) *task.progress = BalanceProgress::beginning(task.over_relaxation, sweep.tolerance);
    begin();
    return;
  }
  if (task.progress->status != BalanceStatus::running) return;

  __shared__ BalanceDecision decision;
  RelaxationExponent const before = task.progress->relaxation.exponent();
  double worst = 0, largest = 0;
  for (std::int64_t c = threadIdx.x; c < sweep.chunks; c += blockDim.x) {
    worst = larger_residual(worst, sweep.residuals[c]);
  }
  for (std::int64_t j = threadIdx.x; j < task.columns; j += blockDim.x) {
    double const s = task.column_multipliers[j], p = sweep.sums[j], n = is_signed ? sweep.sums[task.columns + j] : 0.0;
    worst = larger_residual(worst, residual_of_column(task.column_totals[j], task.slack, s,
                                                      is_signed ? sweep.column_inverses[j] : 0.0, p, n));
    largest = fmax(largest, s);
  }
  BalanceExtremes const extremes = extremes_of_block(worst, largest);
  if (threadIdx.x == 0) {
    decide(task, *task.progress, sweep.tolerance, task.progress->iterations % sweep.recorded_sweeps, extremes.residual,
           extremes.multiplier, decision);
  }
  __syncthreads();
  if (decision.action == BalanceAction::restart) {
    begin();
  } else if (decision.action == BalanceAction::step) {
    RelaxationExponent const exponent = task.progress->relaxation.exponent();
    bool const plain = !is_signed && task.wiped_columns == nullptr && before.plain();
    for (std::int64_t j = threadIdx.x; j < task.columns; j += blockDim.x) {
      set_column(j, stepped_column(task, j, task.column_totals[j], task.column_multipliers[j], sweep.sums[j],
                                   is_signed ? sweep.sums[task.columns + j] : 0.0, plain, exponent));
    }
    if (decision.shift != 1) move_to_rows(decision.shift);
  }
  if (task.progress->status == BalanceStatus::running) return;
  // The largest column multiplier becomes 1.
  largest = 0;
  for (std::int64_t j = threadIdx.x; j < task.columns; j += blockDim.x)
    largest = fmax(largest, task.column_multipliers[j]);
  largest = BlockGroup::largest(largest);
  if (largest > 0 && isfinite(largest) && largest != 1) move_to_rows(largest);
}

/// Kinds of numbers of a chunk's part of a checked column sum: value, error, magnitude.
inline constexpr int checked_kinds = 3;

/// Chunks' parts of the column sums of the result, in twice the precision. Block x takes columns, block y chunks.
__global__ void __launch_bounds__(sweep_threads, 1) balance_check_columns(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  std::int64_t const j = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (j >= task.columns) return;
  for (std::int64_t chunk = blockIdx.y; chunk < sweep.chunks; chunk += gridDim.y) {
    std::int64_t const begin = chunk * sweep.chunk_rows;
    std::int64_t const end = begin + sweep.chunk_rows < task.rows ? begin + sweep.chunk_rows : task.rows;
    double sum = 0, error = 0, magnitude = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      double const x = balanced_cell(sweep, task.cells[i * task.columns + j], i, j);
      magnitude += fabs(x);
      add_exactly(x, sum, error);
    }
    double* const parts = sweep.parts + chunk * checked_kinds * task.columns + j;
    parts[0] = sum;
    parts[task.columns] = error;
    parts[2 * task.columns] = magnitude;
  }
}

/// residuals[block] = the largest of the block's columns.
__global__ void __launch_bounds__(sweep_threads, 1) balance_column_residuals(BalanceSweepArguments sweep) {
  BalanceTask const& task = sweep.task;
  std::int64_t const j = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  double worst = 0;
  if (j < task.columns) {
    CompensatedSum sum;
    double magnitude = 0;
    for (std::int64_t chunk = 0; chunk < sweep.chunks; ++chunk) {
      double const* const parts = sweep.parts + chunk * checked_kinds * task.columns + j;
      sum.add(parts[0], parts[task.columns]);
      magnitude += parts[2 * task.columns];
    }
    worst = checked_residual(sum.minus(task.column_totals[j]), magnitude, task.column_totals[j]);
  }
  double const largest = extremes_of_block(worst, 0).residual;
  if (threadIdx.x == 0) sweep.residuals[blockIdx.x] = largest;
}

/// The rows' residuals in twice the precision, the largest of each block; the table's cells become the result's.
template <class Group>
__global__ void __launch_bounds__(sweep_threads, 1) balance_check_rows(BalanceSweepArguments sweep) {
  __shared__ double sums_of_warps[GroupSums<BlockGroup>::shared_doubles];
  BalanceTask const& task = sweep.task;
  GroupSums<Group> group(sums_of_warps);
  ChunkRange<Group> const range;
  double worst = 0;
  for (std::int64_t i = range.first; i < task.rows; i += range.step) {
    double sum = 0, error = 0, magnitude = 0;
    for (std::int64_t j = Group::rank(); j < task.columns; j += Group::size()) {
      double const x = balanced_cell(sweep, task.cells[i * task.columns + j], i, j);
      magnitude += fabs(x);
      add_exactly(x, sum, error);
      if (task.balanced != nullptr) task.balanced[i * task.columns + j] = x;
    }
    double2 const total = group.template add<ExactSum>(make_double2(sum, error));
    double const size = group.template add<SingleSum>(make_double2(magnitude, 0)).x, wanted = task.row_totals[i];
    worst = larger_residual(worst, checked_residual((total.x - wanted) + total.y, size, wanted));
  }
  double const largest = extremes_of_block(worst, 0).residual;
  if (threadIdx.x == 0) sweep.residuals[blockIdx.x] = largest;
}

}  // namespace regio::cuda
