// Data on which k-means programs are known to have failed, and laws that must hold on any data, on every engine.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

using testing::Each;
using testing::ElementsAre;

Points points_of(Index d, std::vector<double> values) {
  auto const n = static_cast<Index>(values.size()) / d;
  return {n, d, std::move(values)};
}

class KmeansVictims : public EngineTest {
 protected:
  KmeansReport fit_from(Points const& points, std::vector<double> const& centres, KmeansOptions const& options = {},
                        std::vector<double> const& weights = {}) {
    auto const k = static_cast<Index>(centres.size()) / points.d;
    return kmeans_fit(engine, options,
                      {{.points = points.view(),
                        .weights = weights,
                        .clusters = k,
                        .initial_centres = {centres.data(), 1, k, points.d}}});
  }
};
REGIO_TEST_ON_ENGINES(KmeansVictims);

TEST_P(KmeansVictims, AllPointsEqual) {
  Points const points = points_of(2, std::vector<double>(20, 3.5));
  for (Index k : {1, 2, 10}) {
    for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
      KmeansReport const report = kmeans_fit(engine, {.init = init}, {{.points = points.view(), .clusters = k}});
      EXPECT_EQ(report.inertia[0], 0);
      EXPECT_EQ(report.distinct_clusters[0], 1);
      EXPECT_THAT(report.all_labels, Each(0));
      EXPECT_THAT(report.all_centres, Each(3.5));
      EXPECT_EQ(report.outcome[0], Outcome::converged);
    }
  }
}

TEST_P(KmeansVictims, FewerDistinctPointsThanClusters) {
  Points const points = points_of(1, {1, 1, 1, 2, 2, 5, 5, 5, 5});
  KmeansReport const report = kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 5}});
  EXPECT_EQ(report.inertia[0], 0);
  EXPECT_EQ(report.distinct_clusters[0], 3);
  expect_consistent(points, {}, report, 0);
}

// scikit-learn issue 28055: relocations that follow each other for ever.
TEST_P(KmeansVictims, RelocationsEnd) {
  Points const points = points_of(2, {100, 100, 100, 102, 106, 100, 107, 101, 107, 101, 108, 100});
  KmeansOptions options;
  options.max_iterations = 1000;
  KmeansReport const report = fit_from(points, {98, 104, 103, 100, 109, 102, 110, 100, 111, 100, 112, 100}, options);
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LT(report.iterations[0], 20);
  EXPECT_EQ(report.inertia[0], 0);
}

TEST_P(KmeansVictims, RelocationsEndOnAnyLattice) {
  std::mt19937_64 random(28055);
  KmeansOptions options;
  options.max_iterations = 1000;
  options.tolerance = 0;
  Index relocated = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    auto const d = static_cast<Index>(1 + random() % 2), n = static_cast<Index>(4 + random() % 9);
    Index const k = 2 + static_cast<Index>(random() % static_cast<std::uint64_t>(n - 2));
    Points points{n, d, std::vector<double>(static_cast<std::size_t>(n * d))};
    for (double& value : points.values) value = static_cast<double>(random() % 5);
    std::vector<double> centres(static_cast<std::size_t>(k * d));
    for (double& value : centres) value = static_cast<double>(random() % 9) - 2;
    KmeansReport const report = fit_from(points, centres, options);
    SCOPED_TRACE("trial " + std::to_string(trial));
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    ASSERT_LT(report.iterations[0], 50);
    relocated += report.relocations[0] > 0;
    expect_consistent(points, {}, report, 0);
  }
  EXPECT_GT(relocated, 1000) << "the trials must meet empty clusters";
}

// scikit-learn issue 34074: labels of the centres before the relocation.
TEST_P(KmeansVictims, LabelsBelongToTheCentresAfterARelocation) {
  Points const points = points_of(1, {1, 2, 3});
  KmeansOptions options;
  options.tolerance = 0;
  options.max_iterations = 10;
  KmeansReport const report = fit_from(points, {4, 0, 1}, options);
  EXPECT_EQ(report.relocations[0], 1);
  EXPECT_EQ(report.inertia[0], 0);
  expect_consistent(points, {}, report, 0);
  options.max_iterations = 1;
  KmeansReport const stopped = fit_from(points, {4, 0, 1}, options);
  EXPECT_EQ(stopped.outcome[0], Outcome::iteration_limit);
  expect_consistent(points, {}, stopped, 0);
}

TEST_P(KmeansVictims, DonorThatLosesItsOnlyPointJoinsTheHeaviest) {
  // Two empty clusters; the two farthest points are both alone or in a pair.
  Points const points = points_of(1, {0, 0, 0, 10, 30});
  KmeansReport const report = fit_from(points, {0, 11, 29.5, 900, 901});
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(report.inertia[0], 0);
  EXPECT_EQ(report.distinct_clusters[0], 3);
  for (double centre : report.all_centres) EXPECT_THAT(centre, testing::AnyOf(0, 10, 30));
}

TEST_P(KmeansVictims, RelocationTakesTheFirstOfEquallyFarPoints) {
  Points const points = points_of(1, {-3, 3, 3, -3});
  KmeansOptions options;
  options.max_iterations = 1;
  // Every point is at distance 3 from the first centre; the second has none and gets the point 0.
  KmeansReport const report = fit_from(points, {0, 100}, options);
  EXPECT_EQ(report.relocations[0], 1);
  EXPECT_EQ(report.centres(0)(1, 0), -3);
  EXPECT_EQ(report.centres(0)(0, 0), 1);
}

TEST_P(KmeansVictims, TiesGoToTheLowestIndex) {
  KmeansOptions options;
  options.max_iterations = 1;
  for (Index d : {1, 2, 9, 15}) {
    for (Index k : {2, 7, 13}) {
      // Centres in pairs at -1 and +1 on the first axis; the points on the plane between them.
      std::vector<double> centres(static_cast<std::size_t>(k * d), 0.0);
      for (Index c = 0; c < k; ++c) centres[static_cast<std::size_t>(c * d)] = c % 2 == 0 ? 1 : -1;
      Points points{40, d, std::vector<double>(static_cast<std::size_t>(40 * d), 0.0)};
      std::vector<std::int32_t> labels(40);
      kmeans_assign(engine, points.view(), {}, {centres.data(), k, d}, labels);
      EXPECT_THAT(labels, Each(0)) << "d = " << d << ", k = " << k;
    }
  }
}

TEST_P(KmeansVictims, TranslationByAMillionDeviationsLosesNothing) {
  Points const points = normal_points(300, 5, 17);
  Points moved = points;
  // Rounded to what the moved numbers can hold, so that both sets are the same but for the translation.
  for (double& value : moved.values) value += 1048576;
  Points rounded = moved;
  for (double& value : rounded.values) value -= 1048576;
  KmeansReport const here = kmeans_fit(engine, {}, {{.points = rounded.view(), .clusters = 6}});
  KmeansReport const there = kmeans_fit(engine, {}, {{.points = moved.view(), .clusters = 6}});
  EXPECT_EQ(here.all_labels, there.all_labels);
  EXPECT_EQ(here.iterations, there.iterations);
  EXPECT_NEAR(here.inertia[0], there.inertia[0], 1e-9 * here.inertia[0]);
}

TEST_P(KmeansVictims, ScaleDoesNotMatter) {
  Points const points = normal_points(200, 3, 21);
  KmeansReport const expected = kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 5}});
  for (double scale : {1e-6, 1e6, 1e-160, 1e150, 1e-300, 1e300}) {
    Points scaled = points;
    for (double& value : scaled.values) value *= scale;
    KmeansReport const report = kmeans_fit(engine, {}, {{.points = scaled.view(), .clusters = 5}});
    EXPECT_EQ(report.all_labels, expected.all_labels) << scale;
    EXPECT_EQ(report.iterations, expected.iterations) << scale;
    for (std::size_t e = 0; e < report.all_centres.size(); ++e) {
      EXPECT_NEAR(report.all_centres[e] / scale, expected.all_centres[e], 1e-12) << scale;
    }
  }
}

TEST_P(KmeansVictims, NumbersBelowTheNormalRangeAreStillDivided) {
  double const tiny = 0x1p-1060;
  Points const points = points_of(1, {0, tiny, 0, 9 * tiny, 10 * tiny});
  KmeansReport const report = kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 2}});
  std::vector<int> const labels = labels_of(report, 0);
  EXPECT_EQ(labels[0], labels[1]);
  EXPECT_EQ(labels[0], labels[2]);
  EXPECT_EQ(labels[3], labels[4]);
  EXPECT_NE(labels[0], labels[3]);
}

TEST_P(KmeansVictims, DistancesBeyondAnySentinel) {
  for (double far : {1e9, 1e19, 1e40, 1e154, 1e307}) {
    Points const points = points_of(1, {-far, -far, far, far, 0});
    KmeansReport const report = kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 3}});
    EXPECT_EQ(report.inertia[0], 0) << far;
    EXPECT_EQ(report.distinct_clusters[0], 3) << far;
  }
}

TEST_P(KmeansVictims, OneClusterIsTheMeanAndAsManyClustersAsPointsAreThePoints) {
  Points const points = normal_points(33, 4, 2);
  KmeansReport const report =
      kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 1}, {.points = points.view(), .clusters = 33}});
  for (Index j = 0; j < 4; ++j) {
    double mean = 0;
    for (Index i = 0; i < 33; ++i) mean += points.view()(i, j) / 33;
    EXPECT_NEAR(report.centres(0)(0, j), mean, 1e-14);
  }
  EXPECT_NEAR(report.inertia[1], 0, 1e-25);
  EXPECT_EQ(report.distinct_clusters[1], 33);
}

TEST_P(KmeansVictims, WeightsAreRepetitionsAndZeroWeightsAreAbsence) {
  Points const points = normal_points(60, 3, 31);
  std::vector<double> const centres = centres_near_points(points, 4);
  std::vector<double> weights(60);
  Points repeated{0, 3, {}};
  for (Index i = 0; i < 60; ++i) {
    weights[static_cast<std::size_t>(i)] = static_cast<double>(i % 4);
    for (Index copy = 0; copy < i % 4; ++copy, ++repeated.n) {
      repeated.values.insert(repeated.values.end(), points.view().row(i).begin(), points.view().row(i).end());
    }
  }
  KmeansOptions options;
  options.tolerance = 0;  // the tolerance is unweighted, as scikit-learn has it, and would differ
  KmeansReport const weighted = fit_from(points, centres, options, weights);
  KmeansReport const plain = fit_from(repeated, centres, options);
  EXPECT_NEAR(weighted.inertia[0], plain.inertia[0], 1e-12 * plain.inertia[0]);
  EXPECT_EQ(weighted.iterations, plain.iterations);
  for (std::size_t e = 0; e < plain.all_centres.size(); ++e) {
    EXPECT_NEAR(weighted.all_centres[e], plain.all_centres[e], 1e-12);
  }
}

TEST_P(KmeansVictims, PermutedRowsAndFeaturesGiveThePermutedResult) {
  Points const points = normal_points(90, 6, 41);
  std::vector<double> const centres = centres_near_points(points, 5);
  std::vector<std::size_t> rows(90), columns(6);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  std::mt19937_64 random(5);
  std::shuffle(rows.begin(), rows.end(), random);
  std::shuffle(columns.begin(), columns.end(), random);
  Points permuted = points;
  std::vector<double> permuted_centres = centres;
  for (std::size_t i = 0; i < 90; ++i) {
    for (std::size_t j = 0; j < 6; ++j) permuted.values[i * 6 + j] = points.values[rows[i] * 6 + columns[j]];
  }
  for (std::size_t c = 0; c < 5; ++c) {
    for (std::size_t j = 0; j < 6; ++j) permuted_centres[c * 6 + j] = centres[c * 6 + columns[j]];
  }
  KmeansReport const plain = fit_from(points, centres), other = fit_from(permuted, permuted_centres);
  EXPECT_EQ(plain.iterations, other.iterations);
  EXPECT_NEAR(plain.inertia[0], other.inertia[0], 1e-12 * plain.inertia[0]);
  for (std::size_t i = 0; i < 90; ++i) EXPECT_EQ(other.all_labels[i], plain.all_labels[rows[i]]);
}

TEST_P(KmeansVictims, ManyRestartsReachTheGlobalOptimum) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    for (int k : {2, 3}) {
      Points const points = normal_points(5 + static_cast<Index>(seed % 6), 2, seed, 1);
      std::vector<double> const weights(static_cast<std::size_t>(points.n), 1.0);
      double const optimum = oracle::global_optimum(points.table(), weights, k);
      for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
        KmeansReport const report =
            kmeans_fit(engine, {.init = init, .restarts = 400}, {{.points = points.view(), .clusters = k}});
        EXPECT_NEAR(report.inertia[0], optimum, 1e-10 * optimum) << "seed " << seed << ", k = " << k;
      }
    }
  }
}

TEST_P(KmeansVictims, InertiaNeverRisesFromIterationToIteration) {
  Points const points = normal_points(400, 3, 51, 1);
  std::vector<double> const centres = centres_near_points(points, 7);
  double before = std::numeric_limits<double>::infinity();
  for (Index limit = 1; limit < 40; ++limit) {
    KmeansOptions options;
    options.tolerance = 0;
    options.max_iterations = limit;
    KmeansReport const report = fit_from(points, centres, options);
    EXPECT_LE(report.inertia[0], before * (1 + 1e-14));
    before = report.inertia[0];
  }
}

// FAISS issue 1196 counted points in single precision; others fail beyond 65,535 problems.
TEST_P(KmeansVictims, MoreProblemsThanSixteenBitsCount) {
  Points const points = normal_points(66000 * 2, 1, 61);
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < 66000; ++b) {
    problems.push_back({.points = {points.values.data() + 2 * b, 2, 1}, .clusters = 2, .restarts = 1});
  }
  KmeansReport const report = kmeans_fit(engine, {}, problems);
  EXPECT_THAT(report.outcome, Each(Outcome::converged));
  EXPECT_THAT(report.distinct_clusters, Each(2));
  EXPECT_THAT(report.inertia, Each(testing::Lt(1e-25)));
}

}  // namespace
}  // namespace regio
