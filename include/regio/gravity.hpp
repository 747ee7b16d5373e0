/// Gravity regressions of flows between regions: what distance, borders and the like do to interaction.
///
/// Symbols of the literature and their words here: X_ij flow from origin i to destination j, z_ij regressors of the
/// pair (the logarithm of distance, a common border), b coefficients, o_i and d_j effects of origin and destination
/// (multilateral resistance), mu_ij expected flow.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/progress.hpp>
#include <regio/regression.hpp>
#include <regio/views.hpp>

namespace regio {

enum class GravityMethod : std::uint8_t {
  log_linear,  ///< ln X_ij = z_ij b + o_i + d_j + e_ij by least squares; flows of zero are left out
  poisson,     ///< X_ij = exp(z_ij b + o_i + d_j) + e_ij by Poisson pseudo-maximum likelihood, zeros included
};

/// "log-linear", "poisson".
REGIO_API std::string_view name(GravityMethod method) noexcept;

enum class GravityErrors : std::uint8_t {
  classical,       ///< of the model: errors of one variance; a variance equal to the mean
  robust,          ///< any variance of each flow, times N / (N - number of coefficients and effects)
  pair_clustered,  ///< moreover X_ij and X_ji may depend on each other
};

/// "classical", "robust", "pair-clustered".
REGIO_API std::string_view name(GravityErrors errors) noexcept;

/// Flows between the same regions. Views are only read.
struct GravityProblem {
  MatrixView<double const> flows;                      ///< [n, n] origin by row, >= 0; NaN: not observed
  std::vector<MatrixView<double const>> regressors{};  ///< [k] of [n, n], finite where a flow is observed
};

struct GravityOptions {
  GravityMethod method = GravityMethod::poisson;
  GravityErrors errors = GravityErrors::pair_clustered;
  bool effects = true;      ///< of origin and destination; otherwise one constant, which is the first coefficient
  bool own_flows = false;   ///< flows of a region with itself are observations, too
  double tolerance = 1e-8;  ///< of poisson: no ln mu moves by more
  Index max_iterations = 200;
  double confidence = 0.95;  ///< between 0 and 1
  Control control = {};
};

/// One fitted gravity regression.
struct REGIO_API GravityFit {
  Outcome outcome = Outcome::singular;
  Index iterations = 0;
  Index observations = 0;    ///< N: flows that the fit rests on
  Index left_out_zeros = 0;  ///< observed flows of zero that log_linear leaves out
  /// Regions all of whose (used) flows in this role are zero: their effect would be minus infinity, and their flows
  /// tell nothing of the coefficients. They are left out together with those flows.
  std::vector<Index> dropped_origins, dropped_destinations;
  Index dropped_flows = 0;        ///< observed flows (of zero) that went with them
  CoefficientTable coefficients;  ///< a constant (without effects), then one for each regressor
  /// [n] with effects; in each part of the regions that no flow joins with another, the last destination has 0. NaN
  /// where dropped or without an observation.
  std::vector<double> origin_effect, destination_effect;
  std::vector<double> expected;  ///< [n, n] mu, of log_linear exp of the fitted logarithm; NaN where not used
  double r_squared = std::numeric_limits<double>::quiet_NaN();  ///< log_linear: of the logarithms; poisson: squared
                                                                ///< correlation of X and mu
  double deviance = std::numeric_limits<double>::quiet_NaN();   ///< poisson; log_linear: sum of squared residuals
};

/// Fits gravity regressions.
/// Poisson: sum of (X - mu) z = 0 and, with effects, sum over j of (X_ij - mu_ij) = 0 for every i, and over i for every
/// j (Santos Silva and Tenreyro 2006; Fally 2015), by iteratively reweighted least squares from mu = (X + mean of X)
/// / 2. The effects are eliminated exactly in each iteration, not estimated as dummies. Tests: poisson by the normal
/// distribution; log_linear by Student's t with N - coefficients - effects degrees of freedom, clustered with
/// pairs - 1. Clustered errors are multiplied by G / (G - 1) (N - 1) / (N - coefficients - effects), G the number of
/// pairs with an observation. Throws ContractError naming the problem, argument, row and column: shapes that differ, a
/// negative or infinite flow, a regressor that is not finite at an observed flow, options out of range. Outcomes:
/// converged; singular (regressors that depend on each other or on the effects, as everything that belongs to one
/// region alone does; no more observations than coefficients; no flow above zero); unbounded (a combination of
/// regressors separates zeros from flows: a coefficient runs to infinity); iteration_limit; cancelled. Only converged
/// has coefficients. Deterministic for any number of threads and any order of the batch. Cost: an iteration O(N k^2 +
/// n^3); problems of a batch run side by side on the CPU side of any engine. Sources: docs/methods/gravity.md.
REGIO_API std::vector<GravityFit> gravity_fits(Engine& engine, GravityOptions const& options,
                                               std::vector<GravityProblem> const& problems);

}  // namespace regio
