#include "cluster/kmeans_points.hpp"

#include <algorithm>
#include <cmath>

namespace regio {
namespace {

/// total = the rows of `chunk_sums` added in their order.
void add_chunks(double const* chunk_sums, Index chunks, Index length, double* total) {
  std::copy(chunk_sums, chunk_sums + length, total);
  for (Index chunk = 1; chunk < chunks; ++chunk) {
    for (Index j = 0; j < length; ++j) total[j] += chunk_sums[chunk * length + j];
  }
}

/// 1, or what brings numbers of this magnitude near 1 when their squares would overflow or vanish.
double scale_for(double largest_magnitude) {
  constexpr int harmless = 300, largest_exponent = 1000;
  int exponent = 0;
  std::frexp(largest_magnitude, &exponent);
  if (largest_magnitude == 0 || std::abs(exponent) <= harmless) return 1;
  return std::ldexp(1.0, std::clamp(-exponent, -largest_exponent, largest_exponent));
}

}  // namespace

void prepare_points(KmeansKernels const& kernels, MatrixView<double const> rows, VectorView<double const> weights,
                    ChunkLoop const& for_chunks, PreparedPoints& prepared) {
  CentredPoints points;
  points.rows = rows;
  Index const n = points.count(), d = points.features(), length = points.row_length();
  Index const padded = points.padded_count(), chunks = chunk_count(n, pass_chunk);
  double* const mean = prepared.mean.reserve(length);
  double* const blocks = prepared.blocks.reserve(padded * d);
  double* const chunk_sums = prepared.chunk_sums.reserve((chunks + 1) * length);
  double* const squares = chunk_sums + chunks * length;

  for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
    chunk_sums[chunk] = kernels.largest_magnitude(rows, begin, end);
  });
  points.scale = scale_for(*std::max_element(chunk_sums, chunk_sums + chunks));
  for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
    kernels.sum_features(rows, points.scale, begin, end, chunk_sums + chunk * length);
  });
  add_chunks(chunk_sums, chunks, length, mean);
  for (Index j = 0; j < length; ++j) mean[j] /= static_cast<double>(n);

  for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
    kernels.centre(rows, points.scale, mean, begin, end, blocks, chunk_sums + chunk * length);
  });
  add_chunks(chunk_sums, chunks, length, squares);
  double variances = 0;
  for (Index j = 0; j < d; ++j) variances += squares[j] / static_cast<double>(n);
  points.mean_variance = variances / static_cast<double>(d);

  points.mean = mean;
  points.blocks = blocks;
  prepared.points = points;
  prepare_weights(weights, prepared);
}

void prepare_weights(VectorView<double const> weights, PreparedPoints& prepared) {
  Index const n = prepared.points.count(), padded = prepared.points.padded_count();
  double* const block_weights = prepared.block_weights.reserve(padded);
  if (weights.empty()) {
    std::fill(block_weights, block_weights + n, 1.0);
  } else {
    std::copy(weights.begin(), weights.end(), block_weights);
  }
  std::fill(block_weights + n, block_weights + padded, 0.0);
  prepared.points.weights = block_weights;
  prepared.weights = weights;
}

void centred_row(CentredPoints const& points, double const* row, double* centred) {
  Index const d = points.features();
  for (Index j = 0; j < d; ++j) centred[j] = row[j] * points.scale - points.mean[j];
  std::fill(centred + d, centred + points.row_length(), 0.0);
}

void restored_row(CentredPoints const& points, double const* centred, double* row) {
  double const unit = 1 / points.scale;
  for (Index j = 0; j < points.features(); ++j) row[j] = (centred[j] + points.mean[j]) * unit;
}

double restored_inertia(CentredPoints const& points, double inertia) {
  double const unit = 1 / points.scale;
  return inertia * unit * unit;
}

}  // namespace regio
