/// Linear regression by least squares with robust standard errors, and the band around its line.
///
/// Symbols of the literature and their words here: y response, X regressors (with the constant in front), b
/// coefficients, e residuals, h leverage = diagonal of X (X'X)^-1 X', s standard deviation of the residuals, p number
/// of coefficients, V covariance of the coefficients.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/views.hpp>

namespace regio {

/// How the errors of the coefficients are estimated: V = (X'X)^-1 X' diag(v) X (X'X)^-1 with v_i = ...
enum class RegressionErrors : std::uint8_t {
  classical,  ///< s^2: errors of one variance, n - p degrees of freedom
  hc0,        ///< e_i^2 (White 1980)
  hc1,        ///< e_i^2 n / (n - p)
  hc2,        ///< e_i^2 / (1 - h_i)
  hc3,        ///< e_i^2 / (1 - h_i)^2: the safest with few objects (MacKinnon and White 1985)
};

/// "classical", "hc0", ...
REGIO_API std::string_view name(RegressionErrors errors) noexcept;

/// Coefficients, and what is said about each.
struct REGIO_API CoefficientTable {
  std::vector<double> estimate;        ///< [p]
  std::vector<double> standard_error;  ///< [p]
  std::vector<double> statistic;       ///< [p] estimate / standard error
  std::vector<double> p_value;         ///< [p] two-sided: the coefficient is 0
  std::vector<double> lower, upper;    ///< [p] confidence interval
  std::vector<double> covariance;      ///< [p, p]
};

/// A response and what is to explain it. Views are only read.
struct RegressionProblem {
  VectorView<double const> response;    ///< [n], finite
  MatrixView<double const> regressors;  ///< [n, k], finite; without the constant
};

struct RegressionOptions {
  bool intercept = true;  ///< the first coefficient is a constant
  RegressionErrors errors = RegressionErrors::hc3;
  double confidence = 0.95;  ///< between 0 and 1
};

/// One fitted regression.
struct REGIO_API Regression {
  Outcome outcome = Outcome::singular;  ///< converged, or singular: no result but the numbers of objects
  Index objects = 0;                    ///< n
  Index degrees_of_freedom = 0;         ///< n - p; with 0 there are no errors, tests and bands: NaN
  bool intercept = true;
  CoefficientTable coefficients;  ///< the constant first; tests by Student's t with n - p degrees of freedom
  double r_squared = std::numeric_limits<double>::quiet_NaN();  ///< about the mean with a constant, about 0 without
  double adjusted_r_squared = std::numeric_limits<double>::quiet_NaN();
  double residual_deviation = std::numeric_limits<double>::quiet_NaN();  ///< s
  double f = std::numeric_limits<double>::quiet_NaN();  ///< all regressors together, with classical errors
  double f_p_value = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> fitted, residual, leverage;  ///< [n]
  std::vector<double> unscaled_covariance;         ///< [p, p] (X'X)^-1
};

/// Fits y = X b + e by least squares.
/// b minimises |y - X b|^2. Shapes: see RegressionProblem; a coefficient has the unit of the response over that of its
/// regressor. Throws ContractError naming the problem, row and value: sizes that differ, a number that is not finite,
/// no object, neither constant nor regressor, confidence out of range. Outcomes: converged; singular (more coefficients
/// than objects, or columns that depend on each other: to 1e-11 of their size). HC2 and HC3 are NaN when an object
/// alone decides a coefficient (leverage 1). Deterministic for any number of threads and any order of the batch. Cost:
/// O(n p^2), by Householder's method with pivoting; problems of a batch run side by side on the CPU side of any engine.
/// Sources: docs/methods/dependence.md.
REGIO_API std::vector<Regression> linear_regressions(Engine& engine, RegressionOptions const& options,
                                                     std::vector<RegressionProblem> const& problems);

/// The fitted line at given places, with the band of the mean and that of a new object.
struct RegressionBand {
  std::vector<double> fitted;                  ///< [m]
  std::vector<double> mean_lower, mean_upper;  ///< [m] confidence interval of the mean response
  std::vector<double> lower, upper;            ///< [m] prediction interval of one more object
};

/// Evaluates a regression at the rows of `regressors` [m, k].
/// Half widths are t s root(x'(X'X)^-1 x) and t s root(1 + x'(X'X)^-1 x), t the quantile of Student's t with n - p
/// degrees of freedom: errors of one normal distribution, whatever errors the regression was fitted with. NaN without a
/// result. Throws ContractError for another number of regressors, or confidence out of range. Cost: O(m p^2).
REGIO_API RegressionBand regression_band(Regression const& regression, MatrixView<double const> regressors,
                                         double confidence = 0.95);

}  // namespace regio
