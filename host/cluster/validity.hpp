/// Internal indices of a partition: how compact and how separate its clusters are, from points and labels alone.
///
/// A cluster is a label that some point has; labels in 0 .. clusters-1 that no point has are left out. Every index is
/// NaN with fewer than two clusters or as many clusters as points, where it says nothing.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/views.hpp>

namespace regio {

/// Calinski and Harabasz 1974: (B / (k - 1)) / (W / (n - k)), B the scatter of the cluster means around the common mean
/// weighted by size, W the scatter of the points around their cluster means. NaN when W is 0. points [n, d], labels
/// [n].
double calinski_harabasz(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters);

/// Davies and Bouldin 1979: mean over clusters i of max over j of (s_i + s_j) / |m_i - m_j|, s the mean distance of the
/// members to their mean m. NaN when two means coincide. points [n, d], labels [n].
double davies_bouldin(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters);

/// Several labellings of the same points, compared with each other.
struct Labelling {
  VectorView<std::int32_t const> labels;  ///< [n]
  Index clusters = 0;
};

/// Silhouette widths (Rousseeuw 1987) of the points begin .. end-1 under every labelling:
/// s = (b - a) / max(a, b), a the mean distance to the other members of the own cluster, b the least mean distance to
/// the members of another one; 0 for a point alone in its cluster and where a = b = 0. Writes widths [labelling, point]
/// in those columns; the distances of a point are computed once for all labellings.
void silhouette_widths(MatrixView<double const> points, std::vector<Labelling> const& labellings, Index begin,
                       Index end, MatrixView<double> widths);

}  // namespace regio
