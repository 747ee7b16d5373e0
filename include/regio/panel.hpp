/// Panels of regional statistics: from raw series to comparable indicators.
///
/// Steps 1 and 2 of the cluster study (Polishchuk, Kotenko and Chepurda 2022, stages 1-3): indicators are built from
/// series, gaps are treated by a named policy and every fill is listed, values are normalised by direction.
#pragma once

#include <cstdint>
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

/// What is taken of the quantity q = series / per.
enum class Transform : std::uint8_t {
  level,   ///< q
  growth,  ///< q_t / q_{t-1} - 1, to the previous year of the panel; q_{t-1} must be positive
  share,   ///< q over its total of all regions in that year, which must be positive
};

/// How an indicator comes from a series: scale * transform(series / per).
struct REGIO_API IndicatorDefinition {
  std::string indicator;  ///< unique name
  std::string series;
  std::string label;  ///< what a person reads; empty: the name
  std::string unit;
  std::string group;
  Direction direction = Direction::higher_is_better;
  Transform transform = Transform::level;
  std::string per;   ///< another series that divides (population, area); empty: none
  double scale = 1;  ///< not 0
};

/// What happens where a region has no number for the quantity series / per of an indicator: gaps are treated before
/// growth and shares are taken.
enum class MissingPolicy : std::uint8_t {
  error,            ///< throw InputError listing the gaps
  drop_region,      ///< leave out every region that has a gap
  drop_indicator,   ///< leave out every indicator that has a gap
  carry_forward,    ///< the last earlier value of the region; a gap before the first value stays one: error
  interpolate,      ///< straight line between the neighbouring years of the region; at the ends the nearest value
  nearest_regions,  ///< mean of the nearest regions of the same year that have the value, by the other indicators
};

/// How values become comparable. Best and worst are by the indicator's direction; "sign by direction": positive is
/// better. Where all values that are compared are equal (to rounding) the result is 0 and a warning is given.
enum class Normalisation : std::uint8_t {
  share_of_best,  ///< (best - x) / (best - worst): 0 is the best, 1 the worst; the paper's deviation from the best
  min_max,        ///< (x - worst) / (best - worst): 1 is the best
  z_score,        ///< (x - mean) / population standard deviation, sign by direction
  robust,         ///< (x - median) / interquartile range (linear between order statistics), sign by direction
  none,           ///< as it is
};

/// With share_of_best: the best and worst of all regions, or those that the region itself has had over all years.
enum class NormalisationReference : std::uint8_t { regions, own_history };
/// Over which values best, mean and spread are taken: those of the year, or of the whole panel. With own_history it is
/// always the region's whole history.
enum class NormalisationScope : std::uint8_t { year, panel };

struct IndicatorOptions {
  MissingPolicy missing = MissingPolicy::error;
  Index nearest = 3;  ///< regions that nearest_regions averages, at least 1
  Normalisation normalisation = Normalisation::share_of_best;
  NormalisationReference reference = NormalisationReference::regions;
  NormalisationScope scope = NormalisationScope::year;
};

/// One value that was put where the panel had a gap.
struct Fill {
  std::string region;
  int year = 0;
  std::string indicator;
  double value = 0;  ///< of scale * series / per with a level; of series / per where growth or a share is taken of it
  /// "carry-forward from 1974"; "interpolate 1973-1976"; "interpolate: nearest year 1976" at the ends;
  /// "nearest-regions AL GA MS", the nearest first.
  std::string rule;
};

/// Indicators of regions through years, as measured and normalised.
struct REGIO_API Indicators {
  std::vector<std::string> regions;
  std::vector<int> years;
  std::vector<IndicatorDefinition> definitions;  ///< label and group filled in where they were empty
  std::vector<std::string> groups;               ///< in order of first appearance
  std::vector<double> values;                    ///< [year, region, indicator], in the indicator's unit
  std::vector<double> normalised;                ///< [year, region, indicator]
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

/// Builds and normalises indicators from a panel: scale * transform(series / per), gaps filled by the policy.
///
/// With no definitions every series is an indicator, higher is better; an indicator without a group belongs to "all".
/// When a definition takes growth, the first year of the panel serves as its base only and is no year of the result.
/// carry_forward and interpolate look along the region's own years; nearest_regions takes the regions that are nearest
/// in the year by the mean squared standardised difference of the other quantities that both have (equal distances: the
/// first region). Only measured values are ever the source of a fill.
/// Throws InputError with all findings: unknown series (did you mean), an indicator twice or without a name, a scale of
/// 0, division by zero, infinite values, growth from a base or a share of a total that is not positive, gaps under
/// MissingPolicy::error or that the policy cannot fill, nothing left after dropping, own_history without share_of_best.
/// Throws ContractError: values of another shape, years not ascending, nearest < 1.
/// Deterministic. Cost O(values log regions), nearest_regions O(gaps regions (indicators + log regions)).
/// Source: Polishchuk, Kotenko and Chepurda 2022, stages 2-4; docs/methods/indicators.md.
REGIO_API Indicators compute_indicators(Panel const& panel, std::vector<IndicatorDefinition> const& definitions,
                                        IndicatorOptions const& options);

/// How one indicator of one region moved through the years (the paper's stage 3), in the indicator's unit. With one
/// year growth, trend and volatility are NaN.
struct IndicatorDynamics {
  Index region = 0;
  Index indicator = 0;
  double first = 0, last = 0;
  double mean_growth = 0;  ///< mean over the steps of (x_t / x_s)^(1 / (t - s)) - 1; NaN when a value is not positive
  double trend = 0;        ///< least-squares slope per year
  double volatility = 0;   ///< root mean square distance from the trend over the mean of |x|; 0 when all x are 0
};
/// Dynamics of every indicator in every region, without comparing regions: [region, indicator]. Cost O(values).
REGIO_API std::vector<IndicatorDynamics> indicator_dynamics(Indicators const& indicators);

enum class IntegralMethod : std::uint8_t {
  mean_deviation,       ///< mean of the group's normalised values
  principal_component,  ///< first principal component of the group's normalised values over all years
};

/// One number per group, region and year, with its rank (1 = best; ties share the lowest number).
struct IntegralIndicator {
  std::string group;
  std::vector<double> values;    ///< [year, region]
  std::vector<int> ranks;        ///< [year, region]
  double explained = 0;          ///< share of the variance, principal_component only
  std::vector<double> loadings;  ///< [indicator of the group], principal_component only; length 1
};
/// Integral indicators of every group (the paper forms six).
///
/// The principal component is w (x - mean of all years and regions), w the eigenvector of the greatest eigenvalue of
/// the covariance of the normalised values, its sign such that the component rises with their mean (sum of w above 0;
/// when it is 0, the first entry that is not 0 is positive). `options` are those that the indicators were computed
/// with: after share_of_best the lowest value is the best, otherwise the highest; after Normalisation::none indicators
/// for which lower is better enter with a minus sign. Deterministic. Cost O(values indicators).
REGIO_API std::vector<IntegralIndicator> integral_indicators(Indicators const& indicators,
                                                             IndicatorOptions const& options, IntegralMethod method);

}  // namespace regio
