/// The fp64 arithmetic of k-means on rows in single precision, compiled for each SIMD target with the same bits.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

#include "core/simd.hpp"

namespace regio {

/// What a range of rows says of each feature; arrays [row length]: features rounded up to whole vectors of eight.
struct FeatureSums {
  double* first = nullptr;    ///< number of the range's first row
  double* sum = nullptr;      ///< of numbers less the first
  double* squares = nullptr;  ///< of their squares
  double* least = nullptr;    ///< number
  double* largest = nullptr;  ///< number
};

/// How weighted numbers become whole ones, so that their sums are exact in any order.
struct Quanta {
  double const* mean = nullptr;        ///< [row length]
  double const* scale = nullptr;       ///< [row length] whole weight * centred value * scale is rounded
  VectorView<double const> weights{};  ///< the caller's; empty: every weight is 1
  double weight_scale = 1;             ///< weight * weight_scale is rounded
};

/// Whole sums of the members of k clusters.
struct MemberSums {
  std::int64_t* values = nullptr;   ///< [k, row length]
  std::int64_t* weights = nullptr;  ///< [k]
  std::int64_t* counts = nullptr;   ///< [k] points
};

struct StreamKernels {
  /// Sums over rows [begin, end).
  void (*describe)(MatrixView<float const> rows, Index begin, Index end, FeatureSums const& sums);
  /// For each of the `count` positions p: row first + p leaves cluster labels[p] (none if negative) for chosen[p].
  void (*move_members)(MatrixView<float const> rows, Quanta const& quanta, Index first, std::int32_t const* positions,
                       Index count, std::int32_t const* labels, std::int32_t const* chosen, MemberSums const& sums);
  /// Sum of w |x - its centre|^2 over rows [begin, end); centres [k, row length]. Features run in eight lanes.
  double (*inertia)(MatrixView<float const> rows, double const* mean, VectorView<double const> weights,
                    std::int32_t const* labels, double const* centres, Index begin, Index end);
};

/// The kernels for a target; it must be one that this machine runs.
StreamKernels const& stream_kernels(SimdTarget target);

}  // namespace regio
