// What must hold for every study, on random panels; a failure prints the seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "tests/support/random_points.hpp"

namespace regio {
namespace {

struct RandomStudy {
  Panel panel;
  std::vector<IndicatorDefinition> definitions;
  ClusterStudyOptions options;
};

RandomStudy random_study(std::uint64_t seed) {
  test::RandomNumbers random(seed);
  RandomStudy study;
  int const regions = 6 + random.below(30), years = 2 + random.below(6), series = 2 + random.below(5);
  for (int r = 0; r < regions; ++r) study.panel.regions.push_back("R" + std::to_string(r));
  for (int y = 0; y < years; ++y) study.panel.years.push_back(1990 + y);
  for (int s = 0; s < series; ++s) {
    std::string const name = "s" + std::to_string(s);
    study.panel.series.push_back(name);
    IndicatorDefinition definition;
    definition.indicator = definition.series = name;
    definition.group = s < 2 ? "a" : "b";
    definition.direction = random.below(2) == 0 ? Direction::higher_is_better : Direction::lower_is_better;
    study.definitions.push_back(definition);
  }
  auto const year_size = static_cast<std::size_t>(regions * series);
  study.panel.values = test::uniform_points(random, regions, series);
  while (study.panel.values.size() < year_size * static_cast<std::size_t>(years)) {
    double const last_year = study.panel.values[study.panel.values.size() - year_size];
    study.panel.values.push_back(last_year + random.uniform(-0.1, 0.1));
  }
  ClusterStudyOptions& options = study.options;
  options.indicators.normalisation = Normalisation::min_max;
  options.choice.largest = 6;
  options.choice.kmeans.restarts = 8;
  options.choice.gap_references = 0;
  options.k = random.below(2) * (2 + random.below(4));
  options.k_scope = static_cast<KScope>(random.below(3));
  options.criterion = random.below(2) == 0 ? KCriterion::elbow : KCriterion::silhouette;
  options.chain = static_cast<Chain>(random.below(options.k == 0 && options.k_scope == KScope::year ? 3 : 4));
  options.direction = static_cast<ChainDirection>(random.below(2));
  options.alignment = static_cast<Alignment>(random.below(2));
  options.order = static_cast<LabelOrder>(random.below(4));
  options.order_scope = static_cast<OrderScope>(random.below(2));
  options.guard_share = random.uniform(0, 0.1);
  options.target = "s0";
  options.seed = seed;
  return study;
}

class RandomStudies : public testing::TestWithParam<int> {
 protected:
  ClusterStudyReport run(RandomStudy const& study) {
    return cluster_study(engine_, study.options, study.panel, study.definitions);
  }

  Engine engine_ = Engine::cpu();
  RandomStudy study_ = random_study(static_cast<std::uint64_t>(GetParam()));
};

/// Distance of a region to the nearest of a year's centres.
double nearest_distance(Indicators const& indicators, GroupStudy const& group, Index year, Index region) {
  auto const d = static_cast<Index>(group.indicators.size());
  double nearest = std::numeric_limits<double>::infinity();
  for (Index c = 0; c < group.history.clusters; ++c) {
    double squared = 0;
    for (Index j = 0; j < d; ++j) {
      Index const at = indicators.offset(year, region, group.indicators[static_cast<std::size_t>(j)]);
      double const centre = group.years[static_cast<std::size_t>(year)].centres[static_cast<std::size_t>(c * d + j)];
      squared += std::pow(indicators.normalised[static_cast<std::size_t>(at)] - centre, 2);
    }
    if (!std::isnan(squared)) nearest = std::min(nearest, std::sqrt(squared));
  }
  return nearest;
}

TEST_P(RandomStudies, LabelsAreNearestAndTablesAgree) {
  ClusterStudyReport const report = run(study_);
  auto const regions = static_cast<Index>(report.indicators.regions.size());
  for (GroupStudy const& group : report.groups) {
    std::size_t const d = group.indicators.size();
    for (std::size_t y = 0; y < group.years.size(); ++y) {
      SCOPED_TRACE(group.group + ", year " + std::to_string(y));
      YearFit const& fit = group.years[y];
      double inertia = 0;
      std::vector<Index> size(static_cast<std::size_t>(group.history.clusters));
      for (Index r = 0; r < regions; ++r) {
        Index const own = group.history.year(static_cast<Index>(y))[r];
        ASSERT_GE(own, 0);
        ASSERT_LT(own, group.history.clusters);
        ++size[static_cast<std::size_t>(own)];
        double const nearest = nearest_distance(report.indicators, group, static_cast<Index>(y), r);
        EXPECT_NEAR(fit.distance[static_cast<std::size_t>(r)], nearest, 1e-12);
        inertia += nearest * nearest;
      }
      EXPECT_NEAR(fit.inertia, inertia, 1e-12 * (1 + inertia));
      Index present = 0;
      for (std::size_t c = 0; c < size.size(); ++c) {
        EXPECT_EQ(group.dynamics.counts[y * size.size() + c], size[c]);
        Index const shown = group.shown_number[y * size.size() + c];
        EXPECT_EQ(shown == 0, std::isnan(fit.centres[c * d]));
        present += shown > 0;
      }
      EXPECT_EQ(present, fit.k);
      if (study_.options.chain == Chain::guarded) {
        EXPECT_LE(fit.inertia, (1 + study_.options.guard_share) * fit.best_inertia * (1 + 1e-12));
      }
      if (study_.options.chain == Chain::independent) {
        EXPECT_EQ(fit.inertia, fit.best_inertia);
      }
    }
  }
}

TEST_P(RandomStudies, UnitsDoNotMatter) {
  RandomStudy other = study_;
  for (std::size_t v = 0; v < other.panel.values.size(); ++v) {
    std::size_t const series = v % other.panel.series.size();
    other.panel.values[v] = other.panel.values[v] * std::pow(1000.0, static_cast<double>(series) - 1) + 5;
  }
  // The partition, not its numbers: clusters of one region have mean distance 0, or a rounding away from it.
  ClusterStudyReport const a = run(study_), b = run(other);
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    EXPECT_EQ(adjusted_rand(a.groups[g].history.labels, b.groups[g].history.labels), 1);
  }
}

TEST_P(RandomStudies, AForwardStudyOfReversedYearsIsTheBackwardStudy) {
  if (study_.options.chain == Chain::pooled) study_.options.chain = Chain::warm;  // pooled has no direction
  RandomStudy reversed = study_;
  std::size_t const year_size = study_.panel.regions.size() * study_.panel.series.size();
  std::size_t const years = study_.panel.years.size();
  for (std::size_t y = 0; y < years; ++y) {
    std::copy_n(study_.panel.values.begin() + static_cast<std::ptrdiff_t>(y * year_size), year_size,
                reversed.panel.values.begin() + static_cast<std::ptrdiff_t>((years - 1 - y) * year_size));
  }
  bool const forward = study_.options.direction == ChainDirection::forward;
  reversed.options.direction = forward ? ChainDirection::backward : ChainDirection::forward;
  ClusterStudyReport const a = run(study_), b = run(reversed);
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    for (std::size_t y = 0; y < years; ++y) {
      EXPECT_TRUE(std::ranges::equal(a.groups[g].history.year(static_cast<Index>(y)),
                                     b.groups[g].history.year(static_cast<Index>(years - 1 - y))));
    }
  }
}

TEST_P(RandomStudies, AGroupIsTheSameAloneAndBesideAnother) {
  if (study_.options.k_scope == KScope::all) study_.options.k_scope = KScope::group;
  ClusterStudyReport const both = run(study_);
  RandomStudy alone = study_;
  alone.definitions.resize(2);
  ClusterStudyReport const one = run(alone);
  EXPECT_EQ(one.groups[0].history.labels, both.groups[0].history.labels);
  for (std::size_t y = 0; y < one.groups[0].years.size(); ++y) {
    EXPECT_EQ(one.groups[0].years[y].inertia, both.groups[0].years[y].inertia);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomStudies, testing::Range(1, 61));

}  // namespace
}  // namespace regio
