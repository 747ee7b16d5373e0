#include <regio/cluster_scores.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "cluster/cluster_scores_operation.hpp"
#include "cluster/finite_rows.hpp"
#include "cluster/silhouette_groups.hpp"
#include "core/backend.hpp"
#include "core/batch_by_size.hpp"
#include "core/contract.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr Index most_clusters = std::numeric_limits<std::int32_t>::max();
/// Labels that several threads count faster than one.
constexpr Index many_labels = Index{1} << 16;

std::string where(std::size_t b, char const* argument) {
  return fmt::format("cluster_scores: problems[{}]{}", b, argument);
}

void check_shapes(std::size_t b, ClusterScoresProblem const& problem) {
  if (!problem.points.empty() && !problem.single_points.empty()) {
    refuse(where(b, ""), "has points and single_points; expected one of them");
  }
  PointRows const points(problem);
  if (points.rows() < 1 || points.columns() < 1) {
    refuse(where(b, ".points"),
           fmt::format("are [{}, {}]; expected at least one point and one feature", points.rows(), points.columns()));
  }
  if (problem.clusters < 1 || problem.clusters > most_clusters) {
    refuse(where(b, ".clusters"), fmt::format("is {}; expected 1 to {}", problem.clusters, most_clusters));
  }
  if (problem.labels.size() != points.rows()) {
    refuse(where(b, ".labels"),
           fmt::format("has {} entries; expected one for each of {} points", problem.labels.size(), points.rows()));
  }
  MatrixView<double const> const& centres = problem.centres;
  bool const no_centres = centres.rows() == 0 && centres.columns() == 0;
  if (!no_centres && (centres.rows() != problem.clusters || centres.columns() != points.columns())) {
    refuse(where(b, ".centres"), fmt::format("are [{}, {}]; expected [{}, {}]", centres.rows(), centres.columns(),
                                             problem.clusters, points.columns()));
  }
  check_finite(where(b, ".centres"), centres, "centres");
}

void take_census(std::size_t b, ScoredClustering& clustering, ClusterScoresOptions const& options,
                 ChunkLoop const& for_chunks) {
  ClusterScoresProblem const& problem = *clustering.problem;
  clustering.census = count_labels(problem.labels, problem.clusters, for_chunks);
  if (Index const at = clustering.census.first_outside; at >= 0) {
    refuse(where(b, ".labels"),
           fmt::format("point {} has label {}; expected 0 to {}", at, problem.labels[at], problem.clusters - 1));
  }
  if (options.silhouette && clustering.divides()) {
    clustering.widths.assign(static_cast<std::size_t>(problem.labels.size()), ClusterScores::none);
  }
}

/// Counts the labels of all clusterings; of several broken problems the first is reported.
void take_censuses(Workers& workers, std::vector<ScoredClustering>& clusterings, ClusterScoresOptions const& options) {
  auto const clustering = [&](Index b) -> ScoredClustering& { return clusterings[static_cast<std::size_t>(b)]; };
  BatchBySize const batch(static_cast<Index>(clusterings.size()),
                          [&](Index b) { return clustering(b).points.rows() >= many_labels; });
  batch.run_all(workers, 64, [&](BatchTurn const& turn) {
    take_census(static_cast<std::size_t>(turn.item), clustering(turn.item), options,
                turn.all_threads == nullptr ? ChunkLoop() : ChunkLoop(*turn.all_threads));
  });
}

ClusterScoresReport laid_out(std::vector<ScoredClustering> const& clusterings, ClusterScoresOptions const& options) {
  ClusterScoresReport report;
  for (std::vector<double>* numbers : {&report.inertia, &report.calinski_harabasz, &report.davies_bouldin,
                                       &report.simplified_silhouette, &report.silhouette}) {
    numbers->assign(clusterings.size(), ClusterScores::none);
  }
  report.outcome.assign(clusterings.size(), Outcome::converged);
  report.cluster_offset.push_back(0);
  if (options.keep_widths) report.width_offset.push_back(0);
  for (ScoredClustering const& clustering : clusterings) {
    std::vector<Index> const& sizes = clustering.census.sizes;
    report.all_sizes.insert(report.all_sizes.end(), sizes.begin(), sizes.end());
    report.cluster_offset.push_back(static_cast<Index>(report.all_sizes.size()));
    if (options.keep_widths) report.width_offset.push_back(report.width_offset.back() + clustering.points.rows());
  }
  if (options.silhouette) report.all_cluster_silhouettes.assign(report.all_sizes.size(), ClusterScores::none);
  if (options.keep_widths) {
    report.all_widths.assign(static_cast<std::size_t>(report.width_offset.back()), ClusterScores::none);
  }
  return report;
}

/// Writes what became of clustering b.
void take(ClusterScoresReport& report, std::size_t b, ScoredClustering& clustering) {
  if (!clustering.complete) {
    report.outcome[b] = Outcome::cancelled;
    return;
  }
  Index const first = report.cluster_offset[b];
  auto const clusters = static_cast<std::size_t>(report.cluster_offset[b + 1] - first);
  if (clustering.finite && !clustering.widths.empty()) {
    report.silhouette[b] = mean_width(clustering, {report.all_cluster_silhouettes.data() + first, clusters});
    clustering.finite = std::isfinite(report.silhouette[b]);
    if (!clustering.finite) report.silhouette[b] = ClusterScores::none;
    if (!report.width_offset.empty()) {
      std::copy(clustering.widths.begin(), clustering.widths.end(), report.all_widths.begin() + report.width_offset[b]);
    }
  }
  if (!clustering.finite) {
    clustering.points.visit([&](auto const& rows) {
      check_finite(where(b, clustering.points.single() ? ".single_points" : ".points"), rows, "points");
    });
    report.outcome[b] = Outcome::not_finite;
  }
  ClusterScores const& scores = clustering.scores;
  report.inertia[b] = scores.inertia;
  report.calinski_harabasz[b] = scores.calinski_harabasz;
  report.davies_bouldin[b] = scores.davies_bouldin;
  report.simplified_silhouette[b] = scores.simplified_silhouette;
}

}  // namespace

VectorView<Index const> ClusterScoresReport::sizes(Index b) const noexcept {
  auto const at = static_cast<std::size_t>(b);
  return {all_sizes.data() + cluster_offset[at], cluster_offset[at + 1] - cluster_offset[at]};
}

VectorView<double const> ClusterScoresReport::cluster_silhouettes(Index b) const noexcept {
  if (all_cluster_silhouettes.empty()) return {};
  auto const at = static_cast<std::size_t>(b);
  return {all_cluster_silhouettes.data() + cluster_offset[at], cluster_offset[at + 1] - cluster_offset[at]};
}

VectorView<double const> ClusterScoresReport::widths(Index b) const noexcept {
  if (width_offset.empty()) return {};
  auto const at = static_cast<std::size_t>(b);
  return {all_widths.data() + width_offset[at], width_offset[at + 1] - width_offset[at]};
}

ClusterScoresReport cluster_scores(Engine& engine, ClusterScoresOptions const& options,
                                   std::vector<ClusterScoresProblem> const& problems) {
  if (options.keep_widths && !options.silhouette) {
    refuse("cluster_scores: options.keep_widths", "is set without silhouette, whose widths it keeps");
  }
  std::vector<ScoredClustering> clusterings;
  clusterings.reserve(problems.size());
  for (std::size_t b = 0; b < problems.size(); ++b) {
    check_shapes(b, problems[b]);
    clusterings.emplace_back(problems[b]);
  }
  take_censuses(engine.backend().workers(), clusterings, options);
  ClusterScoresReport report = laid_out(clusterings, options);
  ClusterScoresOperation operation{.clusterings = clusterings, .options = options};
  run(engine, operation);
  for (std::size_t b = 0; b < clusterings.size(); ++b) take(report, b, clusterings[b]);
  return report;
}

}  // namespace regio
