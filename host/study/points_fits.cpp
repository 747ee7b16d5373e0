#include "study/points_fits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <regio/cluster_scores.hpp>
#include <regio/error.hpp>

namespace regio::study {
namespace {

/// Where kmeans_fit writes, laid out for the problems of all k.
struct FitArrays {
  std::vector<double> centres, inertia;
  std::vector<Index> iterations;
  std::vector<Outcome> outcome;
};

void stop_if_cancelled(std::vector<Outcome> const& outcomes) {
  if (std::count(outcomes.begin(), outcomes.end(), Outcome::cancelled) > 0) throw Interrupted("interrupted");
}

VectorView<std::int32_t const> labels_of(VectorView<std::int32_t> labels, Index fit, Index points) {
  return {labels.data_handle() + fit * points, points};
}

void score(Engine& engine, Control const& control, PointsData const& data, VectorView<std::int32_t> labels,
           PointsFits& result) {
  ClusterScoresOptions options;
  options.control = control;
  // The scores know no weights: sizes are all that is asked of them then.
  options.calinski_harabasz = options.davies_bouldin = options.simplified_silhouette = !result.weighted;
  std::vector<ClusterScoresProblem> problems;
  for (std::size_t f = 0; f < result.fits.size(); ++f) {
    problems.push_back({.points = data.points,
                        .single_points = data.single_points,
                        .labels = labels_of(labels, static_cast<Index>(f), result.points),
                        .clusters = result.fits[f].k});
  }
  ClusterScoresReport const scores = cluster_scores(engine, options, problems);
  stop_if_cancelled(scores.outcome);
  for (std::size_t f = 0; f < result.fits.size(); ++f) {
    PointsFit& fit = result.fits[f];
    VectorView<Index const> const sizes = scores.sizes(static_cast<Index>(f));
    fit.sizes.assign(sizes.begin(), sizes.end());
    fit.scores.calinski_harabasz = scores.calinski_harabasz[f];
    fit.scores.davies_bouldin = scores.davies_bouldin[f];
    fit.scores.silhouette = scores.simplified_silhouette[f];
  }
}

void choose(PointsOptions const& options, PointsFits& result) {
  if (options.k > 0) return;
  KSweep sweep;
  sweep.points = result.points;
  for (PointsFit const& fit : result.fits) sweep.scores.push_back(fit.scores);
  ChoiceOfKOptions candidates = options.choice;
  candidates.largest = result.fits.back().k;
  Index k = choose_k({&sweep}, options.criterion, candidates);
  if (k == 0) {
    k = candidates.largest;
    result.warnings.push_back(fmt::format("no k from {} to {} satisfies the criterion {}; {} is used",
                                          candidates.smallest, candidates.largest, name(options.criterion), k));
  }
  result.chosen = static_cast<std::size_t>(k - 1);
}

}  // namespace

double PointsFits::unexplained(PointsFit const& fit) const {
  if (fits.front().k == 1)
    return fits.front().scores.inertia > 0 ? fit.scores.inertia / fits.front().scores.inertia : NAN;
  // Calinski-Harabasz is (B / (k - 1)) / (W / (n - k)), and B + W the scatter.
  double const between_over_within =
      fit.scores.calinski_harabasz * static_cast<double>(fit.k - 1) / static_cast<double>(points - fit.k);
  return 1 / (1 + between_over_within);
}

std::vector<Index> fitted_k(PointsOptions const& options, Index points) {
  if (options.k > 0) return {options.k};
  std::vector<Index> all(static_cast<std::size_t>(std::min(options.choice.largest, points)));
  std::iota(all.begin(), all.end(), Index{1});
  return all;
}

KmeansProblem points_problem(PointsData const& data, Index k) {
  KmeansProblem problem;
  problem.points = data.points;
  problem.single_points = data.single_points;
  problem.weights = data.weights;
  problem.clusters = k;
  problem.restarts = k == 1 ? 1 : 0;
  return problem;
}

PointsFits fit_points(Engine& engine, PointsOptions const& options, PointsData const& data,
                      VectorView<std::int32_t> labels) {
  PointsFits result;
  result.points = data.count();
  result.weighted = !data.weights.empty();
  Index const features = std::max(data.points.columns(), data.single_points.columns());
  std::vector<KmeansProblem> problems;
  FitArrays arrays;
  for (Index const k : fitted_k(options, result.points)) {
    problems.push_back(points_problem(data, k));
    arrays.centres.resize(arrays.centres.size() + static_cast<std::size_t>(k * features));
  }
  arrays.inertia.resize(problems.size());
  arrays.iterations.resize(problems.size());
  arrays.outcome.resize(problems.size());
  kmeans_fit(engine, options.choice.kmeans, problems,
             {.labels = labels,
              .centres = {arrays.centres.data(), static_cast<Index>(arrays.centres.size())},
              .inertia = {arrays.inertia.data(), static_cast<Index>(arrays.inertia.size())},
              .iterations = {arrays.iterations.data(), static_cast<Index>(arrays.iterations.size())},
              .outcome = {arrays.outcome.data(), static_cast<Index>(arrays.outcome.size())}});
  stop_if_cancelled(arrays.outcome);

  auto centres = arrays.centres.cbegin();
  for (std::size_t f = 0; f < problems.size(); ++f) {
    PointsFit& fit = result.fits.emplace_back();
    fit.k = fit.scores.k = problems[f].clusters;
    fit.restarts = problems[f].restarts > 0 ? problems[f].restarts : options.choice.kmeans.restarts;
    fit.iterations = arrays.iterations[f];
    fit.outcome = arrays.outcome[f];
    fit.centres.assign(centres, centres + fit.k * features);
    centres += fit.k * features;
    fit.scores.inertia = arrays.inertia[f];
    fit.scores.gap = fit.scores.gap_error = fit.scores.stability = std::numeric_limits<double>::quiet_NaN();
  }
  score(engine, options.choice.kmeans.control, data, labels, result);
  choose(options, result);
  return result;
}

}  // namespace regio::study
