/// Small tables: a block balances a table in its shared memory, from its start to its last sweep. Sums are made as the
/// CPU makes them (host/balancing/balance_kernels.cpp), so that its bits come of it.
#pragma once

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>

#include "balancing/compensated_sum.hpp"
#include "kernels/balance_control.cuh"
#include "kernels/balance_layout.cuh"
#include "kernels/balance_work.cuh"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// The sum over eight neighbouring threads, for each of them, in the order of the CPU's sum_of_lanes().
__device__ inline double sum_of_lanes(double value) {
  for (int other = balance_lanes / 2; other > 0; other /= 2) value += __shfl_xor_sync(whole_warp, value, other);
  return value;
}

template <bool is_signed>
class BalanceBlock {
 public:
  __device__ BalanceBlock(BalanceTask const& task, double tolerance, double* shared)
      : task_(task),
        tolerance_(tolerance),
        layout_{static_cast<int>(task.rows), static_cast<int>(task.columns), is_signed},
        cells_(shared),
        r_(shared + layout_.row_multipliers()),
        s_(shared + layout_.column_multipliers()),
        row_totals_(shared + layout_.row_totals()),
        column_totals_(shared + layout_.column_totals()),
        sums_(shared + layout_.sums()),
        control_(*reinterpret_cast<Control*>(shared + layout_.doubles())) {}

  /// At most so many sweeps; then the result, if it is reached.
  __device__ void run(std::int64_t most_sweeps, bool begins) {
    load(begins);
    for (std::int64_t sweep = 0; sweep < most_sweeps && control_.progress.status == BalanceStatus::running; ++sweep) {
      make_sweep(sweep);
      __syncthreads();
    }
    if (control_.progress.status != BalanceStatus::running) finish();
    store();
  }

  /// Beside layout.doubles().
  struct Control {
    BalanceProgress progress;
    BalanceDecision decision;
  };

 private:
  __device__ static int thread() { return static_cast<int>(threadIdx.x); }
  __device__ static int threads() { return static_cast<int>(blockDim.x); }
  __device__ static int lane() { return thread() % balance_lanes; }
  __device__ double* r_inverse() const { return r_ + layout_.rows; }
  __device__ double* s_inverse() const { return s_ + layout_.padded(); }
  /// Sums of a chunk of rows.
  __device__ double* sums(int chunk, int kind) const {
    return sums_ + (chunk * layout_.kinds() + kind) * layout_.padded();
  }

  __device__ void set_column(int j, double multiplier) {
    s_[j] = multiplier;
    if constexpr (is_signed) s_inverse()[j] = inverse_of(multiplier);
  }

  /// body(row or the number of rows or more) for all rows, eight threads each; all threads make every round, since
  /// those of a warp shuffle together.
  template <class Body>
  __device__ void for_rows(Body&& body) {
    int const together = threads() / balance_lanes;
    for (int first = 0; first < layout_.rows; first += together) body(first + thread() / balance_lanes);
  }

  __device__ void load(bool begins) {
    int const stride = layout_.stride(), columns = layout_.columns;
    for (int e = thread(); e < layout_.rows * stride; e += threads()) {
      int const i = e / stride, j = e - i * stride;
      cells_[e] = j < columns ? task_.cells[static_cast<std::int64_t>(i) * columns + j] : 0.0;
    }
    double const* const start = begins ? task_.column_start : task_.column_multipliers;
    for (int j = thread(); j < layout_.padded(); j += threads()) set_column(j, j < columns ? start[j] : 0.0);
    for (int j = thread(); j < columns; j += threads()) column_totals_[j] = task_.column_totals[j];
    for (int i = thread(); i < layout_.rows; i += threads()) {
      r_[i] = begins ? 1.0 : task_.row_multipliers[i];
      if constexpr (is_signed) r_inverse()[i] = inverse_of(r_[i]);
      row_totals_[i] = task_.row_totals[i];
    }
    if (thread() == 0) {
      control_.progress = begins ? BalanceProgress::beginning(task_.over_relaxation, tolerance_) : *task_.progress;
    }
    __syncthreads();
  }

  __device__ void make_sweep(std::int64_t sweep) {
    RelaxationExponent const before = control_.progress.relaxation.exponent();
    double worst = 0, largest = 0;
    sweep_rows(before, worst);
    __syncthreads();
    sum_columns();
    __syncthreads();
    judge_columns(worst, largest);
    BalanceExtremes const extremes = extremes_of_block(worst, largest);
    if (thread() == 0) {
      decide(task_, control_.progress, tolerance_, sweep, extremes.residual, extremes.multiplier, control_.decision);
    }
    __syncthreads();
    BalanceAction const action = control_.decision.action;
    double const shift = control_.decision.shift;
    if (action == BalanceAction::step) {
      step_columns(has_plain_columns<is_signed>(task_, before), control_.progress.relaxation.exponent());
      if (shift != 1) move_to_rows(shift);
    } else if (action == BalanceAction::restart) {
      restart();
    }
  }

  __device__ void sweep_rows(RelaxationExponent exponent, double& worst) {
    for_rows([&](int i) {
      double p = 0, n = 0;
      if (i < layout_.rows) {
        double const* const row = cells_ + i * layout_.stride();
#pragma unroll 4
        for (int j = lane(); j < layout_.padded(); j += balance_lanes) {
          CellParts<is_signed> const cell(row[j]);
          p = fma(cell.above, s_[j], p);
          if constexpr (is_signed) n = fma(cell.below, s_inverse()[j], n);
        }
      }
      p = sum_of_lanes(p);
      if constexpr (is_signed) n = -sum_of_lanes(n);
      if (i < layout_.rows && lane() == 0) {
        Multiplier const stepped = stepped_row(task_, i, row_totals_[i], r_[i], p, n, exponent, worst);
        r_[i] = stepped.value;
        if constexpr (is_signed) r_inverse()[i] = stepped.inverse;
      }
    });
  }

  /// A thread for each column of each chunk.
  __device__ void sum_columns() {
    int const columns = layout_.columns, chunk_rows = layout_.chunk_rows();
    for (int item = thread(); item < columns * layout_.chunks(); item += threads()) {
      int const chunk = item / columns, j = item - chunk * columns;
      int const begin = chunk * chunk_rows, end = min(layout_.rows, begin + chunk_rows);
      double p = 0, n = 0;
#pragma unroll 4
      for (int i = begin; i < end; ++i) {
        CellParts<is_signed> const cell(cells_[i * layout_.stride() + j]);
        p = fma(cell.above, r_[i], p);
        if constexpr (is_signed) n = fma(cell.below, r_inverse()[i], n);
      }
      sums(chunk, 0)[j] = p;
      if constexpr (is_signed) sums(chunk, 1)[j] = n;
    }
  }

  /// Adds the chunks up, into the first one; the columns belong to the same threads until the sweep ends.
  __device__ void judge_columns(double& worst, double& largest) {
    for (int j = thread(); j < layout_.columns; j += threads()) {
      double p = sums(0, 0)[j], n = is_signed ? sums(0, 1)[j] : 0.0;
      for (int chunk = 1; chunk < layout_.chunks(); ++chunk) {
        p += sums(chunk, 0)[j];
        if constexpr (is_signed) n += sums(chunk, 1)[j];
      }
      sums(0, 0)[j] = p;
      if constexpr (is_signed) sums(0, 1)[j] = n = -n;
      worst = larger_residual(
          worst, residual_of_column(column_totals_[j], task_.slack, s_[j], is_signed ? s_inverse()[j] : 0.0, p, n));
      largest = fmax(largest, s_[j]);
    }
  }

  __device__ void step_columns(bool plain, RelaxationExponent exponent) {
    for (int j = thread(); j < layout_.columns; j += threads()) {
      set_column(j, stepped_column(task_, j, column_totals_[j], s_[j], sums(0, 0)[j], is_signed ? sums(0, 1)[j] : 0.0,
                                   plain, exponent));
    }
  }

  __device__ void move_to_rows(double factor) {
    for (int j = thread(); j < layout_.columns; j += threads()) set_column(j, s_[j] / factor);
    for (int i = thread(); i < layout_.rows; i += threads()) {
      r_[i] *= factor;
      if constexpr (is_signed) r_inverse()[i] = inverse_of(r_[i]);
    }
  }

  __device__ void restart() {
    for (int j = thread(); j < layout_.columns; j += threads()) set_column(j, task_.column_start[j]);
    for (int i = thread(); i < layout_.rows; i += threads()) {
      r_[i] = 1;
      if constexpr (is_signed) r_inverse()[i] = 1;
    }
  }

  /// The cell of the result; `magnitude` takes its size in.
  __device__ double balanced_cell(int i, int j, double& magnitude) const {
    CellParts<is_signed> const cell(cells_[i * layout_.stride() + j]);
    double const above = cell.above * r_[i] * s_[j];
    if constexpr (!is_signed) return above;
    double const below = cell.below * r_inverse()[i] * s_inverse()[j];
    magnitude += above - below;
    return above + below;
  }

  /// The largest column multiplier becomes 1; residuals of the result in twice the precision; its cells.
  __device__ void finish() {
    double largest = 0;
    for (int j = thread(); j < layout_.columns; j += threads()) largest = fmax(largest, s_[j]);
    largest = BlockGroup::largest(largest);
    if (largest > 0 && isfinite(largest) && largest != 1) move_to_rows(largest);
    __syncthreads();
    double const rows = extremes_of_block(check_rows(), 0).residual;
    __syncthreads();
    double const columns = extremes_of_block(check_columns(), 0).residual;
    if (thread() > 0) return;
    control_.progress.row_residual = rows;
    control_.progress.column_residual = columns;
  }

  __device__ double check_rows() {
    double worst = 0;
    for_rows([&](int i) {
      double sum = 0, error = 0, magnitude = 0;
      for (int j = lane(); i < layout_.rows && j < layout_.padded(); j += balance_lanes) {
        double const x = balanced_cell(i, j, magnitude);
        add_exactly(x, sum, error);
        if (task_.balanced != nullptr && j < layout_.columns) {
          task_.balanced[static_cast<std::int64_t>(i) * layout_.columns + j] = x;
        }
      }
      CompensatedSum row;
      for (int l = 0; l < balance_lanes; ++l) {
        double const of_lane = __shfl_sync(whole_warp, sum, l, balance_lanes);
        row.add(of_lane, __shfl_sync(whole_warp, error, l, balance_lanes));
      }
      magnitude = is_signed ? sum_of_lanes(magnitude) : row.value();
      if (i < layout_.rows) {
        double const total = row_totals_[i];
        worst = larger_residual(worst, checked_residual(row.minus(total), magnitude, total));
      }
    });
    return worst;
  }

  __device__ double check_columns() {
    double worst = 0;
    for (int j = thread(); j < layout_.columns; j += threads()) {
      CompensatedSum sum;
      double magnitude = 0;
      for (int begin = 0; begin < layout_.rows; begin += layout_.chunk_rows()) {
        int const end = min(layout_.rows, begin + layout_.chunk_rows());
        double of_chunk = 0, error = 0, size = 0;
        for (int i = begin; i < end; ++i) add_exactly(balanced_cell(i, j, size), of_chunk, error);
        sum.add(of_chunk, error);
        magnitude += size;
      }
      double const total = column_totals_[j];
      worst = larger_residual(worst, checked_residual(sum.minus(total), is_signed ? magnitude : sum.value(), total));
    }
    return worst;
  }

  __device__ void store() {
    for (int j = thread(); j < layout_.columns; j += threads()) task_.column_multipliers[j] = s_[j];
    for (int i = thread(); i < layout_.rows; i += threads()) task_.row_multipliers[i] = r_[i];
    if (thread() == 0) *task_.progress = control_.progress;
  }

  BalanceTask const& task_;
  double tolerance_;
  BalanceLayout<int> layout_;
  double *cells_, *r_, *s_, *row_totals_, *column_totals_, *sums_;
  Control& control_;
};

inline constexpr int most_balance_threads = 512;

/// A block for each table.
template <bool is_signed>
__global__ void __launch_bounds__(most_balance_threads, 1) balance_batch(BalanceBatchArguments arguments) {
  REGIO_DYNAMIC_SHARED(double, shared);
  BalanceTask const& task = arguments.tasks[blockIdx.x];
  if (!arguments.begins && task.progress->status != BalanceStatus::running) return;
  BalanceBlock<is_signed>(task, arguments.tolerance, shared).run(arguments.most_sweeps, arguments.begins);
}

}  // namespace regio::cuda
