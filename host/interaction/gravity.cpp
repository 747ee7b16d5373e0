#include <regio/gravity.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/progress_meter.hpp"
#include "core/workers.hpp"
#include "interaction/coefficient_table.hpp"
#include "interaction/gravity_observations.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
/// What is left of a regressor of norm 1 once effects and others are taken out, below which it depends on them.
constexpr double independent_part = 1e-9;

void check_options(GravityOptions const& options) {
  std::string const where = "gravity_fits: options.";
  if (!(options.tolerance > 0 && std::isfinite(options.tolerance))) {
    refuse(where + "tolerance", fmt::format("is {}; expected a number above 0", number_text(options.tolerance)));
  }
  if (options.max_iterations < 1) {
    refuse(where + "max_iterations", fmt::format("is {}; expected 1 or more", options.max_iterations));
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    refuse(where + "confidence",
           fmt::format("is {}; expected a number between 0 and 1", number_text(options.confidence)));
  }
}

void check_problem(std::size_t b, GravityProblem const& problem, GravityOptions const& options) {
  std::string const where = "gravity_fits: problems[" + std::to_string(b) + "]";
  Index const n = problem.flows.rows();
  if (n == 0 || problem.flows.columns() != n) {
    refuse(where + ".flows", fmt::format("is {} x {}; expected as many origins as destinations, one at least", n,
                                         problem.flows.columns()));
  }
  auto const check_cells = [&](std::string const& argument, MatrixView<double const> matrix, auto&& usable,
                               char const* expected) {
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        if ((i == j && !options.own_flows) || std::isnan(problem.flows(i, j)) || usable(matrix(i, j))) continue;
        refuse(argument, fmt::format("row {}, column {} is {}; {}", i, j, number_text(matrix(i, j)), expected));
      }
    }
  };
  check_cells(
      where + ".flows", problem.flows, [](double flow) { return flow >= 0 && std::isfinite(flow); },
      "flows must be finite and not negative");
  for (std::size_t k = 0; k < problem.regressors.size(); ++k) {
    std::string const argument = where + ".regressors[" + std::to_string(k) + "]";
    MatrixView<double const> const matrix = problem.regressors[k];
    if (matrix.rows() != n || matrix.columns() != n) {
      refuse(argument, fmt::format("is {} x {}; the flows are {} x {}", matrix.rows(), matrix.columns(), n, n));
    }
    check_cells(
        argument, matrix, [](double value) { return std::isfinite(value); },
        "regressors must be finite where a flow is observed");
  }
}

class Estimation {
 public:
  Estimation(GravityProblem const& problem, GravityOptions const& options)
      : problem_(problem), options_(options), observations_(gravity_observations(problem, options)) {
    if (options.effects) effects_.emplace(observations_.cells, problem.flows.rows());
  }

  GravityFit run() {
    result_.observations = static_cast<Index>(observations_.cells.size());
    result_.left_out_zeros = observations_.left_out_zeros;
    result_.dropped_origins = observations_.dropped_origins;
    result_.dropped_destinations = observations_.dropped_destinations;
    result_.dropped_flows = observations_.dropped_flows;
    lay_out();
    if (result_.observations <= parameters() || flows_.maxCoeff() == 0) return result_;
    result_.outcome = options_.method == GravityMethod::poisson ? iterate() : fit_logarithms();
    if (result_.outcome == Outcome::converged) conclude();
    return result_;
  }

 private:
  [[nodiscard]] bool is_poisson() const { return options_.method == GravityMethod::poisson; }
  /// Coefficients and effects.
  [[nodiscard]] Index parameters() const { return regressors_.cols() + (effects_ ? effects_->rank() : 0); }

  void lay_out() {
    auto const count = static_cast<Eigen::Index>(observations_.cells.size());
    Eigen::Index const constant = options_.effects ? 0 : 1;
    flows_ = Eigen::Map<Eigen::VectorXd const>(observations_.flows.data(), count);
    regressors_.resize(count, static_cast<Eigen::Index>(problem_.regressors.size()) + constant);
    if (constant > 0) regressors_.col(0).setOnes();
    for (std::size_t k = 0; k < problem_.regressors.size(); ++k) {
      for (Eigen::Index c = 0; c < count; ++c) {
        FlowCell const& cell = observations_.cells[static_cast<std::size_t>(c)];
        regressors_(c, static_cast<Eigen::Index>(k) + constant) = problem_.regressors[k](cell.origin, cell.destination);
      }
    }
  }

  /// Least squares of `response` under weights, effects eliminated: sets swept_, coefficients_ and rest_. False when
  /// regressors depend on each other or on the effects.
  bool solve(Eigen::VectorXd const& weights, Eigen::VectorXd const& response) {
    swept_ = regressors_;
    rest_ = response;
    if (effects_) {
      effects_->set_weights(weights);
      for (Eigen::Index k = 0; k < swept_.cols(); ++k) effects_->sweep(swept_.col(k));
      effects_->sweep(rest_);
    }
    coefficients_ = Eigen::VectorXd(swept_.cols());
    if (swept_.cols() == 0) return true;
    Eigen::VectorXd const root = weights.array().sqrt();
    Eigen::VectorXd const scale = (root.asDiagonal() * regressors_).colwise().norm();
    if (scale.minCoeff() == 0) return false;
    Eigen::MatrixXd const scaled = root.asDiagonal() * swept_ * scale.cwiseInverse().asDiagonal();
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> decomposition(scaled);
    // Eigen's threshold is a share of the largest column that is left.
    decomposition.setThreshold(std::min(1.0, independent_part / std::max(decomposition.maxPivot(), independent_part)));
    if (decomposition.rank() < swept_.cols()) return false;
    Eigen::VectorXd const weighted = root.asDiagonal() * rest_;
    coefficients_ = scale.cwiseInverse().asDiagonal() * decomposition.solve(weighted);
    rest_ -= swept_ * coefficients_;
    Eigen::MatrixXd inverse_root = decomposition.matrixR()
                                       .topRows(swept_.cols())
                                       .triangularView<Eigen::Upper>()
                                       .solve(Eigen::MatrixXd::Identity(swept_.cols(), swept_.cols()));
    inverse_root = scale.cwiseInverse().asDiagonal() * (decomposition.colsPermutation() * inverse_root);
    bread_ = inverse_root * inverse_root.transpose();
    return true;
  }

  Outcome fit_logarithms() {
    Eigen::VectorXd const logarithms = flows_.array().log();
    weights_ = Eigen::VectorXd::Ones(flows_.size());
    if (!solve(weights_, logarithms)) return Outcome::singular;
    predictor_ = logarithms - rest_;
    residual_ = rest_;
    result_.deviance = rest_.squaredNorm();
    double const total = (logarithms.array() - logarithms.mean()).matrix().squaredNorm();
    if (total > 0) result_.r_squared = 1 - result_.deviance / total;
    return Outcome::converged;
  }

  /// Iteratively reweighted least squares.
  Outcome iterate() {
    Eigen::VectorXd expected = (flows_.array() + flows_.mean()) / 2;
    predictor_ = expected.array().log();
    double deviance = std::numeric_limits<double>::infinity();
    while (result_.iterations < options_.max_iterations) {
      if (options_.control.stop.stop_requested()) return Outcome::cancelled;
      ++result_.iterations;
      Eigen::VectorXd const response = predictor_.array() + (flows_ - expected).array() / expected.array();
      // Weights are kept away from zero so far that sums over a region stay regular; such flows count for nothing.
      weights_ = expected.cwiseMax(least_weight * expected.maxCoeff());
      if (!solve(weights_, response)) return result_.iterations == 1 ? Outcome::singular : Outcome::unbounded;
      Eigen::VectorXd const next = response - rest_;
      if (!next.allFinite()) return Outcome::unbounded;
      double const moved = (next - predictor_).cwiseAbs().maxCoeff();
      predictor_ = next;
      expected = predictor_.array().exp();
      double const former = std::exchange(deviance, deviance_of(expected));
      if (moved <= options_.tolerance) {
        residual_ = flows_ - expected;
        result_.deviance = deviance;
        result_.r_squared = squared_correlation(flows_, expected);
        // Once more at the place that was reached: the covariance belongs to its weights, not to those of the step
        // before.
        return solve(expected, residual_.cwiseQuotient(expected) + predictor_) ? Outcome::converged : Outcome::singular;
      }
      // The likelihood stands still while some flow of zero is still expected to be smaller by a factor.
      bool const stands = std::abs(former - deviance) <= 1e-12 * std::abs(deviance);
      if (stands && moved > 0.5 && predictor_.minCoeff() < predictor_.maxCoeff() - far_apart) return Outcome::unbounded;
    }
    return Outcome::iteration_limit;
  }

  [[nodiscard]] double deviance_of(Eigen::VectorXd const& expected) const {
    double sum = 0;
    for (Eigen::Index c = 0; c < flows_.size(); ++c) {
      double const logarithm = flows_(c) > 0 ? flows_(c) * (std::log(flows_(c)) - predictor_(c)) : 0.0;
      sum += 2 * (logarithm - (flows_(c) - expected(c)));
    }
    return sum;
  }

  static double squared_correlation(Eigen::VectorXd const& a, Eigen::VectorXd const& b) {
    Eigen::VectorXd const x = a.array() - a.mean(), y = b.array() - b.mean();
    double const product = x.dot(y);
    return product * product / (x.squaredNorm() * y.squaredNorm());
  }

  void conclude() {
    auto const count = static_cast<double>(result_.observations);
    double const degrees = count - static_cast<double>(parameters());
    std::optional<double> test_degrees;
    if (!is_poisson()) test_degrees = degrees;
    Eigen::MatrixXd covariance = bread_;
    switch (options_.errors) {
      case GravityErrors::classical:
        if (!is_poisson()) covariance *= result_.deviance / degrees;
        break;
      case GravityErrors::robust: covariance = sandwich(scores()) * (count / degrees); break;
      case GravityErrors::pair_clustered: {
        Eigen::MatrixXd const sums = pair_scores();
        auto const pairs = static_cast<double>(sums.rows());
        covariance = sandwich(sums) * (pairs / (pairs - 1) * (count - 1) / degrees);
        if (!is_poisson()) test_degrees = pairs - 1;
        break;
      }
    }
    result_.coefficients = coefficient_table(coefficients_, covariance, test_degrees, options_.confidence);
    Index const n = problem_.flows.rows();
    result_.expected.assign(static_cast<std::size_t>(n * n), no_number);
    for (std::size_t c = 0; c < observations_.cells.size(); ++c) {
      FlowCell const& cell = observations_.cells[c];
      result_.expected[static_cast<std::size_t>(cell.origin * n + cell.destination)] =
          std::exp(predictor_(static_cast<Eigen::Index>(c)));
    }
    if (effects_) report_effects();
  }

  /// What each observation adds to the equations of the coefficients.
  [[nodiscard]] Eigen::MatrixXd scores() const { return residual_.asDiagonal() * swept_; }

  /// The same summed over both directions of a pair.
  [[nodiscard]] Eigen::MatrixXd pair_scores() const {
    Eigen::MatrixXd const single = scores();
    Index const n = problem_.flows.rows();
    std::vector<std::pair<Index, Eigen::Index>> order;  // pair, observation
    for (std::size_t c = 0; c < observations_.cells.size(); ++c) {
      auto const [low, high] = std::minmax(observations_.cells[c].origin, observations_.cells[c].destination);
      order.emplace_back(low * n + high, static_cast<Eigen::Index>(c));
    }
    std::sort(order.begin(), order.end());
    Eigen::MatrixXd sums(single.rows(), single.cols());
    Eigen::Index pairs = 0;
    for (std::size_t at = 0; at < order.size(); ++at) {
      bool const begins = at == 0 || order[at].first != order[at - 1].first;
      if (begins) sums.row(pairs++).setZero();
      sums.row(pairs - 1) += single.row(order[at].second);
    }
    return sums.topRows(pairs);
  }

  [[nodiscard]] Eigen::MatrixXd sandwich(Eigen::MatrixXd const& sums) const {
    return bread_ * (sums.transpose() * sums) * bread_;
  }

  void report_effects() {
    Index const n = problem_.flows.rows();
    Eigen::VectorXd left = predictor_ - regressors_ * coefficients_, effects(2 * n);
    effects_->sweep(left, &effects);
    result_.origin_effect.assign(static_cast<std::size_t>(n), no_number);
    result_.destination_effect = result_.origin_effect;
    for (FlowCell const& cell : observations_.cells) {
      result_.origin_effect[static_cast<std::size_t>(cell.origin)] = effects(cell.origin);
      result_.destination_effect[static_cast<std::size_t>(cell.destination)] = effects(n + cell.destination);
    }
  }

  /// Share of the largest weight below which a flow has none of its own.
  static constexpr double least_weight = 1e-14;
  /// ln of the largest expected flow over the smallest, beyond which the smallest is taken to run to zero.
  static constexpr double far_apart = 25;

  GravityProblem const& problem_;
  GravityOptions const& options_;
  GravityObservations observations_;
  std::optional<TwoWayEffects> effects_;
  GravityFit result_;
  Eigen::VectorXd flows_, weights_, predictor_, residual_, coefficients_, rest_;
  Eigen::MatrixXd regressors_, swept_, bread_;
};

}  // namespace

std::string_view name(GravityMethod method) noexcept {
  return method == GravityMethod::poisson ? "poisson" : "log-linear";
}

std::string_view name(GravityErrors errors) noexcept {
  switch (errors) {
    case GravityErrors::robust: return "robust";
    case GravityErrors::pair_clustered: return "pair-clustered";
    case GravityErrors::classical: break;
  }
  return "classical";
}

std::vector<GravityFit> gravity_fits(Engine& engine, GravityOptions const& options,
                                     std::vector<GravityProblem> const& problems) {
  check_options(options);
  for (std::size_t b = 0; b < problems.size(); ++b) check_problem(b, problems[b], options);
  std::vector<GravityFit> results(problems.size());
  ProgressMeter meter(options.control.progress, "gravity", static_cast<Index>(problems.size()), "regressions");
  engine.backend().workers().for_each(static_cast<Index>(problems.size()), [&](Index index, int) {
    auto const b = static_cast<std::size_t>(index);
    results[b] = Estimation(problems[b], options).run();
    meter.advance(1);
  });
  return results;
}

}  // namespace regio
