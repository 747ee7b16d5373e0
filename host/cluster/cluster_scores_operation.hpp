/// The planned operation of scores: validated clusterings, and where their scores go.
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <regio/cluster_scores.hpp>

#include "cluster/label_census.hpp"
#include "cluster/point_rows.hpp"
#include "core/simd.hpp"

namespace regio {

/// The scores of one clustering; NaN: not asked for, not defined, or not finished.
struct ClusterScores {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  double inertia = none, calinski_harabasz = none, davies_bouldin = none, simplified_silhouette = none;
};

/// One clustering.
struct ScoredClustering {
  explicit ScoredClustering(ClusterScoresProblem const& of) : problem(&of), points(of) {}

  ClusterScoresProblem const* problem;
  PointRows points;
  LabelCensus census;

  ClusterScores scores;
  std::vector<double> widths;  ///< [n] where a silhouette is asked for and defined
  bool finite = true;          ///< false: points that are not finite, or squares that are not
  bool complete = true;        ///< false when stopped

  /// Neither one cluster nor as many clusters as points: else no score but the inertia says anything.
  [[nodiscard]] bool divides() const noexcept { return census.occupied >= 2 && census.occupied < points.rows(); }
};

struct ClusterScoresOperation {
  static constexpr std::string_view name = "cluster_scores";

  std::span<ScoredClustering> clusterings;
  ClusterScoresOptions const& options;
  SimdTarget target = best_simd_target();
};

/// What progress counts: points of each clustering, once for the streamed scores and once for the silhouette.
inline Index points_to_score(ClusterScoresOperation const& operation) {
  Index total = 0;
  for (ScoredClustering const& clustering : operation.clusterings) {
    total += clustering.points.rows() * (clustering.widths.empty() ? 1 : 2);
  }
  return total;
}

}  // namespace regio
