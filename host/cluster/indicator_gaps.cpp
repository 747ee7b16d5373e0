#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "cluster/indicator_steps.hpp"
#include "format/year_ranges.hpp"

namespace regio {
namespace {

struct Cell {
  Index year = 0, region = 0, indicator = 0;
};

/// A value for a gap and where it comes from.
struct Source {
  double value = 0;
  std::string rule;
};

std::string const& region_name(Indicators const& indicators, Index region) {
  return indicators.regions[static_cast<std::size_t>(region)];
}
int year_number(Indicators const& indicators, Index year) { return indicators.years[static_cast<std::size_t>(year)]; }

double measured(Indicators const& indicators, Cell const& cell) {
  return indicators.values[static_cast<std::size_t>(indicators.offset(cell.year, cell.region, cell.indicator))];
}

std::vector<Cell> find_gaps(Indicators const& indicators, Index first_year) {
  std::vector<Cell> gaps;
  for (Index y = 0; y < static_cast<Index>(indicators.years.size()); ++y) {
    for (Index i = 0; i < static_cast<Index>(indicators.definitions.size()); ++i) {
      auto const& definition = indicators.definitions[static_cast<std::size_t>(i)];
      if (y < first_year && definition.transform != Transform::growth) continue;
      for (Index r = 0; r < static_cast<Index>(indicators.regions.size()); ++r) {
        if (std::isnan(measured(indicators, {y, r, i}))) gaps.push_back({y, r, i});
      }
    }
  }
  std::sort(gaps.begin(), gaps.end(), [](Cell const& a, Cell const& b) {
    return std::tie(a.region, a.year, a.indicator) < std::tie(b.region, b.year, b.indicator);
  });
  return gaps;
}

/// The nearest measured year before (step -1) or after (step 1) a gap.
std::optional<Index> nearest_measured_year(Indicators const& indicators, Cell gap, Index step) {
  for (gap.year += step; gap.year >= 0 && gap.year < static_cast<Index>(indicators.years.size()); gap.year += step) {
    if (!std::isnan(measured(indicators, gap))) return gap.year;
  }
  return std::nullopt;
}

std::optional<Source> carried_forward(Indicators const& indicators, Cell const& gap) {
  std::optional<Index> const before = nearest_measured_year(indicators, gap, -1);
  if (!before) return std::nullopt;
  return Source{measured(indicators, {*before, gap.region, gap.indicator}),
                fmt::format("carry-forward from {}", year_number(indicators, *before))};
}

std::optional<Source> interpolated(Indicators const& indicators, Cell const& gap) {
  std::optional<Index> const before = nearest_measured_year(indicators, gap, -1);
  std::optional<Index> const after = nearest_measured_year(indicators, gap, 1);
  if (!before && !after) return std::nullopt;
  auto const value_in = [&](Index year) { return measured(indicators, {year, gap.region, gap.indicator}); };
  if (!before || !after) {
    Index const nearest = before ? *before : *after;
    return Source{value_in(nearest), fmt::format("interpolate: nearest year {}", year_number(indicators, nearest))};
  }
  int const from = year_number(indicators, *before);
  int const to = year_number(indicators, *after);
  double const weight = static_cast<double>(year_number(indicators, gap.year) - from) / static_cast<double>(to - from);
  return Source{(1 - weight) * value_in(*before) + weight * value_in(*after),
                fmt::format("interpolate {}-{}", from, to)};
}

/// Distances between the regions of one year, over measured quantities in standard deviations of the year.
class RegionDistance {
 public:
  RegionDistance(Indicators const& indicators, Index year) : indicators_(indicators), year_(year) {
    for (Index i = 0; i < static_cast<Index>(indicators.definitions.size()); ++i)
      spread_.push_back(standard_deviation(i));
  }

  /// Mean squared difference over the quantities that both regions have, `indicator` left out; empty: there is none.
  [[nodiscard]] std::optional<double> between(Index a, Index b, Index indicator) const {
    double sum = 0;
    Index compared = 0;
    for (Index i = 0; i < static_cast<Index>(spread_.size()); ++i) {
      double const spread = spread_[static_cast<std::size_t>(i)];
      if (i == indicator || !(spread > 0)) continue;
      double const difference = (value(a, i) - value(b, i)) / spread;
      if (std::isnan(difference)) continue;
      sum += difference * difference;
      ++compared;
    }
    if (compared == 0) return std::nullopt;
    return sum / static_cast<double>(compared);
  }

 private:
  [[nodiscard]] double value(Index region, Index indicator) const {
    return measured(indicators_, {year_, region, indicator});
  }

  [[nodiscard]] double standard_deviation(Index indicator) const {
    double sum = 0;
    Index count = 0;
    auto const regions = static_cast<Index>(indicators_.regions.size());
    for (Index r = 0; r < regions; ++r) {
      if (std::isnan(value(r, indicator))) continue;
      sum += value(r, indicator);
      ++count;
    }
    double const mean = sum / static_cast<double>(count);
    double squares = 0;
    for (Index r = 0; r < regions; ++r) {
      double const difference = value(r, indicator) - mean;
      if (!std::isnan(difference)) squares += difference * difference;
    }
    return std::sqrt(squares / static_cast<double>(count));
  }

  Indicators const& indicators_;
  Index year_;
  std::vector<double> spread_;  ///< [indicator]
};

std::optional<Source> from_nearest_regions(Indicators const& indicators, RegionDistance const& distance,
                                           Cell const& gap, Index nearest) {
  std::vector<std::pair<double, Index>> candidates;
  for (Index r = 0; r < static_cast<Index>(indicators.regions.size()); ++r) {
    if (std::isnan(measured(indicators, {gap.year, r, gap.indicator}))) continue;
    if (auto const d = distance.between(gap.region, r, gap.indicator)) candidates.emplace_back(*d, r);
  }
  if (candidates.empty()) return std::nullopt;
  std::sort(candidates.begin(), candidates.end());
  if (static_cast<Index>(candidates.size()) > nearest) candidates.resize(static_cast<std::size_t>(nearest));
  Source source{0, "nearest-regions"};
  for (auto const& [d, region] : candidates) {
    source.value += measured(indicators, {gap.year, region, gap.indicator}) / static_cast<double>(candidates.size());
    source.rule += " " + region_name(indicators, region);
  }
  return source;
}

/// The years of one indicator and region are one finding.
void report_gaps(Indicators const& indicators, std::vector<Cell> gaps, std::string const& why,
                 InputProblems& findings) {
  std::sort(gaps.begin(), gaps.end(), [](Cell const& a, Cell const& b) {
    return std::tie(a.region, a.indicator, a.year) < std::tie(b.region, b.indicator, b.year);
  });
  for (auto gap = gaps.begin(); gap != gaps.end();) {
    Cell const first = *gap;
    std::vector<int> years;
    for (; gap != gaps.end() && gap->indicator == first.indicator && gap->region == first.region; ++gap) {
      years.push_back(year_number(indicators, gap->year));
    }
    IndicatorDefinition const& definition = indicators.definitions[static_cast<std::size_t>(first.indicator)];
    std::string const origin = definition.per.empty() ? "'" + definition.series + "'"
                                                      : "'" + definition.series + "' or '" + definition.per + "'";
    findings.push_back(
        {.field = definition.indicator,
         .expected = fmt::format("region {} has no value in {}: {} is missing{}", region_name(indicators, first.region),
                                 format::year_ranges(years), origin, why)});
  }
}

/// Why a policy could not fill a gap.
std::string reason(MissingPolicy policy) {
  switch (policy) {
    case MissingPolicy::carry_forward: return ", and there is no earlier value to carry forward";
    case MissingPolicy::interpolate: return ", and the region has no value in any year";
    case MissingPolicy::nearest_regions: return ", and no region that has one can be compared by another indicator";
    default: return "";
  }
}

void fill(Indicators& indicators, std::vector<Cell> const& gaps, IndicatorOptions const& options,
          InputProblems& findings) {
  std::vector<std::optional<RegionDistance>> distance(indicators.years.size());
  auto const source_of = [&](Cell const& gap) {
    if (options.missing == MissingPolicy::carry_forward) return carried_forward(indicators, gap);
    if (options.missing == MissingPolicy::interpolate) return interpolated(indicators, gap);
    auto& of_year = distance[static_cast<std::size_t>(gap.year)];
    if (!of_year) of_year.emplace(indicators, gap.year);
    return from_nearest_regions(indicators, *of_year, gap, options.nearest);
  };
  std::vector<double> filled = indicators.values;
  std::vector<Cell> unfilled;
  for (Cell const& gap : gaps) {
    std::optional<Source> source = source_of(gap);
    if (!source) {
      unfilled.push_back(gap);
      continue;
    }
    filled[static_cast<std::size_t>(indicators.offset(gap.year, gap.region, gap.indicator))] = source->value;
    IndicatorDefinition const& definition = indicators.definitions[static_cast<std::size_t>(gap.indicator)];
    double const scale = definition.transform == Transform::level ? definition.scale : 1.0;
    indicators.fills.push_back({region_name(indicators, gap.region), year_number(indicators, gap.year),
                                definition.indicator, scale * source->value, std::move(source->rule)});
  }
  indicators.values = std::move(filled);
  report_gaps(indicators, std::move(unfilled), reason(options.missing), findings);
}

/// Keeps the values of the cells for which keep(region, indicator) holds.
template <class Keep>
std::vector<double> kept_values(Indicators const& indicators, Keep keep) {
  std::vector<double> values;
  for (Index y = 0; y < static_cast<Index>(indicators.years.size()); ++y) {
    for (Index r = 0; r < static_cast<Index>(indicators.regions.size()); ++r) {
      for (Index i = 0; i < static_cast<Index>(indicators.definitions.size()); ++i) {
        if (keep(r, i)) values.push_back(measured(indicators, {y, r, i}));
      }
    }
  }
  return values;
}

void drop_regions(Indicators& indicators, std::vector<Cell> const& gaps, InputProblems& findings) {
  std::vector<bool> dropped(indicators.regions.size(), false);
  for (Cell const& gap : gaps) dropped[static_cast<std::size_t>(gap.region)] = true;
  if (std::find(dropped.begin(), dropped.end(), false) == dropped.end()) {
    findings.push_back({.expected = "no region is left: every one lacks a value of some indicator in some year"});
    return;
  }
  indicators.values =
      kept_values(indicators, [&](Index region, Index) { return !dropped[static_cast<std::size_t>(region)]; });
  std::vector<std::string> kept;
  for (std::size_t r = 0; r < dropped.size(); ++r) {
    (dropped[r] ? indicators.dropped_regions : kept).push_back(indicators.regions[r]);
  }
  indicators.regions = std::move(kept);
}

void drop_indicators(Indicators& indicators, std::vector<Cell> const& gaps, InputProblems& findings) {
  std::vector<bool> dropped(indicators.definitions.size(), false);
  for (Cell const& gap : gaps) dropped[static_cast<std::size_t>(gap.indicator)] = true;
  if (std::find(dropped.begin(), dropped.end(), false) == dropped.end()) {
    findings.push_back({.expected = "no indicator is left: every one lacks a value of some region in some year"});
    return;
  }
  indicators.values =
      kept_values(indicators, [&](Index, Index indicator) { return !dropped[static_cast<std::size_t>(indicator)]; });
  std::vector<IndicatorDefinition> kept;
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    if (dropped[i]) {
      indicators.dropped_indicators.push_back(indicators.definitions[i].indicator);
    } else {
      kept.push_back(std::move(indicators.definitions[i]));
    }
  }
  indicators.definitions = std::move(kept);
}

}  // namespace

void treat_gaps(Indicators& indicators, Index first_year, IndicatorOptions const& options, InputProblems& findings) {
  std::vector<Cell> const gaps = find_gaps(indicators, first_year);
  if (gaps.empty()) return;
  switch (options.missing) {
    case MissingPolicy::error: report_gaps(indicators, gaps, "", findings); break;
    case MissingPolicy::drop_region: drop_regions(indicators, gaps, findings); break;
    case MissingPolicy::drop_indicator: drop_indicators(indicators, gaps, findings); break;
    case MissingPolicy::carry_forward:
    case MissingPolicy::interpolate:
    case MissingPolicy::nearest_regions: fill(indicators, gaps, options, findings); break;
  }
}

}  // namespace regio
