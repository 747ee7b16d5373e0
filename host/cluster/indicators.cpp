#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <regio/panel.hpp>

#include "cluster/indicator_steps.hpp"
#include "format/suggestion.hpp"
#include "format/year_ranges.hpp"

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::optional<Index> find_series(Panel const& panel, std::string const& name) {
  auto const found = std::find(panel.series.begin(), panel.series.end(), name);
  if (found == panel.series.end()) return std::nullopt;
  return found - panel.series.begin();
}

void check_panel(Panel const& panel) {
  std::size_t const expected = panel.years.size() * panel.regions.size() * panel.series.size();
  if (panel.values.size() != expected) {
    throw ContractError("compute_indicators: panel.values",
                        fmt::format("has {} values; years x regions x series are {}", panel.values.size(), expected));
  }
  if (!std::is_sorted(panel.years.begin(), panel.years.end(), std::less_equal<>())) {
    throw ContractError("compute_indicators: panel.years", "must ascend without repetition");
  }
  if (expected == 0) {
    throw InputError(fmt::format("the panel has {} regions, {} years and {} series; at least one of each is needed",
                                 panel.regions.size(), panel.years.size(), panel.series.size()));
  }
}

void check_options(IndicatorOptions const& options) {
  if (options.missing == MissingPolicy::nearest_regions && options.nearest < 1) {
    throw ContractError("compute_indicators: options.nearest",
                        fmt::format("is {}; must be at least 1", options.nearest));
  }
  if (options.reference == NormalisationReference::own_history &&
      options.normalisation != Normalisation::share_of_best) {
    throw InputError("the reference own-history goes with the normalisation share-of-best only");
  }
}

/// Every series as an indicator.
std::vector<IndicatorDefinition> definitions_of_series(Panel const& panel) {
  std::vector<IndicatorDefinition> definitions;
  for (std::string const& series : panel.series) definitions.push_back({.indicator = series, .series = series});
  return definitions;
}

void check_definitions(Panel const& panel, std::vector<IndicatorDefinition> const& definitions,
                       InputProblems& findings) {
  std::set<std::string> seen;
  for (IndicatorDefinition const& definition : definitions) {
    auto const add = [&](std::string found, std::string expected) {
      findings.push_back({.field = definition.indicator, .found = std::move(found), .expected = std::move(expected)});
    };
    if (definition.indicator.empty()) {
      add("", fmt::format("the indicator of series '{}' has no name", definition.series));
    } else if (!seen.insert(definition.indicator).second) {
      add(definition.indicator, "a name that no other indicator has");
    }
    if (!find_series(panel, definition.series)) {
      add(definition.series, "a series of the panel" + format::did_you_mean(definition.series, panel.series));
    }
    if (!definition.per.empty() && !find_series(panel, definition.per)) {
      add(definition.per, "a series of the panel to divide by" + format::did_you_mean(definition.per, panel.series));
    }
    if (!std::isfinite(definition.scale) || definition.scale == 0) {
      add(fmt::format("{}", definition.scale), "a scale other than 0");
    }
  }
}

void complete_definitions(Indicators& indicators) {
  for (IndicatorDefinition& definition : indicators.definitions) {
    if (definition.label.empty()) definition.label = definition.indicator;
    if (definition.group.empty()) definition.group = "all";
  }
}

void list_groups(Indicators& indicators) {
  for (IndicatorDefinition const& definition : indicators.definitions) {
    auto const& groups = indicators.groups;
    if (std::find(groups.begin(), groups.end(), definition.group) == groups.end()) {
      indicators.groups.push_back(definition.group);
    }
  }
}

void throw_if_any(InputProblems& findings) {
  if (!findings.empty()) throw InputError(std::move(findings));
}

}  // namespace

Index first_indicator_year(std::vector<IndicatorDefinition> const& definitions) noexcept {
  bool const growth = std::any_of(definitions.begin(), definitions.end(), [](IndicatorDefinition const& definition) {
    return definition.transform == Transform::growth;
  });
  return growth ? 1 : 0;
}

void divide_series(Panel const& panel, Indicators& indicators, InputProblems& findings) {
  auto const years = static_cast<Index>(panel.years.size());
  auto const regions = static_cast<Index>(panel.regions.size());
  indicators.values.assign(panel.years.size() * panel.regions.size() * indicators.definitions.size(), nan);
  for (std::size_t i = 0; i < indicators.definitions.size(); ++i) {
    IndicatorDefinition const& definition = indicators.definitions[i];
    Index const series = *find_series(panel, definition.series);
    std::optional<Index> const per = definition.per.empty() ? std::nullopt : find_series(panel, definition.per);
    for (Index r = 0; r < regions; ++r) {
      std::map<std::string, std::vector<int>> years_of_reason;
      for (Index y = 0; y < years; ++y) {
        double const value = panel.at(y, r, series);
        double const divisor = per ? panel.at(y, r, *per) : 1.0;
        if (std::isnan(value) || std::isnan(divisor)) continue;
        double const quotient = value / divisor;
        if (std::isfinite(quotient)) {
          indicators.values[static_cast<std::size_t>(indicators.offset(y, r, static_cast<Index>(i)))] = quotient;
          continue;
        }
        std::string const reason = divisor == 0 ? fmt::format("division by zero, '{}' is 0", definition.per)
                                   : per ? fmt::format("'{}' / '{}' is not finite", definition.series, definition.per)
                                         : fmt::format("'{}' is not finite", definition.series);
        years_of_reason[reason].push_back(panel.years[static_cast<std::size_t>(y)]);
      }
      for (auto const& [reason, when] : years_of_reason) {
        findings.push_back({.field = definition.indicator,
                            .expected = fmt::format("region {} in {}: {}", panel.regions[static_cast<std::size_t>(r)],
                                                    format::year_ranges(when), reason)});
      }
    }
  }
}

namespace {

/// Takes growth or shares of one indicator; `quantity` are the values of all indicators before any transform.
class IndicatorTransform {
 public:
  IndicatorTransform(Indicators const& indicators, Index indicator, InputProblems& findings)
      : indicators_(indicators),
        indicator_(indicator),
        definition_(indicators.definitions[static_cast<std::size_t>(indicator)]),
        findings_(findings) {}

  /// The indicator's values in one year, one per region.
  [[nodiscard]] std::vector<double> values(Index year) {
    std::vector<double> result(indicators_.regions.size());
    double const total = definition_.transform == Transform::share ? checked_total(year) : 1.0;
    for (std::size_t r = 0; r < result.size(); ++r) {
      auto const region = static_cast<Index>(r);
      double value = quantity(year, region) / total;
      if (definition_.transform == Transform::growth) value = growth(year, region);
      value *= definition_.scale;
      if (!std::isfinite(value)) add(fmt::format("region {}", indicators_.regions[r]), year, "the value is not finite");
      result[r] = value;
    }
    return result;
  }

 private:
  [[nodiscard]] double quantity(Index year, Index region) const noexcept {
    return indicators_.values[static_cast<std::size_t>(indicators_.offset(year, region, indicator_))];
  }

  double growth(Index year, Index region) {
    double const base = quantity(year - 1, region);
    if (base > 0) return quantity(year, region) / base - 1;
    add(fmt::format("region {}", indicators_.regions[static_cast<std::size_t>(region)]), year,
        fmt::format("growth from {} in {}; the base must be positive", base,
                    indicators_.years[static_cast<std::size_t>(year - 1)]));
    return 0;
  }

  double checked_total(Index year) {
    double total = 0;
    for (Index r = 0; r < static_cast<Index>(indicators_.regions.size()); ++r) total += quantity(year, r);
    if (total > 0) return total;
    add("all regions", year, fmt::format("share of a total of {}; the total must be positive", total));
    return 1;
  }

  void add(std::string const& who, Index year, std::string const& reason) {
    findings_.push_back(
        {.field = definition_.indicator,
         .expected = fmt::format("{} in {}: {}", who, indicators_.years[static_cast<std::size_t>(year)], reason)});
  }

  Indicators const& indicators_;
  Index indicator_;
  IndicatorDefinition const& definition_;
  InputProblems& findings_;
};

/// Growth over a gap of the calendar is not growth of one year.
void warn_of_missing_years(Indicators& indicators) {
  for (std::size_t y = 1; y < indicators.years.size(); ++y) {
    int const step = indicators.years[y] - indicators.years[y - 1];
    if (step == 1) continue;
    indicators.warnings.push_back(
        fmt::format("growth in {} is growth over {} years: the panel has no year between {} and {}",
                    indicators.years[y], step, indicators.years[y - 1], indicators.years[y]));
  }
}

}  // namespace

void transform_quantities(Indicators& indicators, Index first_year, InputProblems& findings) {
  if (first_year == static_cast<Index>(indicators.years.size())) {
    findings.push_back({.expected = "growth needs at least two years; the panel has one"});
    return;
  }
  if (first_year > 0) warn_of_missing_years(indicators);
  std::size_t const width = indicators.definitions.size();
  std::vector<double> values(indicators.values.size() - static_cast<std::size_t>(indicators.offset(first_year, 0, 0)));
  for (std::size_t i = 0; i < width; ++i) {
    IndicatorTransform transform(indicators, static_cast<Index>(i), findings);
    for (Index y = first_year; y < static_cast<Index>(indicators.years.size()); ++y) {
      std::vector<double> const of_year = transform.values(y);
      std::size_t const row = static_cast<std::size_t>(y - first_year) * indicators.regions.size();
      for (std::size_t r = 0; r < of_year.size(); ++r) values[(row + r) * width + i] = of_year[r];
    }
  }
  indicators.values = std::move(values);
  indicators.years.erase(indicators.years.begin(), indicators.years.begin() + static_cast<std::ptrdiff_t>(first_year));
}

Indicators compute_indicators(Panel const& panel, std::vector<IndicatorDefinition> const& definitions,
                              IndicatorOptions const& options) {
  check_panel(panel);
  check_options(options);
  Indicators indicators;
  indicators.regions = panel.regions;
  indicators.years = panel.years;
  indicators.definitions = definitions.empty() ? definitions_of_series(panel) : definitions;

  InputProblems findings;
  check_definitions(panel, indicators.definitions, findings);
  throw_if_any(findings);
  complete_definitions(indicators);
  divide_series(panel, indicators, findings);
  throw_if_any(findings);
  Index const first_year = first_indicator_year(indicators.definitions);
  treat_gaps(indicators, first_year, options, findings);
  throw_if_any(findings);
  transform_quantities(indicators, first_year, findings);
  throw_if_any(findings);
  list_groups(indicators);
  normalise(indicators, options);
  return indicators;
}

}  // namespace regio
