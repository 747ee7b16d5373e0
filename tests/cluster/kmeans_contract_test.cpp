// Each documented error of k-means once, with its text, on every engine.
#include <regio/kmeans.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string refusal(std::function<void()> const& call) {
  try {
    call();
  } catch (ContractError const& error) {
    return error.what();
  }
  return "nothing was refused";
}

class KmeansContract : public EngineTest {
 protected:
  KmeansContract() { expects_kernels = false; }

  /// The refusal of a batch whose third problem is `broken`.
  std::string refused(KmeansProblem const& broken, KmeansOptions const& options = {}) {
    KmeansProblem const sound{.points = points.view(), .clusters = 2};
    return refusal([&] { kmeans_fit(engine, options, {sound, sound, broken}); });
  }

  Points points = normal_points(6, 3, 1);
  Points spoilt = normal_points(6, 3, 1);
  std::vector<double> numbers;
};
REGIO_TEST_ON_ENGINES(KmeansContract);

TEST_P(KmeansContract, PointsMustBeFinite) {
  spoilt.values[4 * 3 + 1] = not_a_number;
  EXPECT_EQ(refused({.points = spoilt.view(), .clusters = 2}),
            "kmeans_fit: problems[2].points row 4, column 1 is NaN; points must be finite");
  spoilt.values[2 * 3 + 2] = -infinity;
  EXPECT_EQ(refused({.points = spoilt.view(), .clusters = 2}),
            "kmeans_fit: problems[2].points row 2, column 2 is -infinity; points must be finite");
}

TEST_P(KmeansContract, PointsInSinglePrecisionMustBeFiniteAndAlone) {
  std::vector<float> singles(18, 1.0F);
  KmeansProblem problem{.single_points = {singles.data(), 6, 3}, .clusters = 2};
  problem.points = points.view();
  EXPECT_EQ(refused(problem),
            "kmeans_fit: problems[2].single_points are given together with points; expected one of them");
  problem.points = {};
  singles[13] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refused(problem), "kmeans_fit: problems[2].single_points row 4, column 1 is NaN; points must be finite");
  EXPECT_EQ(refused({.points = points.view(), .clusters = 2}, {.runs_at_once = 0}),
            "kmeans_fit: options.runs_at_once is 0; expected at least 1");
}

TEST_P(KmeansContract, OversampledStartsAreForLargePointsInSinglePrecision) {
  EXPECT_EQ(
      refused({.points = points.view(), .clusters = 2}, {.init = KmeansInit::kmeans_parallel}),
      "kmeans_fit: problems[0] has 6 points of 3 features; options.init kmeans_parallel expects single_points of more "
      "than 131072 numbers");
}

TEST_P(KmeansContract, LargePointsInSinglePrecisionMustBeFinite) {
  Index const n = 50'001;
  std::vector<float> singles(static_cast<std::size_t>(3 * n), 1.0F);
  KmeansProblem const problem{.single_points = {singles.data(), n, 3}, .clusters = 2};
  singles[static_cast<std::size_t>(3 * (n - 1) + 2)] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refused(problem),
            "kmeans_fit: problems[2].single_points row 50000, column 2 is infinity; points must be finite");
  singles[static_cast<std::size_t>(3 * 20'000)] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refused(problem),
            "kmeans_fit: problems[2].single_points row 20000, column 0 is NaN; points must be finite");
}

TEST_P(KmeansContract, ThereMustBeAPointForEachClusterAndAFeature) {
  EXPECT_EQ(refused({.points = points.view(), .clusters = 0}),
            "kmeans_fit: problems[2].clusters is 0; expected 1 to 6, the number of points");
  EXPECT_EQ(refused({.points = points.view(), .clusters = 7}),
            "kmeans_fit: problems[2].clusters is 7; expected 1 to 6, the number of points");
  EXPECT_EQ(refused({.clusters = 1}), "kmeans_fit: problems[2].clusters is 1; expected 1 to 0, the number of points");
  EXPECT_EQ(refused({.points = {points.values.data(), 6, 0}, .clusters = 2}),
            "kmeans_fit: problems[2].points has no column; expected at least one feature");
}

TEST_P(KmeansContract, WeightsMustFitAndMeanSomething) {
  numbers = {1, 1, 1};
  EXPECT_EQ(refused({.points = points.view(), .weights = numbers, .clusters = 2}),
            "kmeans_fit: problems[2].weights has 3 entries; expected one for each of 6 points");
  numbers = {1, 1, 1, -0.25, 1, 1};
  EXPECT_EQ(refused({.points = points.view(), .weights = numbers, .clusters = 2}),
            "kmeans_fit: problems[2].weights row 3 is -0.25; weights must be finite and at least 0");
  numbers[3] = infinity;
  EXPECT_EQ(refused({.points = points.view(), .weights = numbers, .clusters = 2}),
            "kmeans_fit: problems[2].weights row 3 is infinity; weights must be finite and at least 0");
  numbers.assign(6, 0.0);
  EXPECT_EQ(refused({.points = points.view(), .weights = numbers, .clusters = 2}),
            "kmeans_fit: problems[2].weights are all 0; at least one point must have weight");
}

TEST_P(KmeansContract, StartsMustFit) {
  numbers.assign(6, 1.0);
  EXPECT_EQ(refused({.points = points.view(), .clusters = 2, .initial_centres = {numbers.data(), 1, 3, 2}}),
            "kmeans_fit: problems[2].initial_centres are [3, 2]; expected [2, 3]");
  numbers[4] = not_a_number;
  EXPECT_EQ(refused({.points = points.view(), .clusters = 2, .initial_centres = {numbers.data(), 1, 2, 3}}),
            "kmeans_fit: problems[2].initial_centres[0] row 1, column 1 is NaN; centres must be finite");
  EXPECT_EQ(refused({.points = points.view(), .clusters = 2, .restarts = -1}),
            "kmeans_fit: problems[2].restarts is -1; expected 0 (as in the options) or more");
}

TEST_P(KmeansContract, WarmChainsLeadBackToAnEarlierProblemOfTheSameShape) {
  EXPECT_EQ(refused({.points = points.view(), .clusters = 2, .warm_from = 2}),
            "kmeans_fit: problems[2].warm_from is 2; expected the position of an earlier problem");
  EXPECT_EQ(refused({.points = points.view(), .clusters = 3, .warm_from = 1}),
            "kmeans_fit: problems[2].warm_from is 1, whose centres are [2, 3]; expected [3, 3]");
  numbers.assign(6, 1.0);
  EXPECT_EQ(
      refused({.points = points.view(), .clusters = 2, .initial_centres = {numbers.data(), 1, 2, 3}, .warm_from = 0}),
      "kmeans_fit: problems[2].warm_from is given together with initial_centres; expected one of them");
}

TEST_P(KmeansContract, OptionsMustBeInRange) {
  KmeansProblem const sound{.points = points.view(), .clusters = 2};
  KmeansOptions options;
  options.restarts = 0;
  EXPECT_EQ(refused(sound, options), "kmeans_fit: options.restarts is 0; expected at least 1");
  options = {};
  options.max_iterations = 0;
  EXPECT_EQ(refused(sound, options), "kmeans_fit: options.max_iterations is 0; expected at least 1");
  options = {};
  options.tolerance = -1;
  EXPECT_EQ(refused(sound, options), "kmeans_fit: options.tolerance is -1; expected a finite number, at least 0");
}

TEST_P(KmeansContract, TheFirstOfSeveralBrokenProblemsIsNamed) {
  spoilt.values[0] = not_a_number;
  std::vector<KmeansProblem> problems(5000, {.points = points.view(), .clusters = 2});
  problems[4321].points = spoilt.view();
  problems[1234].clusters = 9;
  EXPECT_EQ(refusal([&] { kmeans_fit(engine, {}, problems); }),
            "kmeans_fit: problems[1234].clusters is 9; expected 1 to 6, the number of points");
}

TEST_P(KmeansContract, ViewsForResultsMustFit) {
  std::vector<KmeansProblem> const problems{{.points = points.view(), .clusters = 2}};
  std::vector<std::int32_t> labels(6);
  std::vector<double> centres(5), inertia(1);
  std::vector<Index> iterations(1);
  std::vector<Outcome> outcome(1);
  EXPECT_EQ(refusal([&] {
              kmeans_fit(engine, {}, problems, {labels, centres, inertia, iterations, outcome});
            }),
            "kmeans_fit: results.centres has 5 entries; expected 6");
  KmeansOptions const keep{.keep_runs = true};
  EXPECT_EQ(refusal([&] {
              kmeans_fit(engine, keep, problems, {labels, centres, inertia, iterations, outcome});
            }),
            "kmeans_fit: options.keep_runs is set; the views have no place for every run");
}

TEST_P(KmeansContract, AssignmentsMustFit) {
  std::vector<double> const centres(6, 1.0);
  std::vector<std::int32_t> labels(6);
  EXPECT_EQ(refusal([&] {
              kmeans_assign(engine, {}, {}, {centres.data(), 2, 3}, labels);
            }),
            "kmeans_assign: points have no row; expected at least one point");
  EXPECT_EQ(refusal([&] {
              kmeans_assign(engine, points.view(), {}, {centres.data(), 3, 2}, labels);
            }),
            "kmeans_assign: centres are [3, 2]; expected [1 or more, 3]");
  labels.resize(5);
  EXPECT_EQ(refusal([&] {
              kmeans_assign(engine, points.view(), {}, {centres.data(), 2, 3}, labels);
            }),
            "kmeans_assign: labels have 5 entries; expected 6");
  spoilt.values[3] = infinity;
  EXPECT_EQ(refusal([&] {
              kmeans_assign(engine, spoilt.view(), {}, {centres.data(), 2, 3}, labels);
            }),
            "kmeans_assign: points row 1, column 0 is infinity; points must be finite");
}

}  // namespace
}  // namespace regio
