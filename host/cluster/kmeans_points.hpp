/// Centring of the points of a problem.
#pragma once

#include "cluster/kmeans_chunks.hpp"
#include "cluster/kmeans_workspace.hpp"

namespace regio {

/// Scales the points where their squares would leave the range of numbers, subtracts the mean of each feature, and
/// lays them out in blocks; an empty `weights` means that every weight is 1.
void prepare_points(KmeansKernels const& kernels, MatrixView<double const> rows, VectorView<double const> weights,
                    ChunkLoop const& for_chunks, PreparedPoints& prepared);

/// Gives prepared points other weights.
void prepare_weights(VectorView<double const> weights, PreparedPoints& prepared);

/// A row [d] in the caller's units as the kernels see it: scaled, less the mean, followed by zeros to the row
/// length.
void centred_row(CentredPoints const& points, double const* row, double* centred);

/// The opposite: a row of centres in the caller's units.
void restored_row(CentredPoints const& points, double const* centred, double* row);

/// An inertia in the caller's units.
double restored_inertia(CentredPoints const& points, double inertia);

}  // namespace regio
