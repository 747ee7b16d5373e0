// Scores of clusterings against the textbook, by hand, and where they are not defined; on every engine.
#include <regio/cluster_scores.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/cluster_scores_operation.hpp"
#include "core/backend.hpp"
#include "tests/oracle/validity.hpp"
#include "tests/support/contract_message.hpp"
#include "tests/support/engines.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
ClusterScoresOptions const everything{.silhouette = true, .keep_widths = true};

/// Points with a clustering of them.
struct Clustering {
  std::vector<double> values;
  Index n = 0, d = 1;
  std::vector<std::int32_t> labels;
  Index clusters = 0;

  [[nodiscard]] MatrixView<double const> points() const { return {values.data(), n, d}; }
  [[nodiscard]] ClusterScoresProblem problem() const {
    return {.points = points(), .labels = labels, .clusters = clusters};
  }
  [[nodiscard]] oracle::Points rows() const {
    oracle::Points rows;
    for (Index i = 0; i < n; ++i) rows.emplace_back(values.begin() + i * d, values.begin() + (i + 1) * d);
    return rows;
  }
  [[nodiscard]] std::vector<int> whole_labels() const { return {labels.begin(), labels.end()}; }
};

Clustering on_a_line(std::vector<double> values, std::vector<std::int32_t> labels, Index clusters) {
  auto const n = static_cast<Index>(values.size());
  return {std::move(values), n, 1, std::move(labels), clusters};
}

/// Uniform points whose labels are drawn, at least two of them, not all alone.
Clustering random_clustering(std::uint64_t seed, int n, int d, int k) {
  test::RandomNumbers random(seed);
  Clustering made{test::uniform_points(random, n, d), n, d, {}, k};
  for (int i = 0; i < n; ++i) made.labels.push_back(i < 2 ? i : random.below(k));
  if (std::set<std::int32_t>(made.labels.begin(), made.labels.end()).size() == made.labels.size()) made.labels[2] = 0;
  return made;
}

class ClusterScoresOn : public EngineTest {
 protected:
  ClusterScoresReport score(ClusterScoresProblem const& problem) {
    return cluster_scores(engine, everything, {problem});
  }
  std::string refusal(ClusterScoresProblem const& problem, ClusterScoresOptions const& options = {}) {
    return test::contract_message([&] { cluster_scores(engine, options, {problem}); });
  }
};

TEST_P(ClusterScoresOn, AgreeWithTheTextbookOnRandomClusterings) {
  std::vector<Clustering> clusterings;
  for (int seed = 1; seed <= 100; ++seed) {
    test::RandomNumbers random(static_cast<std::uint64_t>(1000 + seed));
    int const n = 4 + random.below(seed % 10 == 0 ? 200 : 60);
    clusterings.push_back(
        random_clustering(static_cast<std::uint64_t>(seed), n, 1 + random.below(20), 2 + random.below(n - 3)));
  }
  std::vector<ClusterScoresProblem> problems;
  for (Clustering const& each : clusterings) problems.push_back(each.problem());
  ClusterScoresReport const report = cluster_scores(engine, everything, problems);
  for (std::size_t b = 0; b < clusterings.size(); ++b) {
    SCOPED_TRACE("clustering " + std::to_string(b));
    oracle::Points const points = clusterings[b].rows();
    std::vector<int> const labels = clusterings[b].whole_labels();
    auto const means = oracle::means_of(points, labels);
    auto const expect = [&](double found, double wanted) { EXPECT_NEAR(found, wanted, 1e-12 * std::max(1.0, wanted)); };
    expect(report.inertia[b], oracle::inertia(points, labels, means));
    expect(report.calinski_harabasz[b], oracle::calinski_harabasz(points, labels));
    expect(report.davies_bouldin[b], oracle::davies_bouldin(points, labels));
    expect(report.simplified_silhouette[b], oracle::simplified_silhouette(points, labels, means));
    expect(report.silhouette[b], oracle::silhouette(points, labels));
    std::vector<double> const widths = oracle::silhouette_widths(points, labels);
    VectorView<double const> const found = report.widths(static_cast<Index>(b));
    ASSERT_EQ(found.size(), static_cast<Index>(widths.size()));
    for (Index i = 0; i < found.size(); ++i) expect(found[i], widths[static_cast<std::size_t>(i)]);
    for (Index c = 0; c < clusterings[b].clusters; ++c) {
      double sum = 0;
      Index size = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != c) continue;
        sum += widths[i];
        ++size;
      }
      EXPECT_EQ(report.sizes(static_cast<Index>(b))[c], size);
      double const mean = report.cluster_silhouettes(static_cast<Index>(b))[c];
      EXPECT_EQ(std::isnan(mean), size == 0);
      if (size > 0) expect(mean, sum / static_cast<double>(size));
    }
    EXPECT_EQ(report.outcome[b], Outcome::converged);
  }
}

TEST_P(ClusterScoresOn, TwoPairsOnALineByHand) {
  Clustering const pairs = on_a_line({0, 1, 10, 11}, {0, 0, 1, 1}, 2);
  ClusterScoresReport const report = score(pairs.problem());
  // B = 2 * 5^2 + 2 * 5^2 = 100, W = 4 * 0.25 = 1: (100 / 1) / (1 / 2).
  EXPECT_DOUBLE_EQ(report.inertia[0], 1);
  EXPECT_DOUBLE_EQ(report.calinski_harabasz[0], 200);
  EXPECT_DOUBLE_EQ(report.davies_bouldin[0], (0.5 + 0.5) / 10);
  EXPECT_DOUBLE_EQ(report.silhouette[0], (2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4);
  EXPECT_DOUBLE_EQ(report.simplified_silhouette[0], (2 * (1 - 0.5 / 10.5) + 2 * (1 - 0.5 / 9.5)) / 4);
}

TEST_P(ClusterScoresOn, CentresGivenStandForTheMeansInInertiaAndSimplifiedSilhouette) {
  Clustering const pairs = on_a_line({0, 1, 10, 11}, {0, 0, 1, 1}, 2);
  std::vector<double> const centres{1, 9};
  ClusterScoresProblem problem = pairs.problem();
  problem.centres = {centres.data(), 2, 1};
  ClusterScoresReport const report = score(problem);
  EXPECT_DOUBLE_EQ(report.inertia[0], 1 + 0 + 1 + 4);
  EXPECT_DOUBLE_EQ(report.simplified_silhouette[0], ((1 - 1.0 / 9) + 1 + (1 - 1.0 / 9) + (1 - 2.0 / 10)) / 4);
  EXPECT_DOUBLE_EQ(report.calinski_harabasz[0], 200);
  EXPECT_DOUBLE_EQ(report.davies_bouldin[0], 0.1);
  // One read gives the same as three.
  ClusterScoresReport const alone =
      cluster_scores(engine, {.calinski_harabasz = false, .davies_bouldin = false}, {problem});
  EXPECT_DOUBLE_EQ(alone.inertia[0], report.inertia[0]);
  EXPECT_DOUBLE_EQ(alone.simplified_silhouette[0], report.simplified_silhouette[0]);
  EXPECT_TRUE(std::isnan(alone.calinski_harabasz[0]) && std::isnan(alone.davies_bouldin[0]));
}

TEST_P(ClusterScoresOn, APointAloneInItsClusterCountsZero) {
  Clustering const line = on_a_line({0, 1, 50}, {0, 0, 1}, 2);
  ClusterScoresReport const report = score(line.problem());
  EXPECT_DOUBLE_EQ(report.silhouette[0], ((1 - 1.0 / 50) + (1 - 1.0 / 49) + 0) / 3);
  EXPECT_DOUBLE_EQ(report.simplified_silhouette[0], ((1 - 0.5 / 50) + (1 - 0.5 / 49) + 0) / 3);
}

TEST_P(ClusterScoresOn, LabelsWithoutPointsAreLeftOut) {
  Clustering const line = on_a_line({0, 1, 10, 11}, {1, 1, 3, 3}, 5);
  std::vector<double> const centres{0.5, 0.5, 0.5, 10.5, 10.5};  // those of the labels without points are the nearest
  ClusterScoresProblem given = line.problem();
  given.centres = {centres.data(), 5, 1};
  for (ClusterScoresProblem const& problem : {line.problem(), given}) {
    ClusterScoresReport const report = score(problem);
    EXPECT_DOUBLE_EQ(report.calinski_harabasz[0], 200);
    EXPECT_DOUBLE_EQ(report.davies_bouldin[0], 0.1);
    EXPECT_DOUBLE_EQ(report.silhouette[0], (2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4);
    EXPECT_DOUBLE_EQ(report.simplified_silhouette[0], (2 * (1 - 0.5 / 10.5) + 2 * (1 - 0.5 / 9.5)) / 4);
    EXPECT_TRUE(std::isnan(report.cluster_silhouettes(0)[0]));
  }
}

TEST_P(ClusterScoresOn, OneClusterAndOneClusterAPointHaveTheirInertiaAlone) {
  for (auto const& labels : {std::vector<std::int32_t>{0, 0, 0}, std::vector<std::int32_t>{0, 1, 2}}) {
    Clustering const line = on_a_line({0, 1, 11}, labels, 3);
    ClusterScoresReport const report = score(line.problem());
    EXPECT_DOUBLE_EQ(report.inertia[0], labels[1] == 0 ? 16 + 9 + 49 : 0);
    for (std::vector<double> const* scores :
         {&report.calinski_harabasz, &report.davies_bouldin, &report.simplified_silhouette, &report.silhouette}) {
      EXPECT_TRUE(std::isnan(scores->at(0)));
    }
    EXPECT_EQ(report.outcome[0], Outcome::converged);
  }
}

TEST_P(ClusterScoresOn, CoincidingPoints) {
  // 0.1 and 1e9 + 0.1 are not sums of a few powers of two: means of equal numbers must be these numbers.
  for (double const at : {2.0, 0.1, 1e9 + 0.1}) {
    Clustering const same = on_a_line({at, at, at, at, at, at}, {0, 0, 0, 1, 1, 1}, 2);
    ClusterScoresReport report = score(same.problem());
    EXPECT_EQ(report.inertia[0], 0);
    EXPECT_TRUE(std::isnan(report.calinski_harabasz[0]));
    EXPECT_TRUE(std::isnan(report.davies_bouldin[0])) << "two means coincide";
    EXPECT_EQ(report.silhouette[0], 0);
    EXPECT_EQ(report.simplified_silhouette[0], 0);
    Clustering const pairs = on_a_line({at, at, at, at + 1, at + 1, at + 1}, {0, 0, 0, 1, 1, 1}, 2);
    report = score(pairs.problem());
    EXPECT_EQ(report.inertia[0], 0);
    EXPECT_TRUE(std::isnan(report.calinski_harabasz[0])) << "no scatter inside";
    EXPECT_EQ(report.davies_bouldin[0], 0);
    EXPECT_EQ(report.silhouette[0], 1);
    EXPECT_EQ(report.simplified_silhouette[0], 1);
  }
}

TEST_P(ClusterScoresOn, MeansThatCoincideHaveNoDaviesBouldin) {
  Clustering const crossed = on_a_line({-1, 1, -2, 2}, {0, 0, 1, 1}, 2);
  ClusterScoresReport const report = score(crossed.problem());
  EXPECT_TRUE(std::isnan(report.davies_bouldin[0]));
  EXPECT_DOUBLE_EQ(report.calinski_harabasz[0], 0);
}

// Numbers of 20 bits that are moved by 2^20 times their spread: every difference stays as it is.
TEST_P(ClusterScoresOn, WhereThePointsLieTakesNoDigits) {
  Clustering made = random_clustering(5, 300, 7, 4);
  for (double& value : made.values) value = std::round(std::ldexp(value, 20)) * 0x1p-20;
  ClusterScoresReport const before = score(made.problem());
  for (Index i = 0; i < made.n * made.d; ++i) {
    made.values[static_cast<std::size_t>(i)] += i % made.d % 2 == 0 ? 0x1p20 : -0x1p20;
  }
  ClusterScoresReport const after = score(made.problem());
  EXPECT_NEAR(after.inertia[0], before.inertia[0], 1e-13 * before.inertia[0]);
  EXPECT_NEAR(after.calinski_harabasz[0], before.calinski_harabasz[0], 1e-12 * before.calinski_harabasz[0]);
  EXPECT_NEAR(after.davies_bouldin[0], before.davies_bouldin[0], 1e-13 * before.davies_bouldin[0]);
  EXPECT_NEAR(after.simplified_silhouette[0], before.simplified_silhouette[0], 1e-13);
  EXPECT_EQ(after.silhouette, before.silhouette);
}

TEST_P(ClusterScoresOn, SinglePrecisionIsItsNumbersInDouble) {
  Clustering made = random_clustering(6, 130, 9, 3);
  std::vector<float> singles(made.values.begin(), made.values.end());
  made.values.assign(singles.begin(), singles.end());
  ClusterScoresProblem problem = made.problem();
  ClusterScoresReport const wanted = score(problem);
  problem.points = {};
  problem.single_points = {singles.data(), made.n, made.d};
  ClusterScoresReport const found = score(problem);
  EXPECT_EQ(found.inertia, wanted.inertia);
  EXPECT_EQ(found.calinski_harabasz, wanted.calinski_harabasz);
  EXPECT_EQ(found.davies_bouldin, wanted.davies_bouldin);
  EXPECT_EQ(found.simplified_silhouette, wanted.simplified_silhouette);
  EXPECT_EQ(found.all_widths, wanted.all_widths);
}

TEST_P(ClusterScoresOn, RowsMayStandApart) {
  Clustering const made = random_clustering(8, 90, 3, 4);
  std::vector<double> wide(static_cast<std::size_t>(made.n * 5), not_a_number);
  for (Index i = 0; i < made.n; ++i) {
    for (Index j = 0; j < made.d; ++j) wide[static_cast<std::size_t>(i * 5 + j)] = made.points()(i, j);
  }
  ClusterScoresProblem problem = made.problem();
  ClusterScoresReport const wanted = score(problem);
  problem.points = {wide.data(), made.n, made.d, 5};
  ClusterScoresReport const found = score(problem);
  EXPECT_EQ(found.inertia, wanted.inertia);
  EXPECT_EQ(found.all_widths, wanted.all_widths);
}

TEST_P(ClusterScoresOn, ClusteringsOfTheSamePointsGiveWhatEachGivesAlone) {
  Clustering const first = random_clustering(9, 150, 4, 6);
  Clustering second = first, third = random_clustering(10, 40, 4, 2);
  second.clusters = 11;
  for (std::size_t i = 0; i < second.labels.size(); ++i) second.labels[i] = static_cast<std::int32_t>(i * i % 11);
  ClusterScoresProblem same_points = second.problem();
  same_points.points = first.points();
  std::vector<ClusterScoresProblem> const problems{first.problem(), same_points, third.problem(), same_points};
  ClusterScoresReport const together = cluster_scores(engine, everything, problems);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    ClusterScoresReport const alone = score(problems[b]);
    auto const at = static_cast<Index>(b);
    EXPECT_EQ(alone.inertia[0], together.inertia[b]);
    EXPECT_EQ(alone.calinski_harabasz[0], together.calinski_harabasz[b]);
    EXPECT_EQ(alone.davies_bouldin[0], together.davies_bouldin[b]);
    EXPECT_EQ(alone.simplified_silhouette[0], together.simplified_silhouette[b]);
    EXPECT_TRUE(std::equal(alone.widths(0).begin(), alone.widths(0).end(), together.widths(at).begin()));
  }
}

TEST_P(ClusterScoresOn, OnlyWhatWasAskedForIsThere) {
  Clustering const made = random_clustering(11, 30, 2, 3);
  ClusterScoresReport const all = score(made.problem());
  ClusterScoresReport const none = cluster_scores(
      engine, {.calinski_harabasz = false, .davies_bouldin = false, .simplified_silhouette = false}, {made.problem()});
  EXPECT_EQ(none.inertia, all.inertia);
  EXPECT_TRUE(std::isnan(none.calinski_harabasz[0]) && std::isnan(none.davies_bouldin[0]));
  EXPECT_TRUE(std::isnan(none.simplified_silhouette[0]) && std::isnan(none.silhouette[0]));
  EXPECT_TRUE(none.widths(0).empty() && none.cluster_silhouettes(0).empty());
  EXPECT_EQ(cluster_scores(engine, {.calinski_harabasz = false, .silhouette = true}, {made.problem()}).silhouette,
            all.silhouette);
}

TEST_P(ClusterScoresOn, SquaresBeyondTheRangeOfNumbersAreAnOutcome) {
  Clustering const far = on_a_line({-1e200, 0, 1e200, 1}, {0, 0, 1, 1}, 2);
  Clustering const near = on_a_line({0, 1, 10, 11}, {0, 0, 1, 1}, 2);
  ClusterScoresReport const report = cluster_scores(engine, everything, {far.problem(), near.problem()});
  EXPECT_EQ(report.outcome[0], Outcome::not_finite);
  EXPECT_TRUE(std::isnan(report.inertia[0]) && std::isnan(report.silhouette[0]));
  EXPECT_EQ(report.outcome[1], Outcome::converged);
  EXPECT_DOUBLE_EQ(report.calinski_harabasz[1], 200);
}

TEST_P(ClusterScoresOn, StopEndsWithCancelled) {
  expects_kernels = false;
  Clustering const made = random_clustering(12, 30, 2, 3);
  std::stop_source source;
  source.request_stop();
  ClusterScoresOptions options = everything;
  options.control.stop = source.get_token();
  ClusterScoresReport const report = cluster_scores(engine, options, {made.problem()});
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_TRUE(std::isnan(report.inertia[0]) && std::isnan(report.silhouette[0]));
  EXPECT_EQ(report.sizes(0).size(), 3);
}

TEST_P(ClusterScoresOn, NoProblemIsAnEmptyReport) {
  expects_kernels = false;
  EXPECT_EQ(cluster_scores(engine, everything, {}).size(), 0);
}

TEST_P(ClusterScoresOn, EveryRefusalNamesWhatWasFoundAndExpected) {
  expects_kernels = false;
  Clustering made = on_a_line({0, 1, 10, 11}, {0, 0, 1, 1}, 2);
  std::vector<float> const singles{0, 1, 10, std::numeric_limits<float>::infinity()};
  std::vector<double> centres{0, not_a_number};
  auto const changed = [&](auto const& change) {
    ClusterScoresProblem problem = made.problem();
    change(problem);
    return refusal(problem);
  };
  EXPECT_EQ(changed([&](auto& p) {
              p.single_points = {singles.data(), 4, 1};
            }),
            "cluster_scores: problems[0] has points and single_points; expected one of them");
  EXPECT_EQ(changed([](auto& p) { p.points = {}; }),
            "cluster_scores: problems[0].points are [0, 0]; expected at least one point and one feature");
  EXPECT_EQ(changed([](auto& p) { p.clusters = 0; }),
            "cluster_scores: problems[0].clusters is 0; expected 1 to 2147483647");
  EXPECT_EQ(changed([](auto& p) {
              p.labels = {p.labels.data_handle(), 3};
            }),
            "cluster_scores: problems[0].labels has 3 entries; expected one for each of 4 points");
  EXPECT_EQ(changed([](auto& p) { p.clusters = 1; }),
            "cluster_scores: problems[0].labels point 2 has label 1; expected 0 to 0");
  EXPECT_EQ(changed([&](auto& p) {
              p.centres = {centres.data(), 1, 1};
            }),
            "cluster_scores: problems[0].centres are [1, 1]; expected [2, 1]");
  EXPECT_EQ(changed([&](auto& p) {
              p.centres = {centres.data(), 2, 1};
            }),
            "cluster_scores: problems[0].centres row 1, column 0 is NaN; centres must be finite");
  made.labels[3] = -1;
  EXPECT_EQ(refusal(made.problem()), "cluster_scores: problems[0].labels point 3 has label -1; expected 0 to 1");
  made.labels[3] = 1;
  EXPECT_EQ(refusal(made.problem(), {.keep_widths = true}),
            "cluster_scores: options.keep_widths is set without silhouette, whose widths it keeps");
}

TEST_P(ClusterScoresOn, PointsThatAreNotFiniteAreNamed) {
  Clustering made = random_clustering(13, 3000, 4, 3);
  made.values[2999 * 4 + 3] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal(made.problem()),
            "cluster_scores: problems[0].points row 2999, column 3 is infinity; points must be finite");
  made.values[1500 * 4] = not_a_number;
  std::string const message = "cluster_scores: problems[0].points row 1500, column 0 is NaN; points must be finite";
  EXPECT_EQ(refusal(made.problem()), message);
  std::vector<double> const centres(12);
  ClusterScoresProblem problem = made.problem();
  problem.centres = {centres.data(), 3, 4};
  EXPECT_EQ(refusal(problem, {.calinski_harabasz = false, .davies_bouldin = false}), message) << "one read";
  std::vector<float> const singles(made.values.begin(), made.values.end());
  problem.points = {};
  problem.single_points = {singles.data(), 3000, 4};
  EXPECT_EQ(refusal(problem),
            "cluster_scores: problems[0].single_points row 1500, column 0 is NaN; points must be finite");
}

REGIO_TEST_ON_ENGINES(ClusterScoresOn);

/// Small clusterings and one with many chunks, each twice with other labels on the same points.
struct Batch {
  Batch() {
    std::uint64_t seed = 20;
    for (auto const& [n, d, k] :
         {std::array{5, 1, 2}, {63, 3, 4}, {65, 8, 5}, {1030, 17, 3}, {3000, 15, 7}, {30'000, 9, 6}}) {
      clusterings.push_back(random_clustering(++seed, n, d, k));
      others.push_back(random_clustering(++seed, n, d, k).labels);
    }
    for (std::size_t i = 0; i < clusterings.size(); ++i) {
      if (clusterings[i].n > 10'000) continue;  // their silhouettes take long
      problems.push_back(clusterings[i].problem());
      problems.push_back(clusterings[i].problem());
      problems.back().labels = others[i];
    }
  }

  std::vector<Clustering> clusterings;
  std::vector<std::vector<std::int32_t>> others;
  std::vector<ClusterScoresProblem> problems;
};

void expect_same(ClusterScoresReport const& found, ClusterScoresReport const& wanted) {
  EXPECT_EQ(found.inertia, wanted.inertia);
  EXPECT_EQ(found.calinski_harabasz, wanted.calinski_harabasz);
  EXPECT_EQ(found.davies_bouldin, wanted.davies_bouldin);
  EXPECT_EQ(found.simplified_silhouette, wanted.simplified_silhouette);
  EXPECT_EQ(found.silhouette, wanted.silhouette);
  EXPECT_EQ(found.all_widths, wanted.all_widths);
  EXPECT_EQ(found.all_cluster_silhouettes, wanted.all_cluster_silhouettes);
  EXPECT_EQ(found.all_sizes, wanted.all_sizes);
}

TEST(ClusterScores, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 7);
  Batch const batch;
  Clustering const& large = batch.clusterings.back();
  Engine one = Engine::cpu(1);
  ClusterScoresReport const expected = cluster_scores(one, everything, batch.problems);
  ClusterScoresReport const expected_large = cluster_scores(one, {}, {large.problem()});
  for (int threads : {2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    expect_same(cluster_scores(engine, everything, batch.problems), expected);
    EXPECT_EQ(cluster_scores(engine, {}, {large.problem()}).davies_bouldin, expected_large.davies_bouldin);
    EXPECT_EQ(cluster_scores(engine, {}, {large.problem()}).simplified_silhouette,
              expected_large.simplified_silhouette);
  }
}

TEST(ClusterScores, SameBitsOnEverySimdTarget) {
  Batch const batch;
  Engine engine = Engine::cpu();
  auto const scored = [&](SimdTarget target, ClusterScoresOptions const& options) {
    std::vector<ScoredClustering> clusterings(batch.problems.begin(), batch.problems.end());
    for (ScoredClustering& clustering : clusterings) {
      clustering.census = count_labels(clustering.problem->labels, clustering.problem->clusters, ChunkLoop());
      clustering.widths.resize(static_cast<std::size_t>(clustering.points.rows()));
    }
    ClusterScoresOperation operation{.clusterings = clusterings, .options = options, .target = target};
    run(engine, operation);
    std::vector<double> numbers;
    for (ScoredClustering const& clustering : clusterings) {
      ClusterScores const& scores = clustering.scores;
      for (double const score : {scores.inertia, scores.calinski_harabasz, scores.davies_bouldin}) {
        numbers.push_back(score);
      }
      if (options.simplified_silhouette) numbers.push_back(scores.simplified_silhouette);
      numbers.insert(numbers.end(), clustering.widths.begin(), clustering.widths.end());
    }
    return numbers;
  };
  for (bool const simplified : {true, false}) {  // two ways to the distances from the own centre
    ClusterScoresOptions options = everything;
    options.simplified_silhouette = simplified;
    std::vector<double> const expected = scored(SimdTarget::scalar, options);
    for (SimdTarget const target : simd_targets()) EXPECT_EQ(scored(target, options), expected) << name(target);
  }
}

// More points than the shortest chunks take.
TEST(ClusterScores, ManyPointsGiveWhatTheTextbookGives) {
  constexpr Index n = 2'200'000;
  std::vector<float> values(static_cast<std::size_t>(n));
  std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 2);
    values[static_cast<std::size_t>(i)] = static_cast<float>(1'000'000 + 8 * (i % 2) + (i / 2) % 2);  // 0, 1 and 8, 9
  }
  Engine engine = Engine::cpu();
  ClusterScoresReport const report =
      cluster_scores(engine, {}, {{.single_points = {values.data(), n, 1}, .labels = labels, .clusters = 2}});
  EXPECT_DOUBLE_EQ(report.inertia[0], 0.25 * n);
  EXPECT_DOUBLE_EQ(report.calinski_harabasz[0], 16.0 * n / (0.25 * n / (n - 2)));
  EXPECT_DOUBLE_EQ(report.davies_bouldin[0], 1.0 / 8);
  EXPECT_NEAR(report.simplified_silhouette[0], 1 - (0.5 / 8.5 + 0.5 / 7.5) / 2, 1e-14);
}

class PointsDone : public ProgressSink {
 public:
  void begin(std::string_view, Index points, std::string_view) override { total = points; }
  void advance(Index points) override { done = points; }
  void end() override { ended = true; }

  Index total = 0, done = 0;
  bool ended = false;
};

TEST(ClusterScores, ProgressCountsPointsAndEnds) {
  Clustering const made = random_clustering(31, 500, 3, 4);
  PointsDone sink;
  ClusterScoresOptions options = everything;
  options.control.progress = &sink;
  Engine engine = Engine::cpu(1);
  cluster_scores(engine, options, {made.problem(), made.problem()});
  EXPECT_EQ(sink.total, 4 * 500) << "each once for the streamed scores and once for the silhouette";
  EXPECT_EQ(sink.done, sink.total);
  EXPECT_TRUE(sink.ended);
}

}  // namespace
}  // namespace regio
