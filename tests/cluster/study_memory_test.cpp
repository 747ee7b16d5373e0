// A study under a limit of memory: it stays below, says what it needs when that is more, and gives the same bits.
#include "cluster/study_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <regio/error.hpp>

#include "cluster/kmeans_memory.hpp"
#include "tests/support/held_memory.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

constexpr Index regions = 300, years = 3, series = 6;

Panel panel() {
  test::RandomNumbers random(7);
  Panel result;
  for (Index r = 0; r < regions; ++r) result.regions.push_back("R" + std::to_string(r));
  for (Index y = 0; y < years; ++y) result.years.push_back(static_cast<int>(2000 + y));
  for (Index s = 0; s < series; ++s) result.series.push_back("s" + std::to_string(s));
  result.values = test::uniform_points(random, regions * years, series);
  return result;
}

/// Series s of group s mod `groups`.
std::vector<IndicatorDefinition> definitions(Index groups) {
  std::vector<IndicatorDefinition> result(series);
  for (Index s = 0; s < series; ++s) {
    auto& definition = result[static_cast<std::size_t>(s)];
    definition.indicator = definition.series = "s" + std::to_string(s);
    definition.group = "g" + std::to_string(s % groups);
  }
  return result;
}

StudyShape shape(Index groups) {
  return {regions, years, std::vector<Index>(static_cast<std::size_t>(groups), series / groups)};
}

ClusterStudyOptions options_of(Chain chain) {
  ClusterStudyOptions options;
  options.chain = chain;
  options.choice.largest = 6;
  options.choice.kmeans.restarts = 60;
  options.choice.kmeans.max_iterations = 8;
  options.choice.gap_references = 12;
  options.choice.gap_restarts = 2;
  options.bootstrap = 300;  // more than a block
  options.bootstrap_restarts = 1;
  options.target = "s0";
  return options;
}

void expect_equal(ClusterStudyReport const& a, ClusterStudyReport const& b) {
  ASSERT_EQ(a.groups.size(), b.groups.size());
  EXPECT_EQ(a.problems, b.problems);
  EXPECT_EQ(a.fits, b.fits);
  EXPECT_EQ(a.warnings, b.warnings);
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    EXPECT_EQ(a.groups[g].history.labels, b.groups[g].history.labels);
    EXPECT_EQ(a.groups[g].bootstrap->agreement, b.groups[g].bootstrap->agreement);
    EXPECT_EQ(a.groups[g].bootstrap->jaccard, b.groups[g].bootstrap->jaccard);
    EXPECT_EQ(a.groups[g].bootstrap->region_stability, b.groups[g].bootstrap->region_stability);
    for (std::size_t y = 0; y < years; ++y) {
      EXPECT_EQ(a.groups[g].years[y].centres, b.groups[g].years[y].centres);
      EXPECT_EQ(a.groups[g].years[y].best_inertia, b.groups[g].years[y].best_inertia);
      for (std::size_t k = 1; k < 6; ++k) {  // scores of k = 1 are NaN
        KScores const &one = a.groups[g].sweeps[y].scores[k], &other = b.groups[g].sweeps[y].scores[k];
        EXPECT_EQ(one.inertia, other.inertia);
        EXPECT_EQ(one.calinski_harabasz, other.calinski_harabasz);
        EXPECT_EQ(one.davies_bouldin, other.davies_bouldin);
        EXPECT_EQ(one.silhouette, other.silhouette);
        EXPECT_EQ(one.gap, other.gap);
        EXPECT_EQ(one.gap_error, other.gap_error);
        EXPECT_EQ(one.stability, other.stability);
      }
    }
  }
}

TEST(StudyMemory, TheLeastIsEnoughAndTheResultsAreTheSameBits) {
  Panel const data = panel();
  Engine engine = Engine::cpu(2);
  for (Chain const chain : {Chain::warm, Chain::independent, Chain::guarded, Chain::pooled}) {
    for (Index const groups : {1, 2}) {
      SCOPED_TRACE("chain " + std::to_string(static_cast<int>(chain)) + ", groups " + std::to_string(groups));
      ClusterStudyOptions options = options_of(chain);
      ClusterStudyReport free, limited;
      std::size_t const undivided =
          test::most_held([&] { free = cluster_study(engine, options, data, definitions(groups)); });
      options.memory = study_memory(options, shape(groups), 2).least;
      std::size_t const divided =
          test::most_held([&] { limited = cluster_study(engine, options, data, definitions(groups)); });
      EXPECT_LE(divided, options.memory);
      EXPECT_GT(undivided, options.memory) << "there was nothing to divide";
      expect_equal(free, limited);
      options.memory = options.memory + options.memory / 2;  // other parts
      expect_equal(free, cluster_study(engine, options, data, definitions(groups)));
    }
  }
}

TEST(StudyMemory, TooLittleIsRefusedBeforeAnyFit) {
  class NoProgress : public ProgressSink {
    void begin(std::string_view stage, Index, std::string_view) override { FAIL() << stage << " began"; }
    void advance(Index) override {}
    void end() override {}
  };
  Panel const data = panel();
  Engine engine = Engine::cpu(2);
  NoProgress progress;
  ClusterStudyOptions options = options_of(Chain::warm);
  options.control.progress = &progress;
  std::uint64_t const least = study_memory(options, shape(2), 2).least;
  options.memory = least - 1;
  try {
    (void)cluster_study(engine, options, data, definitions(2));
    FAIL() << "accepted";
  } catch (InputError const& error) {
    EXPECT_EQ(error.what(), "memory: found '" + std::to_string(least - 1) + "', expected at least " +
                                std::to_string(least) + " bytes for this study");
  }
}

TEST(KmeansMemoryEstimate, CoversWhatABatchHolds) {
  Engine engine = Engine::cpu(2);
  test::RandomNumbers random(3);
  for (int const n : {30, 3000, 90'000}) {
    std::vector<double> const points = test::uniform_points(random, n, 2);
    std::vector<KmeansProblem> problems;
    for (Index const k : {1, 7, 20}) problems.push_back({.points = {points.data(), n, 2}, .clusters = k});
    for (bool const keep_runs : {false, true}) {
      SCOPED_TRACE(std::to_string(n) + " points, runs " + (keep_runs ? "kept" : "not kept"));
      KmeansOptions const options{.restarts = n > 10'000 ? 2 : 40, .max_iterations = 4, .keep_runs = keep_runs};
      std::uint64_t estimate = workspace_bytes(problems.back(), engine.threads());
      for (KmeansProblem const& problem : problems) estimate += batch_bytes(problem, options);
      KmeansReport report;
      std::size_t const most = test::most_held([&] { report = kmeans_fit(engine, options, problems); });
      EXPECT_LE(most, estimate);
      EXPECT_GT(2 * most + 100'000, estimate) << "an estimate of twice the truth serves nobody";
    }
  }
}

}  // namespace
}  // namespace regio
