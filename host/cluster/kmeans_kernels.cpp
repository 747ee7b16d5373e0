#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cluster/kmeans_kernels.cpp"
#include <hwy/foreach_target.h>

#include "cluster/kmeans_kernels.hpp"
#include "cluster/point_distances-inl.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

double largest_magnitude(MatrixView<double const> rows, Index begin, Index end) {
  EightLanes largest = broadcast(0);
  auto const visit = [&](Index, EightLanes const& x) HWY_ATTR { largest = larger_magnitude(x, largest); };
  for (Index i = begin; i < end; ++i) for_row(&rows(i, 0), rows.columns(), visit);
  return largest_of_lanes(largest);
}

void sum_features(MatrixView<double const> rows, double scale, Index begin, Index end, double* sums) {
  Index const features = rows.columns();
  EightLanes const factor = broadcast(scale);
  std::fill(sums, sums + rounded_up(features, block_points), 0.0);
  auto const visit = [&](Index v, EightLanes const& x)
                         HWY_ATTR { store(multiply_add(x, factor, load(sums + v)), sums + v); };
  for (Index i = begin; i < end; ++i) for_row(&rows(i, 0), features, visit);
}

void centre(MatrixView<double const> rows, double scale, double const* mean, Index begin, Index end, double* blocks,
            double* squares) {
  Index const features = rows.columns();
  EightLanes const factor = broadcast(scale);
  std::fill(squares, squares + rounded_up(features, block_points), 0.0);
  for (Index first = begin; first < end; first += block_points) {
    double* const block = blocks + first * features;
    for (Index l = 0; l < block_points; ++l) {
      bool const repeated = first + l >= end;
      auto const visit = [&](Index v, EightLanes const& number) HWY_ATTR {
        EightLanes const x = multiply_subtract(number, factor, load(mean + v));
        if (!repeated) store(multiply_add(x, x, load(squares + v)), squares + v);
        double feature[lane_count];
        store(x, feature);
        Index const width = std::min(block_points, features - v);
        for (Index j = 0; j < width; ++j) block[(v + j) * block_points + l] = feature[j];
      };
      for_row(&rows(repeated ? end - 1 : first + l, 0), features, visit);
    }
  }
}

Assignment assign(CentredPoints const& points, double const* centres, Index k, Index begin, Index end,
                  std::int32_t* labels, std::uint8_t* touched) {
  Index const features = points.features();
  Index const row_length = points.row_length();
  EightLanes inertia = broadcast(0);
  bool changed = false;
  for (Index first = begin; first < end; first += block_points) {
    // Not infinity: times the weight 0 of the points that fill the last block it would be NaN.
    EightLanes lowest = broadcast(std::numeric_limits<double>::max());
    EightLanes nearest = broadcast(0);
    for_distances(points.blocks + first * features, features, centres, k, row_length,
                  [&](Index c, EightLanes const& distance)
                      HWY_ATTR { keep_lower(distance, static_cast<double>(c), lowest, nearest); });
    inertia = multiply_add(load(points.weights + first), lowest, inertia);
    std::int32_t before[block_points];
    std::copy(labels + first, labels + first + block_points, before);
    if (store_integers(nearest, labels + first)) continue;
    changed = true;
    if (!touched) continue;
    for (Index l = 0; l < block_points; ++l) {
      if (before[l] == labels[first + l]) continue;
      if (before[l] >= 0) touched[before[l]] = 1;
      touched[labels[first + l]] = 1;
    }
  }
  return {sum_of_lanes(inertia), changed};
}

void sum_members(CentredPoints const& points, std::int32_t const* labels, std::uint8_t const* touched, Index k,
                 Index begin, Index end, double* sums, double* weights) {
  Index const features = points.features();
  Index const row_length = points.row_length();
  EightLanes const scale = broadcast(points.scale);
  for (Index c = 0; c < k; ++c) {
    if (!touched[c]) continue;
    std::fill(sums + c * row_length, sums + (c + 1) * row_length, 0.0);
    weights[c] = 0;
  }
  for (Index i = begin; i < end; ++i) {
    std::int32_t const c = labels[i];
    if (!touched[c]) continue;
    double const weight = points.weights[i];
    weights[c] += weight;
    EightLanes const factor = broadcast(weight);
    double* const sum = sums + c * row_length;
    auto const visit = [&](Index v, EightLanes const& number) HWY_ATTR {
      EightLanes const x = multiply_subtract(number, scale, load(points.mean + v));
      store(multiply_add(factor, x, load(sum + v)), sum + v);
    };
    for_row(&points.rows(i, 0), features, visit);
  }
}

void sum_block_members(CentredPoints const& points, std::int32_t const* labels, Index k, Index begin, Index end,
                       double* sums, double* weights) {
  Index const features = points.features();
  Index const row_length = points.row_length();
  std::fill(sums, sums + k * row_length, 0.0);
  std::fill(weights, weights + k, 0.0);
  for (Index first = begin; first < end; first += block_points) {
    double const* const block = points.blocks + first * features;
    for (Index l = 0; l < std::min(block_points, end - first); ++l) {
      double const weight = points.weights[first + l];
      double* const sum = sums + labels[first + l] * row_length;
      for (Index j = 0; j < features; ++j) sum[j] = std::fma(weight, block[j * block_points + l], sum[j]);
      weights[labels[first + l]] += weight;
    }
  }
}

double average(Index k, Index row_length, double const* sums, double const* weights, double* centres) {
  EightLanes shift = broadcast(0);
  for (Index c = 0; c < k; ++c) {
    EightLanes const share = broadcast(1.0 / weights[c]);
    for (Index v = c * row_length; v < (c + 1) * row_length; v += block_points) {
      EightLanes const moved = multiply(load(sums + v), share);
      EightLanes const difference = subtract(moved, load(centres + v));
      shift = multiply_add(difference, difference, shift);
      store(moved, centres + v);
    }
  }
  return sum_of_lanes(shift);
}

double lower_distances(CentredPoints const& points, double const* centre, Index begin, Index end, double* distances) {
  Index const features = points.features();
  EightLanes potential = broadcast(0);
  for (Index first = begin; first < end; first += block_points) {
    EightLanes distance[1];
    tile_distances<1>(points.blocks + first * features, features, centre, points.row_length(), distance);
    EightLanes const lower = smaller(distance[0], load(distances + first));
    store(lower, distances + first);
    potential = multiply_add(load(points.weights + first), lower, potential);
  }
  return sum_of_lanes(potential);
}

void candidate_potentials(CentredPoints const& points, double const* distances, double const* candidates,
                          Index candidate_count, Index begin, Index end, double* potentials) {
  Index const features = points.features();
  Index const row_length = points.row_length();
  for (Index from = 0; from < candidate_count; from += tile_size) {
    Index const count = std::min<Index>(tile_size, candidate_count - from);
    EightLanes potential[tile_size];
    for (EightLanes& sum : potential) sum = broadcast(0);
    for (Index first = begin; first < end; first += block_points) {
      EightLanes const distance = load(distances + first);
      EightLanes const weight = load(points.weights + first);
      for_distances(points.blocks + first * features, features, candidates + from * row_length, count, row_length,
                    [&](Index c, EightLanes const& to_candidate) HWY_ATTR {
                      potential[c] = multiply_add(weight, smaller(to_candidate, distance), potential[c]);
                    });
    }
    for (Index c = 0; c < count; ++c) potentials[from + c] = sum_of_lanes(potential[c]);
  }
}

}  // namespace

KmeansKernels const& kernels() {
  static constexpr KmeansKernels table{largest_magnitude,   sum_features,      centre,  assign,
                                       sum_members,         sum_block_members, average, lower_distances,
                                       candidate_potentials};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

KmeansKernels const& kmeans_kernels(SimdTarget target) { return REGIO_COMPILED_FOR(target, kernels)(); }

}  // namespace regio
#endif
