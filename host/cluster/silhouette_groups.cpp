#include "cluster/silhouette_groups.hpp"

#include <algorithm>

namespace regio {
namespace {

SilhouetteGroup group_of(PointRows const& points) {
  SilhouetteGroup group;
  group.rows = points.doubles();
  if (points.single()) {
    group.widened.resize(static_cast<std::size_t>(points.rows() * points.columns()));
    for (Index i = 0; i < points.rows(); ++i) points.copy_row(i, group.widened.data() + i * points.columns());
    group.rows = {group.widened.data(), points.rows(), points.columns()};
  }
  return group;
}

}  // namespace

std::vector<SilhouetteGroup> silhouette_groups(std::span<ScoredClustering> clusterings) {
  std::vector<SilhouetteGroup> groups;
  for (ScoredClustering& clustering : clusterings) {
    if (clustering.widths.empty() || !clustering.finite) continue;
    if (groups.empty() || !groups.back().clusterings.back()->points.is_same_as(clustering.points)) {
      groups.push_back(group_of(clustering.points));
    }
    SilhouetteGroup& group = groups.back();
    group.clusterings.push_back(&clustering);
    group.first_cluster.push_back(group.first_cluster.back() + clustering.problem->clusters);
  }
  return groups;
}

double mean_width(ScoredClustering const& clustering, std::span<double> cluster_means) {
  std::fill(cluster_means.begin(), cluster_means.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < clustering.widths.size(); ++i) {
    sum += clustering.widths[i];
    cluster_means[static_cast<std::size_t>(clustering.problem->labels[static_cast<Index>(i)])] += clustering.widths[i];
  }
  for (std::size_t c = 0; c < cluster_means.size(); ++c) {
    Index const size = clustering.census.sizes[c];
    cluster_means[c] = size > 0 ? cluster_means[c] / static_cast<double>(size) : ClusterScores::none;
  }
  return sum / static_cast<double>(clustering.widths.size());
}

}  // namespace regio
