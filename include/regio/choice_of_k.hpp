/// Criteria for the number of clusters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/kmeans.hpp>

namespace regio {

enum class KCriterion : std::uint8_t { elbow, calinski_harabasz, davies_bouldin, silhouette, gap, stability };
REGIO_API std::string_view name(KCriterion criterion) noexcept;

/// What the criteria say of one data set at one k. NaN where a criterion is not defined: but for the gap all of them at
/// k = 1 and k = n, Calinski-Harabasz without scatter inside the clusters, Davies-Bouldin with coinciding means, the
/// gap with inertia 0 or without references, stability with one restart.
struct KScores {
  Index k = 0;
  double inertia = 0;
  double calinski_harabasz = 0;  ///< Calinski and Harabasz 1974; larger is better
  double davies_bouldin = 0;     ///< Davies and Bouldin 1979; smaller is better
  double silhouette = 0;         ///< mean silhouette, Rousseeuw 1987; a singleton counts 0; larger is better
  double gap = 0;                ///< Tibshirani, Walther and Hastie 2001, uniform box references
  double gap_error = 0;          ///< s_k = sd_k sqrt(1 + 1/B), sd_k the population's
  double stability = 0;          ///< mean adjusted Rand index between the other restarts and the best; larger is better
};

struct ChoiceOfKOptions {
  Index smallest = 2, largest = 12;  ///< candidates; scores are also given for k = 1
  KmeansOptions kmeans = {};         ///< restarts, init, tolerance, seed of the fits
  Index gap_references = 20;         ///< B; 0: no gap statistic
  Index gap_restarts = 10;
  double elbow_threshold = 0.05;  ///< smallest k with (SSE_k - SSE_{k+1}) / SSE_1 below it
  std::uint64_t memory = 0;       ///< bytes that the sweep may take beside the data; 0: no limit
};

/// Scores of one data set for k = 1 .. largest (capped by n), with the fits they come from.
struct KSweep {
  Index points = 0;             ///< n of the data set
  std::vector<KScores> scores;  ///< [k - 1]
  Index first_problem = 0;      ///< where its fits start in KSweeps::fits: that of k is first_problem + k - 1
};

struct KSweeps {
  std::vector<KSweep> sweeps;    ///< [data set]
  KmeansReport fits;             ///< every (data set, k), data set major, k = 1 first: best of the restarts, and with
                                 ///< no limit of memory every restart's own labels
  Index problems = 0, runs = 0;  ///< k-means problems and runs made, those of the gap references included
};

/// Fits every data set with every k and scores the results.
///
/// The fits of all data sets, k and restarts are one batch, those of the gap references further ones of about 64 MB of
/// points. Under a limit of memory every step is divided into as many batches as stay below, of one problem, data set
/// or reference at the least; scores do not depend on it. data[i] is [n, d]. Throws as kmeans_fit, ContractError on
/// options out of range, Interrupted when the stop token is raised. Random numbers belong to a k-means run and to a gap
/// reference, not to a place in `data`: a data set gets the same scores alone and among others. Deterministic as
/// kmeans_fit. Cost: the fits, and O(n^2 (d + number of k)) once a data set; no n x n table is kept. Source:
/// docs/methods/choice-of-k.md.
REGIO_API KSweeps sweep_k(Engine& engine, ChoiceOfKOptions const& options,
                          std::vector<MatrixView<double const>> const& data);

/// The k that a criterion chooses for several data sets together.
///
/// elbow: the smallest k with (SSE_k - SSE_{k+1}) / SSE_1 < elbow_threshold on every curve (the paper's rule made
/// exact; a curve ends flat at k = n, and one without scatter is flat). Gap: the smallest k whose mean gap is at least
/// the next one's less its mean error. The others: the best mean over the data sets where the criterion is defined, the
/// smallest k of equal ones. 0 when no candidate smallest .. largest satisfies the rule (elbow and gap need the fit of
/// k + 1, so they cannot choose `largest` where n is larger) or the criterion is undefined throughout.
REGIO_API Index choose_k(std::vector<KSweep const*> const& sweeps, KCriterion criterion,
                         ChoiceOfKOptions const& options);

}  // namespace regio
