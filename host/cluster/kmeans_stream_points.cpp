#include "cluster/kmeans_stream_points.hpp"

#include <cmath>

#include "cluster/kmeans_stream_arithmetic.hpp"
#include "core/contract.hpp"

namespace regio {
namespace {

/// Arrays that describe one range of rows.
constexpr Index arrays_of_range = 5;

FeatureSums sums_at(double* arrays, Index range, Index length) {
  double* const begin = arrays + range * arrays_of_range * length;
  return {begin, begin + length, begin + 2 * length, begin + 3 * length, begin + 4 * length};
}

void refuse_first_not_finite(std::string const& where, MatrixView<float const> rows, Index begin, Index end) {
  for (Index i = begin; i < end; ++i) {
    for (Index j = 0; j < rows.columns(); ++j) {
      if (std::isfinite(rows(i, j))) continue;
      refuse(where, fmt::format("row {}, column {} is {}; points must be finite", i, j, number_text(rows(i, j))));
    }
  }
}

/// A power of two that brings `extent` near 1 and keeps `largest_origin`, times it, within single precision.
float factor_for(double extent, double largest_origin) {
  constexpr int most = 100;
  int exponent = std::clamp(-exponent_above(extent), -most, most);
  exponent = std::min(exponent, most - exponent_above(largest_origin));
  return std::ldexp(1.0F, exponent);
}

/// The points in the coordinates in which they are compared in single precision.
void choose_screening(double const* least, double const* largest, StreamedPoints& points) {
  Index const d = points.features(), length = points.row_length();
  double const* const mean = points.mean.get();
  double extent = 0, largest_origin = 0;
  for (Index j = 0; j < d; ++j) {
    double const origin = static_cast<float>(mean[j]);
    extent = std::max({extent, largest[j] - origin, origin - least[j]});
    largest_origin = std::max(largest_origin, std::abs(origin));
  }
  points.screening_factor = factor_for(extent, largest_origin);
  float* const shift = points.screening_shift.reserve(length);
  std::fill(shift, shift + length, 0.0F);
  double gap = 0;
  for (Index j = 0; j < d; ++j) {
    auto const origin = static_cast<float>(mean[j]);
    shift[j] = -points.screening_factor * origin;
    double const apart = points.screening_factor * (mean[j] - origin);
    gap += apart * apart;
  }
  points.gap = std::sqrt(gap);
}

}  // namespace

void read_points(StreamKernels const& kernels, Workers& workers, std::string const& where, MatrixView<float const> rows,
                 StreamedPoints& points) {
  points.rows = rows;
  Index const n = points.count(), d = points.features(), length = points.row_length();
  Index const size = stream_chunk(n), ranges = chunk_count(n, size);
  AlignedArray<double> held;
  double* const arrays = held.reserve(ranges * arrays_of_range * length);
  workers.for_chunks(n, size, [&](Index begin, Index end, int) {
    kernels.describe(rows, begin, end, sums_at(arrays, begin / size, length));
  });

  double* const mean = points.mean.reserve(length);
  double* const magnitude = points.largest.reserve(length);
  std::fill(mean, mean + length, 0.0);
  std::fill(magnitude, magnitude + length, 0.0);
  std::vector<double> squares(static_cast<std::size_t>(d)), least(squares), largest(squares);
  for (Index range = 0; range < ranges; ++range) {
    FeatureSums const sums = sums_at(arrays, range, length);
    Index const begin = range * size, end = std::min(n, begin + size);
    auto const own = static_cast<double>(end - begin), before = static_cast<double>(begin);
    for (Index j = 0; j < d; ++j) {
      auto const at = static_cast<std::size_t>(j);
      if (!std::isfinite(sums.sum[j])) refuse_first_not_finite(where, rows, begin, end);
      double const shift = sums.sum[j] / own;
      double const apart = (sums.first[j] + shift) - mean[j];
      squares[at] += (sums.squares[j] - sums.sum[j] * shift) + apart * apart * (before * own / (before + own));
      mean[j] += apart * (own / (before + own));
      least[at] = range == 0 ? sums.least[j] : std::min(least[at], sums.least[j]);
      largest[at] = range == 0 ? sums.largest[j] : std::max(largest[at], sums.largest[j]);
    }
  }
  double variances = 0;
  for (Index j = 0; j < d; ++j) {
    auto const at = static_cast<std::size_t>(j);
    variances += squares[at] / static_cast<double>(n);
    magnitude[j] = std::max(largest[at] - mean[j], mean[j] - least[at]);
  }
  points.mean_variance = variances / static_cast<double>(d);
  choose_screening(least.data(), largest.data(), points);
}

}  // namespace regio
