/// A panel whose clusters are known, and studies of it that take no time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <regio/cluster_study.hpp>

#include "tests/support/random_points.hpp"

namespace regio::test {

inline constexpr Index years = 6, regions = 18;

/// Three kinds of regions, region r of kind r mod 3, which drift together; in the fourth year region 0 joins the kind
/// of region 1 for good. Series a, b make the kinds; c, d two other kinds (r mod 2); income falls from kind to kind.
inline Panel known_panel(std::uint64_t seed = 1) {
  RandomNumbers random(seed);
  Panel panel;
  for (Index r = 0; r < regions; ++r) panel.regions.push_back("R" + std::to_string(10 + r));
  for (Index y = 0; y < years; ++y) panel.years.push_back(static_cast<int>(2000 + y));
  panel.series = {"a", "b", "c", "d", "income"};
  double const a[] = {0, 10, 0}, b[] = {0, 0, 10}, income[] = {300, 200, 100};
  for (Index y = 0; y < years; ++y) {
    for (Index r = 0; r < regions; ++r) {
      Index const kind = r == 0 && y >= 3 ? 1 : r % 3;
      Index const half = r % 2;
      double const drift = 0.3 * static_cast<double>(y);
      double const wide = kind == 2 ? 1.0 : 0.3;  // the third kind is the loosest
      panel.values.push_back(a[kind] + drift + random.uniform(-wide, wide));
      panel.values.push_back(b[kind] - drift + random.uniform(-wide, wide));
      panel.values.push_back(static_cast<double>(20 * half) + random.uniform(-1, 1));
      panel.values.push_back(static_cast<double>(5 * half) + random.uniform(-1, 1));
      panel.values.push_back(income[kind] + random.uniform(-5, 5));
    }
  }
  return panel;
}

inline IndicatorDefinition indicator(std::string series, std::string group) {
  IndicatorDefinition definition;
  definition.indicator = definition.series = std::move(series);
  definition.group = std::move(group);
  return definition;
}

inline std::vector<IndicatorDefinition> one_group() { return {indicator("a", "first"), indicator("b", "first")}; }
inline std::vector<IndicatorDefinition> two_groups() {
  return {indicator("a", "first"), indicator("c", "second"), indicator("b", "first"), indicator("d", "second")};
}

inline ClusterStudyOptions small_study() {
  ClusterStudyOptions options;
  options.choice.largest = 6;
  options.choice.kmeans.restarts = 10;
  options.choice.gap_references = 4;
  options.choice.gap_restarts = 3;
  options.indicators.normalisation = Normalisation::min_max;
  return options;
}

inline Index kind_of(Index region, Index year) { return region == 0 && year >= 3 ? 1 : region % 3; }

}  // namespace regio::test
