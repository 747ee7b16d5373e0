#include <regio/choice_of_k.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/gap_reference.hpp"
#include "cluster/random_streams.hpp"
#include "tests/oracle/validity.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

ChoiceOfKOptions small_options() {
  ChoiceOfKOptions options;
  options.largest = 6;
  options.kmeans.restarts = 20;
  options.kmeans.seed = 5;
  options.gap_references = 6;
  options.gap_restarts = 4;
  return options;
}

/// Three clusters of eight points, far apart.
std::vector<double> three_clusters(std::uint64_t seed) {
  test::RandomNumbers random(seed);
  return test::points_around(random, {0, 0, 10, 0, 0, 10}, 3, 24, 1);
}

KSweep curve(std::vector<double> const& inertia, Index points) {
  KSweep sweep;
  sweep.points = points;
  for (double const value : inertia) {
    KScores scores;
    scores.k = static_cast<Index>(sweep.scores.size()) + 1;
    scores.inertia = value;
    scores.calinski_harabasz = scores.davies_bouldin = scores.silhouette = nan;
    scores.gap = scores.gap_error = scores.stability = nan;
    sweep.scores.push_back(scores);
  }
  return sweep;
}

TEST(SweepK, ScoresAreThoseOfTheFits) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(1);
  MatrixView<double const> const view(values.data(), 24, 2);
  ChoiceOfKOptions const options = small_options();
  KSweeps const sweeps = sweep_k(engine, options, {view});
  oracle::Points points;
  for (int i = 0; i < 24; ++i)
    points.push_back({values[static_cast<std::size_t>(2 * i)], values[static_cast<std::size_t>(2 * i + 1)]});
  ASSERT_EQ(sweeps.sweeps.size(), 1u);
  ASSERT_EQ(sweeps.sweeps[0].scores.size(), 6u);
  ASSERT_EQ(sweeps.fits.size(), 6);
  for (Index k = 1; k <= 6; ++k) {
    SCOPED_TRACE("k = " + std::to_string(k));
    KScores const& scores = sweeps.sweeps[0].scores[static_cast<std::size_t>(k - 1)];
    EXPECT_EQ(scores.k, k);
    EXPECT_EQ(scores.inertia, sweeps.fits.inertia[static_cast<std::size_t>(k - 1)]);
    auto const labels = sweeps.fits.labels(k - 1);
    std::vector<int> const same(labels.begin(), labels.end());
    if (k == 1) {
      EXPECT_TRUE(std::isnan(scores.calinski_harabasz) && std::isnan(scores.davies_bouldin));
      EXPECT_TRUE(std::isnan(scores.silhouette) && std::isnan(scores.stability));
      continue;
    }
    EXPECT_NEAR(scores.calinski_harabasz, oracle::calinski_harabasz(points, same), 1e-9);
    EXPECT_NEAR(scores.davies_bouldin, oracle::davies_bouldin(points, same), 1e-10);
    EXPECT_NEAR(scores.silhouette, oracle::silhouette(points, same), 1e-10);
    double rand = 0;
    for (Index r = 0; r < sweeps.fits.runs(k - 1); ++r) {
      if (r != sweeps.fits.best_run[static_cast<std::size_t>(k - 1)]) {
        rand += adjusted_rand(sweeps.fits.run_labels(k - 1).row(r), labels);
      }
    }
    EXPECT_NEAR(scores.stability, rand / 19, 1e-12);
  }
  EXPECT_EQ(sweeps.problems, 6 + 6 * 6);
  EXPECT_EQ(sweeps.runs, (1 + 5 * 20) + 6 * (1 + 5 * 4));
}

TEST(SweepK, TheGapComparesWithFitsOfUniformBoxes) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(2);
  MatrixView<double const> const points(values.data(), 24, 2);
  ChoiceOfKOptions const options = small_options();
  KSweeps const sweeps = sweep_k(engine, options, {points});
  for (Index k = 1; k <= 6; ++k) {
    std::vector<double> logarithms;
    for (Index b = 0; b < options.gap_references; ++b) {
      std::vector<double> const reference = uniform_reference(points, b, options.kmeans.seed);
      KmeansProblem problem;
      problem.points = {reference.data(), 24, 2};
      problem.clusters = k;
      problem.stream = gap_reference_runs(b);
      KmeansOptions kmeans = options.kmeans;
      kmeans.restarts = options.gap_restarts;
      logarithms.push_back(std::log(kmeans_fit(engine, kmeans, {problem}).inertia[0]));
    }
    double mean = 0, variance = 0;
    for (double const l : logarithms) mean += l / 6;
    for (double const l : logarithms) variance += (l - mean) * (l - mean) / 6;
    KScores const& scores = sweeps.sweeps[0].scores[static_cast<std::size_t>(k - 1)];
    EXPECT_NEAR(scores.gap, mean - std::log(scores.inertia), 1e-12) << "k = " << k;
    EXPECT_NEAR(scores.gap_error, std::sqrt(variance * (1 + 1.0 / 6)), 1e-12) << "k = " << k;
  }
}

TEST(SweepK, EveryCriterionButTheUncertainOnesFindsThreeClusters) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(3);
  KSweeps const sweeps = sweep_k(engine, small_options(), {{values.data(), 24, 2}});
  for (KCriterion const criterion : {KCriterion::elbow, KCriterion::calinski_harabasz, KCriterion::davies_bouldin,
                                     KCriterion::silhouette, KCriterion::gap, KCriterion::stability}) {
    EXPECT_EQ(choose_k({&sweeps.sweeps[0]}, criterion, small_options()), 3) << name(criterion);
  }
}

TEST(SweepK, ADataSetHasTheSameScoresAloneAndAmongOthersAndForAnyNumberOfThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<double> const first = three_clusters(4), second = three_clusters(5);
  MatrixView<double const> const a(first.data(), 24, 2), b(second.data(), 12, 4);
  Engine one = Engine::cpu(1);
  KSweeps const alone = sweep_k(one, small_options(), {b});
  for (int const threads : {1, 2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    KSweeps const together = sweep_k(engine, small_options(), {a, b, a});
    ASSERT_EQ(together.sweeps.size(), 3u);
    EXPECT_EQ(together.sweeps[1].first_problem, 6);
    for (std::size_t k = 0; k < 6; ++k) {
      KScores const& x = alone.sweeps[0].scores[k];
      KScores const& y = together.sweeps[1].scores[k];
      EXPECT_EQ(x.inertia, y.inertia);
      EXPECT_EQ(x.gap, y.gap);
      EXPECT_EQ(x.gap_error, y.gap_error);
      if (k == 0) continue;
      EXPECT_EQ(x.calinski_harabasz, y.calinski_harabasz);
      EXPECT_EQ(x.davies_bouldin, y.davies_bouldin);
      EXPECT_EQ(x.silhouette, y.silhouette);
      EXPECT_EQ(x.stability, y.stability);
    }
  }
}

TEST(SweepK, StopsAtTheNumberOfPoints) {
  Engine engine = Engine::cpu();
  std::vector<double> const values{0, 1, 5, 9};
  KSweeps const sweeps = sweep_k(engine, small_options(), {{values.data(), 4, 1}});
  ASSERT_EQ(sweeps.sweeps[0].scores.size(), 4u);
  KScores const& last = sweeps.sweeps[0].scores[3];
  EXPECT_EQ(last.inertia, 0);
  EXPECT_TRUE(std::isnan(last.silhouette) && std::isnan(last.gap) && std::isnan(last.stability));
}

TEST(SweepK, WithoutReferencesThereIsNoGap) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(6);
  ChoiceOfKOptions options = small_options();
  options.gap_references = 0;
  KSweeps const sweeps = sweep_k(engine, options, {{values.data(), 24, 2}});
  EXPECT_TRUE(std::isnan(sweeps.sweeps[0].scores[2].gap));
  EXPECT_EQ(choose_k({&sweeps.sweeps[0]}, KCriterion::gap, options), 0);
}

TEST(SweepK, RefusesOptionsOutOfRange) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(7);
  auto const message = [&](auto change) {
    ChoiceOfKOptions options = small_options();
    change(options);
    try {
      sweep_k(engine, options, {{values.data(), 24, 2}});
    } catch (ContractError const& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message([](auto& o) { o.smallest = 0; }), HasSubstr("options.smallest"));
  EXPECT_THAT(message([](auto& o) { o.largest = 1; }), HasSubstr("options.largest"));
  EXPECT_THAT(message([](auto& o) { o.gap_references = -1; }), HasSubstr("options.gap_references"));
  EXPECT_THAT(message([](auto& o) { o.gap_restarts = 0; }), HasSubstr("options.gap_restarts"));
  EXPECT_THAT(message([](auto& o) { o.elbow_threshold = 1; }), HasSubstr("options.elbow_threshold"));
  EXPECT_THAT(message([](auto& o) { o.elbow_threshold = nan; }), HasSubstr("options.elbow_threshold"));
}

TEST(SweepK, StopTokenInterrupts) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = three_clusters(8);
  std::stop_source source;
  source.request_stop();
  ChoiceOfKOptions options = small_options();
  options.kmeans.control.stop = source.get_token();
  EXPECT_THROW(sweep_k(engine, options, {{values.data(), 24, 2}}), Interrupted);
}

TEST(ChooseK, TheElbowNeedsEveryCurve) {
  ChoiceOfKOptions options;
  options.largest = 5;
  KSweep const early = curve({100, 20, 18, 17, 16}, 40);  // the drop after k = 2 is 2 % of SSE_1
  KSweep const late = curve({100, 60, 30, 26, 25}, 40);   // 40, 30, 4 %
  EXPECT_EQ(choose_k({&early}, KCriterion::elbow, options), 2);
  EXPECT_EQ(choose_k({&late}, KCriterion::elbow, options), 3);
  EXPECT_EQ(choose_k({&early, &late}, KCriterion::elbow, options), 3);
  options.elbow_threshold = 0.04;
  EXPECT_EQ(choose_k({&late}, KCriterion::elbow, options), 4) << "a drop of exactly the threshold still counts";
}

TEST(ChooseK, AnElbowBeyondTheCandidatesIsNone) {
  ChoiceOfKOptions options;
  options.largest = 3;
  KSweep const steep = curve({100, 70, 40}, 40);
  EXPECT_EQ(choose_k({&steep}, KCriterion::elbow, options), 0);
  KSweep const whole = curve({100, 70, 0}, 3);
  EXPECT_EQ(choose_k({&whole}, KCriterion::elbow, options), 3) << "no k beyond n lowers the inertia";
  KSweep const flat = curve({0, 0, 0}, 40);
  EXPECT_EQ(choose_k({&flat, &whole}, KCriterion::elbow, options), 3);
}

TEST(ChooseK, MeansLeaveOutWhereACriterionIsUndefined) {
  ChoiceOfKOptions options;
  options.largest = 4;
  KSweep a = curve({9, 5, 3, 2}, 40), b = a;
  a.scores[1].silhouette = 0.5, a.scores[2].silhouette = 0.7, a.scores[3].silhouette = 0.1;
  b.scores[1].silhouette = 0.9, b.scores[2].silhouette = nan, b.scores[3].silhouette = 0.9;
  EXPECT_EQ(choose_k({&a, &b}, KCriterion::silhouette, options), 2) << "0.7, 0.7, 0.5: the smaller of equal ones";
  a.scores[1].davies_bouldin = 0.5, a.scores[2].davies_bouldin = 0.2, a.scores[3].davies_bouldin = 0.3;
  EXPECT_EQ(choose_k({&a}, KCriterion::davies_bouldin, options), 3) << "smaller is better";
  EXPECT_EQ(choose_k({&a}, KCriterion::stability, options), 0) << "undefined throughout";
  EXPECT_EQ(choose_k({}, KCriterion::elbow, options), 0);
}

TEST(ChooseK, TheGapTakesTheFirstKWithinAnErrorOfTheNext) {
  ChoiceOfKOptions options;
  options.largest = 4;
  KSweep sweep = curve({9, 5, 3, 2}, 40);
  double const gap[] = {0.1, 0.3, 0.50, 0.55};
  double const error[] = {0.01, 0.02, 0.05, 0.06};
  for (std::size_t k = 0; k < 4; ++k) sweep.scores[k].gap = gap[k], sweep.scores[k].gap_error = error[k];
  EXPECT_EQ(choose_k({&sweep}, KCriterion::gap, options), 3) << "0.3 < 0.5 - 0.05, 0.5 >= 0.55 - 0.06";
  options.smallest = 1;
  sweep.scores[1].gap = 0.11;
  EXPECT_EQ(choose_k({&sweep}, KCriterion::gap, options), 1);
}

}  // namespace
}  // namespace regio
