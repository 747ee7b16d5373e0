#include "study/cluster_study_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace regio::study {
namespace {

using format::StudyDocument;
using ::testing::HasSubstr;

constexpr char head[] = "[study]\nversion = 1\nkind = \"cluster\"\n[input]\npanel = \"panel.csv\"\n";

ClusterStudyOptions options_of(std::string const& rest) {
  return cluster_options(StudyDocument::parse(head + rest, "study.toml", "", cluster_schema()));
}

std::string error_of(std::string const& rest) {
  try {
    options_of(rest);
  } catch (InputError const& error) {
    return error.what();
  }
  return "";
}

TEST(ClusterStudyFile, AnEmptyStudyHasTheDocumentedDefaults) {
  ClusterStudyOptions const options = options_of("");
  EXPECT_EQ(options.k, 0);
  EXPECT_EQ(options.criterion, KCriterion::elbow);
  EXPECT_EQ(options.choice.smallest, 2);
  EXPECT_EQ(options.choice.largest, 12);
  EXPECT_EQ(options.choice.kmeans.restarts, 100);
  EXPECT_EQ(options.choice.kmeans.init, KmeansInit::kmeans_plus_plus);
  EXPECT_EQ(options.choice.kmeans.max_iterations, 300);
  EXPECT_EQ(options.choice.kmeans.tolerance, 1e-4);
  EXPECT_EQ(options.choice.gap_references, 20);
  EXPECT_EQ(options.choice.elbow_threshold, 0.05);
  EXPECT_EQ(options.chain, Chain::warm);
  EXPECT_EQ(options.direction, ChainDirection::forward);
  EXPECT_FALSE(options.start_year);
  EXPECT_EQ(options.order, LabelOrder::mean_distance);
  EXPECT_EQ(options.order_scope, OrderScope::anchor);
  EXPECT_EQ(options.alignment, Alignment::overlap);
  EXPECT_EQ(options.guard_share, 0.05);
  EXPECT_EQ(options.k_scope, KScope::all);
  EXPECT_EQ(options.indicators.missing, MissingPolicy::error);
  EXPECT_EQ(options.indicators.normalisation, Normalisation::share_of_best);
  EXPECT_EQ(options.indicators.reference, NormalisationReference::regions);
  EXPECT_EQ(options.indicators.scope, NormalisationScope::year);
  EXPECT_EQ(options.dynamics.classes, StabilityRule::modal);
  EXPECT_EQ(options.dynamics.stable_share, 0.9);
  EXPECT_EQ(options.dynamics.unstable_clusters, 4);
  EXPECT_EQ(options.bootstrap, 0);
  EXPECT_EQ(options.seed, 1u);
  EXPECT_EQ(options.target, "");
}

TEST(ClusterStudyFile, EveryKeyReachesItsOption) {
  ClusterStudyOptions const options = options_of(
      "[indicators]\nmissing = \"nearest-regions\"\nnearest = 5\nnormalisation = \"robust\"\nreference = "
      "\"own-history\"\n"
      "scope = \"panel\"\n[clusters]\nk = 6\nk_range = [3, 9]\nk_scope = \"group\"\nrestarts = 7\ninit = \"random\"\n"
      "chain = \"guarded\"\ndirection = \"backward\"\nstart_year = 1980\nguard_share = 0.1\nalignment = \"centroids\"\n"
      "order = \"target\"\norder_scope = \"each-year\"\nelbow_threshold = 0.02\ngap_references = 3\ngap_restarts = 4\n"
      "tolerance = 0\nmax_iterations = 10\ntarget = \"gdp\"\nintegral = \"principal-component\"\nunified_clusters = 4\n"
      "classes = \"changes\"\nstable_share = 0.8\nunstable_clusters = 3\nbootstrap = 50\nbootstrap_restarts = 2\n");
  EXPECT_EQ(options.indicators.missing, MissingPolicy::nearest_regions);
  EXPECT_EQ(options.indicators.nearest, 5);
  EXPECT_EQ(options.indicators.normalisation, Normalisation::robust);
  EXPECT_EQ(options.indicators.reference, NormalisationReference::own_history);
  EXPECT_EQ(options.indicators.scope, NormalisationScope::panel);
  EXPECT_EQ(options.k, 6);
  EXPECT_EQ(options.choice.smallest, 3);
  EXPECT_EQ(options.choice.largest, 9);
  EXPECT_EQ(options.k_scope, KScope::group);
  EXPECT_EQ(options.choice.kmeans.restarts, 7);
  EXPECT_EQ(options.choice.kmeans.init, KmeansInit::random);
  EXPECT_EQ(options.chain, Chain::guarded);
  EXPECT_EQ(options.direction, ChainDirection::backward);
  EXPECT_EQ(options.start_year, 1980);
  EXPECT_EQ(options.guard_share, 0.1);
  EXPECT_EQ(options.alignment, Alignment::centroids);
  EXPECT_EQ(options.order, LabelOrder::target);
  EXPECT_EQ(options.order_scope, OrderScope::each_year);
  EXPECT_EQ(options.choice.elbow_threshold, 0.02);
  EXPECT_EQ(options.choice.gap_references, 3);
  EXPECT_EQ(options.choice.gap_restarts, 4);
  EXPECT_EQ(options.choice.kmeans.tolerance, 0);
  EXPECT_EQ(options.choice.kmeans.max_iterations, 10);
  EXPECT_EQ(options.target, "gdp");
  EXPECT_EQ(options.integral, IntegralMethod::principal_component);
  EXPECT_EQ(options.unified_clusters, 4);
  EXPECT_EQ(options.dynamics.classes, StabilityRule::changes);
  EXPECT_EQ(options.dynamics.stable_share, 0.8);
  EXPECT_EQ(options.dynamics.unstable_clusters, 3);
  EXPECT_EQ(options.bootstrap, 50);
  EXPECT_EQ(options.bootstrap_restarts, 2);
}

TEST(ClusterStudyFile, KeysThatContradictEachOtherAreFoundTogether) {
  std::string const text =
      error_of("[clusters]\nk = \"gap\"\ngap_references = 0\nk_range = [5, 3]\norder = \"target\"\n");
  EXPECT_THAT(text, HasSubstr("study.toml:9:11: clusters.k_range"));
  EXPECT_THAT(text, HasSubstr("study.toml:8:18: clusters.gap_references"));
  EXPECT_THAT(text, HasSubstr("study.toml:10:9: clusters.order"));
}

TEST(ClusterStudyFile, UnknownKeysAndChoicesGetASuggestion) {
  EXPECT_THAT(error_of("[clusters]\nrestart = 5\n"), HasSubstr("did you mean 'restarts'?"));
  EXPECT_THAT(error_of("[clusters]\nk = \"elbo\"\n"), HasSubstr("did you mean 'elbow'?"));
  EXPECT_THAT(error_of("[clusters]\nk = 0\n"), HasSubstr("study.toml:7:5: clusters.k: found '0'"));
}

}  // namespace
}  // namespace regio::study
