// What statsmodels gives is compared in tests/reference/dependence_statistics.py; here are the conditions that define a
// fit, what is left out, outcomes and refusals.
#include <regio/gravity.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <limits>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using test::contract_message;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Regions on a plane; flows with errors, some of them zero.
struct World {
  explicit World(Index n, double noise = 1, std::uint64_t seed = 1) : regions(n) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform;
    std::vector<double> x, y, out, in;
    for (Index i = 0; i < n; ++i) {
      for (std::vector<double>* one : {&x, &y, &out, &in}) one->push_back(uniform(random));
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        distance.push_back(i == j ? missing : std::log(0.05 + std::hypot(x[i] - x[j], y[i] - y[j])));
        border.push_back(i == j ? missing : static_cast<double>((i * 3 + j * 3) % 5 == 0));
        double const mean = std::exp(3 + 2 * out[i] + in[j] - 0.9 * distance.back() + 0.4 * border.back());
        double const factor = noise == 0 ? 1 : uniform(random) < 0.2 ? 0 : std::exp(noise * (uniform(random) - 0.5));
        flows.push_back(i == j ? 7 : mean * factor);
      }
    }
  }
  [[nodiscard]] MatrixView<double const> view(std::vector<double> const& cells) const {
    return {cells.data(), regions, regions};
  }
  [[nodiscard]] GravityProblem problem() const {
    return {.flows = view(flows), .regressors = {view(distance), view(border)}};
  }
  double& flow(Index i, Index j) { return flows[static_cast<std::size_t>(i * regions + j)]; }

  Index regions;
  std::vector<double> flows, distance, border;
};

GravityFit fit(GravityProblem const& problem, GravityOptions const& options = {}) {
  Engine engine = Engine::cpu(1);
  return gravity_fits(engine, options, {problem}).at(0);
}

TEST(Gravity, ExactFlowsGiveTheirCoefficientsBack) {
  World const world(12, 0);
  for (GravityMethod const method : {GravityMethod::poisson, GravityMethod::log_linear}) {
    GravityFit const found = fit(world.problem(), {.method = method});
    ASSERT_EQ(found.outcome, Outcome::converged) << name(method);
    EXPECT_EQ(found.observations, 12 * 11);
    EXPECT_NEAR(found.coefficients.estimate.at(0), -0.9, 1e-12);
    EXPECT_NEAR(found.coefficients.estimate.at(1), 0.4, 1e-12);
    EXPECT_NEAR(found.r_squared, 1, 1e-12);
    EXPECT_EQ(found.destination_effect.at(11), 0);
    for (std::size_t c = 0; c < world.flows.size(); ++c) {
      if (c % 13 == 0) {
        EXPECT_TRUE(std::isnan(found.expected[c])) << "own flows are no observations";
      } else {
        EXPECT_NEAR(found.expected[c] / world.flows[c], 1, 1e-11);
      }
    }
  }
}

// With effects the expected flows of each origin and destination sum to the observed ones (Fally 2015).
TEST(Gravity, PoissonMeetsItsEquations) {
  World const world(15);
  GravityFit const found = fit(world.problem());
  ASSERT_EQ(found.outcome, Outcome::converged);
  EXPECT_LT(found.iterations, 12);
  double of_distance = 0, of_border = 0, scale = 0;
  for (Index i = 0; i < 15; ++i) {
    double out = 0, in = 0, expected_out = 0, expected_in = 0;
    for (Index j = 0; j < 15; ++j) {
      if (i == j) continue;
      auto const there = static_cast<std::size_t>(i * 15 + j), back = static_cast<std::size_t>(j * 15 + i);
      out += world.flows[there];
      in += world.flows[back];
      expected_out += found.expected[there];
      expected_in += found.expected[back];
      double const off = world.flows[there] - found.expected[there];
      of_distance += off * world.distance[there];
      of_border += off * world.border[there];
      scale += world.flows[there];
      double const mean = std::exp(found.origin_effect[static_cast<std::size_t>(i)] +
                                   found.destination_effect[static_cast<std::size_t>(j)] +
                                   found.coefficients.estimate[0] * world.distance[there] +
                                   found.coefficients.estimate[1] * world.border[there]);
      EXPECT_NEAR(mean / found.expected[there], 1, 1e-12);
    }
    EXPECT_NEAR(expected_out / out, 1, 1e-12);
    EXPECT_NEAR(expected_in / in, 1, 1e-12);
  }
  EXPECT_NEAR(of_distance / scale, 0, 1e-13);
  EXPECT_NEAR(of_border / scale, 0, 1e-13);
}

TEST(Gravity, LogLinearIsTheRegressionWithDummies) {
  World const world(7);
  GravityFit const found = fit(world.problem(), {.method = GravityMethod::log_linear, .errors = GravityErrors::robust});
  std::vector<double> logarithms, design;
  for (Index i = 0; i < 7; ++i) {
    for (Index j = 0; j < 7; ++j) {
      auto const c = static_cast<std::size_t>(i * 7 + j);
      if (i == j || world.flows[c] == 0) continue;
      logarithms.push_back(std::log(world.flows[c]));
      design.push_back(world.distance[c]);
      design.push_back(world.border[c]);
      for (Index region = 0; region < 7; ++region) design.push_back(region == i ? 1 : 0);
      for (Index region = 0; region < 6; ++region) design.push_back(region == j ? 1 : 0);
    }
  }
  auto const rows = static_cast<Index>(logarithms.size());
  Engine engine = Engine::cpu(1);
  Regression const dummies = linear_regressions(engine, {.intercept = false, .errors = RegressionErrors::hc1},
                                                {{.response = logarithms, .regressors = {design.data(), rows, 15}}})
                                 .at(0);
  EXPECT_EQ(found.observations, rows);
  EXPECT_EQ(found.left_out_zeros, 42 - rows);
  double mean = 0, squares = 0;
  for (double const y : logarithms) mean += y / static_cast<double>(rows);
  for (double const y : logarithms) squares += (y - mean) * (y - mean);
  EXPECT_NEAR(found.r_squared, 1 - found.deviance / squares, 1e-13);
  for (std::size_t k : {0U, 1U}) {
    EXPECT_NEAR(found.coefficients.estimate.at(k), dummies.coefficients.estimate.at(k), 1e-12);
    EXPECT_NEAR(found.coefficients.standard_error.at(k), dummies.coefficients.standard_error.at(k), 1e-12);
    EXPECT_NEAR(found.coefficients.p_value.at(k), dummies.coefficients.p_value.at(k), 1e-12);
  }
  for (std::size_t region = 0; region < 7; ++region) {
    EXPECT_NEAR(found.origin_effect.at(region), dummies.coefficients.estimate.at(2 + region), 1e-11);
  }
}

TEST(Gravity, RegionsWithoutFlowsAreLeftOutAndNamed) {
  World world(8);
  for (Index j = 0; j < 8; ++j) world.flow(2, j) = 0;
  for (Index i = 0; i < 8; ++i) world.flow(i, 5) = 0;
  GravityFit const found = fit(world.problem());
  ASSERT_EQ(found.outcome, Outcome::converged);
  EXPECT_EQ(found.dropped_origins, std::vector<Index>{2});
  EXPECT_EQ(found.dropped_destinations, std::vector<Index>{5});
  EXPECT_EQ(found.dropped_flows, 7 + 7 - 1);
  EXPECT_EQ(found.observations, 8 * 7 - 13);
  EXPECT_TRUE(std::isnan(found.origin_effect.at(2)) && std::isnan(found.destination_effect.at(5)));
  // The same as if these flows had not been observed.
  for (Index j = 0; j < 8; ++j) world.flow(2, j) = missing;
  for (Index i = 0; i < 8; ++i) world.flow(i, 5) = missing;
  GravityFit const without = fit(world.problem());
  EXPECT_TRUE(without.dropped_origins.empty());
  EXPECT_EQ(without.coefficients.estimate, found.coefficients.estimate);
  EXPECT_EQ(without.coefficients.standard_error, found.coefficients.standard_error);
}

TEST(Gravity, PartsWithoutFlowsBetweenThemHaveEffectsOfTheirOwn) {
  World world(9, 0);
  for (Index i = 0; i < 9; ++i) {
    for (Index j = 0; j < 9; ++j) {
      if ((i < 5) != (j < 5)) world.flow(i, j) = missing;
    }
  }
  GravityFit const found = fit(world.problem());
  ASSERT_EQ(found.outcome, Outcome::converged);
  EXPECT_NEAR(found.coefficients.estimate.at(0), -0.9, 1e-11);
  EXPECT_EQ(found.destination_effect.at(4), 0);
  EXPECT_EQ(found.destination_effect.at(8), 0);
}

TEST(Gravity, WhatBelongsToOneRegionIsSingularBesideEffects) {
  World const world(8);
  std::vector<double> of_origin;
  for (int i = 0; i < 8; ++i) of_origin.insert(of_origin.end(), 8, std::log(1.0 + i));
  GravityProblem problem = world.problem();
  problem.regressors.push_back(world.view(of_origin));
  EXPECT_EQ(fit(problem).outcome, Outcome::singular);
  EXPECT_EQ(fit(problem, {.method = GravityMethod::log_linear}).outcome, Outcome::singular);
  GravityFit const without_effects = fit(problem, {.effects = false});
  EXPECT_EQ(without_effects.outcome, Outcome::converged);
  EXPECT_EQ(without_effects.coefficients.estimate.size(), 4U) << "a constant and three regressors";
  EXPECT_TRUE(without_effects.origin_effect.empty());
  problem.regressors.push_back(world.view(world.distance));
  EXPECT_EQ(fit(problem, {.effects = false}).outcome, Outcome::singular);
}

TEST(Gravity, ARegressorThatSeparatesZerosIsUnbounded) {
  World world(10, 1, 3);
  // Wherever there is a border nothing flows, so that its coefficient runs to minus infinity.
  for (std::size_t c = 0; c < world.flows.size(); ++c) {
    if (world.border[c] == 1) world.flows[c] = 0;
  }
  EXPECT_EQ(fit(world.problem()).outcome, Outcome::unbounded);
  GravityProblem without = world.problem();
  without.regressors.pop_back();
  EXPECT_EQ(fit(without).outcome, Outcome::converged);
}

TEST(Gravity, SizesOfFlowsChangeTheEffectsAlone) {
  World world(9);
  GravityFit const before = fit(world.problem());
  for (double& flow : world.flows) flow *= 1e9;
  GravityFit const after = fit(world.problem());
  ASSERT_EQ(after.outcome, Outcome::converged);
  for (std::size_t k : {0U, 1U}) {
    EXPECT_NEAR(after.coefficients.estimate.at(k), before.coefficients.estimate.at(k), 1e-11);
    EXPECT_NEAR(after.coefficients.standard_error.at(k), before.coefficients.standard_error.at(k), 1e-11);
  }
  EXPECT_NEAR(after.origin_effect.at(3) - before.origin_effect.at(3), std::log(1e9), 1e-10);
}

TEST(Gravity, OwnFlowsCountWhenTheyAreWanted) {
  World world(6);
  std::vector<double> own(36);
  for (std::size_t i = 0; i < 36; i += 7) own[i] = 1;
  for (std::vector<double>* regressor : {&world.distance, &world.border}) {
    for (std::size_t i = 0; i < 36; i += 7) (*regressor)[i] = -2;
  }
  GravityProblem const problem{.flows = world.view(world.flows),
                               .regressors = {world.view(world.distance), world.view(own)}};
  GravityFit const found = fit(problem, {.own_flows = true});
  EXPECT_EQ(found.outcome, Outcome::converged);
  EXPECT_EQ(found.observations, 36);
  EXPECT_EQ(fit(problem).outcome, Outcome::singular) << "own flows are left out, so that `own` is 0 everywhere";
}

TEST(Gravity, LimitsAndStops) {
  World const world(9);
  EXPECT_EQ(fit(world.problem(), {.max_iterations = 2}).outcome, Outcome::iteration_limit);
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(fit(world.problem(), {.control = {.stop = source.get_token(), .progress = nullptr}}).outcome,
            Outcome::cancelled);
  std::vector<double> const nothing(81);
  EXPECT_EQ(fit({.flows = {nothing.data(), 9, 9}}).outcome, Outcome::singular) << "no flow at all";
}

TEST(Gravity, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<World> worlds;
  std::vector<GravityProblem> problems;
  for (Index n = 5; n < 15; ++n) worlds.emplace_back(n);
  problems.reserve(worlds.size());
  for (World const& world : worlds) problems.push_back(world.problem());
  Engine one = Engine::cpu(1), many = Engine::cpu(5);
  std::vector<GravityFit> const expected = gravity_fits(one, {}, problems), found = gravity_fits(many, {}, problems);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    EXPECT_EQ(found[b].coefficients.estimate, expected[b].coefficients.estimate);
    EXPECT_EQ(found[b].coefficients.standard_error, expected[b].coefficients.standard_error);
  }
}

TEST(Gravity, NamesWhatBreaksItsContract) {
  World world(4);
  std::vector<double> const small(9);
  world.flow(1, 2) = -3;
  EXPECT_EQ(contract_message([&] { fit(world.problem()); }),
            "gravity_fits: problems[0].flows row 1, column 2 is -3; flows must be finite and not negative");
  world.flow(1, 2) = 3;
  world.distance[6] = missing;
  EXPECT_EQ(contract_message([&] { fit(world.problem()); }),
            "gravity_fits: problems[0].regressors[0] row 1, column 2 is NaN; regressors must be finite where a flow is "
            "observed");
  world.flow(1, 2) = missing;
  EXPECT_NO_THROW(fit(world.problem()));
  EXPECT_EQ(contract_message([&] {
              fit({.flows = world.view(world.flows), .regressors = {{small.data(), 3, 3}}});
            }),
            "gravity_fits: problems[0].regressors[0] is 3 x 3; the flows are 4 x 4");
  EXPECT_EQ(contract_message([&] {
              fit({.flows = {small.data(), 3, 2}});
            }),
            "gravity_fits: problems[0].flows is 3 x 2; expected as many origins as destinations, one at least");
  EXPECT_EQ(contract_message([&] { fit(world.problem(), {.tolerance = 0}); }),
            "gravity_fits: options.tolerance is 0; expected a number above 0");
}

}  // namespace
}  // namespace regio
