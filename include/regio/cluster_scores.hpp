/// Scores of given clusterings: how compact and how separate the clusters are, from points and labels alone, at any
/// size.
///
/// Symbols of the literature and their words here: n points, d features, k clusters, C_c cluster, n_c its size, m_c its
/// mean, m the mean of all points, a_i how far point i is from its own cluster, b_i from the next one, s_i its
/// silhouette width.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/views.hpp>

namespace regio {

/// One clustering of some points. Views are only read; several clusterings of the same points stand in a row.
struct ClusterScoresProblem {
  MatrixView<double const> points = {};        ///< [n, d], finite
  MatrixView<float const> single_points = {};  ///< instead of `points`: [n, d] in single precision, finite
  VectorView<std::int32_t const> labels = {};  ///< [n], 0 .. clusters - 1
  Index clusters = 0;                          ///< k, >= 1; a label that no point has is no cluster and is left out
  MatrixView<double const> centres = {};       ///< [k, d], finite, in place of the means for inertia and the simplified
                                               ///< silhouette; empty: the means of the members
};

/// Which scores are computed, beside the inertia.
struct ClusterScoresOptions {
  bool calinski_harabasz = true;
  bool davies_bouldin = true;
  bool simplified_silhouette = true;
  bool silhouette = false;   ///< from all pairs of points: O(n^2 d)
  bool keep_widths = false;  ///< keep the width of every point with it
  Control control = {};
};

/// Results of a batch. A score that was not asked for, or is not defined, is NaN.
class REGIO_API ClusterScoresReport {
 public:
  ClusterScoresReport() = default;

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(outcome.size()); }
  [[nodiscard]] VectorView<Index const> sizes(Index b) const noexcept;  ///< [k] points of each label
  /// With silhouette: [k] mean width of the members; NaN for a label without points.
  [[nodiscard]] VectorView<double const> cluster_silhouettes(Index b) const noexcept;
  /// With keep_widths: [n].
  [[nodiscard]] VectorView<double const> widths(Index b) const noexcept;

  std::vector<double> inertia;                ///< [b] sum of |x_i - centre|^2
  std::vector<double> calinski_harabasz;      ///< [b] larger is better; without unit
  std::vector<double> davies_bouldin;         ///< [b] smaller is better; without unit
  std::vector<double> simplified_silhouette;  ///< [b] -1 .. 1, larger is better
  std::vector<double> silhouette;             ///< [b] -1 .. 1, larger is better
  std::vector<Outcome> outcome;  ///< [b] converged; cancelled; not_finite: squares leave the range of numbers

  // Flat storage; offsets have one entry more than there are problems.
  std::vector<Index> all_sizes;
  std::vector<double> all_cluster_silhouettes, all_widths;
  std::vector<Index> cluster_offset, width_offset;
};

/// Scores each clustering.
///
/// inertia = sum_i |x_i - m_c(i)|^2.
/// Calinski-Harabasz = (B / (k - 1)) / (W / (n - k)), B = sum_c n_c |m_c - m|^2, W = sum_i |x_i - m_c(i)|^2 (1974).
/// Davies-Bouldin = mean over c of max over e of (s_c + s_e) / |m_c - m_e|, s_c = mean of |x_i - m_c| in C_c (1979).
/// silhouette = mean of (b_i - a_i) / max(a_i, b_i), a_i the mean distance to the other members of the own cluster, b_i
/// the least mean distance to the members of another one (Rousseeuw 1987).
/// simplified silhouette = the same with a_i the distance to the own centre, b_i the least one to another (Hruschka, de
/// Castro and Campello 2004).
/// In both silhouettes a point alone in its cluster counts 0, and so does one with a_i = b_i = 0. But for the inertia,
/// scores are NaN with fewer than two clusters or as many clusters as points, where they say nothing;
/// Calinski-Harabasz also when W is 0, Davies-Bouldin when two means coincide. k counts the clusters that have a point.
/// Shapes: see ClusterScoresProblem; squares of the points' unit in the inertia. Throws ContractError naming problem,
/// position and value: both or neither kind of points, no point, k < 1, sizes that differ, a label out of range, a
/// point or centre that is not finite. Outcomes: see ClusterScoresReport. Deterministic: sums have a fixed order, the
/// same bits for any number of threads, any order of the batch and every SIMD target, and on a CUDA device. Arithmetic
/// is in double precision on differences of points: where these lie does not matter. Cost: O(n d) for the means, one
/// read of the points; O(n d), or O(n k d) for the simplified silhouette, for the distances, a second one; with
/// `centres` one read for inertia and simplified silhouette, two more for the others; O(n^2 d) for the silhouette,
/// whose distances are shared by problems in a row that have the same points. Memory beside the results: 1024 times k d
/// numbers at most, whatever n is; for the silhouette also n numbers, single-precision points in double precision, and
/// 64 k numbers a thread. Points may be a mapped file larger than memory. Source: docs/methods/cluster-scores.md.
REGIO_API ClusterScoresReport cluster_scores(Engine& engine, ClusterScoresOptions const& options,
                                             std::vector<ClusterScoresProblem> const& problems);

}  // namespace regio
