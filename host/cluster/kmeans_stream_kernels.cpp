#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cluster/kmeans_stream_kernels.cpp"
#include <hwy/foreach_target.h>

#include "cluster/kmeans_kernels.hpp"
#include "cluster/kmeans_stream_kernels.hpp"
#include "core/eight_lanes-inl.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// Eight features of a row from feature v on; zeros after the last feature.
HWY_INLINE EightLanes load_features(float const* row, Index features, Index v) {
  return features - v >= block_points ? load(row + v) : load_first(row + v, features - v);
}

void describe(MatrixView<float const> rows, Index begin, Index end, FeatureSums const& sums) {
  // Rows that stay in the cache while each group of features passes over them.
  constexpr Index rows_at_once = 256;
  Index const features = rows.columns();
  for (Index v = 0; v < features; v += block_points) {
    EightLanes const number = load_features(&rows(begin, 0), features, v);
    store(number, sums.first + v);
    store(number, sums.least + v);
    store(number, sums.largest + v);
    store(broadcast(0), sums.sum + v);
    store(broadcast(0), sums.squares + v);
  }
  for (Index from = begin; from < end; from += rows_at_once) {
    Index const to = std::min(end, from + rows_at_once);
    for (Index v = 0; v < features; v += block_points) {
      EightLanes const first = load(sums.first + v);
      EightLanes sum = load(sums.sum + v), squares = load(sums.squares + v);
      EightLanes least = load(sums.least + v), largest = load(sums.largest + v);
      for (Index i = from; i < to; ++i) {
        EightLanes const number = load_features(&rows(i, 0), features, v);
        EightLanes const x = subtract(number, first);
        sum = add(sum, x);
        squares = multiply_add(x, x, squares);
        least = smaller(number, least);
        largest = larger(number, largest);
      }
      store(sum, sums.sum + v);
      store(squares, sums.squares + v);
      store(least, sums.least + v);
      store(largest, sums.largest + v);
    }
  }
}

void move_members(MatrixView<float const> rows, Quanta const& quanta, Index first, std::int32_t const* positions,
                  Index count, std::int32_t const* labels, std::int32_t const* chosen, MemberSums const& sums) {
  Index const features = rows.columns(), row_length = rounded_up(features, block_points);
  bool const weighted = !quanta.weights.empty();
  for (Index p = 0; p < count; ++p) {
    Index const position = positions[p];
    float const* const row = &rows(first + position, 0);
    std::int32_t const from = labels[position], to = chosen[position];
    double const weight = weighted ? nearest_whole(quanta.weights[first + position] * quanta.weight_scale) : 1;
    auto const whole_weight = static_cast<std::int64_t>(weight);
    EightLanes const factor = broadcast(weight);
    std::int64_t* const gaining = sums.values + to * row_length;
    std::int64_t* const losing = from < 0 ? nullptr : sums.values + from * row_length;
    sums.weights[to] += whole_weight;
    ++sums.counts[to];
    if (losing != nullptr) {
      sums.weights[from] -= whole_weight;
      --sums.counts[from];
    }
    for (Index v = 0; v < features; v += block_points) {
      EightLanes const x = subtract(load_features(row, features, v), load(quanta.mean + v));
      EightLanes const value = multiply(multiply(x, factor), load(quanta.scale + v));
      add_nearest_whole(value, gaining + v);
      if (losing != nullptr) subtract_nearest_whole(value, losing + v);
    }
  }
}

double inertia(MatrixView<float const> rows, double const* mean, VectorView<double const> weights,
               std::int32_t const* labels, double const* centres, Index begin, Index end) {
  Index const features = rows.columns(), row_length = rounded_up(features, block_points);
  EightLanes sum = broadcast(0);
  for (Index i = begin; i < end; ++i) {
    double const* const centre = centres + labels[i] * row_length;
    EightLanes const weight = broadcast(weights.empty() ? 1 : weights[i]);
    for (Index v = 0; v < features; v += block_points) {
      EightLanes const x = subtract(load_features(&rows(i, 0), features, v), load(mean + v));
      EightLanes const difference = subtract(x, load(centre + v));
      sum = multiply_add(multiply(weight, difference), difference, sum);
    }
  }
  return sum_of_lanes(sum);
}

}  // namespace

StreamKernels const& single_precision_kernels() {
  static constexpr StreamKernels table{describe, move_members, inertia};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

StreamKernels const& stream_kernels(SimdTarget target) {
  return REGIO_COMPILED_FOR(target, single_precision_kernels)();
}

}  // namespace regio
#endif
