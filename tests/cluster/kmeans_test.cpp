// k-means against the textbook oracle, and what its report promises, on every engine.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

using testing::Each;
using testing::ElementsAre;

class KmeansShapes : public testing::TestWithParam<std::tuple<TestEngine, Index, Index>> {};

TEST_P(KmeansShapes, FollowTheOracleFromGivenCentres) {
  auto const [device, n, d] = GetParam();
  Engine engine = make_engine(device);
  for (Index k : {1, 2, 3, 6, 7, 13}) {
    if (k > n) continue;
    for (bool weighted : {false, true}) {
      Points const points = normal_points(n, d, static_cast<std::uint64_t>(n * 1000 + d * 10 + k));
      std::vector<double> weights(static_cast<std::size_t>(n), 1.0);
      for (std::size_t i = 0; weighted && i < weights.size(); ++i) weights[i] = 0.5 + static_cast<double>(i % 3);
      std::vector<double> const centres = centres_near_points(points, k);
      KmeansOptions options;
      options.tolerance = weighted ? 0.0 : 1e-2;
      oracle::Clustering const expected =
          oracle::lloyd(points.table(), weights, table_of(centres, d), options.tolerance, 300);
      if (expected.had_empty_cluster) continue;
      KmeansProblem problem{.points = points.view(), .clusters = k, .initial_centres = {centres.data(), 1, k, d}};
      if (weighted) problem.weights = weights;
      KmeansReport const report = kmeans_fit(engine, options, {problem});
      SCOPED_TRACE("k = " + std::to_string(k));
      EXPECT_EQ(labels_of(report, 0), expected.labels);
      EXPECT_EQ(report.iterations[0], expected.iterations);
      EXPECT_NEAR(report.inertia[0], expected.inertia, 1e-12 * expected.inertia + 1e-20);
      EXPECT_EQ(report.outcome[0], Outcome::converged);
      for (Index c = 0; c < k; ++c) {
        for (Index j = 0; j < d; ++j) {
          double const centre = expected.centres[static_cast<std::size_t>(c)][static_cast<std::size_t>(j)];
          EXPECT_NEAR(report.centres(0)(c, j), centre, 1e-12 * (1 + std::abs(centre)));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, KmeansShapes,
                         testing::Combine(testing::ValuesIn(test_engines()),
                                          testing::Values<Index>(1, 2, 7, 8, 9, 31, 32, 33, 127, 1023, 1025, 3000),
                                          testing::Values<Index>(1, 2, 7, 8, 9, 15, 17, 33)));

class Kmeans : public EngineTest {};
REGIO_TEST_ON_ENGINES(Kmeans);

// More than the tiny regime holds, so that the points are divided among the threads.
TEST_P(Kmeans, MediumProblemFollowsTheOracle) {
  Points const points = normal_points(20000, 9, 5);
  std::vector<double> const centres = centres_near_points(points, 5), weights(20000, 1.0);
  oracle::Clustering const expected = oracle::lloyd(points.table(), weights, table_of(centres, 9), 1e-4, 300);
  KmeansReport const report =
      kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 5, .initial_centres = {centres.data(), 1, 5, 9}}});
  ASSERT_FALSE(expected.had_empty_cluster);
  EXPECT_EQ(labels_of(report, 0), expected.labels);
  EXPECT_EQ(report.iterations[0], expected.iterations);
  EXPECT_NEAR(report.inertia[0], expected.inertia, 1e-12 * expected.inertia);
}

TEST_P(Kmeans, IterationLimitIsAnOutcomeAndLabelsStillBelongToTheCentres) {
  Points const points = normal_points(200, 3, 1, 1);
  std::vector<double> const centres = centres_near_points(points, 8);
  KmeansOptions options;
  options.max_iterations = 2;
  KmeansReport const report = kmeans_fit(
      engine, options, {{.points = points.view(), .clusters = 8, .initial_centres = {centres.data(), 1, 8, 3}}});
  EXPECT_EQ(report.outcome[0], Outcome::iteration_limit);
  EXPECT_EQ(report.iterations[0], 2);
  expect_consistent(points, {}, report, 0);
}

TEST_P(Kmeans, RaggedBatchKeepsEachProblemsOwnShape) {
  std::vector<Points> points;
  std::vector<KmeansProblem> problems;
  for (Index n : {5, 40, 1, 300}) points.push_back(normal_points(n, n % 7 + 1, static_cast<std::uint64_t>(n)));
  for (Points const& each : points) {
    problems.push_back({.points = each.view(), .clusters = std::min<Index>(each.n, 4)});
    problems.push_back({.points = each.view(), .clusters = 1, .restarts = 2});
  }
  KmeansReport const report = kmeans_fit(engine, {.restarts = 5}, problems);
  ASSERT_EQ(report.size(), 8);
  for (Index b = 0; b < 8; ++b) {
    KmeansProblem const& problem = problems[static_cast<std::size_t>(b)];
    EXPECT_EQ(report.labels(b).size(), problem.points.rows());
    EXPECT_EQ(report.centres(b).rows(), problem.clusters);
    EXPECT_EQ(report.centres(b).columns(), problem.points.columns());
    EXPECT_EQ(report.runs(b), b % 2 == 0 ? 5 : 2);
    expect_consistent(points[static_cast<std::size_t>(b / 2)], {}, report, b);
  }
}

TEST_P(Kmeans, EmptyBatchHasAnEmptyReport) {
  expects_kernels = false;
  EXPECT_EQ(kmeans_fit(engine, {}, {}).size(), 0);
}

TEST_P(Kmeans, BestRunIsTheFirstOfLeastInertiaAmongTheKeptRuns) {
  Points const points = normal_points(60, 4, 9, 1);
  KmeansOptions options{.restarts = 40, .keep_runs = true};
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    options.init = init;
    KmeansReport const report = kmeans_fit(engine, options, {{.points = points.view(), .clusters = 6}});
    VectorView<double const> const inertia = report.run_inertia(0);
    ASSERT_EQ(inertia.size(), 40);
    EXPECT_GT(*std::max_element(inertia.begin(), inertia.end()), report.inertia[0]) << "restarts must differ";
    Index const best = std::min_element(inertia.begin(), inertia.end()) - inertia.begin();
    EXPECT_EQ(report.best_run[0], best);
    EXPECT_EQ(report.inertia[0], inertia[best]);
    EXPECT_EQ(report.iterations[0], report.run_iterations(0)[best]);
    EXPECT_TRUE(std::equal(report.labels(0).begin(), report.labels(0).end(), report.run_labels(0).row(best).begin()));
  }
}

TEST_P(Kmeans, SeveralGivenStartsAreSeveralRuns) {
  Points const points = normal_points(50, 2, 4);
  std::vector<double> starts;
  for (std::uint64_t seed : {11U, 12U, 13U}) {
    Points const start = normal_points(4, 2, seed);
    starts.insert(starts.end(), start.values.begin(), start.values.end());
  }
  KmeansReport const all =
      kmeans_fit(engine, {.keep_runs = true},
                 {{.points = points.view(), .clusters = 4, .initial_centres = {starts.data(), 3, 4, 2}}});
  ASSERT_EQ(all.runs(0), 3);
  for (Index run = 0; run < 3; ++run) {
    KmeansReport const one = kmeans_fit(
        engine, {}, {{.points = points.view(), .clusters = 4, .initial_centres = {starts.data() + run * 8, 1, 4, 2}}});
    EXPECT_EQ(one.inertia[0], all.run_inertia(0)[run]);
    EXPECT_EQ(one.iterations[0], all.run_iterations(0)[run]);
  }
}

TEST_P(Kmeans, WarmChainEqualsTheSameFitsOneByOne) {
  std::vector<Points> years;
  for (std::uint64_t year = 0; year < 5; ++year) years.push_back(normal_points(48, 5, 100 + year));
  for (bool branching : {false, true}) {
    std::vector<KmeansProblem> problems{{.points = years[0].view(), .clusters = 4}};
    for (std::size_t year = 1; year < years.size(); ++year) {
      Index const from = branching && year == 3 ? 0 : static_cast<Index>(year) - 1;
      problems.push_back({.points = years[year].view(), .clusters = 4, .warm_from = from});
    }
    KmeansReport const chain = kmeans_fit(engine, {}, problems);
    for (Index year = 1; year < 5; ++year) {
      Index const from = problems[static_cast<std::size_t>(year)].warm_from;
      KmeansReport const one = kmeans_fit(engine, {},
                                          {{.points = years[static_cast<std::size_t>(year)].view(),
                                            .clusters = 4,
                                            .initial_centres = BatchView<double const>(chain.centres(from))}});
      EXPECT_EQ(labels_of(one, 0), labels_of(chain, year));
      EXPECT_EQ(one.inertia[0], chain.inertia[static_cast<std::size_t>(year)]);
      EXPECT_EQ(chain.runs(year), 1);
    }
  }
}

TEST_P(Kmeans, WritesIntoTheCallersViewsWhatTheReportHolds) {
  Points const a = normal_points(30, 3, 1), b = normal_points(17, 2, 2);
  std::vector<KmeansProblem> const problems{{.points = a.view(), .clusters = 3}, {.points = b.view(), .clusters = 5}};
  KmeansReport const report = kmeans_fit(engine, {}, problems);
  std::vector<std::int32_t> labels(47);
  std::vector<double> centres(3 * 3 + 5 * 2), inertia(2);
  std::vector<Index> iterations(2);
  std::vector<Outcome> outcome(2);
  kmeans_fit(engine, {}, problems, {labels, centres, inertia, iterations, outcome});
  EXPECT_EQ(labels, report.all_labels);
  EXPECT_EQ(centres, report.all_centres);
  EXPECT_EQ(inertia, report.inertia);
  EXPECT_EQ(iterations, report.iterations);
  EXPECT_EQ(outcome, report.outcome);
}

TEST_P(Kmeans, AssignGivesTheNearestCentreAndTheInertiaOfAFit) {
  Points const points = normal_points(333, 6, 3);
  std::vector<double> weights(333, 2.0);
  KmeansReport const report = kmeans_fit(engine, {}, {{.points = points.view(), .weights = weights, .clusters = 5}});
  std::vector<std::int32_t> labels(333);
  double const inertia = kmeans_assign(engine, points.view(), weights, report.centres(0), labels);
  EXPECT_EQ(labels, report.all_labels);
  EXPECT_NEAR(inertia, report.inertia[0], 1e-12 * inertia);
  // More centres than points is no fit, but an assignment.
  std::vector<double> const centres{0, 4, 8}, point{5};
  std::vector<std::int32_t> label(1);
  EXPECT_EQ(kmeans_assign(engine, {point.data(), 1, 1}, {}, {centres.data(), 3, 1}, label), 1);
  EXPECT_THAT(label, ElementsAre(1));
}

TEST_P(Kmeans, ColumnsOfALargerTableAreFittedInPlaceAndLeftAsTheyWere) {
  Points const table = normal_points(70, 12, 8);
  MatrixView<double const> const columns(table.values.data() + 4, 70, 5, 12);
  Points copy{70, 5, {}};
  for (Index i = 0; i < 70; ++i) {
    copy.values.insert(copy.values.end(), columns.row(i).begin(), columns.row(i).end());
  }
  std::vector<double> const before = table.values;
  // The first rows serve as centres too: input may be given twice and is never written.
  KmeansReport const strided = kmeans_fit(engine, {}, {{.points = columns, .clusters = 4}});
  KmeansReport const contiguous = kmeans_fit(engine, {}, {{.points = copy.view(), .clusters = 4}});
  KmeansReport const aliased = kmeans_fit(
      engine, {}, {{.points = copy.view(), .clusters = 4, .initial_centres = {copy.values.data(), 1, 4, 5}}});
  EXPECT_EQ(strided.all_labels, contiguous.all_labels);
  EXPECT_EQ(strided.all_centres, contiguous.all_centres);
  EXPECT_EQ(table.values, before);
  expect_consistent(copy, {}, aliased, 0);
}

TEST_P(Kmeans, RaisedStopTokenCancelsWithoutResults) {
  expects_kernels = false;
  Points const tiny = normal_points(24, 3, 1), medium = normal_points(50000, 4, 1);
  std::stop_source stop;
  stop.request_stop();
  KmeansOptions options;
  options.control.stop = stop.get_token();
  KmeansReport const report = kmeans_fit(engine, options,
                                         {{.points = tiny.view(), .clusters = 3},
                                          {.points = medium.view(), .clusters = 3},
                                          {.points = tiny.view(), .clusters = 3, .warm_from = 0}});
  EXPECT_THAT(report.outcome, Each(Outcome::cancelled));
  EXPECT_THAT(report.all_labels, Each(-1));
  for (double inertia : report.inertia) EXPECT_TRUE(std::isnan(inertia));
}

class CountingSink : public ProgressSink {
 public:
  void begin(std::string_view stage, Index total, std::string_view unit) override {
    text = std::string(stage) + " " + std::to_string(total) + " " + std::string(unit);
  }
  void advance(Index done) override { last = done; }
  void end() override { ended = true; }

  std::string text;
  Index last = 0;
  bool ended = false;
};

TEST_P(Kmeans, ProgressCountsEveryRun) {
  Points const points = normal_points(24, 3, 1);
  CountingSink sink;
  KmeansOptions options;
  options.control.progress = &sink;
  std::vector<KmeansProblem> problems(100, {.points = points.view(), .clusters = 3, .restarts = 7});
  problems.push_back({.points = points.view(), .clusters = 3, .warm_from = 4});
  kmeans_fit(engine, options, problems);
  EXPECT_EQ(sink.text, "k-means 701 fits");
  EXPECT_EQ(sink.last, 701);
  EXPECT_TRUE(sink.ended);
}

}  // namespace
}  // namespace regio
