#include <regio/cluster_study.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <regio/error.hpp>

#include "tests/cluster/known_panel.hpp"

namespace regio {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

/// Every region stands with those of its kind, and a kind keeps its cluster through the years.
void expect_kinds(ClusterHistory const& history) {
  ASSERT_EQ(history.clusters, 3);
  std::vector<std::int32_t> const cluster{history.year(0)[0], history.year(0)[1], history.year(0)[2]};
  for (Index y = 0; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      EXPECT_EQ(history.year(y)[r], cluster[static_cast<std::size_t>(kind_of(r, y))])
          << "year " << y << ", region " << r;
    }
  }
}

TEST(ClusterStudy, FindsTheKindsThroughTheYearsWithEveryChainDirectionAndStart) {
  Engine engine = Engine::cpu();
  for (Chain const chain : {Chain::warm, Chain::independent, Chain::guarded}) {
    for (ChainDirection const direction : {ChainDirection::forward, ChainDirection::backward}) {
      for (std::optional<int> const start : {std::optional<int>(), std::optional<int>(2003)}) {
        ClusterStudyOptions options = small_study();
        options.chain = chain;
        options.direction = direction;
        options.start_year = start;
        ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
        ASSERT_EQ(report.groups.size(), 1u);
        expect_kinds(report.groups[0].history);
        EXPECT_EQ(report.chosen_by_criterion[static_cast<std::size_t>(KCriterion::elbow)], 3);
        EXPECT_EQ(report.groups[0].dynamics.regions[0].changes, 1);
        EXPECT_EQ(report.groups[0].dynamics.regions[1].changes, 0);
        Index const anchor = start ? 3 : direction == ChainDirection::forward ? 0 : years - 1;
        for (Index y = 0; y < years; ++y) {
          bool const many = y == anchor || chain == Chain::independent;
          EXPECT_TRUE(report.groups[0].years[static_cast<std::size_t>(y)].restarts == (many ? 10 : 1) ||
                      report.groups[0].years[static_cast<std::size_t>(y)].guarded);
        }
      }
    }
  }
}

TEST(ClusterStudy, APooledTypologyHasOneSetOfCentres) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.chain = Chain::pooled;
  options.indicators.scope = NormalisationScope::panel;
  options.k = 3;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  expect_kinds(report.groups[0].history);
  for (YearFit const& year : report.groups[0].years) {
    EXPECT_EQ(year.centres, report.groups[0].years[0].centres);
    EXPECT_GE(year.inertia, year.best_inertia);
  }
}

TEST(ClusterStudy, TablesFitTheLabels) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.target = "income";
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), two_groups());
  ASSERT_EQ(report.groups.size(), 2u);
  EXPECT_EQ(report.groups[0].group, "first");
  EXPECT_THAT(report.groups[0].indicators, ElementsAre(0, 2));
  EXPECT_THAT(report.groups[1].indicators, ElementsAre(1, 3));
  Indicators const& indicators = report.indicators;
  for (GroupStudy const& group : report.groups) {
    ASSERT_EQ(group.years.size(), static_cast<std::size_t>(years));
    ASSERT_EQ(group.sweeps.size(), static_cast<std::size_t>(years));
    ASSERT_EQ(group.chosen_by_criterion.size(), 6u);
    Index const d = static_cast<Index>(group.indicators.size());
    for (Index y = 0; y < years; ++y) {
      YearFit const& fit = group.years[static_cast<std::size_t>(y)];
      EXPECT_EQ(fit.outcome, Outcome::converged);
      EXPECT_EQ(fit.best_inertia,
                group.sweeps[static_cast<std::size_t>(y)].scores[static_cast<std::size_t>(fit.k - 1)].inertia);
      double inertia = 0;
      std::vector<double> sums(static_cast<std::size_t>(fit.k * d)), counts(static_cast<std::size_t>(fit.k));
      for (Index r = 0; r < regions; ++r) {
        auto const c = static_cast<Index>(group.history.year(y)[r]);
        double squared = 0;
        counts[static_cast<std::size_t>(c)] += 1;
        for (Index j = 0; j < d; ++j) {
          auto const at =
              static_cast<std::size_t>(indicators.offset(y, r, group.indicators[static_cast<std::size_t>(j)]));
          double const difference = indicators.normalised[at] - fit.centres[static_cast<std::size_t>(c * d + j)];
          squared += difference * difference;
          sums[static_cast<std::size_t>(c * d + j)] += indicators.values[at];
        }
        inertia += squared;
        EXPECT_NEAR(fit.distance[static_cast<std::size_t>(r)], std::sqrt(squared), 1e-12);
      }
      EXPECT_NEAR(fit.inertia, inertia, 1e-9 * std::max(1.0, inertia));
      for (std::size_t p = 0; p < sums.size(); ++p) {
        EXPECT_NEAR(fit.means[p], sums[p] / counts[p / static_cast<std::size_t>(d)], 1e-9);
      }
    }
    ASSERT_TRUE(group.ranking.has_value());
  }
  EXPECT_EQ(report.target_label, "income");
  EXPECT_EQ(report.target.size(), static_cast<std::size_t>(years * regions));
  EXPECT_EQ(report.target[1], known_panel().at(0, 1, 4));
  std::int32_t const richest = report.groups[0].history.year(0)[0];
  EXPECT_EQ(report.groups[0].ranking->rank[static_cast<std::size_t>(richest)], 1);
  EXPECT_EQ(report.integral.size(), 2u);
  EXPECT_EQ(report.indicator_dynamics.size(), static_cast<std::size_t>(4 * regions));
  // Two groups, six years, six k: ten restarts but for k = 1; four references of three; a chain with one cold start
  // each.
  EXPECT_EQ(report.problems, 2 * years * 6 * (1 + 4) + 2 * years);
  EXPECT_EQ(report.fits, 2 * years * ((1 + 5 * 10) + 4 * (1 + 5 * 3)) + 2 * (10 + years - 1));
}

TEST(ClusterStudy, OneClusterAndAClusterForEveryRegion) {
  Engine engine = Engine::cpu();
  for (Chain const chain : {Chain::warm, Chain::independent, Chain::guarded}) {
    ClusterStudyOptions options = small_study();
    options.chain = chain;
    options.bootstrap = 3;
    options.k = 1;
    ClusterStudyReport const one = cluster_study(engine, options, known_panel(), two_groups());
    EXPECT_THAT(one.groups[0].history.labels, testing::Each(0));
    EXPECT_THAT(one.groups[0].bootstrap->region_stability, testing::Each(1));
    options.k = regions;
    ClusterStudyReport const all = cluster_study(engine, options, known_panel(), two_groups());
    for (Index y = 0; y < years; ++y) {
      EXPECT_THAT(all.groups[0].dynamics.counts, testing::Each(1)) << "nobody shares a cluster";
      EXPECT_NEAR(all.groups[0].years[static_cast<std::size_t>(y)].inertia, 0, 1e-20);
    }
    EXPECT_EQ(all.groups[0].sweeps[0].scores.size(), static_cast<std::size_t>(regions));
    EXPECT_THAT(all.chosen_by_criterion, testing::Each(testing::Le(6))) << "a given k does not widen the range of k";
  }
}

TEST(ClusterStudy, IndicatorsWithoutAGroupAreOneGroup) {
  Engine engine = Engine::cpu();
  ClusterStudyReport const named = cluster_study(engine, small_study(), known_panel(), one_group());
  ClusterStudyReport const unnamed =
      cluster_study(engine, small_study(), known_panel(), {indicator("a", ""), indicator("b", "")});
  ASSERT_EQ(unnamed.groups.size(), 1u);
  EXPECT_EQ(unnamed.groups[0].group, "all");
  EXPECT_EQ(unnamed.groups[0].history.labels, named.groups[0].history.labels);
  ClusterStudyReport const every_series = cluster_study(engine, small_study(), known_panel(), {});
  EXPECT_EQ(every_series.groups[0].indicators.size(), 5u);
}

TEST(ClusterStudy, UnitesTheGroupsInEveryYear) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.k_scope = KScope::group;
  ClusterStudyReport report = cluster_study(engine, options, known_panel(), two_groups());
  EXPECT_EQ(report.groups[0].years[0].k, 3);
  EXPECT_EQ(report.groups[1].years[0].k, 2);
  ASSERT_EQ(report.unified.size(), static_cast<std::size_t>(years));
  options.unified_clusters = 6;
  report = cluster_study(engine, options, known_panel(), two_groups());
  for (UnifiedYear const& year : report.unified) {
    for (Index r = 0; r < regions; ++r) {
      EXPECT_EQ(year.agreement[static_cast<std::size_t>(r)], 1)
          << "six kinds of (r mod 3, r mod 2) agree in both groups";
      for (Index other = 0; other < r; ++other) {
        auto const y = &year - report.unified.data();
        bool const same = kind_of(r, y) == kind_of(other, y) && r % 2 == other % 2;
        EXPECT_EQ(year.labels[static_cast<std::size_t>(r)] == year.labels[static_cast<std::size_t>(other)], same);
      }
      if (r > 0) {
        EXPECT_EQ(year.labels[static_cast<std::size_t>(r)], report.unified[0].labels[static_cast<std::size_t>(r)]);
      }
    }
  }
  EXPECT_TRUE(cluster_study(engine, small_study(), known_panel(), one_group()).unified.empty());
}

TEST(ClusterStudy, NeighboursOfOneKindShareAClusterInEveryYear) {
  // Each region touches the next one of its kind.
  std::vector<NeighbouringRegions> neighbours;
  for (Index r = 0; r + 3 < regions; ++r) {
    neighbours.push_back({"R" + std::to_string(10 + r), "R" + std::to_string(13 + r)});
  }
  neighbours.push_back({"R13", "R10"});  // the first pair once more
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), two_groups(), neighbours);
  ASSERT_EQ(report.groups[0].contiguity.size(), static_cast<std::size_t>(years));
  for (Index y = 0; y < years; ++y) {
    JoinCount const& joins = report.groups[0].contiguity[static_cast<std::size_t>(y)];
    EXPECT_EQ(joins.clusters, 3);
    EXPECT_EQ(joins.pairs, regions - 3);
    EXPECT_EQ(joins.same_cluster, y < 3 ? regions - 3 : regions - 4) << "region 0 leaves its kind in the fourth year";
    EXPECT_EQ(joins.p_value, 0.001);
  }
  // Drop-region leaves the pairs of the region out.
  options.indicators.missing = MissingPolicy::drop_region;
  Panel panel = known_panel();
  panel.at(0, 3, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(cluster_study(engine, options, panel, one_group(), neighbours).groups[0].contiguity[0].pairs, regions - 5);
  EXPECT_TRUE(cluster_study(engine, options, panel, one_group()).groups[0].contiguity.empty());
}

TEST(ClusterStudy, NumbersFollowTheOrderOfTheAnchorYear) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.target = "income";
  auto const places = [&](LabelOrder order) {
    options.order = order;
    ClusterHistory const history = cluster_study(engine, options, known_panel(), one_group()).groups[0].history;
    return std::vector<std::int32_t>{history.year(0)[0], history.year(0)[1], history.year(0)[2]};
  };
  EXPECT_THAT(places(LabelOrder::target), ElementsAre(0, 1, 2));
  EXPECT_EQ(places(LabelOrder::mean_distance)[2], 2) << "the loosest kind comes last";
  options.start_year = 2005;  // region 0 has joined kind 1: seven, five and six regions
  options.order = LabelOrder::size;
  ClusterHistory const history = cluster_study(engine, options, known_panel(), one_group()).groups[0].history;
  EXPECT_EQ(history.year(5)[1], 0);
  EXPECT_EQ(history.year(5)[2], 1);
  EXPECT_EQ(history.year(5)[3], 2);
}

TEST(ClusterStudy, EachYearsNumbersAreShownButDoNotCountAsMoves) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.order = LabelOrder::size;
  options.order_scope = OrderScope::each_year;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  GroupStudy const& group = report.groups[0];
  expect_kinds(group.history);
  auto const shown = [&](Index year, Index region) {
    return group.shown_number[static_cast<std::size_t>(year * 3 + group.history.year(year)[region])];
  };
  EXPECT_EQ(shown(5, 1), 1);
  EXPECT_EQ(shown(5, 2), 2);
  EXPECT_EQ(shown(5, 3), 3);
  EXPECT_EQ(group.dynamics.regions[1].changes, 0);
  options.order_scope = OrderScope::anchor;
  EXPECT_THAT(cluster_study(engine, options, known_panel(), one_group()).groups[0].shown_number,
              testing::Each(testing::AllOf(testing::Ge(1), testing::Le(3))));
}

TEST(ClusterStudy, AnotherKInEveryYear) {
  // From the fourth year on kinds 1 and 2 are one.
  Panel panel = known_panel();
  for (Index y = 3; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      if (kind_of(r, y) == 2) {
        panel.at(y, r, 0) = panel.at(y, 1, 0) + 0.01 * static_cast<double>(r);
        panel.at(y, r, 1) = panel.at(y, 1, 1);
      }
    }
  }
  Engine engine = Engine::cpu();
  for (Chain const chain : {Chain::warm, Chain::guarded, Chain::independent}) {
    ClusterStudyOptions options = small_study();
    options.k_scope = KScope::year;
    options.criterion = KCriterion::silhouette;
    options.indicators.normalisation = Normalisation::none;  // b has no range of its own once two kinds are one
    options.chain = chain;
    options.order = LabelOrder::none;
    ClusterStudyReport const report = cluster_study(engine, options, panel, one_group());
    GroupStudy const& group = report.groups[0];
    EXPECT_EQ(group.history.clusters, 3);
    for (Index y = 0; y < years; ++y) {
      YearFit const& fit = group.years[static_cast<std::size_t>(y)];
      EXPECT_EQ(fit.k, y < 3 ? 3 : 2);
      ASSERT_EQ(fit.centres.size(), 6u);
      Index missing = 0;
      for (Index c = 0; c < 3; ++c) {
        bool const none = std::isnan(fit.centres[static_cast<std::size_t>(2 * c)]);
        missing += none;
        EXPECT_EQ(none, group.shown_number[static_cast<std::size_t>(3 * y + c)] == 0);
        EXPECT_EQ(none, std::isnan(fit.means[static_cast<std::size_t>(2 * c)]));
      }
      EXPECT_EQ(missing, y < 3 ? 0 : 1);
    }
    EXPECT_EQ(group.history.year(3)[3], group.history.year(2)[3]) << "kind 0 keeps its number";
    EXPECT_TRUE(std::any_of(group.dynamics.events.begin(), group.dynamics.events.end(), [](ClusterEvent const& event) {
      return event.year == 3 && event.kind == ClusterEventKind::vanishes;
    }));
  }
}

TEST(ClusterStudy, SayingItAgainGivesTheSameForAnyNumberOfThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  ClusterStudyOptions options = small_study();
  options.bootstrap = 20;
  Engine one = Engine::cpu(1);
  ClusterStudyReport const first = cluster_study(one, options, known_panel(), two_groups());
  for (int const threads : {2, 5}) {
    Engine engine = Engine::cpu(threads);
    ClusterStudyReport const again = cluster_study(engine, options, known_panel(), two_groups());
    for (std::size_t g = 0; g < 2; ++g) {
      EXPECT_EQ(first.groups[g].history.labels, again.groups[g].history.labels);
      EXPECT_EQ(first.groups[g].bootstrap->agreement, again.groups[g].bootstrap->agreement);
      for (std::size_t y = 0; y < years; ++y) {
        EXPECT_EQ(first.groups[g].years[y].centres, again.groups[g].years[y].centres);
        EXPECT_EQ(first.groups[g].sweeps[y].scores[2].gap, again.groups[g].sweeps[y].scores[2].gap);
      }
    }
  }
}

TEST(ClusterStudy, TheOrderOfTheRegionsDoesNotMatter) {
  Panel const panel = known_panel();
  Panel turned = panel;
  std::reverse(turned.regions.begin(), turned.regions.end());
  for (Index y = 0; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      for (Index s = 0; s < 5; ++s) turned.at(y, regions - 1 - r, s) = panel.at(y, r, s);
    }
  }
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.bootstrap = 30;
  ClusterStudyReport const a = cluster_study(engine, options, panel, one_group());
  ClusterStudyReport const b = cluster_study(engine, options, turned, one_group());
  for (Index y = 0; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      EXPECT_EQ(a.groups[0].history.year(y)[r], b.groups[0].history.year(y)[regions - 1 - r]);
    }
  }
}

TEST(ClusterStudy, ClearClustersSurviveTheBootstrap) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.bootstrap = 25;
  options.bootstrap_restarts = 4;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  ASSERT_TRUE(report.groups[0].bootstrap.has_value());
  BootstrapSummary const& summary = *report.groups[0].bootstrap;
  EXPECT_EQ(summary.replicates, 25);
  EXPECT_THAT(summary.agreement, testing::Each(testing::Gt(0.95)));
  EXPECT_EQ(report.fits - cluster_study(engine, small_study(), known_panel(), one_group()).fits, 25 * (4 + years - 1));
}

class Recorder : public ProgressSink {
 public:
  void begin(std::string_view stage, Index total, std::string_view unit) override {
    EXPECT_FALSE(open_);
    open_ = true;
    total_ = total;
    stages.push_back(std::string(stage) + ", " + std::to_string(total) + " " + std::string(unit));
  }
  void advance(Index done) override { last_ = done; }
  void end() override {
    EXPECT_TRUE(open_);
    EXPECT_EQ(last_, total_);
    open_ = false;
  }

  std::vector<std::string> stages;

 private:
  bool open_ = false;
  Index total_ = 0, last_ = 0;
};

TEST(ClusterStudy, TellsWhichStepItIsAt) {
  Engine engine = Engine::cpu();
  for (Chain const chain : {Chain::warm, Chain::guarded}) {
    Recorder recorder;
    ClusterStudyOptions options = small_study();
    options.chain = chain;
    options.bootstrap = 5;
    options.control.progress = &recorder;
    cluster_study(engine, options, known_panel(), one_group());
    Index const chain_fits = chain == Chain::warm ? 10 + years - 1 : 10 * years;
    EXPECT_THAT(recorder.stages,
                ElementsAre("every k, " + std::to_string(years * (1 + 5 * 10)) + " fits",
                            "gap references, " + std::to_string(years * 4 * (1 + 5 * 3)) + " fits",
                            "chain of years, " + std::to_string(chain_fits) + " fits", "bootstrap, 5 replicates"));
  }
}

}  // namespace
}  // namespace regio
