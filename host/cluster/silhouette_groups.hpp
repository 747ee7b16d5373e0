/// Clusterings whose silhouettes are made of the same distances, whatever backend takes them.
#pragma once

#include <span>
#include <vector>

#include "cluster/cluster_scores_operation.hpp"

namespace regio {

/// Clusterings of the same points that stand in a row.
struct SilhouetteGroup {
  std::vector<ScoredClustering*> clusterings;
  /// [clusterings + 1] where the clusters of each stand when those of all stand one after another.
  std::vector<Index> first_cluster{0};
  MatrixView<double const> rows;  ///< [n, d]
  std::vector<double> widened;    ///< behind `rows` where the points are in single precision

  [[nodiscard]] Index clusters() const noexcept { return first_cluster.back(); }
};

/// The clusterings with room for widths whose points are finite.
std::vector<SilhouetteGroup> silhouette_groups(std::span<ScoredClustering> clusterings);

/// Mean width of a clustering's points, in their order; of each cluster's members in cluster_means [k], where there is
/// room for them.
double mean_width(ScoredClustering const& clustering, std::span<double> cluster_means);

}  // namespace regio
