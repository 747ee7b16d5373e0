#include <regio/regression.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <string>
#include <utility>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/workers.hpp"
#include "interaction/coefficient_table.hpp"
#include "interaction/distributions.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
/// What is left of a column of norm 1 once others are taken out, below which it depends on them.
constexpr double independent_part = 1e-11;
/// 1 - leverage below which an object decides a coefficient alone.
constexpr double least_freedom = 1e-10;

void check_confidence(std::string const& where, double confidence) {
  if (confidence > 0 && confidence < 1) return;
  refuse(where, fmt::format("is {}; expected a number between 0 and 1", number_text(confidence)));
}

void check_problem(std::size_t b, RegressionProblem const& problem, RegressionOptions const& options) {
  std::string const where = "linear_regressions: problems[" + std::to_string(b) + "]";
  Index const n = problem.response.size();
  if (n == 0) refuse(where + ".response", "has no object");
  if (problem.regressors.columns() == 0 && !options.intercept) {
    refuse(where + ".regressors", "has no column, and there is no constant");
  }
  if (problem.regressors.columns() > 0 && problem.regressors.rows() != n) {
    refuse(where + ".regressors", fmt::format("has {} rows for {} objects", problem.regressors.rows(), n));
  }
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(problem.response[i])) {
      refuse(where + ".response",
             fmt::format("value {} is {}; values must be finite", i, number_text(problem.response[i])));
    }
    for (Index j = 0; j < problem.regressors.columns(); ++j) {
      if (!std::isfinite(problem.regressors(i, j))) {
        refuse(where + ".regressors", fmt::format("row {}, column {} is {}; values must be finite", i, j,
                                                  number_text(problem.regressors(i, j))));
      }
    }
  }
}

/// [n, p] with the constant in front.
Eigen::MatrixXd design_of(MatrixView<double const> regressors, Index objects, bool intercept) {
  Index const constant = intercept ? 1 : 0;
  Eigen::MatrixXd design(objects, regressors.columns() + constant);
  if (intercept) design.col(0).setOnes();
  for (Index i = 0; i < objects; ++i) {
    for (Index j = 0; j < regressors.columns(); ++j) design(i, j + constant) = regressors(i, j);
  }
  return design;
}

std::vector<double> numbers_of(Eigen::VectorXd const& vector) { return {vector.data(), vector.data() + vector.size()}; }

/// v_i of the covariance: what each object's residual stands for.
Eigen::VectorXd error_variances(RegressionErrors errors, Eigen::VectorXd const& residual,
                                Eigen::VectorXd const& leverage, double degrees) {
  auto const n = static_cast<double>(residual.size());
  Eigen::VectorXd squares = residual.array().square();
  switch (errors) {
    case RegressionErrors::classical: squares.setConstant(squares.sum() / degrees); break;
    case RegressionErrors::hc0: break;
    case RegressionErrors::hc1: squares *= n / degrees; break;
    case RegressionErrors::hc2:
    case RegressionErrors::hc3:
      for (Eigen::Index i = 0; i < squares.size(); ++i) {
        double const freedom = 1 - leverage(i);
        if (freedom < least_freedom) {
          squares(i) = no_number;
        } else {
          squares(i) /= errors == RegressionErrors::hc2 ? freedom : freedom * freedom;
        }
      }
      break;
  }
  return squares;
}

Regression fit(RegressionProblem const& problem, RegressionOptions const& options) {
  Index const n = problem.response.size();
  Eigen::MatrixXd const design = design_of(problem.regressors, n, options.intercept);
  Index const p = design.cols();
  Regression result;
  result.objects = n;
  result.degrees_of_freedom = n - p;
  result.intercept = options.intercept;
  Eigen::VectorXd const scale = design.colwise().stableNorm();
  if (n < p || scale.minCoeff() == 0) return result;
  Eigen::MatrixXd const scaled = design * scale.cwiseInverse().asDiagonal();
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> decomposition(scaled);
  decomposition.setThreshold(independent_part);
  if (decomposition.rank() < p) return result;

  Eigen::Map<Eigen::VectorXd const> const response(problem.response.data_handle(), n);
  Eigen::VectorXd const scaled_coefficients = decomposition.solve(response);
  Eigen::VectorXd const coefficients = scaled_coefficients.cwiseQuotient(scale);
  Eigen::VectorXd const fitted = scaled * scaled_coefficients;
  Eigen::VectorXd const residual = response - fitted;
  Eigen::MatrixXd const orthogonal = decomposition.householderQ() * Eigen::MatrixXd::Identity(n, p);
  Eigen::VectorXd const leverage = orthogonal.rowwise().squaredNorm();
  // influence = (X'X)^-1 X', of which column i is what object i adds to the coefficients.
  Eigen::MatrixXd influence =
      decomposition.matrixR().topRows(p).triangularView<Eigen::Upper>().solve(orthogonal.transpose());
  influence = scale.cwiseInverse().asDiagonal() * (decomposition.colsPermutation() * influence);

  auto const degrees = static_cast<double>(result.degrees_of_freedom);
  double const squares = residual.squaredNorm();
  result.outcome = Outcome::converged;
  result.fitted = numbers_of(fitted);
  result.residual = numbers_of(residual);
  result.leverage = numbers_of(leverage);
  result.unscaled_covariance = rows_of(influence * influence.transpose());
  Eigen::VectorXd const variances = error_variances(options.errors, residual, leverage, degrees);
  Eigen::MatrixXd const covariance = influence * variances.asDiagonal() * influence.transpose();
  result.coefficients = coefficient_table(coefficients, covariance, degrees, options.confidence);

  double const total =
      options.intercept ? (response.array() - response.mean()).matrix().squaredNorm() : response.squaredNorm();
  bool const varies = options.intercept ? response.minCoeff() != response.maxCoeff() : total > 0;
  Index const tested = p - (options.intercept ? 1 : 0);
  if (varies) result.r_squared = 1 - squares / total;
  if (result.degrees_of_freedom == 0) return result;
  result.residual_deviation = std::sqrt(squares / degrees);
  if (!varies) return result;
  result.adjusted_r_squared = 1 - (1 - result.r_squared) * static_cast<double>(n - p + tested) / degrees;
  if (tested > 0) {
    result.f = (total - squares) / static_cast<double>(tested) / (squares / degrees);
    result.f_p_value = f_tail(result.f, static_cast<double>(tested), degrees);
  }
  return result;
}

}  // namespace

std::string_view name(RegressionErrors errors) noexcept {
  switch (errors) {
    case RegressionErrors::hc0: return "hc0";
    case RegressionErrors::hc1: return "hc1";
    case RegressionErrors::hc2: return "hc2";
    case RegressionErrors::hc3: return "hc3";
    case RegressionErrors::classical: break;
  }
  return "classical";
}

std::vector<Regression> linear_regressions(Engine& engine, RegressionOptions const& options,
                                           std::vector<RegressionProblem> const& problems) {
  check_confidence("linear_regressions: options.confidence", options.confidence);
  for (std::size_t b = 0; b < problems.size(); ++b) check_problem(b, problems[b], options);
  std::vector<Regression> results(problems.size());
  engine.backend().workers().for_each(static_cast<Index>(problems.size()), [&](Index index, int) {
    auto const b = static_cast<std::size_t>(index);
    results[b] = fit(problems[b], options);
  });
  return results;
}

RegressionBand regression_band(Regression const& regression, MatrixView<double const> regressors, double confidence) {
  check_confidence("regression_band: confidence", confidence);
  Index const rows = regressors.rows();
  RegressionBand band;
  std::vector<double>* const parts[] = {&band.fitted, &band.mean_lower, &band.mean_upper, &band.lower, &band.upper};
  for (std::vector<double>* part : parts) part->assign(static_cast<std::size_t>(rows), no_number);
  if (regression.outcome != Outcome::converged) return band;
  auto const p = static_cast<Index>(regression.coefficients.estimate.size());
  if (regressors.columns() + (regression.intercept ? 1 : 0) != p) {
    refuse("regression_band: regressors", fmt::format("has {} columns; the regression has {} regressors",
                                                      regressors.columns(), p - (regression.intercept ? 1 : 0)));
  }
  Eigen::MatrixXd const design = design_of(regressors, rows, regression.intercept);
  Eigen::Map<Eigen::VectorXd const> const coefficients(regression.coefficients.estimate.data(), p);
  Eigen::Map<Eigen::MatrixXd const> const unscaled(regression.unscaled_covariance.data(), p, p);
  Eigen::VectorXd const fitted = design * coefficients;
  bool const errors = regression.degrees_of_freedom > 0;
  double const width =
      errors ? student_quantile((1 + confidence) / 2, static_cast<double>(regression.degrees_of_freedom)) *
                   regression.residual_deviation
             : no_number;
  for (Index i = 0; i < rows; ++i) {
    auto const at = static_cast<std::size_t>(i);
    double const spread = design.row(i) * unscaled * design.row(i).transpose();
    double const of_mean = width * std::sqrt(spread), of_object = width * std::sqrt(1 + spread);
    band.fitted[at] = fitted(i);
    band.mean_lower[at] = fitted(i) - of_mean;
    band.mean_upper[at] = fitted(i) + of_mean;
    band.lower[at] = fitted(i) - of_object;
    band.upper[at] = fitted(i) + of_object;
  }
  return band;
}

}  // namespace regio
