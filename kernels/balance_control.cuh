/// What is decided after each sweep, the same for every way in which sweeps are made.
#pragma once

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>

#include "balancing/margin_residual.hpp"
#include "balancing/multiplier_step.hpp"
#include "kernels/balance_work.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

enum class BalanceAction : std::int32_t {
  step,     ///< the columns get new multipliers
  restart,  ///< everything begins anew, without over-relaxation
  finish,   ///< the multipliers as they are, are the result
};

struct BalanceDecision {
  BalanceAction action;
  double shift;  ///< columns are divided by it and rows multiplied; a power of two
};

/// Multiplying r and dividing s by one number changes no cell; a power of two changes no digit either. Without it the
/// multipliers of a problem without solution leave the range of numbers.
__device__ inline double range_shift(double largest) {
  constexpr int unimportant = 64;
  int const exponent = largest > 0 && isfinite(largest) ? ilogb(largest) : 0;
  return exponent > unimportant || exponent < -unimportant ? ldexp(1.0, exponent) : 1.0;
}

/// The end of a sweep with this residual under column multipliers of which this was the largest, by one thread.
/// `sweep` counts from 0 in this launch.
__device__ inline void decide(BalanceTask const& task, BalanceProgress& progress, double tolerance, std::int64_t sweep,
                              double residual, double largest, BalanceDecision& decision) {
  ++progress.iterations;
  if (task.history != nullptr) task.history[sweep] = residual;
  decision.action = BalanceAction::step;
  decision.shift = 1;
  if (!isfinite(residual) && !progress.relaxation.exponent().plain()) {
    progress.relaxation = Relaxation(false, tolerance);
    decision.action = BalanceAction::restart;
  } else {
    progress.relaxation.observe(residual);
    if (residual <= tolerance) {
      progress.status = BalanceStatus::converged;
      decision.action = BalanceAction::finish;
    } else if (progress.relaxation.stalled() || isnan(residual)) {
      progress.status = BalanceStatus::stalled;
      decision.action = BalanceAction::finish;
    } else {
      decision.shift = range_shift(largest);
    }
  }
  if (progress.status == BalanceStatus::running && progress.iterations >= task.max_iterations) {
    progress.status = BalanceStatus::iteration_limit;
  }
}

/// Parts of a cell above and below zero.
template <bool is_signed>
struct CellParts {
  double above, below;
  __device__ explicit CellParts(double cell) : above(cell), below(0) {
    if constexpr (is_signed) {
      below = cell < 0 ? cell : 0.0;
      above = cell - below;
    }
  }
};

/// What the negative cells of a margin are multiplied by.
__device__ inline double inverse_of(double multiplier) { return multiplier > 0 ? 1 / multiplier : 0.0; }

__device__ inline bool is_wiped(std::uint8_t const* wiped, std::int64_t margin) {
  return wiped != nullptr && wiped[margin] != 0;
}

/// A row's new multiplier from its old one and its sums under the columns', n = 0 where a table has no negative cell;
/// `worst` takes the row's residual in.
__device__ inline Multiplier stepped_row(BalanceTask const& task, std::int64_t row, double total, double old, double p,
                                         double n, RelaxationExponent exponent, double& worst) {
  if (is_wiped(task.wiped_rows, row)) return {0, 0};
  double const r = relaxed_step(old, margin_root(p, n, total), exponent);
  if (!exponent.plain() || !root_meets_total(p, n, total)) {
    double const above = r * p, below = n == 0 ? 0.0 : n / r;
    worst = larger_residual(worst, margin_residual(above - below, above + below, total, task.slack));
  }
  return {r, 1 / r};
}

/// Whether the columns need nothing but total / sum.
template <bool is_signed>
__device__ bool has_plain_columns(BalanceTask const& task, RelaxationExponent exponent) {
  return !is_signed && task.wiped_columns == nullptr && exponent.plain();
}

/// A column's new multiplier. `plain`: has_plain_columns() when the sweep began.
__device__ inline double stepped_column(BalanceTask const& task, std::int64_t column, double total, double old,
                                        double p, double n, bool plain, RelaxationExponent exponent) {
  if (is_wiped(task.wiped_columns, column)) return old;
  if (plain) return (total < 0 ? 0.0 : total) / p;
  return relaxed_step(old, margin_root(p, n, total), exponent);
}

/// How far a column is from its total under its old multiplier.
__device__ inline double residual_of_column(double total, double slack, double multiplier, double inverse, double p,
                                            double n) {
  double const above = multiplier * p, below = inverse * n;
  return margin_residual(above - below, above + below, total, slack);
}

/// The larger residual of a warp, for each of its threads.
__device__ inline double larger_residual_of_warp(double residual) {
  for (int other = warp_threads / 2; other > 0; other /= 2) {
    residual = larger_residual(residual, __shfl_xor_sync(whole_warp, residual, other));
  }
  return residual;
}

/// The largest residual and the largest multiplier of a block.
struct BalanceExtremes {
  double residual, multiplier;
};

/// For thread 0; the others get what means nothing. Begins with a sync().
__device__ inline BalanceExtremes extremes_of_block(double residual, double multiplier) {
  __shared__ double residuals[warp_threads];
  __shared__ double multipliers[warp_threads];
  residual = larger_residual_of_warp(residual);
  multiplier = largest_of_warp(multiplier);
  unsigned const warps = blockDim.x / warp_threads;
  if (threadIdx.x % warp_threads == 0) {
    residuals[threadIdx.x / warp_threads] = residual;
    multipliers[threadIdx.x / warp_threads] = multiplier;
  }
  __syncthreads();
  if (threadIdx.x > 0) return {0, 0};
  for (unsigned warp = 1; warp < warps; ++warp) {
    residual = larger_residual(residual, residuals[warp]);
    multiplier = fmax(multiplier, multipliers[warp]);
  }
  return {residual, multiplier};
}

}  // namespace regio::cuda
