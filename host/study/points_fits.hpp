/// k-means of one set of points for one or several k, and the k that a criterion chooses.
#pragma once

#include <vector>

#include <regio/choice_of_k.hpp>
#include <regio/engine.hpp>

namespace regio::study {

/// What is asked for.
struct PointsOptions {
  Index k = 0;  ///< 0: the criterion chooses
  KCriterion criterion = KCriterion::elbow;
  ChoiceOfKOptions choice;
};

/// The best of the starts at one k.
struct PointsFit {
  Index k = 0;
  Index restarts = 0;
  Index iterations = 0;
  Outcome outcome = Outcome::cancelled;
  std::vector<double> centres;  ///< [k, features]
  std::vector<Index> sizes;     ///< [k] points, not weights
  KScores scores;               ///< silhouette is the simplified one; NaN where points have weights, but the inertia
};

struct PointsFits {
  Index points = 0;
  std::vector<PointsFit> fits;        ///< of the k that was asked for, or of k = 1 .. largest
  std::size_t chosen = 0;             ///< position of the fit that the labels of the result belong to
  std::vector<std::string> warnings;  ///< where the criterion chooses none
  bool weighted = false;

  [[nodiscard]] PointsFit const& choice() const { return fits[chosen]; }
  /// Inertia as a share of the scatter around the mean of all points; NaN where that is not known.
  [[nodiscard]] double unexplained(PointsFit const& fit) const;
};

/// Points in double or in single precision, the other view empty, and their weights; empty: all 1.
struct PointsData {
  MatrixView<double const> points;
  MatrixView<float const> single_points;
  VectorView<double const> weights;

  [[nodiscard]] Index count() const { return points.rows() + single_points.rows(); }
};

/// The k that will be fitted: the one asked for, or 1 to the largest that may be chosen and has points enough.
std::vector<Index> fitted_k(PointsOptions const& options, Index points);

/// The problem of one k, as kmeans_fit takes it.
KmeansProblem points_problem(PointsData const& data, Index k);

/// Fits every k with all its starts in one batch, whose runs share each read of points in single precision, scores the
/// fits from labels and centres, and chooses. `labels` is [fitted_k, points] and gets the labels 0 .. k - 1 of every
/// fit. Throws Interrupted when the stop token is raised, and as kmeans_fit and cluster_scores.
PointsFits fit_points(Engine& engine, PointsOptions const& options, PointsData const& data,
                      VectorView<std::int32_t> labels);

}  // namespace regio::study
