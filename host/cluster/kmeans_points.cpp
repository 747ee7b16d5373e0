#include "cluster/kmeans_points.hpp"

#include <algorithm>

namespace regio {
namespace {

/// total = the rows of `chunk_sums` added in their order.
void add_chunks(double const* chunk_sums, Index chunks, Index length, double* total) {
  std::copy(chunk_sums, chunk_sums + length, total);
  for (Index chunk = 1; chunk < chunks; ++chunk) {
    for (Index j = 0; j < length; ++j) total[j] += chunk_sums[chunk * length + j];
  }
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
  double* const block_weights = prepared.block_weights.reserve(padded);
  double* const chunk_sums = prepared.chunk_sums.reserve((chunks + 1) * length);
  double* const squares = chunk_sums + chunks * length;

  for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
    kernels.sum_features(rows, begin, end, chunk_sums + chunk * length);
  });
  add_chunks(chunk_sums, chunks, length, mean);
  for (Index j = 0; j < length; ++j) mean[j] /= static_cast<double>(n);

  for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
    kernels.centre(rows, mean, begin, end, blocks, chunk_sums + chunk * length);
  });
  add_chunks(chunk_sums, chunks, length, squares);
  double variances = 0;
  for (Index j = 0; j < d; ++j) variances += squares[j] / static_cast<double>(n);
  points.mean_variance = variances / static_cast<double>(d);

  if (weights.empty()) {
    std::fill(block_weights, block_weights + n, 1.0);
  } else {
    std::copy(weights.begin(), weights.end(), block_weights);
  }
  std::fill(block_weights + n, block_weights + padded, 0.0);

  points.mean = mean;
  points.blocks = blocks;
  points.weights = block_weights;
  prepared.points = points;
  prepared.weights = weights;
}

void centred_row(CentredPoints const& points, Index i, double* row) {
  Index const d = points.features();
  for (Index j = 0; j < d; ++j) row[j] = points.rows(i, j) - points.mean[j];
  std::fill(row + d, row + points.row_length(), 0.0);
}

}  // namespace regio
