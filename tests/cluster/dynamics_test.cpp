#include <regio/cluster_dynamics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <regio/error.hpp>

#include "tests/oracle/cluster_dynamics.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using test::contract_message;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// One row per year.
ClusterHistory history_of(std::vector<std::vector<std::int32_t>> const& years, Index clusters) {
  ClusterHistory history;
  history.clusters = clusters;
  for (std::size_t r = 0; r < years.front().size(); ++r) history.regions.push_back("R" + std::to_string(r));
  for (std::size_t y = 0; y < years.size(); ++y) {
    history.years.push_back(2000 + static_cast<int>(y));
    history.labels.insert(history.labels.end(), years[y].begin(), years[y].end());
  }
  return history;
}

DynamicsReport dynamics_of(std::vector<std::vector<std::int32_t>> const& years, Index clusters,
                           DynamicsOptions const& options = {}) {
  return cluster_dynamics(history_of(years, clusters), options);
}

TEST(ClusterDynamics, CountsAndTransitions) {
  DynamicsReport const report = dynamics_of({{0, 0, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 0}}, 2);
  EXPECT_THAT(report.counts, ElementsAre(2, 2, 1, 3, 1, 3));
  ASSERT_EQ(report.consecutive.size(), 2u);
  EXPECT_THAT(report.consecutive[0].counts, ElementsAre(1, 1, 0, 2));
  EXPECT_THAT(report.consecutive[1].counts, ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(report.consecutive[1].moved, 2);
  EXPECT_EQ(report.consecutive[1].from_year, 1);
  EXPECT_THAT(report.whole.counts, ElementsAre(0, 2, 1, 1));
  EXPECT_EQ(report.whole.to_year, 2);
  // All moves: from 0: 1 stay, 2 leave; from 1: 4 stay, 1 leaves.
  EXPECT_THAT(report.probabilities, ElementsAre(1.0 / 3, 2.0 / 3, 0.2, 0.8));
  // s = (0.2, 2/3) / (0.2 + 2/3).
  ASSERT_EQ(report.stationary.size(), 2u);
  EXPECT_NEAR(report.stationary[0], 3.0 / 13, 1e-15);
  EXPECT_NEAR(report.stationary[1], 10.0 / 13, 1e-15);
}

TEST(ClusterDynamics, ShorrocksMobility) {
  // Nobody moves: 0. Both clusters split half and half: 1. All change places: 2 for two clusters.
  EXPECT_EQ(dynamics_of({{0, 0, 1}, {0, 0, 1}}, 2).consecutive[0].shorrocks, 0);
  EXPECT_EQ(dynamics_of({{0, 0, 1, 1}, {0, 1, 0, 1}}, 2).consecutive[0].shorrocks, 1);
  EXPECT_EQ(dynamics_of({{0, 0, 1, 1}, {1, 1, 0, 0}}, 2).consecutive[0].shorrocks, 2);
  // Only clusters that regions start from count, here 0 and 3 of five.
  EXPECT_EQ(dynamics_of({{0, 0, 3, 3}, {0, 1, 3, 4}}, 5).consecutive[0].shorrocks, 1);
  EXPECT_TRUE(std::isnan(dynamics_of({{0, 0}, {0, 1}}, 2).consecutive[0].shorrocks));
}

TEST(ClusterDynamics, AgreementOfYearsDoesNotDependOnNumbers) {
  DynamicsReport const report = dynamics_of({{0, 0, 1, 1}, {1, 1, 0, 0}}, 2);
  EXPECT_EQ(report.consecutive[0].adjusted_rand, 1);
  EXPECT_EQ(report.consecutive[0].moved, 4);
}

TEST(ClusterDynamics, StationaryDistributionOnlyWhenThereIsOne) {
  // Two sets of clusters that are never left.
  EXPECT_THAT(dynamics_of({{0, 1}, {0, 1}}, 2).stationary, IsEmpty());
  // Cluster 2 is reached in the last year; where it leads is not known.
  EXPECT_THAT(dynamics_of({{0, 1, 1}, {1, 0, 2}}, 3).stationary, IsEmpty());
  // Cluster 0 is left for ever, cluster 3 never seen: the long run lies in 1 and 2.
  DynamicsReport const report = dynamics_of({{0, 1, 2, 2}, {1, 2, 1, 2}}, 4);
  ASSERT_EQ(report.stationary.size(), 4u);
  EXPECT_EQ(report.stationary[0], 0);
  EXPECT_NEAR(report.stationary[1], 1.0 / 3, 1e-15);
  EXPECT_NEAR(report.stationary[2], 2.0 / 3, 1e-15);
  EXPECT_EQ(report.stationary[3], 0);
}

TEST(ClusterDynamics, PathOfARegion) {
  DynamicsReport const report = dynamics_of({{2, 0}, {2, 1}, {1, 0}, {2, 1}, {0, 1}}, 3);
  EXPECT_EQ(report.regions[0].changes, 3);
  EXPECT_EQ(report.regions[0].distinct, 3);
  EXPECT_EQ(report.regions[0].modal_cluster, 2);
  EXPECT_DOUBLE_EQ(report.regions[0].modal_share, 0.6);
  EXPECT_EQ(report.regions[1].modal_cluster, 1);
  EXPECT_EQ(report.regions[1].changes, 3);
}

TEST(ClusterDynamics, EquallyFrequentClustersGiveTheLowest) {
  EXPECT_EQ(dynamics_of({{1}, {0}, {1}, {0}}, 2).regions[0].modal_cluster, 0);
}

TEST(ClusterDynamics, ClassesByTheModalCluster) {
  // Ten years each: nine in one cluster; four clusters; eight in one.
  std::vector<std::vector<std::int32_t>> years(10, {0, 0, 0});
  years[9] = {1, 1, 1};
  years[8] = {0, 2, 1};
  years[7] = {0, 3, 0};
  DynamicsReport const report = dynamics_of(years, 4);
  EXPECT_EQ(report.regions[0].stability, StabilityClass::stable);
  EXPECT_EQ(report.regions[1].stability, StabilityClass::unstable);
  EXPECT_EQ(report.regions[2].stability, StabilityClass::slowly_changing);
  EXPECT_EQ(dynamics_of(years, 4, {.unstable_clusters = 2}).regions[2].stability, StabilityClass::unstable);
  EXPECT_EQ(dynamics_of(years, 4, {.stable_share = 0.8}).regions[2].stability, StabilityClass::stable);
}

TEST(ClusterDynamics, ClassesByTheNumberOfChanges) {
  DynamicsOptions const by_changes{.classes = StabilityRule::changes, .stable_share = 0.75};
  // Four moves: one change, two changes, none.
  DynamicsReport const report = dynamics_of({{0, 0, 0}, {1, 1, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, 2, by_changes);
  EXPECT_EQ(report.regions[0].stability, StabilityClass::stable);
  EXPECT_EQ(report.regions[1].stability, StabilityClass::unstable);
  EXPECT_EQ(report.regions[2].stability, StabilityClass::stable);
  DynamicsReport const strict =
      dynamics_of({{0}, {1}, {1}, {1}, {1}}, 2, {.classes = StabilityRule::changes, .stable_share = 0.9});
  EXPECT_EQ(strict.regions[0].stability, StabilityClass::slowly_changing);
}

TEST(ClusterDynamics, YearsWithoutALabelBelongToNoMove) {
  DynamicsReport const report = dynamics_of({{0, 0, 1}, {-1, 0, 1}, {1, 0, 1}, {1, 1, 1}}, 2);
  EXPECT_EQ(report.regions[0].changes, 0);
  EXPECT_EQ(report.regions[0].distinct, 2);
  EXPECT_DOUBLE_EQ(report.regions[0].modal_share, 2.0 / 3);
  EXPECT_THAT(report.counts, ElementsAre(2, 1, 1, 1, 1, 2, 0, 3));
  EXPECT_THAT(report.consecutive[0].counts, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(report.whole.counts, ElementsAre(0, 2, 0, 1));
  EXPECT_TRUE(std::isnan(dynamics_of({{0, -1}, {-1, 0}}, 1).consecutive[0].adjusted_rand));
}

TEST(ClusterDynamics, OneYearHasNoMoves) {
  DynamicsReport const report = dynamics_of({{0, 1, 1}}, 2);
  EXPECT_THAT(report.consecutive, IsEmpty());
  EXPECT_EQ(report.whole.moved, 0);
  EXPECT_THAT(report.stationary, IsEmpty());
  EXPECT_EQ(report.regions[0].stability, StabilityClass::stable);
  EXPECT_EQ(dynamics_of({{0, 1, 1}}, 2, {.classes = StabilityRule::changes}).regions[0].stability,
            StabilityClass::stable);
}

TEST(ClusterEvents, AppearsAndVanishes) {
  auto const events = dynamics_of({{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 0, 0}}, 2).events;
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, ClusterEventKind::appears);
  EXPECT_EQ(events[0].year, 1);
  EXPECT_EQ(events[0].cluster, 1);
  EXPECT_THAT(events[0].regions, ElementsAre(3));
  EXPECT_EQ(events[1].kind, ClusterEventKind::vanishes);
  EXPECT_EQ(events[1].year, 2);
  EXPECT_THAT(events[1].regions, ElementsAre(3));
  // The vanished cluster's only member joins the cluster that kept its own.
  EXPECT_EQ(events[2].kind, ClusterEventKind::merges);
  EXPECT_EQ(events[2].cluster, 0);
  EXPECT_THAT(events[2].regions, ElementsAre(0, 1, 2, 3));
}

TEST(ClusterEvents, ASplitNeedsTwoQuartersAndNoMajority) {
  // Half of cluster 0 stays, half goes to cluster 1.
  auto const split = dynamics_of({{0, 0, 0, 0, 1, 1}, {0, 0, 1, 1, 1, 1}}, 2).events;
  ASSERT_EQ(split.size(), 1u);
  EXPECT_EQ(split[0].kind, ClusterEventKind::splits);
  EXPECT_EQ(split[0].cluster, 0);
  EXPECT_THAT(split[0].regions, ElementsAre(0, 1, 2, 3));
  // Three of four stay: the cluster survives.
  EXPECT_THAT(dynamics_of({{0, 0, 0, 0, 1, 1}, {0, 0, 0, 1, 1, 1}}, 2).events, IsEmpty());
}

TEST(ClusterEvents, AMergerTakesTheMajorityOfTwoClusters) {
  auto const events = dynamics_of({{0, 0, 0, 1, 1, 1, 2}, {0, 0, 0, 0, 0, 1, 2}}, 3).events;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, ClusterEventKind::merges);
  EXPECT_EQ(events[0].cluster, 0);
  EXPECT_THAT(events[0].regions, ElementsAre(0, 1, 2, 3, 4));
}

TEST(ClusterDynamics, TransitionsAgreeWithTheDefinitionOnRandomHistories) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 40; ++trial) {
    std::size_t const regions = 1 + static_cast<std::size_t>(trial) % 9;
    int const clusters = 1 + trial % 5;
    std::uniform_int_distribution<int> label(trial % 3 == 0 ? -1 : 0, clusters - 1);
    std::vector<std::vector<std::int32_t>> years(6, std::vector<std::int32_t>(regions));
    for (auto& year : years) {
      for (auto& l : year) l = label(random);
    }
    for (std::size_t r = 0; r < regions; ++r) years[0][r] = 0;
    DynamicsReport const report = dynamics_of(years, clusters);
    oracle::Dynamics const expected = oracle::cluster_dynamics(years, clusters);
    for (std::size_t y = 0; y + 1 < years.size(); ++y) {
      EXPECT_EQ(std::vector<int>(report.consecutive[y].counts.begin(), report.consecutive[y].counts.end()),
                expected.transitions[y]);
    }
    for (std::size_t r = 0; r < regions; ++r) EXPECT_EQ(report.regions[r].changes, expected.changes[r]);
    for (std::size_t i = 0; i < report.probabilities.size(); ++i) {
      EXPECT_NEAR(report.probabilities[i], expected.probabilities[i], 1e-15);
    }
    if (report.stationary.empty()) continue;
    // What is stationary stays as it is.
    double sum = 0;
    for (std::size_t to = 0; to < report.stationary.size(); ++to) {
      double next = 0;
      for (std::size_t from = 0; from < report.stationary.size(); ++from) {
        next += report.stationary[from] * report.probabilities[from * report.stationary.size() + to];
      }
      EXPECT_NEAR(next, report.stationary[to], 1e-14);
      sum += next;
    }
    EXPECT_NEAR(sum, 1, 1e-14);
  }
}

TEST(ClusterDynamics, RefusesWhatItCannotUse) {
  EXPECT_THAT(contract_message([] {
                (void)dynamics_of({{0, 2}}, 2);
              }),
              HasSubstr("region 'R1' has the label 2 in 2000; labels must be -1 or in 0 .. 1"));
  ClusterHistory history = history_of({{0}, {0}}, 1);
  history.years = {2001, 2001};
  EXPECT_THAT(contract_message([&] { (void)cluster_dynamics(history, {}); }), HasSubstr("must ascend"));
  history.years = {2001};
  EXPECT_THAT(contract_message([&] { (void)cluster_dynamics(history, {}); }),
              HasSubstr("has 2 labels; years x regions are 1"));
  history.years.clear();
  EXPECT_THAT(contract_message([&] { (void)cluster_dynamics(history, {}); }), HasSubstr("history.years is empty"));
  EXPECT_THAT(contract_message([] { (void)dynamics_of({{0}}, 1, {.stable_share = 0}); }), HasSubstr("stable_share"));
  EXPECT_THAT(contract_message([] { (void)dynamics_of({{0}}, 1, {.unstable_clusters = 1}); }),
              HasSubstr("unstable_clusters"));
  EXPECT_THAT(contract_message([] { (void)dynamics_of({{}}, 0); }), HasSubstr("history.clusters is 0"));
}

TEST(ClusterDynamics, RegionsWithoutAnyLabelAreAllNamed) {
  try {
    (void)dynamics_of({{0, -1, 1, -1}, {0, -1, -1, -1}}, 2);
    FAIL() << "accepted";
  } catch (InputError const& error) {
    EXPECT_STREQ(error.what(), "region 'R1' has no cluster in any year\nregion 'R3' has no cluster in any year");
  }
}

TEST(RankClusters, MeansRanksAndRegions) {
  ClusterHistory const history = history_of({{0, 0, 1, 2, 2}, {0, 1, 1, 1, -1}}, 4);
  std::vector<double> const target{1, 3, 5, 2, 2, 7, 7, nan, 7, 9};
  ClusterRanking const ranking = rank_clusters(history, {target.data(), 2, 5});
  EXPECT_THAT(std::vector<double>(ranking.mean.begin(), ranking.mean.begin() + 3), ElementsAre(2, 5, 2));
  EXPECT_TRUE(std::isnan(ranking.mean[3]));
  EXPECT_THAT(ranking.rank, ElementsAre(2, 1, 2, 0, 1, 1, 0, 0));
  EXPECT_THAT(ranking.region_rank, ElementsAre(2, 1, 1, 1, 1, 1, 1, 0, 1, 0));
}

TEST(RankMeans, EqualMeansShareTheLowerRankAndTheNextIsLeftOut) {
  std::vector<double> const means{1, 4, 4, nan, 2};
  EXPECT_THAT(rank_means({means.data(), 1, 5}), ElementsAre(4, 1, 1, 0, 3));
}

TEST(RankClusters, RefusesATargetOfAnotherShape) {
  ClusterHistory const history = history_of({{0, 0}}, 1);
  std::vector<double> const target{1, std::numeric_limits<double>::infinity()};
  EXPECT_THAT(contract_message([&] {
                (void)rank_clusters(history, {target.data(), 2, 1});
              }),
              HasSubstr("is 2 x 1; years x regions are 1 x 2"));
  EXPECT_THAT(contract_message([&] {
                (void)rank_clusters(history, {target.data(), 1, 2});
              }),
              HasSubstr("is infinite for region 'R1' in 2000"));
}

TEST(Names, OfClassesAndEvents) {
  EXPECT_EQ(name(StabilityClass::slowly_changing), "slowly changing");
  EXPECT_EQ(name(StabilityClass::stable), "stable");
  EXPECT_EQ(name(StabilityClass::unstable), "unstable");
  EXPECT_EQ(name(ClusterEventKind::appears), "appears");
  EXPECT_EQ(name(ClusterEventKind::vanishes), "vanishes");
  EXPECT_EQ(name(ClusterEventKind::splits), "splits");
  EXPECT_EQ(name(ClusterEventKind::merges), "merges");
}

}  // namespace
}  // namespace regio
