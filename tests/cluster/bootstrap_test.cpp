#include "cluster/bootstrap.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <regio/error.hpp>
#include <regio/partition.hpp>

#include "cluster/random_streams.hpp"
#include "core/philox.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

constexpr Index years = 3, regions = 18;

/// Three groups of six regions; with `spread` up to about 4 they stay apart.
std::vector<double> panel_of(double spread, std::uint64_t seed) {
  test::RandomNumbers random(seed);
  std::vector<double> values;
  for (Index y = 0; y < years; ++y) {
    std::vector<double> const year = test::points_around(random, {0, 0, 9, 0, 0, 9}, 3, regions, spread);
    values.insert(values.end(), year.begin(), year.end());
  }
  return values;
}

class Bootstrap : public testing::Test {
 protected:
  void use(double spread) {
    values_ = panel_of(spread, 31);
    group_.series.points = {values_.data(), years * regions, 2};
    group_.series.years = years;
    group_.series.clusters.assign(years, 3);
    options_.chain.kmeans.restarts = 5;
    options_.chain.kmeans.seed = 4;
    ChainedSeries const chain = run_chains(engine_, options_.chain, {group_.series}).series[0];
    history_.regions.assign(regions, "r");
    history_.years.assign(years, 2000);
    history_.clusters = 3;
    history_.labels = chain.labels;
    group_.history = &history_;
  }

  Engine engine_ = Engine::cpu();
  std::vector<double> values_;
  ClusterHistory history_;
  BootstrapGroup group_;
  BootstrapOptions options_;
};

/// A store in memory, which can also raise a stop when a block arrives.
class MemoryStore : public BootstrapStore {
 public:
  std::string load(Index block) override { return blocks.contains(block) ? blocks[block] : std::string(); }
  void save(Index block, std::string_view bytes) override {
    blocks[block] = bytes;
    ++saves;
    if (static_cast<Index>(blocks.size()) == stop_after) stop.request_stop();
  }

  std::map<Index, std::string> blocks;
  Index saves = 0, stop_after = -1;
  std::stop_source stop;
};

TEST_F(Bootstrap, ClearClustersAreSure) {
  use(0.5);
  options_.replicates = 40;
  BootstrapSummary const summary = bootstrap_chains(engine_, options_, {group_}).groups[0];
  EXPECT_EQ(summary.replicates, 40);
  ASSERT_EQ(summary.agreement.size(), 3u);
  ASSERT_EQ(summary.jaccard.size(), 9u);
  ASSERT_EQ(summary.region_stability.size(), 54u);
  for (double const value : summary.agreement) EXPECT_EQ(value, 1);
  for (double const value : summary.jaccard) EXPECT_EQ(value, 1);
  for (double const value : summary.region_stability) EXPECT_EQ(value, 1);
}

TEST_F(Bootstrap, IsTheMeanOverChainsOnWeightedRegions) {
  use(5.5);
  options_.replicates = 12;
  BootstrapResult const result = bootstrap_chains(engine_, options_, {group_});
  std::vector<double> agreement(years), own(years * regions), jaccard(years * 3), drawn(years * 3);
  for (Index replicate = 0; replicate < 12; ++replicate) {
    std::vector<double> times(regions);
    PhiloxStream random(4, resampling_stream, static_cast<std::uint32_t>(replicate));
    for (Index draw = 0; draw < regions; ++draw) times[random.next_below(regions)] += 1;
    ChainSeries series = group_.series;
    series.weights = times;
    series.stream = bootstrap_runs(replicate);
    ChainedSeries const chain = run_chains(engine_, options_.chain, {series}).series[0];
    auto const number = align_by_overlap(history_.labels, 3, chain.labels, 3);
    for (Index y = 0; y < years; ++y) {
      VectorView<std::int32_t const> const labels(chain.labels.data() + y * regions, regions);
      agreement[static_cast<std::size_t>(y)] += adjusted_rand(history_.year(y), labels) / 12;
      for (Index r = 0; r < regions; ++r) {
        own[static_cast<std::size_t>(y * regions + r)] +=
            number[static_cast<std::size_t>(labels[r])] == history_.year(y)[r] ? 1.0 / 12 : 0;
      }
      for (Index c = 0; c < 3; ++c) {
        double best = 0;
        bool any = false;
        for (Index other = 0; other < 3; ++other) {
          double both = 0, either = 0;
          for (Index r = 0; r < regions; ++r) {
            if (times[static_cast<std::size_t>(r)] == 0) continue;
            bool const a = history_.year(y)[r] == c, b = labels[r] == other;
            any = any || a;
            both += a && b;
            either += a || b;
          }
          if (either > 0) best = std::max(best, both / either);
        }
        jaccard[static_cast<std::size_t>(y * 3 + c)] += any ? best : 0;
        drawn[static_cast<std::size_t>(y * 3 + c)] += any;
      }
    }
  }
  BootstrapSummary const& summary = result.groups[0];
  bool unsure = false;
  for (std::size_t y = 0; y < agreement.size(); ++y) EXPECT_NEAR(summary.agreement[y], agreement[y], 1e-12);
  for (std::size_t p = 0; p < own.size(); ++p) {
    EXPECT_NEAR(summary.region_stability[p], own[p], 1e-12);
    unsure = unsure || own[p] < 1;
  }
  for (std::size_t p = 0; p < jaccard.size(); ++p) EXPECT_NEAR(summary.jaccard[p], jaccard[p] / drawn[p], 1e-12);
  EXPECT_TRUE(unsure) << "the clusters are so clear that nothing was tested";
  EXPECT_EQ(result.problems, 12 * years);
  EXPECT_EQ(result.fits, 12 * (5 + years - 1));
}

TEST_F(Bootstrap, AnInterruptedOneGoesOnFromItsBlocksToTheSameBytes) {
  use(5.5);
  options_.replicates = 600;
  options_.chain.kmeans.restarts = 2;
  BootstrapResult const whole = bootstrap_chains(engine_, options_, {group_});
  MemoryStore store;
  store.stop_after = 2;
  options_.store = &store;
  options_.chain.kmeans.control.stop = store.stop.get_token();
  EXPECT_THROW(bootstrap_chains(engine_, options_, {group_}), Interrupted);
  EXPECT_EQ(store.blocks.size(), 2u);
  store.blocks[1].pop_back();  // a block that was cut short is made again
  options_.chain.kmeans.control.stop = {};
  BootstrapResult const resumed = bootstrap_chains(engine_, options_, {group_});
  EXPECT_EQ(store.saves, 2 + 2) << "block 0 is not made again";
  EXPECT_EQ(resumed.groups[0].agreement, whole.groups[0].agreement);
  EXPECT_EQ(resumed.groups[0].jaccard, whole.groups[0].jaccard);
  EXPECT_EQ(resumed.groups[0].region_stability, whole.groups[0].region_stability);
  EXPECT_EQ(resumed.fits, whole.fits);
  EXPECT_EQ(resumed.problems, whole.problems);
}

TEST_F(Bootstrap, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  use(5.5);
  options_.replicates = 30;
  BootstrapResult const two = bootstrap_chains(engine_, options_, {group_, group_});
  for (int const threads : {1, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    BootstrapResult const other = bootstrap_chains(engine, options_, {group_, group_});
    EXPECT_EQ(other.groups[1].agreement, two.groups[0].agreement);
    EXPECT_EQ(other.groups[1].region_stability, two.groups[0].region_stability);
  }
}

}  // namespace
}  // namespace regio
