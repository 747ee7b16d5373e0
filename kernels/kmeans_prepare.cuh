/// Centring of the points of each data set; the arithmetic of host/cluster/kmeans_points.cpp, sum for sum.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "kernels/kmeans_layout.cuh"
#include "kernels/kmeans_work.cuh"
#include "kernels/thread_group.cuh"

namespace regio::cuda {

/// Threads of a block, and blocks that the registers of a multiprocessor shall hold.
inline constexpr int prepare_threads = 128, prepare_blocks = 6;

/// 1, or what brings numbers of this magnitude near 1 when their squares would overflow or vanish.
__device__ inline double scale_for(double largest_magnitude) {
  constexpr int harmless = 300, largest_exponent = 1000, exponent_bits = 52, bias = 1023;
  // The exponent for which the number is in [1/2, 1) times its power of two; below the normal range it is lower still,
  // and the limit applies.
  int const exponent = static_cast<int>(__double_as_longlong(largest_magnitude) >> exponent_bits) - (bias - 1);
  bool const harmless_size = exponent >= -harmless && exponent <= harmless;
  if (largest_magnitude == 0 || harmless_size) return 1;
  int const power = max(-largest_exponent, min(-exponent, largest_exponent));
  return __longlong_as_double(static_cast<long long>(power + bias) << exponent_bits);
}

/// range_sums[r, j] = the sum over the points i of range r of term(i, j, sum so far); then, for each feature j,
/// finish(j, the sum of all ranges).
template <class Group, class Term, class Finish>
__device__ void sum_over_points(KmeansData const& data, Term term, Finish finish) {
  std::int64_t const ranges = range_count(data.count, pass_range);
  for (std::int64_t item = Group::rank(); item < ranges * data.features; item += Group::size()) {
    std::int64_t const begin = item / data.features * pass_range;
    std::int64_t const end = begin + pass_range < data.count ? begin + pass_range : data.count;
    auto const j = static_cast<int>(item % data.features);
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum = term(i, j, sum);
    data.range_sums[item] = sum;
  }
  Group::sync();
  for (int j = Group::rank(); j < data.features; j += Group::size()) {
    double total = data.range_sums[j];
    for (std::int64_t r = 1; r < ranges; ++r) total += data.range_sums[r * data.features + j];
    finish(j, total);
  }
  Group::sync();
}

/// Prepares one data set.
template <class Group>
__device__ void prepare(KmeansData const& data) {
  double magnitude = 0;
  std::int64_t const numbers = data.count * data.features;
  for (std::int64_t e = Group::rank(); e < numbers; e += Group::size()) magnitude = fmax(magnitude, fabs(data.rows[e]));
  double const scale = scale_for(Group::largest(magnitude));
  auto const count = static_cast<double>(data.count);
  std::int64_t const stride = point_stride(data.count);

  sum_over_points<Group>(
      data, [&](std::int64_t i, int j, double sum) { return fma(data.rows[i * data.features + j], scale, sum); },
      [&](int j, double total) { data.mean[j] = total / count; });

  std::int64_t const size = prepared_size(data.count, data.features);
  for (std::int64_t e = Group::rank(); e < size; e += Group::size()) {
    std::int64_t const i = e % stride, j = e / stride;
    bool const padding = i >= data.count || j >= data.features;
    data.points[e] = padding ? 0.0 : fma(data.rows[i * data.features + j], scale, -data.mean[j]);
  }
  Group::sync();

  sum_over_points<Group>(
      data,
      [&](std::int64_t i, int j, double sum) {
        double const x = data.points[j * stride + i];
        return fma(x, x, sum);
      },
      [&](int j, double total) { data.range_sums[j] = total / count; });
  if (Group::rank() > 0) return;
  double variances = 0;
  for (int j = 0; j < data.features; ++j) variances += data.range_sums[j];
  *data.scaling = {scale, variances / data.features};
}

/// Each group prepares one data set, if it is of the size that such groups prepare.
template <class Group>
__global__ void __launch_bounds__(prepare_threads, prepare_blocks)
    kmeans_prepare(KmeansData const* all_data, std::int64_t count) {
  std::int64_t const groups = static_cast<int>(blockDim.x) / Group::size();
  std::int64_t const position = blockIdx.x * groups + static_cast<int>(threadIdx.x) / Group::size();
  if (position >= count) return;
  KmeansData const data = all_data[position];
  if (is_prepared_by_warp(data.count, data.features) == std::is_same_v<Group, WarpGroup>) prepare<Group>(data);
}

}  // namespace regio::cuda
