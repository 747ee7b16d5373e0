/// Sums over a warp or a block, and the cells of a result, for the kernels of large tables.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "balancing/compensated_sum.hpp"
#include "kernels/balance_work.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// A sum alone.
struct SingleSum {
  static constexpr bool is_pair = false;
  __device__ static double2 of(double2 a, double2 b) { return make_double2(a.x + b.x, 0); }
};

/// Two sums side by side.
struct PairSum {
  static constexpr bool is_pair = true;
  __device__ static double2 of(double2 a, double2 b) { return make_double2(a.x + b.x, a.y + b.y); }
};

/// One sum and what its roundings lost.
struct ExactSum {
  static constexpr bool is_pair = true;
  __device__ static double2 of(double2 a, double2 b) {
    double sum = a.x, error = a.y + b.y;
    add_exactly(b.x, sum, error);
    return make_double2(sum, error);
  }
};

/// Adds over a group, in one order, for each of its threads.
template <class Group>
class GroupSums;

template <>
class GroupSums<WarpGroup> {
 public:
  __device__ explicit GroupSums(double* /*shared*/) {}
  /// The values of all threads by Sum::of; a sync(), too.
  template <class Sum>
  __device__ double2 add(double2 value) {
    for (int other = warp_threads / 2; other > 0; other /= 2) {
      double2 others = make_double2(__shfl_xor_sync(whole_warp, value.x, other), 0);
      if constexpr (Sum::is_pair) others.y = __shfl_xor_sync(whole_warp, value.y, other);
      value = Sum::of(value, others);
    }
    __syncwarp();
    return value;
  }
};

template <>
class GroupSums<BlockGroup> {
 public:
  /// What add() needs: the sums of two kinds of every warp; twice, so that one barrier is enough.
  static constexpr int shared_doubles = 2 * 2 * warp_threads;

  __device__ explicit GroupSums(double* shared) : shared_(shared) {}
  template <class Sum>
  __device__ double2 add(double2 value) {
    value = GroupSums<WarpGroup>(nullptr).template add<Sum>(value);
    double* const of_warp = shared_ + turn_ * 2 * warp_threads;
    turn_ = 1 - turn_;
    if (threadIdx.x % warp_threads == 0) {
      of_warp[threadIdx.x / warp_threads] = value.x;
      if constexpr (Sum::is_pair) of_warp[warp_threads + threadIdx.x / warp_threads] = value.y;
    }
    __syncthreads();
    unsigned const warp = threadIdx.x % warp_threads;
    bool const is_one = warp < blockDim.x / warp_threads;
    value = make_double2(is_one ? of_warp[warp] : 0.0, 0);
    if constexpr (Sum::is_pair) value.y = is_one ? of_warp[warp_threads + warp] : 0.0;
    return GroupSums<WarpGroup>(nullptr).template add<Sum>(value);
  }

 private:
  double* shared_;
  int turn_ = 0;
};

/// The cell of the result.
__device__ inline double balanced_cell(BalanceSweepArguments const& sweep, double cell, std::int64_t i,
                                       std::int64_t j) {
  BalanceTask const& task = sweep.task;
  if (sweep.kinds == 1 || cell > 0) return cell * task.row_multipliers[i] * task.column_multipliers[j];
  return cell < 0 ? cell * sweep.row_inverses[i] * sweep.column_inverses[j] : 0.0;
}

}  // namespace regio::cuda
