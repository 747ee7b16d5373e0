// k-means on points in single precision that are read where they lie: the answers of double precision, the same bits
// for any number of threads, any SIMD target and any company.
#include <regio/kmeans.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_plan.hpp"
#include "core/backend.hpp"
#include "tests/cluster/kmeans_data.hpp"
#include "tests/cluster/kmeans_single_points.hpp"

namespace regio {
namespace {

BatchView<double const> one_start(std::vector<double> const& centres, Index k, Index d) {
  return {centres.data(), 1, k, d};
}

void expect_same_bits(KmeansReport const& report, KmeansReport const& expected) {
  EXPECT_EQ(report.all_labels, expected.all_labels);
  EXPECT_EQ(report.all_centres, expected.all_centres);
  EXPECT_EQ(report.inertia, expected.inertia);
  EXPECT_EQ(report.iterations, expected.iterations);
  EXPECT_EQ(report.all_sizes, expected.all_sizes);
}

/// Fits both forms of the points from the same centres and compares what must agree.
void expect_answers_of_double_precision(SinglePoints const& points, Index k, std::vector<double> const& weights,
                                        KmeansOptions const& options) {
  std::vector<double> const centres = centres_near_points(points.wide, k);
  KmeansProblem single{.single_points = points.view(), .weights = weights, .clusters = k};
  single.initial_centres = one_start(centres, k, points.wide.d);
  ASSERT_EQ(kmeans_regime(single), KmeansRegime::large);
  KmeansProblem wide = single;
  wide.single_points = {};
  wide.points = points.wide.view();
  Engine engine = Engine::cpu();
  KmeansReport const report = kmeans_fit(engine, options, {single}), expected = kmeans_fit(engine, options, {wide});
  EXPECT_EQ(report.all_labels, expected.all_labels);
  EXPECT_EQ(report.iterations, expected.iterations);
  EXPECT_EQ(report.outcome, expected.outcome);
  EXPECT_EQ(report.all_sizes, expected.all_sizes);
  EXPECT_NEAR(report.inertia[0], expected.inertia[0], 1e-12 * expected.inertia[0]);
  for (std::size_t e = 0; e < expected.all_centres.size(); ++e) {
    EXPECT_NEAR(report.all_centres[e], expected.all_centres[e], 1e-11) << e;
  }
}

TEST(KmeansSinglePrecision, AnswersAreThoseOfDoublePrecision) {
  for (Index d : {1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65}) {
    SCOPED_TRACE(d);
    Index const n = (Index{1} << 17) / d + 1 + d % 5 * 13;
    SinglePoints const points = normal_single_points(n, d, static_cast<std::uint64_t>(d));
    for (Index k : {1, 2, 6, 7, 13}) {
      SCOPED_TRACE(k);
      expect_answers_of_double_precision(points, k, {}, {.max_iterations = 12, .tolerance = 0});
    }
    expect_answers_of_double_precision(points, 5, test_weights(n), {.max_iterations = 12});
  }
}

TEST(KmeansSinglePrecision, WholeFitsOfManyClusters) {
  SinglePoints const points = normal_single_points(9001, 15, 3);
  expect_answers_of_double_precision(points, 64, {}, {});
  expect_answers_of_double_precision(points, 257, {}, {.tolerance = 1e-2});
}

TEST(KmeansSinglePrecision, StartsDrawTheSamePointsAsInDoublePrecision) {
  SinglePoints const points = normal_single_points(9001, 15, 5);
  std::vector<double> const weights = test_weights(9001);
  Engine engine = Engine::cpu();
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    KmeansOptions options{.init = init, .restarts = 3, .keep_runs = true};
    options.max_iterations = 5;
    KmeansReport const report =
        kmeans_fit(engine, options, {{.single_points = points.view(), .weights = weights, .clusters = 6}});
    KmeansReport const expected =
        kmeans_fit(engine, options, {{.points = points.wide.view(), .weights = weights, .clusters = 6}});
    EXPECT_EQ(report.all_run_labels, expected.all_run_labels);
    EXPECT_EQ(report.all_run_iterations, expected.all_run_iterations);
    EXPECT_EQ(report.best_run, expected.best_run);
  }
}

TEST(KmeansSinglePrecision, SmallPointsAreWidened) {
  SinglePoints const points = normal_single_points(100, 7, 8);
  Engine engine = Engine::cpu();
  KmeansProblem const single{.single_points = points.view(), .clusters = 4};
  KmeansReport const report = kmeans_fit(engine, {}, {single, {.points = points.wide.view(), .clusters = 4}, single});
  for (Index b : {0, 2}) {
    EXPECT_EQ(labels_of(report, b), labels_of(report, 1));
    EXPECT_EQ(report.inertia[static_cast<std::size_t>(b)], report.inertia[1]);
  }
}

/// Data on which single precision decides little or nothing.
TEST(KmeansSinglePrecision, LabelsAreNearestWhereSinglePrecisionDoesNotReach) {
  Engine engine = Engine::cpu();
  auto const expect_nearest = [&](Points const& given, Index k, char const* what) {
    SCOPED_TRACE(what);
    SinglePoints const points(given);
    std::vector<double> const centres = centres_near_points(points.wide, k);
    KmeansProblem problem{.single_points = points.view(), .clusters = k};
    problem.initial_centres = one_start(centres, k, given.d);
    KmeansReport const report = kmeans_fit(engine, {.max_iterations = 7}, {problem});
    expect_consistent(points.wide, {}, report, 0);
  };
  Index const n = 20001, d = 7;
  Points points = normal_points(n, d, 1);
  for (double& value : points.values) value += 1e6;
  expect_nearest(points, 5, "a million standard deviations from zero");
  points = normal_points(n, d, 2, 6, 1e4);
  for (std::size_t e = 0; e < points.values.size(); ++e) points.values[e] += static_cast<double>(e % 3) * 1e-3;
  expect_nearest(points, 12, "two centres in each of six tight groups far apart");
  points = normal_points(n, d, 3);
  for (std::size_t e = 0; e < points.values.size(); ++e) points.values[e] *= std::pow(10.0, static_cast<double>(e % d));
  expect_nearest(points, 6, "features of very different size");
  points = normal_points(n, d, 4);
  for (Index j = 0; j < d; ++j) points.values[static_cast<std::size_t>(j)] = 1e7;
  expect_nearest(points, 6, "one point far from all others");
  points = normal_points(n, d, 5);
  for (double& value : points.values) value *= 1e-25;
  expect_nearest(points, 6, "squares below single precision");
  points = normal_points(n, d, 6);
  for (double& value : points.values) value *= 1e25;
  expect_nearest(points, 6, "squares beyond single precision");
  points = normal_points(n, d, 7);
  for (std::size_t e = 0; e < points.values.size(); ++e) {
    points.values[e] = e % d == 0 ? 1e30 + 1e24 * points.values[e] : 1e-3 * points.values[e];
  }
  expect_nearest(points, 6, "an origin that no scale brings near the others");
}

TEST(KmeansSinglePrecision, CentresBeyondSinglePrecisionAreCompared) {
  SinglePoints const points = normal_single_points(20001, 7, 9);
  std::vector<double> centres = centres_near_points(points.wide, 3);
  for (Index j = 0; j < 7; ++j) centres[static_cast<std::size_t>(7 + j)] = 1e60;
  KmeansProblem problem{.single_points = points.view(), .clusters = 3};
  problem.initial_centres = one_start(centres, 3, 7);
  Engine engine = Engine::cpu();
  KmeansReport const report = kmeans_fit(engine, {.max_iterations = 2}, {problem});
  expect_consistent(points.wide, {}, report, 0);
  EXPECT_EQ(report.relocations[0], 1) << "the far centre is nobody's nearest";
}

TEST(KmeansSinglePrecision, ExactTiesGoToTheLowestIndex) {
  Index const n = 140000, zeros = 4;
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? -1.0F : 1.0F;
  std::fill(values.begin(), values.begin() + zeros, 0.0F);  // the mean stays 0
  std::vector<double> const centres{-1, 1, 1};
  KmeansProblem problem{.single_points = {values.data(), n, 1}, .clusters = 3};
  problem.initial_centres = one_start(centres, 3, 1);
  Engine engine = Engine::cpu();
  KmeansReport const report = kmeans_fit(engine, {.max_iterations = 1}, {problem});
  // The zeros, as far from -1 as from 1, and the ones, as far from both centres at 1, went to the first of them; the
  // first zero, the farthest, then to the empty cluster.
  double const half = static_cast<double>(n / 2 - zeros / 2);
  EXPECT_EQ(report.relocations[0], 1);
  EXPECT_DOUBLE_EQ(report.centres(0)(0, 0), -half / (half + zeros - 1));
  EXPECT_EQ(report.centres(0)(1, 0), 1);
  EXPECT_EQ(report.centres(0)(2, 0), 0);
}

TEST(KmeansSinglePrecision, DuplicatesAndEmptyClusters) {
  Engine engine = Engine::cpu();
  Index const n = 70000;
  std::vector<float> same(static_cast<std::size_t>(2 * n), 3.25F);
  KmeansReport report = kmeans_fit(engine, {.restarts = 2}, {{.single_points = {same.data(), n, 2}, .clusters = 3}});
  EXPECT_EQ(report.inertia[0], 0);
  EXPECT_EQ(report.distinct_clusters[0], 1);
  EXPECT_EQ(report.centres(0)(0, 1), 3.25);

  // Two centres that nobody is nearest to get the two farthest points.
  SinglePoints points = normal_single_points(n, 2, 4);
  points.wide.values[2 * 777] = 60;
  points.wide.values[2 * 778] = -80;
  points = SinglePoints(points.wide);
  std::vector<double> const centres{0, 0, 500, 500, -500, 500, 1, 1};
  KmeansProblem problem{.single_points = points.view(), .clusters = 4};
  problem.initial_centres = one_start(centres, 4, 2);
  report = kmeans_fit(engine, {.max_iterations = 1}, {problem});
  EXPECT_EQ(report.relocations[0], 2);
  EXPECT_EQ(report.labels(0)[778], 1) << "the farthest point is in the first empty cluster";
  EXPECT_EQ(report.labels(0)[777], 2);
  expect_consistent(points.wide, {}, report, 0);
  problem.single_points = {};
  problem.points = points.wide.view();
  EXPECT_EQ(kmeans_fit(engine, {.max_iterations = 1}, {problem}).all_labels, report.all_labels);
}

TEST(KmeansSinglePrecision, WeightsAreRepetitions) {
  SinglePoints const points = normal_single_points(9001, 15, 12);
  std::vector<double> weights(9001);
  std::vector<float> repeated;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<double>(i % 4);
    for (std::size_t copy = 0; copy < i % 4; ++copy) {
      repeated.insert(repeated.end(), points.view().row(static_cast<Index>(i)).begin(),
                      points.view().row(static_cast<Index>(i)).end());
    }
  }
  std::vector<double> const centres = centres_near_points(points.wide, 6);
  KmeansProblem weighted{.single_points = points.view(), .weights = weights, .clusters = 6};
  KmeansProblem copies{.single_points = {repeated.data(), static_cast<Index>(repeated.size()) / 15, 15}, .clusters = 6};
  weighted.initial_centres = copies.initial_centres = one_start(centres, 6, 15);
  Engine engine = Engine::cpu();
  KmeansReport const report = kmeans_fit(engine, {.tolerance = 0}, {weighted, copies});
  EXPECT_EQ(report.iterations[0], report.iterations[1]);
  EXPECT_NEAR(report.inertia[0], report.inertia[1], 1e-12 * report.inertia[1]);
  for (Index c = 0; c < 6; ++c) {
    for (Index j = 0; j < 15; ++j) EXPECT_NEAR(report.centres(0)(c, j), report.centres(1)(c, j), 1e-12);
  }
}

TEST(KmeansSinglePrecision, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 7);
  SharedBatch batch;
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::kmeans_parallel, KmeansInit::random}) {
    batch.options.init = init;
    Engine one = Engine::cpu(1);
    KmeansReport const expected = kmeans_fit(one, batch.options, batch.problems);
    for (int threads : {2, 3, 7}) {
      SCOPED_TRACE(threads);
      Engine engine = Engine::cpu(threads);
      expect_same_bits(kmeans_fit(engine, batch.options, batch.problems), expected);
    }
  }
}

TEST(KmeansSinglePrecision, SameBitsOnEverySimdTarget) {
  SharedBatch batch;
  Engine engine = Engine::cpu();
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::kmeans_parallel}) {
    batch.options.init = init;
    KmeansReport const expected = kmeans_fit(engine, batch.options, batch.problems);
    for (SimdTarget target : simd_targets()) {
      SCOPED_TRACE(name(target));
      KmeansReport report(batch.problems, batch.options);
      KmeansOperation operation{
          .problems = batch.problems, .options = batch.options, .results = result_arrays(report), .target = target};
      run(engine, operation);
      expect_same_bits(report, expected);
    }
  }
}

/// Thirty groups that stand apart: who draws proportionally to squared distances finds most of them.
TEST(KmeansSinglePrecision, OversampledStartsFindGroupsThatRandomOnesMiss) {
  SinglePoints const points(normal_points(30001, 5, 40, 30, 20));
  Engine engine = Engine::cpu();
  auto const inertia = [&](KmeansInit init) {
    KmeansOptions const options{.init = init, .restarts = 1, .max_iterations = 1, .seed = 5};
    KmeansReport const report = kmeans_fit(engine, options, {{.single_points = points.view(), .clusters = 30}});
    expect_consistent(points.wide, {}, report, 0);
    EXPECT_EQ(report.distinct_clusters[0], 30);
    return report.inertia[0];
  };
  double const oversampled = inertia(KmeansInit::kmeans_parallel);
  EXPECT_LT(oversampled, 0.2 * inertia(KmeansInit::random));
  EXPECT_LT(oversampled, 2 * inertia(KmeansInit::kmeans_plus_plus));
}

TEST(KmeansSinglePrecision, OversampledStartsTakeFewPointsAndDuplicates) {
  Index const n = 150'000;
  std::vector<float> values(static_cast<std::size_t>(n), 1.0F);
  values[77'777] = 2;
  Engine engine = Engine::cpu();
  KmeansOptions const options{.init = KmeansInit::kmeans_parallel, .restarts = 2};
  KmeansProblem const problem{.single_points = {values.data(), n, 1}, .clusters = 4};
  KmeansReport const report = kmeans_fit(engine, options, {problem});
  // A mean is exact to 2^-62 n times the largest distance from the mean of all (docs/methods/kmeans-at-size.md).
  double const rounding = 0x1p-62 * static_cast<double>(n);
  EXPECT_LE(report.inertia[0], static_cast<double>(n) * rounding * rounding);
  EXPECT_EQ(report.distinct_clusters[0], 2);
}

TEST(KmeansSinglePrecision, SameBitsInAnyCompany) {
  SharedBatch batch;
  Engine engine = Engine::cpu();
  KmeansReport const expected = kmeans_fit(engine, batch.options, batch.problems);
  for (Index at_once : {1, 2, 5}) {
    batch.options.runs_at_once = at_once;
    expect_same_bits(kmeans_fit(engine, batch.options, batch.problems), expected);
  }
  for (std::size_t b = 0; b < 4; ++b) {
    KmeansReport const alone = kmeans_fit(engine, batch.options, {batch.problems[b]});
    EXPECT_EQ(labels_of(alone, 0), labels_of(expected, static_cast<Index>(b)));
    EXPECT_EQ(alone.inertia[0], expected.inertia[b]);
  }
}

TEST(KmeansSinglePrecision, RowsMayLieApart) {
  SinglePoints const points = normal_single_points(20001, 7, 30);
  std::vector<float> apart(static_cast<std::size_t>(20001 * 10), std::numeric_limits<float>::quiet_NaN());
  for (Index i = 0; i < 20001; ++i) {
    for (Index j = 0; j < 7; ++j) apart[static_cast<std::size_t>(i * 10 + j)] = points.view()(i, j);
  }
  Engine engine = Engine::cpu();
  KmeansProblem const together{.single_points = points.view(), .clusters = 6};
  KmeansProblem const wide_rows{.single_points = {apart.data(), 20001, 7, 10}, .clusters = 6};
  expect_same_bits(kmeans_fit(engine, {.restarts = 1}, {wide_rows}), kmeans_fit(engine, {.restarts = 1}, {together}));
}

TEST(KmeansSinglePrecision, CancelledRunsHaveNoResults) {
  SinglePoints const points = normal_single_points(20001, 7, 31);
  std::stop_source source;
  source.request_stop();
  KmeansOptions options;
  options.control.stop = source.get_token();
  Engine engine = Engine::cpu();
  KmeansReport const report = kmeans_fit(engine, options, {{.single_points = points.view(), .clusters = 6}});
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_EQ(report.labels(0)[0], -1);
  EXPECT_TRUE(std::isnan(report.centres(0)(0, 0)));
  EXPECT_TRUE(std::isnan(report.inertia[0]));
}

}  // namespace
}  // namespace regio
