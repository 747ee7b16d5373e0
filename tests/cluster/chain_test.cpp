#include "cluster/chain.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <string>
#include <vector>

#include <regio/error.hpp>

#include "tests/support/random_points.hpp"

namespace regio {
namespace {

constexpr Index years = 5, regions = 20, features = 2;

/// Regions that wander: chains do not agree with independent fits everywhere.
std::vector<double> wandering(std::uint64_t seed) {
  test::RandomNumbers random(seed);
  std::vector<double> values = test::uniform_points(random, regions, features);
  for (Index y = 1; y < years; ++y) {
    for (Index p = 0; p < regions * features; ++p) {
      values.push_back(values[values.size() - regions * features] + random.uniform(-0.2, 0.2));
    }
  }
  return values;
}

ChainSeries series_of(std::vector<double> const& values, Index k) {
  ChainSeries series;
  series.points = {values.data(), years * regions, features};
  series.years = years;
  series.clusters.assign(years, k);
  return series;
}

ChainOptions options_of(Chain chain, Index start = 0) {
  ChainOptions options;
  options.chain = chain;
  options.start = start;
  options.kmeans.restarts = 8;
  options.kmeans.seed = 3;
  return options;
}

KmeansProblem problem_of(ChainSeries const& series, Index year) {
  KmeansProblem problem;
  problem.points = series.year(year);
  problem.clusters = series.clusters[static_cast<std::size_t>(year)];
  return problem;
}

std::vector<std::int32_t> labels_of(ChainedSeries const& chain, Index year) {
  return {chain.labels.begin() + year * regions, chain.labels.begin() + (year + 1) * regions};
}

std::vector<std::int32_t> copy(VectorView<std::int32_t const> labels) { return {labels.begin(), labels.end()}; }

/// The centres of a year in the order of the clusters' numbers.
std::vector<double> numbered_centres(ChainedYear const& year) {
  std::vector<double> centres(year.centres.size());
  for (std::size_t c = 0; c < year.number.size(); ++c) {
    std::copy_n(year.centres.begin() + static_cast<Index>(c) * features, features,
                centres.begin() + year.number[c] * features);
  }
  return centres;
}

TEST(WarmChain, IsTheSequenceOfFitsThatAPersonWouldMake) {
  Engine engine = Engine::cpu();
  for (Index const start : {Index{0}, Index{2}, years - 1}) {
    SCOPED_TRACE("start " + std::to_string(start));
    std::vector<double> const values = wandering(11);
    ChainSeries const series = series_of(values, 4);
    ChainOptions const options = options_of(Chain::warm, start);
    Chains const chains = run_chains(engine, options, {series});
    ChainedSeries const& chain = chains.series[0];
    KmeansReport const first = kmeans_fit(engine, options.kmeans, {problem_of(series, start)});
    EXPECT_EQ(labels_of(chain, start), copy(first.labels(0)));
    EXPECT_EQ(chain.years[static_cast<std::size_t>(start)].restarts, 8);
    auto const follow = [&](Index step) {
      auto const begin = first.centres(0).data_handle();
      std::vector<double> centres(begin, begin + 4 * features);
      for (Index y = start + step; y >= 0 && y < years; y += step) {
        KmeansProblem problem = problem_of(series, y);
        problem.initial_centres = {centres.data(), 1, 4, features};
        KmeansReport const fit = kmeans_fit(engine, options.kmeans, {problem});
        ChainedYear const& year = chain.years[static_cast<std::size_t>(y)];
        EXPECT_EQ(labels_of(chain, y), copy(fit.labels(0))) << "year " << y;
        EXPECT_EQ(year.inertia, fit.inertia[0]);
        EXPECT_EQ(year.iterations, fit.iterations[0]);
        EXPECT_EQ(year.restarts, 1);
        centres.assign(fit.centres(0).data_handle(), fit.centres(0).data_handle() + 4 * features);
        EXPECT_EQ(numbered_centres(year), centres);
      }
    };
    follow(1);
    follow(-1);
    EXPECT_EQ(chain.numbers, 4);
    EXPECT_EQ(chains.problems, years);
    EXPECT_EQ(chains.fits, 8 + years - 1);
  }
}

TEST(WarmChain, OfReversedYearsIsTheBackwardChain) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = wandering(12);
  std::vector<double> reversed;
  for (Index y = years - 1; y >= 0; --y) {
    reversed.insert(reversed.end(), values.begin() + y * regions * features,
                    values.begin() + (y + 1) * regions * features);
  }
  for (Chain const kind : {Chain::warm, Chain::independent, Chain::guarded}) {
    Chains const backward = run_chains(engine, options_of(kind, years - 1), {series_of(values, 5)});
    Chains const forward = run_chains(engine, options_of(kind, 0), {series_of(reversed, 5)});
    for (Index y = 0; y < years; ++y) {
      EXPECT_EQ(labels_of(backward.series[0], y), labels_of(forward.series[0], years - 1 - y));
      EXPECT_EQ(backward.series[0].years[static_cast<std::size_t>(y)].inertia,
                forward.series[0].years[static_cast<std::size_t>(years - 1 - y)].inertia);
    }
  }
}

TEST(IndependentChain, TakesTheBestRestartOfEveryYearAndAlignsTheNumbers) {
  Engine engine = Engine::cpu();
  // Three groups that stand still, but whose order in memory turns: k-means numbers differ from year to year.
  test::RandomNumbers random(13);
  std::vector<double> values;
  for (Index y = 0; y < years; ++y) {
    std::vector<double> const year = test::points_around(random, {0, 0, 9, 0, 0, 9}, 3, regions, 1);
    values.insert(values.end(), year.begin(), year.end());
  }
  for (Alignment const alignment : {Alignment::overlap, Alignment::centroids}) {
    ChainOptions options = options_of(Chain::independent, 1);
    options.alignment = alignment;
    ChainSeries const series = series_of(values, 3);
    Chains const chains = run_chains(engine, options, {series});
    for (Index y = 0; y < years; ++y) {
      EXPECT_EQ(labels_of(chains.series[0], y), labels_of(chains.series[0], 0)) << "nobody moves";
      KmeansReport const best = kmeans_fit(engine, options.kmeans, {problem_of(series, y)});
      EXPECT_EQ(chains.series[0].years[static_cast<std::size_t>(y)].inertia, best.inertia[0]);
      EXPECT_EQ(chains.series[0].years[static_cast<std::size_t>(y)].restarts, 8);
    }
    EXPECT_EQ(chains.series[0].numbers, 3);
  }
}

TEST(GuardedChain, IsNeverWorseThanTheRestartsByMoreThanTheShare) {
  Engine engine = Engine::cpu();
  Index broken = 0, kept = 0;
  for (std::uint64_t seed = 20; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<double> const values = wandering(seed);
    ChainSeries const series = series_of(values, 6);
    ChainOptions options = options_of(Chain::guarded);
    options.guard_share = 0.03;
    Chains const chains = run_chains(engine, options, {series});
    for (Index y = 0; y < years; ++y) {
      ChainedYear const& year = chains.series[0].years[static_cast<std::size_t>(y)];
      double const best = kmeans_fit(engine, options.kmeans, {problem_of(series, y)}).inertia[0];
      EXPECT_LE(year.inertia, 1.03 * best);
      if (year.guarded) {
        EXPECT_EQ(year.inertia, best);
      }
      (year.guarded ? broken : kept) += 1;
    }
  }
  EXPECT_GT(broken, 0) << "the data never made the guard act";
  EXPECT_GT(kept, 0);
}

TEST(GuardedChain, WithALargeShareIsTheWarmChain) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = wandering(14);
  ChainOptions options = options_of(Chain::guarded, 2);
  options.guard_share = 1e9;
  Chains const guarded = run_chains(engine, options, {series_of(values, 6)});
  Chains const warm = run_chains(engine, options_of(Chain::warm, 2), {series_of(values, 6)});
  EXPECT_EQ(guarded.series[0].labels, warm.series[0].labels);
}

TEST(PooledChain, IsOneFitOfAllYears) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = wandering(15);
  ChainSeries const series = series_of(values, 4);
  ChainOptions const options = options_of(Chain::pooled);
  Chains const chains = run_chains(engine, options, {series});
  KmeansProblem problem;
  problem.points = series.points;
  problem.clusters = 4;
  KmeansReport const fit = kmeans_fit(engine, options.kmeans, {problem});
  EXPECT_EQ(chains.series[0].labels, copy(fit.labels(0)));
  double sum = 0;
  for (ChainedYear const& year : chains.series[0].years) {
    EXPECT_EQ(year.centres, chains.series[0].years[0].centres);
    sum += year.inertia;
  }
  EXPECT_NEAR(sum, fit.inertia[0], 1e-12 * sum);
}

TEST(Chains, AnotherKTakesTheBestRestartAndGivesNewClustersFreeNumbers) {
  Engine engine = Engine::cpu();
  // Two groups, then four (each splits), then two again.
  test::RandomNumbers random(16);
  std::vector<double> const two{0, 0, 0, 0, 20, 0, 20, 0}, four{0, -3, 0, 3, 20, -3, 20, 3};
  std::vector<double> values;
  for (auto const* centres : {&two, &four, &four, &two, &two}) {
    std::vector<double> const year = test::points_around(random, *centres, 4, regions, 0.5);
    values.insert(values.end(), year.begin(), year.end());
  }
  ChainSeries series = series_of(values, 2);
  series.clusters = {2, 4, 4, 2, 2};
  Chains const chains = run_chains(engine, options_of(Chain::warm), {series});
  ChainedSeries const& chain = chains.series[0];
  EXPECT_EQ(chain.numbers, 4);
  auto const numbers = [&](Index y) {
    auto sorted = chain.years[static_cast<std::size_t>(y)].number;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  };
  EXPECT_EQ(numbers(0), (std::vector<std::int32_t>{0, 1}));
  EXPECT_EQ(numbers(1), (std::vector<std::int32_t>{0, 1, 2, 3}))
      << "halves keep the numbers 0 and 1, the others are new";
  EXPECT_EQ(labels_of(chain, 1), labels_of(chain, 2)) << "a year of the same k is warm again";
  EXPECT_EQ(chain.years[2].restarts, 1);
  EXPECT_EQ(chain.years[3].restarts, 8);
  for (Index r = 0; r < regions; ++r) {
    std::int32_t const before = labels_of(chain, 0)[static_cast<std::size_t>(r)];
    std::int32_t const after = labels_of(chain, 1)[static_cast<std::size_t>(r)];
    if (after < 2) {
      EXPECT_EQ(after, before) << "region " << r;
    }
  }
  EXPECT_EQ(numbers(3).size(), 2u);
  EXPECT_EQ(labels_of(chain, 3), labels_of(chain, 4));
}

TEST(Chains, ASeriesIsTheSameAloneAndAmongOthersAndForAnyNumberOfThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<double> const first = wandering(17), second = wandering(18);
  std::vector<double> weights(regions, 1.0);
  weights[3] = 0, weights[4] = 2;
  ChainSeries weighted = series_of(second, 5);
  weighted.weights = weights;
  weighted.stream = 9;
  for (Chain const kind : {Chain::warm, Chain::independent, Chain::guarded, Chain::pooled}) {
    Engine one = Engine::cpu(1);
    Chains const alone = run_chains(one, options_of(kind, 1), {weighted});
    for (int const threads : {1, 3, 7}) {
      Engine engine = Engine::cpu(threads);
      Chains const together = run_chains(engine, options_of(kind, 1), {series_of(first, 3), weighted, weighted});
      EXPECT_EQ(alone.series[0].labels, together.series[1].labels);
      EXPECT_EQ(alone.series[0].labels, together.series[2].labels);
      for (std::size_t y = 0; y < years; ++y) {
        EXPECT_EQ(alone.series[0].years[y].centres, together.series[1].years[y].centres);
      }
    }
  }
}

TEST(Chains, CoincidingRegionsAreMarked) {
  Engine engine = Engine::cpu();
  std::vector<double> values = wandering(19);
  std::fill_n(values.begin() + 2 * regions * features, regions * features, 0.5);
  Chains const chains = run_chains(engine, options_of(Chain::warm), {series_of(values, 3)});
  EXPECT_FALSE(chains.series[0].years[1].coinciding);
  EXPECT_TRUE(chains.series[0].years[2].coinciding);
}

TEST(Chains, StopTokenInterrupts) {
  Engine engine = Engine::cpu();
  std::vector<double> const values = wandering(19);
  std::stop_source source;
  source.request_stop();
  ChainOptions options = options_of(Chain::warm);
  options.kmeans.control.stop = source.get_token();
  EXPECT_THROW(run_chains(engine, options, {series_of(values, 3)}), Interrupted);
}

}  // namespace
}  // namespace regio
