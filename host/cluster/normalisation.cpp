#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "cluster/indicator_steps.hpp"
#include "core/sorted_quantile.hpp"

namespace regio {
namespace {

/// Equal to rounding: what is left of equal quantities after a division or two must not be blown up to the full range.
bool are_equal(std::vector<double> const& sorted) {
  constexpr double rounding = 8 * std::numeric_limits<double>::epsilon();
  double const largest = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  return sorted.back() - sorted.front() <= rounding * largest;
}

/// x -> (x - origin) / unit.
struct Scale {
  double origin = 0;
  double unit = 1;
  std::string_view defect = {};  ///< why there is no such scale, and all values become 0; empty: there is one
};

Scale z_score_scale(std::vector<double> const& values, double sign) {
  auto const n = static_cast<double>(values.size());
  // Differences from one of the values lose nothing, however far the values are from 0.
  double sum = 0;
  for (double x : values) sum += x - values.front();
  double const offset = sum / n;
  double squares = 0;
  for (double x : values) {
    double const difference = (x - values.front()) - offset;
    squares += difference * difference;
  }
  return {values.front() + offset, sign * std::sqrt(squares / n)};
}

/// The scale for values that are compared with each other.
Scale scale_of(std::vector<double> const& values, Direction direction, Normalisation normalisation) {
  if (normalisation == Normalisation::none) return {};
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  if (are_equal(sorted)) return {.defect = "has one value"};
  bool const higher = direction == Direction::higher_is_better;
  double const best = higher ? sorted.back() : sorted.front();
  double const worst = higher ? sorted.front() : sorted.back();
  double const sign = higher ? 1.0 : -1.0;
  switch (normalisation) {
    case Normalisation::share_of_best: return {best, worst - best};
    case Normalisation::min_max: return {worst, best - worst};
    case Normalisation::z_score: return z_score_scale(values, sign);
    case Normalisation::robust: {
      double const range = sorted_quantile(sorted, 0.75) - sorted_quantile(sorted, 0.25);
      if (range <= 0) return {.defect = "has no spread between its quartiles"};
      return {sorted_quantile(sorted, 0.5), sign * range};
    }
    case Normalisation::none: break;
  }
  return {};
}

/// Values that are compared with each other, and how a warning calls them ("1970", "region AL").
struct Comparison {
  std::string name;
  std::vector<std::size_t> positions;
};

std::vector<Comparison> comparisons(Indicators const& indicators, Index indicator, IndicatorOptions const& options) {
  bool const own_history = options.reference == NormalisationReference::own_history;
  bool const by_year = !own_history && options.scope == NormalisationScope::year;
  std::vector<Comparison> result;
  if (own_history) {
    for (std::string const& region : indicators.regions) result.push_back({"region " + region, {}});
  } else if (by_year) {
    for (int year : indicators.years) result.push_back({std::to_string(year), {}});
  } else {
    result.push_back({"the whole panel", {}});
  }
  for (Index y = 0; y < static_cast<Index>(indicators.years.size()); ++y) {
    for (Index r = 0; r < static_cast<Index>(indicators.regions.size()); ++r) {
      Index const which = own_history ? r : by_year ? y : 0;
      result[static_cast<std::size_t>(which)].positions.push_back(
          static_cast<std::size_t>(indicators.offset(y, r, indicator)));
    }
  }
  return result;
}

/// "1970, 1971 and 12 more".
std::string listed(std::vector<std::string> const& names) {
  constexpr std::size_t shown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

}  // namespace

void normalise(Indicators& indicators, IndicatorOptions const& options) {
  indicators.normalised.resize(indicators.values.size());
  for (std::size_t i = 0; i < indicators.definitions.size(); ++i) {
    IndicatorDefinition const& definition = indicators.definitions[i];
    std::map<std::string_view, std::vector<std::string>> defects;
    for (Comparison const& comparison : comparisons(indicators, static_cast<Index>(i), options)) {
      std::vector<double> values;
      for (std::size_t position : comparison.positions) values.push_back(indicators.values[position]);
      Scale const scale = scale_of(values, definition.direction, options.normalisation);
      if (!scale.defect.empty()) defects[scale.defect].push_back(comparison.name);
      for (std::size_t v = 0; v < values.size(); ++v) {
        double const normalised = scale.defect.empty() ? (values[v] - scale.origin) / scale.unit : 0.0;
        indicators.normalised[comparison.positions[v]] = normalised;
      }
    }
    for (auto const& [defect, names] : defects) {
      indicators.warnings.push_back(
          fmt::format("indicator '{}' {} in {}: normalised to 0", definition.indicator, defect, listed(names)));
    }
  }
}

}  // namespace regio
