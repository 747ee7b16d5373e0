/// Criteria for the number of clusters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <regio/kmeans.hpp>

namespace regio {

enum class KCriterion : std::uint8_t { elbow, calinski_harabasz, davies_bouldin, silhouette, gap, stability };
REGIO_API std::string_view name(KCriterion criterion) noexcept;

/// What the criteria say of one data set at one k. NaN where a criterion is not defined (k = 1, k = n, coinciding
/// centres).
struct KScores {
  Index k = 0;
  double inertia = 0;
  double calinski_harabasz = 0;  ///< Calinski and Harabasz 1974; larger is better
  double davies_bouldin = 0;     ///< Davies and Bouldin 1979; smaller is better
  double silhouette = 0;         ///< mean silhouette, Rousseeuw 1987; a singleton counts 0; larger is better
  double gap = 0;                ///< Tibshirani, Walther and Hastie 2001, uniform box references
  double gap_error = 0;          ///< s_k = sd_k sqrt(1 + 1/B)
  double stability = 0;          ///< mean adjusted Rand index between the restarts and the best one; larger is better
};

struct ChoiceOfKOptions {
  Index smallest = 2, largest = 12;  ///< candidates; scores are also given for k = 1
  KmeansOptions kmeans = {};         ///< restarts, init, tolerance, seed of the fits
  Index gap_references = 20;         ///< B; 0: no gap statistic
  Index gap_restarts = 10;
  double elbow_threshold = 0.05;  ///< smallest k with (SSE_k - SSE_{k+1}) / SSE_1 below it
};

/// Scores of one data set for k = 1 .. largest (capped by n), with the fits they come from.
struct KSweep {
  std::vector<KScores> scores;  ///< [k - 1]
  std::vector<Index>
      first_problem;  ///< where its fits start in KSweeps::fits: fit of k stands at first_problem[0] + k - 1
};

struct KSweeps {
  std::vector<KSweep> sweeps;  ///< [data set]
  KmeansReport fits;           ///< every (data set, k), best of the restarts; data set major, k = 1 first
};

/// Fits every data set with every k and scores the results; all fits of all data sets, k, restarts and gap references
/// are one batch. data[i] is [n, d]. Throws as kmeans_fit. Deterministic. Cost: the fits, and O(n^2 d) once a data set.
REGIO_API KSweeps sweep_k(Engine& engine, ChoiceOfKOptions const& options,
                          std::vector<MatrixView<double const>> const& data);

/// The k that a criterion chooses for several data sets together: elbow needs the condition on every curve (the paper's
/// rule); the others take the best mean over the data sets; gap the smallest k whose mean gap is at least the next
/// one's less its error. 0 when no candidate satisfies the rule or the criterion is undefined throughout.
REGIO_API Index choose_k(std::vector<KSweep const*> const& sweeps, KCriterion criterion,
                         ChoiceOfKOptions const& options);

}  // namespace regio
