#include <regio/panel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace regio {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

constexpr unsigned seeds = 25;

/// A panel of positive series, 3 to 42 regions, 2 to 6 years; gaps in a share of the cells.
Panel random_panel(unsigned seed, double share_of_gaps = 0) {
  std::mt19937 random(seed);
  Panel panel;
  std::size_t const regions = 3 + random() % 40;
  std::size_t const years = 2 + random() % 5;
  for (std::size_t r = 0; r < regions; ++r) panel.regions.push_back("R" + std::to_string(r));
  for (std::size_t y = 0; y < years; ++y) panel.years.push_back(1990 + static_cast<int>(y));
  panel.series = {"output", "population", "waste"};
  std::lognormal_distribution<double> value(3, 1);
  std::uniform_real_distribution<double> uniform;
  panel.values.resize(years * regions * panel.series.size());
  for (double& x : panel.values) {
    x = value(random);
    if (uniform(random) < share_of_gaps) x = std::numeric_limits<double>::quiet_NaN();
  }
  return panel;
}

std::vector<IndicatorDefinition> definitions() {
  return {{.indicator = "output per head", .series = "output", .per = "population"},
          {.indicator = "waste", .series = "waste", .direction = Direction::lower_is_better},
          {.indicator = "growth", .series = "output", .transform = Transform::growth},
          {.indicator = "share", .series = "population", .transform = Transform::share}};
}

constexpr Normalisation methods[] = {Normalisation::share_of_best, Normalisation::min_max, Normalisation::z_score,
                                     Normalisation::robust};
constexpr NormalisationScope scopes[] = {NormalisationScope::year, NormalisationScope::panel};

TEST(IndicatorProperties, ShareOfBestIsOneMinusMinMax) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    for (NormalisationScope scope : scopes) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Panel const panel = random_panel(seed);
      auto const share = compute_indicators(panel, definitions(), {.scope = scope}).normalised;
      auto const min_max =
          compute_indicators(panel, definitions(), {.normalisation = Normalisation::min_max, .scope = scope})
              .normalised;
      for (std::size_t i = 0; i < share.size(); ++i) {
        ASSERT_NEAR(share[i], 1 - min_max[i], 1e-14);
        ASSERT_TRUE(share[i] >= 0 && share[i] <= 1);
      }
    }
  }
}

TEST(IndicatorProperties, UnitsDoNotMatter) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Panel const panel = random_panel(seed);
    Panel in_other_units = panel;
    double const units[] = {1000, 0.001, 7.3};
    for (std::size_t i = 0; i < panel.values.size(); ++i) in_other_units.values[i] *= units[i % 3];
    for (Normalisation method : methods) {
      for (NormalisationScope scope : scopes) {
        IndicatorOptions const options{.normalisation = method, .scope = scope};
        EXPECT_THAT(compute_indicators(in_other_units, definitions(), options).normalised,
                    Pointwise(DoubleNear(1e-9), compute_indicators(panel, definitions(), options).normalised));
      }
    }
  }
}

TEST(IndicatorProperties, TheOrderOfRegionsDoesNotMatter) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Panel const panel = random_panel(seed);
    std::vector<Index> order(panel.regions.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::mt19937 random(seed + 1000);
    std::shuffle(order.begin(), order.end(), random);
    Panel shuffled = panel;
    for (std::size_t r = 0; r < order.size(); ++r) {
      shuffled.regions[r] = panel.regions[static_cast<std::size_t>(order[r])];
      for (Index y = 0; y < static_cast<Index>(panel.years.size()); ++y) {
        for (Index s = 0; s < 3; ++s) shuffled.at(y, static_cast<Index>(r), s) = panel.at(y, order[r], s);
      }
    }
    for (Normalisation method : methods) {
      IndicatorOptions const options{.normalisation = method};
      Indicators const expected = compute_indicators(panel, definitions(), options);
      Indicators const found = compute_indicators(shuffled, definitions(), options);
      auto const expected_integral = integral_indicators(expected, options, IntegralMethod::principal_component);
      auto const found_integral = integral_indicators(found, options, IntegralMethod::principal_component);
      for (Index y = 0; y < static_cast<Index>(found.years.size()); ++y) {
        for (std::size_t r = 0; r < order.size(); ++r) {
          for (Index i = 0; i < 4; ++i) {
            ASSERT_NEAR(found.normalised[static_cast<std::size_t>(found.offset(y, static_cast<Index>(r), i))],
                        expected.normalised[static_cast<std::size_t>(expected.offset(y, order[r], i))], 1e-10);
          }
          std::size_t const row = static_cast<std::size_t>(y) * order.size();
          ASSERT_NEAR(found_integral[0].values[row + r],
                      expected_integral[0].values[row + static_cast<std::size_t>(order[r])], 1e-9);
        }
      }
    }
  }
}

TEST(IndicatorProperties, TheOppositeDirectionReversesTheScale) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Panel const panel = random_panel(seed);
    std::vector<IndicatorDefinition> reversed = definitions();
    for (auto& definition : reversed) {
      definition.direction = definition.direction == Direction::higher_is_better ? Direction::lower_is_better
                                                                                 : Direction::higher_is_better;
    }
    for (Normalisation method : methods) {
      IndicatorOptions const options{.normalisation = method};
      bool const within_unit = method == Normalisation::share_of_best || method == Normalisation::min_max;
      auto const forward = compute_indicators(panel, definitions(), options).normalised;
      auto const backward = compute_indicators(panel, reversed, options).normalised;
      for (std::size_t i = 0; i < forward.size(); ++i) {
        ASSERT_NEAR(backward[i], within_unit ? 1 - forward[i] : -forward[i], 1e-12);
      }
    }
  }
}

TEST(IndicatorProperties, SharesAddUpToOne) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Indicators const result = compute_indicators(random_panel(seed), definitions(), {});
    for (Index y = 0; y < static_cast<Index>(result.years.size()); ++y) {
      double sum = 0;
      for (Index r = 0; r < static_cast<Index>(result.regions.size()); ++r) {
        sum += result.values[static_cast<std::size_t>(result.offset(y, r, 3))];
      }
      ASSERT_NEAR(sum, 1, 1e-13);
    }
  }
}

TEST(IndicatorProperties, FillsTouchGapsAloneAndAreAllListed) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Panel panel = random_panel(seed, 0.1);
    // The first year is whole, so that every policy can fill.
    Panel const whole = random_panel(seed);
    std::copy_n(whole.values.begin(), panel.regions.size() * 3, panel.values.begin());
    auto const gaps = static_cast<std::size_t>(
        std::count_if(panel.values.begin(), panel.values.end(), [](double x) { return std::isnan(x); }));
    for (MissingPolicy policy :
         {MissingPolicy::carry_forward, MissingPolicy::interpolate, MissingPolicy::nearest_regions}) {
      IndicatorOptions const options{.missing = policy, .normalisation = Normalisation::none};
      Indicators result;
      try {
        result = compute_indicators(panel, {}, options);
      } catch (InputError const&) {
        // A year in which no other region can be compared has no nearest one.
        ASSERT_EQ(policy, MissingPolicy::nearest_regions);
        continue;
      }
      ASSERT_EQ(result.fills.size(), gaps);
      for (std::size_t i = 0; i < panel.values.size(); ++i) {
        if (std::isnan(panel.values[i])) {
          ASSERT_TRUE(std::isfinite(result.values[i]));
        } else {
          ASSERT_EQ(result.values[i], panel.values[i]);
        }
      }
    }
  }
}

TEST(IndicatorProperties, InterpolationRestoresAStraightLine) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Panel panel = random_panel(seed);
    for (Index y = 0; y < static_cast<Index>(panel.years.size()); ++y) {
      for (Index r = 0; r < static_cast<Index>(panel.regions.size()); ++r) {
        for (Index s = 0; s < 3; ++s) panel.at(y, r, s) = static_cast<double>(10 + r + s + y * (r % 7));
      }
    }
    Panel with_gaps = panel;
    for (Index y = 1; y + 1 < static_cast<Index>(panel.years.size()); ++y) {
      for (Index r = 0; r < static_cast<Index>(panel.regions.size()); ++r) {
        if (random() % 2 == 0) with_gaps.at(y, r, 1) = std::numeric_limits<double>::quiet_NaN();
      }
    }
    IndicatorOptions const options{.missing = MissingPolicy::interpolate, .normalisation = Normalisation::none};
    EXPECT_THAT(compute_indicators(with_gaps, {}, options).values, Pointwise(DoubleNear(1e-12), panel.values));
  }
}

}  // namespace
}  // namespace regio
