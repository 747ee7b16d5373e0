#include "kernels/national_control.cuh"

#include <cmath>
#include <cstddef>

#include "balancing/compensated_sum.hpp"
#include "balancing/national_step.hpp"
#include "kernels/launch.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {
namespace {

constexpr int row_threads = 256, column_threads = 128;
constexpr int checked_kinds = 3;

/// Parts of a cell above and below zero.
template <bool is_signed>
struct Parts {
  double above, below;
  __device__ explicit Parts(double cell) : above(cell), below(0) {
    if constexpr (is_signed) {
      below = cell < 0 ? cell : 0.0;
      above = cell - below;
    }
  }
};

/// Sums of positive cells and of negative ones, <= 0.
struct SignedSums {
  double positive = 0, negative = 0;
};

__device__ inline double sum_of_warp(double value) {
  for (int other = warp_threads / 2; other > 0; other /= 2) value += __shfl_xor_sync(whole_warp, value, other);
  return value;
}

/// The largest residual of a block, for thread 0. Begins with a barrier.
__device__ inline double worst_of_block(double residual) {
  __shared__ double of_warp[warp_threads];
  for (int other = warp_threads / 2; other > 0; other /= 2) {
    residual = larger_residual(residual, __shfl_xor_sync(whole_warp, residual, other));
  }
  __syncthreads();
  if (threadIdx.x % warp_threads == 0) of_warp[threadIdx.x / warp_threads] = residual;
  __syncthreads();
  double result = of_warp[0];
  for (unsigned warp = 1; warp < blockDim.x / warp_threads; ++warp) result = larger_residual(result, of_warp[warp]);
  return result;
}

/// What a block keeps in shared memory.
struct Shared {
  double *national, *national_inverses;                              ///< [n] of the slab's row
  double *rows, *row_inverses;                                       ///< [regions]
  double *group_sums, *group_negative;                               ///< [groups, n]
  double *cells, *columns, *column_inverses, *sums, *negative_sums;  ///< [regions, n], where they fit
};

/// How many threads share a national cell; each takes some of the regions.
__host__ __device__ inline std::int64_t national_groups(std::int64_t columns) {
  std::int64_t const width = (columns + warp_threads - 1) / warp_threads * warp_threads;
  return width >= row_threads ? 1 : row_threads / width;
}

template <bool is_signed>
__device__ Shared lay_out(double* memory, NationalControlArguments const& a) {
  Shared shared{};
  double* next = memory;
  auto const take = [&next](std::int64_t count) {
    double* const place = next;
    next += count;
    return place;
  };
  std::int64_t const n = a.column_count, slab = a.regions * n, grouped = national_groups(n) * n;
  shared.national = take(n);
  shared.rows = take(a.regions);
  shared.group_sums = take(grouped);
  if constexpr (is_signed) {
    shared.national_inverses = take(n);
    shared.row_inverses = take(a.regions);
    shared.group_negative = take(grouped);
  }
  if (a.in_shared_memory) {
    shared.cells = take(slab);
    shared.columns = take(slab);
    shared.sums = take(slab);
    if constexpr (is_signed) {
      shared.column_inverses = take(slab);
      shared.negative_sums = take(slab);
    }
  }
  return shared;
}

/// Fits the rows of a slab, a warp each; returns the largest residual afterwards.
template <bool is_signed>
__device__ double fit_rows(NationalControlArguments const& a, Shared const& shared, std::int64_t i, double const* cells,
                           double const* columns, double const* column_inverses) {
  std::int64_t const n = a.column_count;
  unsigned const lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads;
  double worst = 0;
  for (std::int64_t k = warp; k < a.regions; k += blockDim.x / warp_threads) {
    SignedSums sums;
    for (std::int64_t j = lane; j < n; j += warp_threads) {
      Parts<is_signed> const cell(cells[k * n + j]);
      sums.positive = fma(cell.above, columns[k * n + j] * shared.national[j], sums.positive);
      if constexpr (is_signed) {
        sums.negative = fma(cell.below, column_inverses[k * n + j] * shared.national_inverses[j], sums.negative);
      }
    }
    std::int64_t const row = i * a.regions + k;
    double const total = a.row_totals[row], p = sum_of_warp(sums.positive);
    double const negative = is_signed ? -sum_of_warp(sums.negative) : 0.0;
    Multiplier const moved = margin_step(a.rows[row], p, negative, total, a.exponent);
    worst = larger_residual(worst, residual_after_step(moved, p, negative, total, a.exponent, a.slack));
    __syncwarp();
    if (lane == 0) {
      a.rows[row] = shared.rows[k] = moved.value;
      if constexpr (is_signed) a.row_inverses[row] = shared.row_inverses[k] = moved.inverse;
    }
  }
  return worst;
}

/// Fits the national cells of a slab; returns the largest residual before that.
template <bool is_signed>
__device__ double fit_national(NationalControlArguments const& a, Shared const& shared, std::int64_t i,
                               double const* cells, double const* columns, double const* column_inverses) {
  std::int64_t const n = a.column_count, groups = national_groups(n);
  std::int64_t const width = groups == 1 ? blockDim.x : blockDim.x / groups;
  std::int64_t const group = threadIdx.x / width;
  for (std::int64_t j = threadIdx.x % width; j < n && group < groups; j += width) {
    SignedSums sums;
    for (std::int64_t k = group; k < a.regions; k += groups) {
      Parts<is_signed> const cell(cells[k * n + j]);
      sums.positive = fma(cell.above, columns[k * n + j] * shared.rows[k], sums.positive);
      if constexpr (is_signed) {
        sums.negative = fma(cell.below, column_inverses[k * n + j] * shared.row_inverses[k], sums.negative);
      }
    }
    shared.group_sums[group * n + j] = sums.positive;
    if constexpr (is_signed) shared.group_negative[group * n + j] = sums.negative;
  }
  __syncthreads();
  double worst = 0;
  for (std::int64_t j = threadIdx.x; j < n; j += blockDim.x) {
    SignedSums sums;
    for (std::int64_t g = 0; g < groups; ++g) {
      sums.positive += shared.group_sums[g * n + j];
      if constexpr (is_signed) sums.negative += shared.group_negative[g * n + j];
    }
    double const total = a.national_totals[i * n + j];
    Multiplier const old{shared.national[j], is_signed ? shared.national_inverses[j] : 0.0};
    worst = larger_residual(worst, margin_residual_under(old, sums.positive, -sums.negative, total, a.slack));
    Multiplier const moved = margin_step(old.value, sums.positive, -sums.negative, total, a.exponent);
    a.national[i * n + j] = shared.national[j] = moved.value;
    if constexpr (is_signed) a.national_inverses[i * n + j] = shared.national_inverses[j] = moved.inverse;
  }
  return worst;
}

template <bool is_signed>
__global__ void __launch_bounds__(row_threads, 2) national_rows(NationalControlArguments a) {
  REGIO_DYNAMIC_SHARED(double, memory);
  Shared const shared = lay_out<is_signed>(memory, a);
  std::int64_t const n = a.column_count, slab = a.regions * n, range = blockIdx.x;
  std::int64_t const first = range * a.rows_of_range;
  std::int64_t const end = first + a.rows_of_range < a.row_count ? first + a.rows_of_range : a.row_count;
  double* const part = a.parts + range * (is_signed ? 2 : 1) * slab;
  double* const sums = a.in_shared_memory ? shared.sums : part;
  double* const negative_sums = a.in_shared_memory ? shared.negative_sums : part + slab;
  double const* const columns = a.in_shared_memory ? shared.columns : a.columns;
  double const* const column_inverses = a.in_shared_memory ? shared.column_inverses : a.column_inverses;
  for (std::int64_t e = threadIdx.x; e < slab; e += blockDim.x) {
    sums[e] = 0;
    if constexpr (is_signed) negative_sums[e] = 0;
    if (!a.in_shared_memory) continue;
    shared.columns[e] = a.columns[e];
    if constexpr (is_signed) shared.column_inverses[e] = a.column_inverses[e];
  }
  double worst = 0;
  for (std::int64_t i = first; i < end; ++i) {
    double const* cells = a.cells + i * slab;
    for (std::int64_t j = threadIdx.x; j < n; j += blockDim.x) {
      shared.national[j] = a.national[i * n + j];
      if constexpr (is_signed) shared.national_inverses[j] = a.national_inverses[i * n + j];
    }
    if (a.in_shared_memory) {
      for (std::int64_t e = threadIdx.x; e < slab; e += blockDim.x) shared.cells[e] = cells[e];
      cells = shared.cells;
    }
    __syncthreads();
    worst = larger_residual(worst, fit_rows<is_signed>(a, shared, i, cells, columns, column_inverses));
    __syncthreads();
    worst = larger_residual(worst, fit_national<is_signed>(a, shared, i, cells, columns, column_inverses));
    __syncthreads();
    for (std::int64_t e = threadIdx.x; e < slab; e += blockDim.x) {
      auto const k = static_cast<std::uint32_t>(e) / static_cast<std::uint32_t>(n);
      std::int64_t const j = e - k * n;
      Parts<is_signed> const cell(cells[e]);
      sums[e] = fma(cell.above, shared.rows[k] * shared.national[j], sums[e]);
      if constexpr (is_signed) {
        negative_sums[e] = fma(cell.below, shared.row_inverses[k] * shared.national_inverses[j], negative_sums[e]);
      }
    }
    __syncthreads();
  }
  if (a.in_shared_memory) {
    for (std::int64_t e = threadIdx.x; e < slab; e += blockDim.x) {
      part[e] = sums[e];
      if constexpr (is_signed) part[slab + e] = negative_sums[e];
    }
  }
  worst = worst_of_block(worst);
  if (threadIdx.x == 0) a.residuals[range] = worst;
}

/// A thread a column: adds the ranges' sums in their order, then steps.
__global__ void __launch_bounds__(column_threads) national_columns(NationalControlArguments a) {
  std::int64_t const slab = a.regions * a.column_count, kinds = a.is_signed ? 2 : 1;
  std::int64_t const e = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  double worst = 0;
  if (e < slab) {
    SignedSums sums;
    for (std::int64_t range = 0; range < a.ranges; ++range) {
      sums.positive += a.parts[range * kinds * slab + e];
      if (a.is_signed) sums.negative += a.parts[(range * kinds + 1) * slab + e];
    }
    double const total = a.column_totals[e];
    Multiplier const old{a.columns[e], a.is_signed ? a.column_inverses[e] : 0.0};
    worst = margin_residual_under(old, sums.positive, -sums.negative, total, a.slack);
    Multiplier const moved = margin_step(old.value, sums.positive, -sums.negative, total, a.exponent);
    a.next_columns[e] = moved.value;
    if (a.is_signed) a.next_column_inverses[e] = moved.inverse;
  }
  worst = worst_of_block(worst);
  if (threadIdx.x == 0) a.residuals[a.ranges + blockIdx.x] = worst;
}

/// A cell of the result.
__device__ inline double result_cell(NationalControlArguments const& a, std::int64_t i, std::int64_t k,
                                     std::int64_t j) {
  std::int64_t const n = a.column_count;
  double const cell = a.cells[(i * a.regions + k) * n + j];
  if (cell >= 0) return cell * a.rows[i * a.regions + k] * a.columns[k * n + j] * a.national[i * n + j];
  return cell * a.row_inverses[i * a.regions + k] * a.column_inverses[k * n + j] * a.national_inverses[i * n + j];
}

/// 0 where all cells of the margin are to become zero.
__device__ inline double wanted_of(double total) { return isinf(total) ? 0.0 : total; }

/// A block a range of rows, as in a sweep.
__global__ void __launch_bounds__(row_threads, 2) national_check_rows(NationalControlArguments a) {
  std::int64_t const n = a.column_count, slab = a.regions * n, range = blockIdx.x;
  std::int64_t const first = range * a.rows_of_range;
  std::int64_t const end = first + a.rows_of_range < a.row_count ? first + a.rows_of_range : a.row_count;
  unsigned const lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads;
  CheckedResiduals residuals;
  for (std::int64_t row = first * a.regions + warp; row < end * a.regions; row += blockDim.x / warp_threads) {
    double sum = 0, error = 0, magnitude = 0;
    for (std::int64_t j = lane; j < n; j += warp_threads) {
      double const x = result_cell(a, row / a.regions, row % a.regions, j);
      add_exactly(x, sum, error);
      magnitude += fabs(x);
    }
    for (int other = warp_threads / 2; other > 0; other /= 2) {
      double const its_sum = __shfl_xor_sync(whole_warp, sum, other);
      double const its_error = __shfl_xor_sync(whole_warp, error, other);
      add_exactly(its_sum, sum, error);
      error += its_error;
    }
    magnitude = sum_of_warp(magnitude);
    double const wanted = wanted_of(a.row_totals[row]);
    residuals.note(residuals.rows, (sum - wanted) + error, magnitude, wanted, a.slack);
  }
  for (std::int64_t place = first * n + threadIdx.x; place < end * n; place += blockDim.x) {
    double const total = a.national_totals[place];
    if (isnan(total)) continue;
    CompensatedSum sum;
    double magnitude = 0;
    for (std::int64_t k = 0; k < a.regions; ++k) {
      double const x = result_cell(a, place / n, k, place % n);
      sum.add(x);
      magnitude += fabs(x);
    }
    residuals.note(residuals.national, sum.minus(wanted_of(total)), magnitude, wanted_of(total), a.slack);
  }
  __syncthreads();  // the cells are read for the last time now, by the thread that may overwrite them
  double* const part = a.parts + range * checked_kinds * slab;
  for (std::int64_t e = threadIdx.x; e < slab; e += blockDim.x) {
    double sum = 0, error = 0, magnitude = 0;
    for (std::int64_t i = first; i < end; ++i) {
      double const x = result_cell(a, i, e / n, e % n);
      add_exactly(x, sum, error);
      magnitude += fabs(x);
      if (a.writes_cells) a.cells[i * slab + e] = x;
    }
    part[e] = sum;
    part[slab + e] = error;
    part[2 * slab + e] = magnitude;
  }
  double const rows = worst_of_block(residuals.rows);
  double const national = worst_of_block(residuals.national);
  double const beyond = worst_of_block(residuals.beyond_slack);
  if (threadIdx.x > 0) return;
  a.residuals[checked_kinds * range] = rows;
  a.residuals[checked_kinds * range + 1] = national;
  a.residuals[checked_kinds * range + 2] = beyond;
}

__global__ void __launch_bounds__(column_threads) national_check_columns(NationalControlArguments a) {
  std::int64_t const slab = a.regions * a.column_count;
  std::int64_t const e = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  CheckedResiduals residuals;
  if (e < slab) {
    CompensatedSum sum;
    double magnitude = 0;
    for (std::int64_t range = 0; range < a.ranges; ++range) {
      double const* const part = a.parts + range * checked_kinds * slab;
      sum.add(part[e], part[slab + e]);
      magnitude += part[2 * slab + e];
    }
    double const wanted = wanted_of(a.column_totals[e]);
    residuals.note(residuals.columns, sum.minus(wanted), magnitude, wanted, a.slack);
  }
  double const columns = worst_of_block(residuals.columns), beyond = worst_of_block(residuals.beyond_slack);
  if (threadIdx.x > 0) return;
  double* const result = a.residuals + checked_kinds * a.ranges + 2 * static_cast<std::int64_t>(blockIdx.x);
  result[0] = columns;
  result[1] = beyond;
}

LaunchShape rows_shape(NationalControlArguments const& a, std::int64_t shared_bytes = 0) {
  return {dim3(static_cast<unsigned>(a.ranges)), dim3(row_threads), static_cast<std::size_t>(shared_bytes)};
}

LaunchShape columns_shape(NationalControlArguments const& a) {
  return {dim3(static_cast<unsigned>(national_column_blocks(a.regions, a.column_count))), dim3(column_threads)};
}

}  // namespace

std::int64_t national_row_bytes(std::int64_t regions, std::int64_t columns, bool is_signed) {
  std::int64_t const numbers = columns + regions + national_groups(columns) * columns;
  return static_cast<std::int64_t>(sizeof(double)) * (is_signed ? 2 : 1) * numbers;
}

std::int64_t national_slab_bytes(std::int64_t regions, std::int64_t columns, bool is_signed) {
  std::int64_t const slab = static_cast<std::int64_t>(sizeof(double)) * regions * columns;
  return national_row_bytes(regions, columns, is_signed) + (is_signed ? 5 : 3) * slab;
}

std::int64_t national_column_blocks(std::int64_t regions, std::int64_t columns) {
  return (regions * columns + column_threads - 1) / column_threads;
}

cudaError_t launch_national_sweep(cudaStream_t stream, NationalControlArguments const& a) {
  std::int64_t const bytes = a.in_shared_memory ? national_slab_bytes(a.regions, a.column_count, a.is_signed)
                                                : national_row_bytes(a.regions, a.column_count, a.is_signed);
  cudaError_t const status = a.is_signed
                                 ? launch("national_rows_signed", national_rows<true>, rows_shape(a, bytes), stream, a)
                                 : launch("national_rows", national_rows<false>, rows_shape(a, bytes), stream, a);
  if (status != cudaSuccess) return status;
  return launch("national_columns", national_columns, columns_shape(a), stream, a);
}

cudaError_t launch_national_check(cudaStream_t stream, NationalControlArguments const& a) {
  if (cudaError_t const status = launch("national_check_rows", national_check_rows, rows_shape(a), stream, a);
      status != cudaSuccess) {
    return status;
  }
  return launch("national_check_columns", national_check_columns, columns_shape(a), stream, a);
}

}  // namespace regio::cuda
