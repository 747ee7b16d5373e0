// k-means against the textbook oracle and against its own contract.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"

namespace regio {
namespace {

using testing::ElementsAre;

std::vector<int> labels_of(KmeansReport const& report, Index b) {
  return {report.labels(b).begin(), report.labels(b).end()};
}

class KmeansShapes : public testing::TestWithParam<std::tuple<Index, Index, Index>> {};

TEST_P(KmeansShapes, FollowsTheOracleFromGivenCentres) {
  auto const [n, d, k] = GetParam();
  if (k > n) return;  // a broken contract, tested below
  Engine engine = Engine::cpu();
  for (bool weighted : {false, true}) {
    Points const points = normal_points(n, d, static_cast<std::uint64_t>(n * 1000 + d * 10 + k));
    std::vector<double> weights(static_cast<std::size_t>(n), 1.0);
    if (weighted) {
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 0.5 + static_cast<double>(i % 3);
    }
    std::vector<double> const centres = centres_near_points(points, k);
    for (double tolerance : {0.0, 1e-2}) {
      oracle::Clustering const expected = oracle::lloyd(points.table(), weights, table_of(centres, d), tolerance, 300);
      if (expected.had_empty_cluster) continue;
      KmeansOptions options;
      options.tolerance = tolerance;
      KmeansProblem problem{.points = points.view(), .clusters = k, .initial_centres = {centres.data(), 1, k, d}};
      if (weighted) problem.weights = weights;
      KmeansReport const report = kmeans_fit(engine, options, {problem});
      EXPECT_EQ(labels_of(report, 0), expected.labels);
      EXPECT_EQ(report.iterations[0], expected.iterations);
      EXPECT_NEAR(report.inertia[0], expected.inertia, 1e-12 * expected.inertia + 1e-20);
      EXPECT_EQ(report.outcome[0], Outcome::converged);
      for (Index c = 0; c < k; ++c) {
        for (Index j = 0; j < d; ++j) {
          EXPECT_NEAR(report.centres(0)(c, j),
                      expected.centres[static_cast<std::size_t>(c)][static_cast<std::size_t>(j)],
                      1e-12 * (1 + std::abs(report.centres(0)(c, j))));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, KmeansShapes,
                         testing::Combine(testing::Values<Index>(1, 2, 7, 8, 9, 31, 32, 33, 127, 1023, 1025, 5000),
                                          testing::Values<Index>(1, 2, 7, 8, 9, 15, 17, 33),
                                          testing::Values<Index>(1, 2, 3, 6, 7, 13)));

}  // namespace
}  // namespace regio
