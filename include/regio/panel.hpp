/// Panels of regional statistics: from raw series to comparable indicators.
///
/// Steps 1 and 2 of the cluster study (Polishchuk, Kotenko and Chepurda 2022, stages 1-3): indicators are built from
/// series, gaps are treated by a named policy and every fill is listed, values are normalised by direction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <regio/error.hpp>
#include <regio/export.hpp>
#include <regio/views.hpp>

namespace regio {

/// Raw series of regions through years. A missing number is NaN.
struct REGIO_API Panel {
  std::vector<std::string> regions;  ///< codes, in the order of the results
  std::vector<int> years;            ///< ascending
  std::vector<std::string> series;
  std::vector<double> values;  ///< [year, region, series]

  [[nodiscard]] double& at(Index year, Index region, Index s) noexcept;
  [[nodiscard]] double at(Index year, Index region, Index s) const noexcept;
};

enum class Direction : std::uint8_t { higher_is_better, lower_is_better };

/// What is taken of a series: its level, its growth to the previous year (x_t / x_{t-1} - 1), or its share of the
/// total of all regions in that year.
enum class Transform : std::uint8_t { level, growth, share };

/// How an indicator comes from a series: scale * transform(series / per).
struct REGIO_API IndicatorDefinition {
  std::string indicator;  ///< unique name
  std::string series;
  std::string label;  ///< what a person reads; empty: the name
  std::string unit;
  std::string group;
  Direction direction = Direction::higher_is_better;
  Transform transform = Transform::level;
  std::string per;  ///< another series that divides (population, area); empty: none
  double scale = 1;
};

enum class MissingPolicy : std::uint8_t {
  error,            ///< throw InputError listing the gaps
  drop_region,      ///< leave out every region that has a gap
  drop_indicator,   ///< leave out every indicator that has a gap
  carry_forward,    ///< the last earlier value of the region; a gap before the first value stays one: error
  interpolate,      ///< straight line between the neighbouring years of the region; at the ends the nearest value
  nearest_regions,  ///< mean of the nearest regions of the same year that have the value, by the other indicators
};

enum class Normalisation : std::uint8_t {
  share_of_best,  ///< (best - x) / (best - worst): 0 is the best, 1 the worst; the paper's deviation from the best
  min_max,        ///< (x - worst) / (best - worst): 1 is the best
  z_score,        ///< (x - mean) / population standard deviation, sign by direction
  robust,         ///< (x - median) / interquartile range, sign by direction
  none,           ///< as it is
};

/// With share_of_best: the best of all regions, or the best that the region itself has had.
enum class NormalisationReference : std::uint8_t { regions, own_history };
/// Over which values best, mean and spread are taken: those of the year, or of the whole panel.
enum class NormalisationScope : std::uint8_t { year, panel };

struct IndicatorOptions {
  MissingPolicy missing = MissingPolicy::error;
  Index nearest = 3;  ///< regions that nearest_regions averages
  Normalisation normalisation = Normalisation::share_of_best;
  NormalisationReference reference = NormalisationReference::regions;
  NormalisationScope scope = NormalisationScope::year;
};

/// One value that was put where the panel had a gap.
struct Fill {
  std::string region;
  int year = 0;
  std::string indicator;
  double value = 0;
  std::string rule;  ///< "carry-forward from 1974", "interpolate 1973-1976", "nearest-regions AL GA MS"
};

/// Indicators of regions through years, as measured and normalised.
struct REGIO_API Indicators {
  std::vector<std::string> regions;
  std::vector<int> years;
  std::vector<IndicatorDefinition> definitions;
  std::vector<std::string> groups;  ///< in order of first appearance
  std::vector<double> values;       ///< [year, region, indicator], in the indicator's unit
  std::vector<double> normalised;   ///< [year, region, indicator]
  std::vector<Fill> fills;
  std::vector<std::string> dropped_regions;
  std::vector<std::string> dropped_indicators;
  std::vector<std::string> warnings;  ///< a constant indicator, say: normalised to 0

  [[nodiscard]] Index offset(Index year, Index region, Index indicator) const noexcept;
  /// Positions of the indicators of a group.
  [[nodiscard]] std::vector<Index> members(std::string const& group) const;
  /// Normalised values of one group, contiguous: [year, region, indicator of the group].
  [[nodiscard]] std::vector<double> group_values(std::string const& group) const;
};

/// Builds and normalises indicators from a panel.
///
/// With no definitions every series is an indicator of one group "all", higher is better. Growth drops the first year
/// of the panel for the whole study when an indicator uses it. A range of zero normalises to 0 and is warned of. Throws
/// InputError: unknown series (did you mean), duplicate indicator, division by zero, gaps under MissingPolicy::error
/// (each named), nothing left after dropping. Deterministic. Cost: O(values), nearest_regions O(years regions^2
/// indicators).
REGIO_API Indicators compute_indicators(Panel const& panel, std::vector<IndicatorDefinition> const& definitions,
                                        IndicatorOptions const& options);

/// How one indicator of one region moved through the years (the paper's stage 3).
struct IndicatorDynamics {
  Index region = 0;
  Index indicator = 0;
  double first = 0, last = 0;
  double mean_growth = 0;  ///< mean of the yearly growth rates; NaN when a value is not positive
  double trend = 0;        ///< least-squares slope per year
  double volatility = 0;   ///< standard deviation around the trend over the mean of the absolute values
};
REGIO_API std::vector<IndicatorDynamics> indicator_dynamics(Indicators const& indicators);

enum class IntegralMethod : std::uint8_t {
  mean_deviation,       ///< mean of the group's normalised values
  principal_component,  ///< first principal component of the group's normalised values over all years, sign by the mean
};

/// One number per group, region and year, with its rank (1 = best; ties share the lowest rank).
struct IntegralIndicator {
  std::string group;
  std::vector<double> values;  ///< [year, region]
  std::vector<int> ranks;      ///< [year, region]
  double explained = 0;        ///< share of the variance, principal_component only
};
REGIO_API std::vector<IntegralIndicator> integral_indicators(Indicators const& indicators,
                                                             IndicatorOptions const& options, IntegralMethod method);

}  // namespace regio
