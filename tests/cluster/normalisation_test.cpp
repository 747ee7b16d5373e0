#include <regio/panel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/oracle/normalisation.hpp"

namespace regio {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One series x; values[year][region].
Panel panel_of(std::vector<std::vector<double>> const& values) {
  Panel panel;
  for (std::size_t y = 0; y < values.size(); ++y) panel.years.push_back(1970 + static_cast<int>(y));
  for (std::size_t r = 0; r < values[0].size(); ++r)
    panel.regions.push_back(std::string(1, static_cast<char>('A' + r)));
  panel.series = {"x"};
  for (auto const& year : values) panel.values.insert(panel.values.end(), year.begin(), year.end());
  return panel;
}

std::vector<double> normalised(std::vector<std::vector<double>> const& values, IndicatorOptions const& options,
                               Direction direction = Direction::higher_is_better) {
  return compute_indicators(panel_of(values), {{.indicator = "i", .series = "x", .direction = direction}}, options)
      .normalised;
}

struct Method {
  Normalisation normalisation;
  std::function<std::vector<double>(std::vector<double> const&, bool)> oracle;
};

TEST(Normalisation, EachMethodFollowsItsDefinition) {
  std::vector<Method> const methods{{Normalisation::share_of_best, oracle::share_of_best},
                                    {Normalisation::min_max, oracle::min_max},
                                    {Normalisation::z_score, oracle::z_score},
                                    {Normalisation::robust, oracle::robust}};
  std::mt19937 random(11);
  std::normal_distribution<double> value(50, 20);
  for (std::size_t regions : {2U, 3U, 4U, 31U, 32U, 33U, 127U}) {
    std::vector<std::vector<double>> years(2, std::vector<double>(regions));
    for (auto& year : years) {
      for (double& x : year) x = value(random);
    }
    std::vector<double> all = years[0];
    all.insert(all.end(), years[1].begin(), years[1].end());
    for (Method const& method : methods) {
      for (bool higher : {true, false}) {
        Direction const direction = higher ? Direction::higher_is_better : Direction::lower_is_better;
        std::vector<double> expected = method.oracle(years[0], higher);
        std::vector<double> const second = method.oracle(years[1], higher);
        expected.insert(expected.end(), second.begin(), second.end());
        std::vector<double> const by_year = normalised(years, {.normalisation = method.normalisation}, direction);
        EXPECT_THAT(by_year, testing::Pointwise(testing::DoubleNear(1e-12), expected));
        std::vector<double> const panel =
            normalised(years, {.normalisation = method.normalisation, .scope = NormalisationScope::panel}, direction);
        EXPECT_THAT(panel, testing::Pointwise(testing::DoubleNear(1e-12), method.oracle(all, higher)));
      }
    }
  }
}

TEST(Normalisation, ShareOfBestIsTheDistanceFromTheBest) {
  EXPECT_THAT(normalised({{2, 4, 6}}, {}), ElementsAre(1, 0.5, 0));
  EXPECT_THAT(normalised({{2, 4, 6}}, {}, Direction::lower_is_better), ElementsAre(0, 0.5, 1));
}

TEST(Normalisation, OwnHistoryComparesARegionWithItself) {
  IndicatorOptions const options{.reference = NormalisationReference::own_history};
  EXPECT_THAT(normalised({{1, 100}, {2, 400}, {3, 200}}, options), ElementsAre(1, 1, 0.5, 0, 0, 2.0 / 3));
  IndicatorOptions z_score = options;
  z_score.normalisation = Normalisation::z_score;
  EXPECT_THROW((void)normalised({{1, 2}}, z_score), InputError);
}

TEST(Normalisation, NoneKeepsTheValues) {
  EXPECT_THAT(normalised({{2, 4}}, {.normalisation = Normalisation::none}, Direction::lower_is_better),
              ElementsAre(2, 4));
}

TEST(Normalisation, AConstantIndicatorIsZeroAndWarnedOf) {
  for (Normalisation method :
       {Normalisation::share_of_best, Normalisation::min_max, Normalisation::z_score, Normalisation::robust}) {
    Indicators const result = compute_indicators(panel_of({{7, 7, 7}, {1, 2, 3}}), {}, {.normalisation = method});
    EXPECT_THAT(std::vector<double>(result.normalised.begin(), result.normalised.begin() + 3), Each(0.0));
    EXPECT_THAT(result.warnings, ElementsAre("indicator 'x' has one value in 1970: normalised to 0"));
    EXPECT_NE(result.normalised[3], result.normalised[4]);
  }
}

TEST(Normalisation, DifferencesOfRoundingAreNoRange) {
  EXPECT_THAT(normalised({{0.3, 0.1 + 0.2, 0.3}}, {}), Each(0.0));
  // A real difference beside a large level is one.
  EXPECT_THAT(normalised({{1e6, 1e6 + 1e-6}}, {}), ElementsAre(1, 0));
}

TEST(Normalisation, ARobustScaleNeedsSpreadBetweenTheQuartiles) {
  Indicators const result =
      compute_indicators(panel_of({{5, 5, 5, 5, 9}}), {}, {.normalisation = Normalisation::robust});
  EXPECT_THAT(result.normalised, Each(0.0));
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("has no spread between its quartiles in 1970")));
}

TEST(Normalisation, ManyConstantYearsAreOneWarning) {
  std::vector<std::vector<double>> const years(9, {4, 4});
  Indicators const result = compute_indicators(panel_of(years), {}, {});
  EXPECT_THAT(
      result.warnings,
      ElementsAre("indicator 'x' has one value in 1970, 1971, 1972, 1973, 1974, 1975 and 3 more: normalised to 0"));
  Indicators const panel = compute_indicators(panel_of(years), {}, {.scope = NormalisationScope::panel});
  EXPECT_THAT(panel.warnings, ElementsAre("indicator 'x' has one value in the whole panel: normalised to 0"));
  Indicators const own = compute_indicators(panel_of(years), {}, {.reference = NormalisationReference::own_history});
  EXPECT_THAT(own.warnings, ElementsAre("indicator 'x' has one value in region A, region B: normalised to 0"));
}

TEST(Normalisation, LosesNothingFarFromZero) {
  // Levels of a million standard deviations: z-scores as without the level.
  std::vector<double> const near{-1.5, -0.5, 0.25, 1.75};
  std::vector<double> far = near;
  for (double& x : far) x += 1048576.0 * 1.25;
  std::vector<double> const expected = normalised({near}, {.normalisation = Normalisation::z_score});
  EXPECT_THAT(normalised({far}, {.normalisation = Normalisation::z_score}),
              testing::Pointwise(testing::DoubleNear(1e-15), expected));
}

}  // namespace
}  // namespace regio
