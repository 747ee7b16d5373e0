#include <regio/panel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace regio {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// values[year][region][series]; regions A, B, ..., years from 2000, series x, y, ...
Panel panel_of(std::vector<std::vector<std::vector<double>>> const& values) {
  Panel panel;
  for (std::size_t y = 0; y < values.size(); ++y) panel.years.push_back(2000 + static_cast<int>(y));
  for (std::size_t r = 0; r < values[0].size(); ++r)
    panel.regions.push_back(std::string(1, static_cast<char>('A' + r)));
  for (std::size_t s = 0; s < values[0][0].size(); ++s) {
    panel.series.push_back(std::string(1, static_cast<char>('x' + s)));
  }
  for (auto const& year : values) {
    for (auto const& region : year) panel.values.insert(panel.values.end(), region.begin(), region.end());
  }
  return panel;
}

IndicatorOptions as_it_is(MissingPolicy missing = MissingPolicy::error) {
  return {.missing = missing, .normalisation = Normalisation::none};
}

std::vector<std::string> findings_of(Panel const& panel, std::vector<IndicatorDefinition> const& definitions,
                                     IndicatorOptions const& options) {
  std::vector<std::string> findings;
  try {
    (void)compute_indicators(panel, definitions, options);
  } catch (InputError const& error) {
    for (InputProblem const& problem : error.problems()) findings.push_back(problem.text());
  }
  return findings;
}

TEST(ComputeIndicators, WithoutDefinitionsEverySeriesIsOne) {
  Indicators const result = compute_indicators(panel_of({{{1, 10}, {3, 20}}}), {}, {});
  ASSERT_EQ(result.definitions.size(), 2u);
  EXPECT_EQ(result.definitions[1].indicator, "y");
  EXPECT_EQ(result.definitions[1].label, "y");
  EXPECT_THAT(result.groups, ElementsAre("all"));
  EXPECT_THAT(result.values, ElementsAre(1, 10, 3, 20));
  EXPECT_THAT(result.normalised, ElementsAre(1, 1, 0, 0));
}

TEST(ComputeIndicators, DividesScalesAndTakesGrowthAndShares) {
  // Two years, two regions, series x and y.
  Panel const panel = panel_of({{{10, 2}, {30, 3}}, {{12, 3}, {20, 4}}});
  std::vector<IndicatorDefinition> const definitions{
      {.indicator = "per y", .series = "x", .group = "one", .per = "y", .scale = 1000},
      {.indicator = "growth", .series = "x", .group = "two", .transform = Transform::growth, .scale = 100},
      {.indicator = "share", .series = "x", .group = "one", .transform = Transform::share},
      {.indicator = "growth per y", .series = "x", .group = "two", .transform = Transform::growth, .per = "y"}};
  Indicators const result = compute_indicators(panel, definitions, as_it_is());
  EXPECT_THAT(result.years, ElementsAre(2001));
  EXPECT_THAT(result.groups, ElementsAre("one", "two"));
  EXPECT_THAT(result.members("two"), ElementsAre(1, 3));
  EXPECT_THAT(result.values, ElementsAre(4000, DoubleNear(20, 1e-12), 12.0 / 32, DoubleNear(4.0 / 5 - 1, 1e-15),  //
                                         5000, DoubleNear(-100.0 / 3, 1e-12), 20.0 / 32, -0.5));
  EXPECT_THAT(result.group_values("one"), ElementsAre(4000, 0.375, 5000, 0.625));
}

TEST(ComputeIndicators, WithoutGrowthTheFirstYearStays) {
  EXPECT_THAT(compute_indicators(panel_of({{{1}, {2}}, {{3}, {4}}}), {}, as_it_is()).years, ElementsAre(2000, 2001));
}

TEST(ComputeIndicators, GrowthOverMissingYearsIsWarnedOf) {
  Panel panel = panel_of({{{1}, {2}}, {{2}, {6}}});
  panel.years = {1990, 1995};
  Indicators const result =
      compute_indicators(panel, {{.indicator = "g", .series = "x", .transform = Transform::growth}}, as_it_is());
  EXPECT_THAT(result.values, ElementsAre(1, 2));
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("growth in 1995 is growth over 5 years")));
}

TEST(ComputeIndicators, FindsEveryMistakeOfTheDefinitionsAtOnce) {
  Panel panel = panel_of({{{1, 2}, {3, 4}}});
  panel.series = {"output", "population"};
  std::vector<IndicatorDefinition> const definitions{{.indicator = "a", .series = "ouput"},
                                                     {.indicator = "a", .series = "output", .per = "poplation"},
                                                     {.indicator = "", .series = "output"},
                                                     {.indicator = "b", .series = "output", .scale = 0}};
  EXPECT_THAT(
      findings_of(panel, definitions, {}),
      ElementsAre("a: found 'ouput', expected a series of the panel; did you mean 'output'?",
                  "a: found 'a', expected a name that no other indicator has",
                  "a: found 'poplation', expected a series of the panel to divide by; did you mean 'population'?",
                  "the indicator of series 'output' has no name", "b: found '0', expected a scale other than 0"));
}

TEST(ComputeIndicators, DivisionByZeroAndInfiniteValuesAreNamed) {
  double const infinite = std::numeric_limits<double>::infinity();
  Panel const panel = panel_of({{{1, 0}, {infinite, 2}, {0, 0}}});
  EXPECT_THAT(
      findings_of(panel, {{.indicator = "q", .series = "x", .per = "y"}}, {}),
      ElementsAre("q: region A in 2000: division by zero, 'y' is 0", "q: region B in 2000: 'x' / 'y' is not finite",
                  "q: region C in 2000: division by zero, 'y' is 0"));
  EXPECT_THAT(findings_of(panel_of({{{1, 0}}, {{2, 0}}, {{3, 1}}, {{4, 0}}}),
                          {{.indicator = "q", .series = "x", .per = "y"}}, {}),
              ElementsAre("q: region A in 2000-2001, 2003: division by zero, 'y' is 0"));
}

TEST(ComputeIndicators, GrowthAndSharesNeedPositiveBases) {
  Panel const panel = panel_of({{{0}, {-2}, {1}}, {{-5}, {3}, {2}}});
  EXPECT_THAT(findings_of(panel,
                          {{.indicator = "g", .series = "x", .transform = Transform::growth},
                           {.indicator = "s", .series = "x", .transform = Transform::share}},
                          {}),
              ElementsAre("g: region A in 2001: growth from 0 in 2000; the base must be positive",
                          "g: region B in 2001: growth from -2 in 2000; the base must be positive",
                          "s: all regions in 2001: share of a total of 0; the total must be positive"));
  EXPECT_THAT(findings_of(panel_of({{{1}}}), {{.indicator = "g", .series = "x", .transform = Transform::growth}}, {}),
              ElementsAre("growth needs at least two years; the panel has one"));
}

TEST(ComputeIndicators, AnEmptyPanelIsRefused) {
  Panel panel;
  panel.years = {2000};
  panel.series = {"x"};
  EXPECT_THAT(findings_of(panel, {}, {}), ElementsAre(HasSubstr("has 0 regions, 1 years and 1 series")));
}

TEST(ComputeIndicators, BrokenContracts) {
  Panel panel = panel_of({{{1}, {2}}});
  EXPECT_THROW((void)compute_indicators(panel, {}, {.missing = MissingPolicy::nearest_regions, .nearest = 0}),
               ContractError);
  panel.values.push_back(3);
  EXPECT_THROW((void)compute_indicators(panel, {}, {}), ContractError);
  panel = panel_of({{{1}}, {{2}}});
  panel.years = {2001, 2000};
  EXPECT_THROW((void)compute_indicators(panel, {}, {}), ContractError);
}

// Gaps.

TEST(MissingValues, AreAnErrorThatNamesEachGap) {
  Panel const panel = panel_of({{{1, 2}, {gap, 4}}, {{5, gap}, {7, 8}}});
  EXPECT_THAT(
      findings_of(panel, {{.indicator = "q", .series = "x", .per = "y"}, {.indicator = "l", .series = "x"}}, {}),
      ElementsAre("q: region A has no value in 2001: 'x' or 'y' is missing",
                  "q: region B has no value in 2000: 'x' or 'y' is missing",
                  "l: region B has no value in 2000: 'x' is missing"));
  EXPECT_THAT(findings_of(panel_of({{{1}, {gap}}, {{1}, {gap}}, {{1}, {2}}, {{gap}, {gap}}}), {}, {}),
              ElementsAre("x: region A has no value in 2003: 'x' is missing",
                          "x: region B has no value in 2000-2001, 2003: 'x' is missing"));
}

TEST(MissingValues, DropRegions) {
  Panel const panel = panel_of({{{1}, {2}, {3}}, {{4}, {gap}, {6}}});
  Indicators const result = compute_indicators(panel, {}, as_it_is(MissingPolicy::drop_region));
  EXPECT_THAT(result.regions, ElementsAre("A", "C"));
  EXPECT_THAT(result.dropped_regions, ElementsAre("B"));
  EXPECT_THAT(result.values, ElementsAre(1, 3, 4, 6));
  EXPECT_THAT(findings_of(panel_of({{{gap}, {1}}, {{1}, {gap}}}), {}, as_it_is(MissingPolicy::drop_region)),
              ElementsAre(HasSubstr("no region is left")));
}

TEST(MissingValues, SharesAreOfTheRegionsThatAreKept) {
  Panel const panel = panel_of({{{1}, {gap}, {3}}});
  Indicators const result = compute_indicators(
      panel, {{.indicator = "s", .series = "x", .transform = Transform::share}}, as_it_is(MissingPolicy::drop_region));
  EXPECT_THAT(result.values, ElementsAre(0.25, 0.75));
}

TEST(MissingValues, DropIndicators) {
  Panel const panel = panel_of({{{1, 10}, {2, gap}}});
  std::vector<IndicatorDefinition> const definitions{{.indicator = "first", .series = "y", .group = "g"},
                                                     {.indicator = "second", .series = "x", .group = "h"}};
  Indicators const result = compute_indicators(panel, definitions, as_it_is(MissingPolicy::drop_indicator));
  EXPECT_THAT(result.dropped_indicators, ElementsAre("first"));
  EXPECT_THAT(result.groups, ElementsAre("h"));
  EXPECT_THAT(result.values, ElementsAre(1, 2));
  EXPECT_THAT(findings_of(panel_of({{{gap}, {1}}}), {}, as_it_is(MissingPolicy::drop_indicator)),
              ElementsAre(HasSubstr("no indicator is left")));
}

TEST(MissingValues, CarryForward) {
  Panel const panel = panel_of({{{1}, {2}}, {{3}, {gap}}, {{4}, {gap}}, {{5}, {8}}});
  Indicators const result = compute_indicators(panel, {{.indicator = "i", .series = "x", .scale = 10}},
                                               as_it_is(MissingPolicy::carry_forward));
  EXPECT_THAT(result.values, ElementsAre(10, 20, 30, 20, 40, 20, 50, 80));
  ASSERT_EQ(result.fills.size(), 2u);
  EXPECT_EQ(result.fills[1].region, "B");
  EXPECT_EQ(result.fills[1].year, 2002);
  EXPECT_EQ(result.fills[1].indicator, "i");
  EXPECT_EQ(result.fills[1].value, 20);
  EXPECT_EQ(result.fills[1].rule, "carry-forward from 2000");
  EXPECT_THAT(
      findings_of(panel_of({{{gap}}, {{1}}}), {}, as_it_is(MissingPolicy::carry_forward)),
      ElementsAre("x: region A has no value in 2000: 'x' is missing, and there is no earlier value to carry forward"));
}

TEST(MissingValues, InterpolationFollowsTheCalendar) {
  Panel panel = panel_of({{{gap}}, {{10}}, {{gap}}, {{40}}, {{gap}}});
  panel.years = {1990, 1991, 1993, 1997, 1998};
  Indicators const result = compute_indicators(panel, {}, as_it_is(MissingPolicy::interpolate));
  EXPECT_THAT(result.values, ElementsAre(10, 10, 20, 40, 40));
  ASSERT_EQ(result.fills.size(), 3u);
  EXPECT_EQ(result.fills[0].rule, "interpolate: nearest year 1991");
  EXPECT_EQ(result.fills[1].rule, "interpolate 1991-1997");
  EXPECT_EQ(result.fills[2].rule, "interpolate: nearest year 1997");
  EXPECT_THAT(
      findings_of(panel_of({{{gap}, {1}}, {{gap}, {2}}}), {}, as_it_is(MissingPolicy::interpolate)),
      ElementsAre("x: region A has no value in 2000-2001: 'x' is missing, and the region has no value in any year"));
}

TEST(MissingValues, AFilledLevelIsTheBaseOfGrowth) {
  Panel const panel = panel_of({{{10}}, {{gap}}, {{30}}});
  Indicators const result =
      compute_indicators(panel, {{.indicator = "g", .series = "x", .transform = Transform::growth, .scale = 100}},
                         as_it_is(MissingPolicy::interpolate));
  EXPECT_THAT(result.values, ElementsAre(DoubleNear(100, 1e-12), DoubleNear(50, 1e-12)));
  ASSERT_EQ(result.fills.size(), 1u);
  EXPECT_EQ(result.fills[0].value, 20);
}

TEST(MissingValues, NearestRegionsByTheOtherIndicators) {
  // By y, B is near A and C, then D; A's x is the mean of the two nearest.
  Panel const panel = panel_of({{{gap, 10}, {2, 11}, {4, 9}, {100, 50}}});
  Indicators const result = compute_indicators(
      panel, {}, {.missing = MissingPolicy::nearest_regions, .nearest = 2, .normalisation = Normalisation::none});
  EXPECT_EQ(result.values[0], 3);
  ASSERT_EQ(result.fills.size(), 1u);
  EXPECT_EQ(result.fills[0].rule, "nearest-regions B C");
  EXPECT_THAT(findings_of(panel_of({{{gap}, {1}}}), {}, {.missing = MissingPolicy::nearest_regions}),
              ElementsAre(HasSubstr("no region that has one can be compared by another indicator")));
}

TEST(MissingValues, FewerNeighboursThanAskedAreAllTaken) {
  Panel const panel = panel_of({{{gap, 1}, {2, 2}, {4, 5}}});
  Indicators const result = compute_indicators(
      panel, {}, {.missing = MissingPolicy::nearest_regions, .nearest = 9, .normalisation = Normalisation::none});
  EXPECT_EQ(result.values[0], 3);
}

TEST(MissingValues, FirstYearThatOnlyGrowthUsesMayLackTheOthers) {
  Panel const panel = panel_of({{{1, gap}, {2, gap}}, {{2, 5}, {3, 6}}});
  std::vector<IndicatorDefinition> const definitions{{.indicator = "g", .series = "x", .transform = Transform::growth},
                                                     {.indicator = "l", .series = "y"}};
  EXPECT_THAT(compute_indicators(panel, definitions, as_it_is()).values, ElementsAre(1, 5, 0.5, 6));
}

TEST(MissingValues, DroppingTheGrowthIndicatorDoesNotBringTheFirstYearBack) {
  Panel const panel = panel_of({{{gap, gap}, {2, 1}}, {{2, 5}, {3, 6}}});
  std::vector<IndicatorDefinition> const definitions{{.indicator = "g", .series = "x", .transform = Transform::growth},
                                                     {.indicator = "l", .series = "y"}};
  Indicators const result = compute_indicators(panel, definitions, as_it_is(MissingPolicy::drop_indicator));
  EXPECT_THAT(result.years, ElementsAre(2001));
  EXPECT_THAT(result.values, ElementsAre(5, 6));
}

// Dynamics and integral indicators.

TEST(IndicatorDynamics, GrowthTrendAndVolatility) {
  Indicators const indicators = compute_indicators(panel_of({{{100, 1}}, {{110, 3}}, {{121, 2}}}), {}, as_it_is());
  std::vector<IndicatorDynamics> const dynamics = indicator_dynamics(indicators);
  ASSERT_EQ(dynamics.size(), 2u);
  EXPECT_EQ(dynamics[0].first, 100);
  EXPECT_EQ(dynamics[0].last, 121);
  EXPECT_NEAR(dynamics[0].mean_growth, 0.1, 1e-15);
  EXPECT_NEAR(dynamics[0].trend, 10.5, 1e-12);
  // 1, 3, 2: slope 1/2 around 2; residuals -1/2, 1, -1/2.
  EXPECT_EQ(dynamics[1].indicator, 1);
  EXPECT_NEAR(dynamics[1].trend, 0.5, 1e-15);
  EXPECT_NEAR(dynamics[1].volatility, std::sqrt(0.5) / 2, 1e-15);
  EXPECT_NEAR(dynamics[1].mean_growth, (2.0 - 1.0 / 3) / 2, 1e-15);
}

TEST(IndicatorDynamics, StepsOfSeveralYearsCountPerYear) {
  Panel panel = panel_of({{{1}}, {{4}}});
  panel.years = {2000, 2002};
  EXPECT_NEAR(indicator_dynamics(compute_indicators(panel, {}, as_it_is()))[0].mean_growth, 1, 1e-15);
  EXPECT_NEAR(indicator_dynamics(compute_indicators(panel, {}, as_it_is()))[0].trend, 1.5, 1e-15);
}

TEST(IndicatorDynamics, UndefinedWhereThereIsNothingToMeasure) {
  auto const negative = indicator_dynamics(compute_indicators(panel_of({{{1}}, {{-1}}}), {}, as_it_is()))[0];
  EXPECT_TRUE(std::isnan(negative.mean_growth));
  EXPECT_EQ(negative.trend, -2);
  auto const one_year = indicator_dynamics(compute_indicators(panel_of({{{5}}}), {}, as_it_is()))[0];
  EXPECT_TRUE(std::isnan(one_year.mean_growth));
  EXPECT_TRUE(std::isnan(one_year.trend));
  EXPECT_TRUE(std::isnan(one_year.volatility));
  EXPECT_EQ(indicator_dynamics(compute_indicators(panel_of({{{0}}, {{0}}}), {}, as_it_is()))[0].volatility, 0);
}

TEST(IntegralIndicators, MeanDeviationRanksTheBestFirst) {
  // Higher x and lower y are better: B is best in both, C second, A worst.
  Panel const panel = panel_of({{{1, 9}, {3, 5}, {2, 7}, {2, 7}}});
  std::vector<IndicatorDefinition> const definitions{
      {.indicator = "x", .series = "x"}, {.indicator = "y", .series = "y", .direction = Direction::lower_is_better}};
  for (Normalisation normalisation : {Normalisation::share_of_best, Normalisation::min_max, Normalisation::z_score,
                                      Normalisation::robust, Normalisation::none}) {
    IndicatorOptions const options{.normalisation = normalisation};
    auto const integral =
        integral_indicators(compute_indicators(panel, definitions, options), options, IntegralMethod::mean_deviation);
    ASSERT_EQ(integral.size(), 1u);
    EXPECT_THAT(integral[0].ranks, ElementsAre(4, 1, 2, 2)) << static_cast<int>(normalisation);
    auto const component = integral_indicators(compute_indicators(panel, definitions, options), options,
                                               IntegralMethod::principal_component);
    EXPECT_EQ(component[0].ranks[0], 4) << static_cast<int>(normalisation);
    EXPECT_EQ(component[0].ranks[1], 1) << static_cast<int>(normalisation);
  }
  auto const integral =
      integral_indicators(compute_indicators(panel, definitions, {}), {}, IntegralMethod::mean_deviation);
  EXPECT_THAT(integral[0].values, ElementsAre(1, 0, 0.5, 0.5));
}

TEST(IntegralIndicators, PrincipalComponentOfALine) {
  // Both indicators rise together: one component explains everything, with equal loadings.
  Panel const panel = panel_of({{{0, 0}, {10, 100}}, {{5, 50}, {10, 100}}});
  IndicatorOptions const options{.normalisation = Normalisation::min_max, .scope = NormalisationScope::panel};
  auto const integral =
      integral_indicators(compute_indicators(panel, {}, options), options, IntegralMethod::principal_component);
  EXPECT_NEAR(integral[0].explained, 1, 1e-14);
  EXPECT_THAT(integral[0].loadings, ElementsAre(DoubleNear(std::sqrt(0.5), 1e-12), DoubleNear(std::sqrt(0.5), 1e-12)));
  // Normalised means are 0, 1, 0.5, 1 with mean 0.625, times sqrt(2).
  EXPECT_NEAR(integral[0].values[0], -0.625 * std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(integral[0].values[2], -0.125 * std::sqrt(2.0), 1e-12);
  EXPECT_THAT(integral[0].ranks, ElementsAre(2, 1, 2, 1));
}

TEST(IntegralIndicators, OppositeIndicatorsFixTheSignByTheFirst) {
  Panel const panel = panel_of({{{0, 1}, {1, 0}}});
  IndicatorOptions const options{.normalisation = Normalisation::min_max};
  auto const integral =
      integral_indicators(compute_indicators(panel, {}, options), options, IntegralMethod::principal_component);
  EXPECT_GT(integral[0].loadings[0], 0);
  EXPECT_THAT(integral[0].ranks, ElementsAre(2, 1));
}

TEST(IntegralIndicators, NothingVariesNothingIsExplained) {
  IndicatorOptions const options;
  auto const integral = integral_indicators(compute_indicators(panel_of({{{1, 1}, {1, 1}}}), {}, options), options,
                                            IntegralMethod::principal_component);
  EXPECT_EQ(integral[0].explained, 0);
  EXPECT_THAT(integral[0].values, ElementsAre(0, 0));
  EXPECT_THAT(integral[0].ranks, ElementsAre(1, 1));
}

}  // namespace
}  // namespace regio
