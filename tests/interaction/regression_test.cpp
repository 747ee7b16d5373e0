// What statsmodels gives is compared in tests/reference/dependence_statistics.py; here are values by hand and refusals.
#include <regio/regression.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using test::contract_message;

Regression fit(std::vector<double> const& y, std::vector<double> const& x, Index columns,
               RegressionOptions const& options = {}) {
  Engine engine = Engine::cpu(1);
  return linear_regressions(engine, options,
                            {{.response = y, .regressors = {x.data(), static_cast<Index>(y.size()), columns}}})
      .at(0);
}

// Three objects: slope 1/2, constant 4/3 - 1/2, residuals 1/6 (1, -2, 1), leverage 5/6, 1/3, 5/6.
TEST(Regression, LineThroughThreeObjectsByHand) {
  std::vector<double> const y{1, 1, 2}, x{0, 1, 2};
  auto const slope_error = [&](RegressionErrors errors) {
    return fit(y, x, 1, {.errors = errors}).coefficients.standard_error.at(1);
  };
  Regression const line = fit(y, x, 1);
  ASSERT_EQ(line.outcome, Outcome::converged);
  EXPECT_NEAR(line.coefficients.estimate.at(0), 5.0 / 6, 1e-15);
  EXPECT_NEAR(line.coefficients.estimate.at(1), 0.5, 1e-15);
  EXPECT_NEAR(line.residual.at(1), -1.0 / 3, 1e-15);
  EXPECT_NEAR(line.leverage.at(0), 5.0 / 6, 1e-15);
  EXPECT_NEAR(line.r_squared, 1 - (1.0 / 6) / (2.0 / 3), 1e-15);
  EXPECT_NEAR(line.residual_deviation, std::sqrt(1.0 / 6), 1e-15);
  EXPECT_EQ(line.degrees_of_freedom, 1);
  // The slope is (y_3 - y_1) / 2, so only the outer residuals count, each with weight 1/4.
  EXPECT_NEAR(slope_error(RegressionErrors::classical), std::sqrt(1.0 / 6 / 2), 1e-15);
  EXPECT_NEAR(slope_error(RegressionErrors::hc0), std::sqrt(2.0 / 36 / 4), 1e-15);
  EXPECT_NEAR(slope_error(RegressionErrors::hc1), std::sqrt(3 * 2.0 / 36 / 4), 1e-15);
  EXPECT_NEAR(slope_error(RegressionErrors::hc2), std::sqrt(6 * 2.0 / 36 / 4), 1e-14);
  EXPECT_NEAR(slope_error(RegressionErrors::hc3), std::sqrt(36 * 2.0 / 36 / 4), 1e-14);
  // Student's t with one degree of freedom is Cauchy's: p = 1 - 2/pi atan(t).
  double const t = line.coefficients.statistic.at(1);
  EXPECT_NEAR(line.coefficients.p_value.at(1), 1 - 2 / std::acos(-1.0) * std::atan(t), 1e-14);
}

TEST(Regression, BandIsNarrowestAtTheMeanAndWiderForAnObject) {
  std::vector<double> const y{1, 3, 2, 5, 4, 6}, x{0, 1, 2, 3, 4, 5}, at{-1, 2.5, 6};
  Regression const line = fit(y, x, 1);
  RegressionBand const band = regression_band(line, {at.data(), 3, 1});
  double const middle = band.mean_upper.at(1) - band.fitted.at(1);
  EXPECT_NEAR(band.fitted.at(1), 3.5, 1e-14);
  EXPECT_NEAR(middle, 2.7764451051977934 * line.residual_deviation / std::sqrt(6.0), 1e-12);
  EXPECT_GT(band.mean_upper.at(0) - band.fitted.at(0), middle);
  EXPECT_NEAR(band.fitted.at(2) - band.mean_lower.at(2), band.mean_upper.at(0) - band.fitted.at(0), 1e-13);
  for (std::size_t i = 0; i < 3; ++i) {
    double const of_mean = band.mean_upper[i] - band.fitted[i], of_object = band.upper[i] - band.fitted[i];
    double const deviation = 2.7764451051977934 * line.residual_deviation;
    EXPECT_NEAR(of_object * of_object, of_mean * of_mean + deviation * deviation, 1e-12);
  }
}

TEST(Regression, DoesNotDependOnUnits) {
  std::vector<double> const y{1, 3, 2, 5, 4, 7};
  std::vector<double> const x{0, 1, 1, 5, 2, 2, 3, 1, 4, 7, 5, 3};
  std::vector<double> scaled = x;
  for (std::size_t i = 1; i < scaled.size(); i += 2) scaled[i] *= 0x1p60;
  Regression const before = fit(y, x, 2), after = fit(y, scaled, 2);
  ASSERT_EQ(after.outcome, Outcome::converged);
  EXPECT_NEAR(after.coefficients.estimate.at(2) * 0x1p60, before.coefficients.estimate.at(2), 1e-14);
  EXPECT_NEAR(after.coefficients.p_value.at(2), before.coefficients.p_value.at(2), 1e-13);
  EXPECT_NEAR(after.r_squared, before.r_squared, 1e-14);
}

TEST(Regression, DependentColumnsAreSingular) {
  std::vector<double> const y{1, 3, 2, 5}, constant{2, 2, 2, 2}, twice{1, 2, 2, 4, 3, 6, 5, 10}, zero{0, 0, 0, 0};
  EXPECT_EQ(fit(y, constant, 1).outcome, Outcome::singular);
  EXPECT_EQ(fit(y, constant, 1, {.intercept = false}).outcome, Outcome::converged);
  EXPECT_EQ(fit(y, twice, 2).outcome, Outcome::singular);
  EXPECT_EQ(fit(y, zero, 1).outcome, Outcome::singular);
  EXPECT_EQ(fit({1}, {1}, 1).outcome, Outcome::singular) << "two coefficients of one object";
  RegressionBand const band = regression_band(fit(y, twice, 2), {twice.data(), 4, 2});
  EXPECT_TRUE(std::isnan(band.fitted.at(0)) && std::isnan(band.upper.at(3)));
}

TEST(Regression, WithoutFreedomThereAreNoErrors) {
  Regression const line = fit({1, 2}, {0, 1}, 1);
  EXPECT_EQ(line.outcome, Outcome::converged);
  EXPECT_NEAR(line.coefficients.estimate.at(1), 1, 1e-15);
  EXPECT_TRUE(std::isnan(line.coefficients.standard_error.at(1)) && std::isnan(line.coefficients.p_value.at(1)));
}

TEST(Regression, AnObjectThatDecidesACoefficientAloneLeavesHc3Undefined) {
  // A dummy of the last object.
  std::vector<double> const y{1, 3, 2, 9}, x{0, 0, 0, 1};
  EXPECT_TRUE(std::isnan(fit(y, x, 1).coefficients.standard_error.at(1)));
  EXPECT_FALSE(std::isnan(fit(y, x, 1, {.errors = RegressionErrors::classical}).coefficients.standard_error.at(1)));
}

TEST(Regression, NamesWhatBreaksItsContract) {
  std::vector<double> const y{1, 2, 3}, x{1, 2, std::numeric_limits<double>::quiet_NaN()}, good{1, 2, 4};
  EXPECT_EQ(contract_message([&] { fit(y, x, 1); }),
            "linear_regressions: problems[0].regressors row 2, column 0 is NaN; values must be finite");
  EXPECT_EQ(contract_message([&] { fit(x, y, 1); }),
            "linear_regressions: problems[0].response value 2 is NaN; values must be finite");
  EXPECT_EQ(contract_message([&] { fit({}, {}, 0); }), "linear_regressions: problems[0].response has no object");
  EXPECT_EQ(contract_message([&] { fit(y, {}, 0, {.intercept = false}); }),
            "linear_regressions: problems[0].regressors has no column, and there is no constant");
  EXPECT_EQ(contract_message([&] { fit(y, good, 1, {.confidence = 0}); }),
            "linear_regressions: options.confidence is 0; expected a number between 0 and 1");
  EXPECT_EQ(contract_message([&] {
              (void)regression_band(fit(y, good, 1), {good.data(), 1, 3});
            }),
            "regression_band: regressors has 3 columns; the regression has 1 regressors");
}

}  // namespace
}  // namespace regio
