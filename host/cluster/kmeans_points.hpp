/// Centring of the points of a problem.
#pragma once

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_workspace.hpp"

namespace regio {

/// Subtracts the mean of each feature and lays the points out in blocks; an empty `weights` means that every weight
/// is 1.
void prepare_points(KmeansKernels const& kernels, MatrixView<double const> rows, VectorView<double const> weights,
                    ChunkLoop const& for_chunks, PreparedPoints& prepared);

/// Row i less the mean, followed by zeros to the row length.
void centred_row(CentredPoints const& points, Index i, double* row);

}  // namespace regio
