#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cluster/score_kernels.cpp"
#include <hwy/foreach_target.h>

#include "cluster/point_distances-inl.hpp"
#include "cluster/score_kernels.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

template <class Number>
void sum_members_of(MatrixView<Number const> rows, std::int32_t const* labels, double const* references, Index k,
                    Index begin, Index end, double* sums) {
  Index const features = rows.columns(), row_length = rounded_up(features, block_points);
  std::fill(sums, sums + k * row_length, 0.0);
  for (Index i = begin; i < end; ++i) {
    double const* const reference = references + labels[i] * row_length;
    double* const sum = sums + labels[i] * row_length;
    for_row(&rows(i, 0), features, [&](Index v, EightLanes const& x) HWY_ATTR {
      store(add(load(sum + v), subtract(x, load(reference + v))), sum + v);
    });
  }
}

void sum_members(PointRows const& points, std::int32_t const* labels, double const* references, Index k, Index begin,
                 Index end, double* sums) {
  points.visit([&](auto const& rows) { sum_members_of(rows, labels, references, k, begin, end, sums); });
}

/// block [d, 8] = the points first .. first + 7 less the shift; the last point repeats beyond `end`.
template <class Number>
HWY_INLINE void fill_block(MatrixView<Number const> rows, double const* shift, Index first, Index end, double* block) {
  Index const features = rows.columns();
  for (Index l = 0; l < block_points; ++l) {
    for_row(&rows(std::min(first + l, end - 1), 0), features, [&](Index v, EightLanes const& x) HWY_ATTR {
      double feature[lane_count];
      store(subtract(x, load(shift + v)), feature);
      Index const width = std::min(block_points, features - v);
      for (Index j = 0; j < width; ++j) block[(v + j) * block_points + l] = feature[j];
    });
  }
}

/// |x - own centre|^2 of the points of a block.
HWY_INLINE EightLanes own_distances(double const* block, Index features, Index row_length, double const* centres,
                                    std::int32_t const (&labels)[lane_count]) {
  std::int64_t position[lane_count];
  for (int l = 0; l < lane_count; ++l) position[l] = labels[l] * row_length;
  EightLanes distance = broadcast(0);
  for (Index j = 0; j < features; ++j) {
    EightLanes const difference = subtract(load(block + j * block_points), gather(centres + j, position));
    distance = multiply_add(difference, difference, distance);
  }
  return distance;
}

/// The same, and the least one from another centre.
struct OwnAndNext {
  EightLanes own, next;
};

HWY_INLINE OwnAndNext own_and_next_distances(double const* block, Index features, Index row_length,
                                             double const* centres, Index k, std::int32_t const (&labels)[lane_count]) {
  double label[lane_count];
  std::copy(labels, labels + lane_count, label);
  EightLanes const cluster = load(label), far = broadcast(std::numeric_limits<double>::infinity());
  EightLanes own = far, next = far;
  for_distances(block, features, centres, k, row_length, [&](Index c, EightLanes const& distance) HWY_ATTR {
    EightLanes const number = broadcast(static_cast<double>(c));
    own = where_equal(cluster, number, distance, own);
    next = smaller(where_equal(cluster, number, far, distance), next);
  });
  return {own, next};
}

/// (b - a) / max(a, b), 0 where both are 0.
HWY_INLINE EightLanes widths(EightLanes const& a, EightLanes const& b) {
  EightLanes const none = broadcast(0), largest = larger(a, b);
  return where_smaller(none, largest, divide(subtract(b, a), largest), none);
}

template <class Number>
void sum_distances_of(MatrixView<Number const> rows, std::int32_t const* labels, DistanceRead const& read, Index k,
                      Index const* sizes, Index begin, Index end, double* block, double* sums) {
  Index const features = rows.columns(), row_length = rounded_up(features, block_points);
  std::fill(sums, sums + distance_sums * k, 0.0);
  for (Index first = begin; first < end; first += block_points) {
    fill_block(rows, read.shift, first, end, block);
    std::int32_t label[lane_count];
    for (Index l = 0; l < block_points; ++l) label[l] = labels[std::min(first + l, end - 1)];
    double square[lane_count], distance[lane_count], width[lane_count] = {};
    if (read.nearest) {
      auto const found = own_and_next_distances(block, features, row_length, read.centres, k, label);
      EightLanes const own = square_root(found.own);
      store(found.own, square);
      store(own, distance);
      store(widths(own, square_root(found.next)), width);
    } else {
      EightLanes const own = own_distances(block, features, row_length, read.centres, label);
      store(own, square);
      store(square_root(own), distance);
    }
    for (Index l = 0; l < std::min(block_points, end - first); ++l) {
      std::int32_t const c = label[l];
      sums[c] += square[l];
      sums[k + c] += distance[l];
      if (sizes[c] > 1) sums[2 * k + c] += width[l];
    }
  }
}

void sum_distances(PointRows const& points, std::int32_t const* labels, DistanceRead const& read, Index k,
                   Index const* sizes, Index begin, Index end, double* block, double* sums) {
  points.visit([&](auto const& rows) { sum_distances_of(rows, labels, read, k, sizes, begin, end, block, sums); });
}

void sum_pairs(double const* tile, Index blocks, MatrixView<double const> rows, Index begin, Index end,
               std::span<SummedLabels const> labellings, double* sums) {
  Index const features = rows.columns();
  for (Index block = 0; block < blocks; ++block) {
    double* const of_block = sums + block * block_points;
    for_distances(tile + block * features * block_points, features, &rows(begin, 0), end - begin, rows.stride(0),
                  [&](Index j, EightLanes const& squared) HWY_ATTR {
                    EightLanes const distance = square_root(squared);
                    for (SummedLabels const& labelling : labellings) {
                      Index const row = labelling.first_row + labelling.labels[begin + j];
                      double* const sum = of_block + row * silhouette_tile;
                      store(add(load(sum), distance), sum);
                    }
                  });
  }
}

}  // namespace

ScoreKernels const& chosen_score_kernels() {
  static constexpr ScoreKernels table{sum_members, sum_distances, sum_pairs};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

ScoreKernels const& score_kernels(SimdTarget target) { return REGIO_COMPILED_FOR(target, chosen_score_kernels)(); }

}  // namespace regio
#endif
