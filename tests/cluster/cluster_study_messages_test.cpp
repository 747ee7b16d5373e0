// What a study refuses and warns of.
#include <regio/cluster_study.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include <regio/error.hpp>

#include "tests/cluster/known_panel.hpp"

namespace regio {
namespace {

using namespace test;
using testing::HasSubstr;

class ClusterStudyRefuses : public testing::Test {
 protected:
  template <class Error>
  std::string message(Panel const& panel, std::vector<IndicatorDefinition> const& definitions) {
    try {
      cluster_study(engine_, options_, panel, definitions);
    } catch (Error const& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  Engine engine_ = Engine::cpu();
  ClusterStudyOptions options_ = small_study();
};

TEST_F(ClusterStudyRefuses, FewerRegionsThanClusters) {
  options_.k = 19;
  std::string const text = message<InputError>(known_panel(), one_group());
  EXPECT_EQ(text, "k: found '19', expected at most the number of regions, 18 in 2000-2005");
  options_.k = 0;
  options_.choice.smallest = 30;
  options_.choice.largest = 40;
  EXPECT_THAT(message<InputError>(known_panel(), one_group()), HasSubstr("k_range: found '30'"));
}

TEST_F(ClusterStudyRefuses, AnUnknownTarget) {
  options_.target = "incom";
  EXPECT_THAT(message<InputError>(known_panel(), one_group()), HasSubstr("did you mean 'income'?"));
}

TEST_F(ClusterStudyRefuses, ATargetWithGaps) {
  options_.target = "income";
  Panel panel = known_panel();
  for (Index const year : {2, 3, 5}) panel.at(year, 4, 4) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message<InputError>(panel, one_group()), HasSubstr("region R14 in 2002-2003, 2005"));
}

TEST_F(ClusterStudyRefuses, NeighboursThatItDoesNotKnow) {
  try {
    cluster_study(engine_, options_, known_panel(), one_group(), {{"R10", "R111"}, {"R12", "R12"}});
    FAIL() << "accepted";
  } catch (InputError const& error) {
    EXPECT_STREQ(error.what(),
                 "neighbours: found 'R111', expected a region of the panel; did you mean 'R11'?\n"
                 "neighbours: found 'R12', expected two different regions");
  }
}

TEST_F(ClusterStudyRefuses, AStartYearOutside) {
  options_.start_year = 1999;
  std::string const text = message<InputError>(known_panel(), one_group());
  EXPECT_THAT(text, HasSubstr("start_year: found '1999'"));
  EXPECT_THAT(text, HasSubstr("2000 to 2005"));
}

TEST_F(ClusterStudyRefuses, AGroupWithoutIndicators) {
  options_.indicators.missing = MissingPolicy::drop_indicator;
  Panel panel = known_panel();
  panel.at(1, 1, 2) = panel.at(1, 1, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message<InputError>(panel, two_groups()), HasSubstr("group: found 'second'"));
}

TEST_F(ClusterStudyRefuses, OptionsOutOfRange) {
  auto const refused = [&](auto change) {
    options_ = small_study();
    change(options_);
    return message<ContractError>(known_panel(), one_group());
  };
  EXPECT_THAT(refused([](auto& o) { o.k = -1; }), HasSubstr("options.k"));
  EXPECT_THAT(refused([](auto& o) { o.choice.smallest = 0; }), HasSubstr("options.choice.smallest"));
  EXPECT_THAT(refused([](auto& o) { o.choice.largest = 1; }), HasSubstr("options.choice.largest"));
  EXPECT_THAT(refused([](auto& o) { o.guard_share = -0.1; }), HasSubstr("options.guard_share"));
  EXPECT_THAT(refused([](auto& o) { o.bootstrap = -1; }), HasSubstr("options.bootstrap"));
  EXPECT_THAT(refused([](auto& o) { o.bootstrap_restarts = -1; }), HasSubstr("options.bootstrap_restarts"));
  EXPECT_THAT(refused([](auto& o) { o.unified_clusters = -1; }), HasSubstr("options.unified_clusters"));
}

TEST_F(ClusterStudyRefuses, OptionsThatDoNotGoTogether) {
  options_.order = LabelOrder::target;
  options_.criterion = KCriterion::gap;
  options_.choice.gap_references = 0;
  options_.chain = Chain::pooled;
  options_.k_scope = KScope::year;
  std::string const text = message<InputError>(known_panel(), one_group());
  EXPECT_THAT(text, HasSubstr("k_scope: found 'year', expected all or group"));
  EXPECT_THAT(text, HasSubstr("order: found 'target', expected a target"));
  EXPECT_THAT(text, HasSubstr("gap_references: found '0', expected 1 or more"));
}

TEST_F(ClusterStudyRefuses, ToGoOnWhenStopped) {
  std::stop_source source;
  source.request_stop();
  options_.control.stop = source.get_token();
  EXPECT_THROW(cluster_study(engine_, options_, known_panel(), one_group()), Interrupted);
}

TEST(ClusterStudyWarns, OfARangeOfKBeyondTheRegions) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.choice.largest = 40;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("k goes up to 18, the number of regions")));
  EXPECT_EQ(report.groups[0].sweeps[0].scores.size(), 18u);
}

TEST(ClusterStudyWarns, WhenNoKSatisfiesTheCriterion) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.choice.elbow_threshold = 1e-9;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  EXPECT_THAT(report.warnings,
              testing::Contains(HasSubstr("no k from 2 to 6 satisfies the criterion elbow; 6 is used")));
  EXPECT_EQ(report.groups[0].years[0].k, 6);
  options.k_scope = KScope::year;
  EXPECT_THAT(cluster_study(engine, options, known_panel(), one_group()).warnings,
              testing::Contains("no k from 2 to 6 satisfies the criterion elbow in group first, 2000-2005; 6 is used"));
}

TEST(ClusterStudyWarns, OfCoincidingRegionsAndIterationLimits) {
  Engine engine = Engine::cpu();
  ClusterStudyOptions options = small_study();
  options.k = 4;
  Panel panel = known_panel();
  for (Index const y : {2, 3}) {
    for (Index r = 0; r < regions; ++r) panel.at(y, r, 0) = panel.at(y, r, 1) = static_cast<double>(r % 2);
  }
  EXPECT_THAT(cluster_study(engine, options, panel, one_group()).warnings,
              testing::Contains("first, 2002-2003: regions coincide, so that fewer than 4 clusters have members"));
  options.choice.kmeans.max_iterations = 1;
  options.choice.kmeans.init = KmeansInit::random;
  ClusterStudyReport const report = cluster_study(engine, options, known_panel(), one_group());
  EXPECT_THAT(report.warnings,
              testing::Contains(HasSubstr("fits for the choice of k ended at the limit of 1 iterations")));
}

}  // namespace
}  // namespace regio
