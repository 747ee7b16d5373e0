#include "cluster/study_plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <regio/error.hpp>

#include "format/suggestion.hpp"
#include "format/year_ranges.hpp"

namespace regio {
namespace {

void require(bool holds, char const* option, std::string const& message) {
  if (!holds) throw ContractError(std::string("cluster_study: options.") + option, message);
}

std::string found(Index value, char const* expected) {
  return "is " + std::to_string(value) + "; expected " + expected;
}

/// A finding about the data in memory; the caller knows which file they came from.
InputProblem finding(std::string field, std::string value, std::string expected) {
  InputProblem problem;
  problem.field = std::move(field);
  problem.found = std::move(value);
  problem.expected = std::move(expected);
  return problem;
}

/// Options that a study file may hold one by one, but not together.
void check_options_together(ClusterStudyOptions const& options) {
  std::vector<InputProblem> problems;
  if (options.chain == Chain::pooled && options.k == 0 && options.k_scope == KScope::year) {
    problems.push_back(finding("k_scope", "year", "all or group: a pooled chain has one typology, so one k a group"));
  }
  if (options.order == LabelOrder::target && options.target.empty()) {
    problems.push_back(finding("order", "target", "a target (an indicator or a series) to order the clusters by"));
  }
  if (options.k == 0 && options.criterion == KCriterion::gap && options.choice.gap_references == 0) {
    problems.push_back(finding("gap_references", "0", "1 or more: k is chosen by the gap statistic"));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace

void check_study_options(ClusterStudyOptions const& options) {
  require(options.k >= 0, "k", found(options.k, "0 (chosen by a criterion) or more"));
  require(options.choice.smallest >= 1, "choice.smallest", found(options.choice.smallest, "1 or more"));
  require(options.choice.largest >= options.choice.smallest, "choice.largest",
          found(options.choice.largest, "at least choice.smallest"));
  require(options.guard_share >= 0 && std::isfinite(options.guard_share), "guard_share",
          "is " + std::to_string(options.guard_share) + "; expected a share of the inertia, 0 or more");
  require(options.bootstrap >= 0, "bootstrap", found(options.bootstrap, "0 (none) or more"));
  require(options.bootstrap_restarts >= 0, "bootstrap_restarts", found(options.bootstrap_restarts, "0 or more"));
  require(options.unified_clusters >= 0, "unified_clusters", found(options.unified_clusters, "0 or more"));
  check_options_together(options);
}

std::vector<GroupData> group_data(Indicators const& indicators, std::vector<IndicatorDefinition> const& asked) {
  std::vector<InputProblem> problems;
  std::set<std::string> named;
  std::string const no_group = "all";  // what compute_indicators calls the group of indicators that name none
  for (IndicatorDefinition const& definition : asked) {
    std::string const& group = definition.group.empty() ? no_group : definition.group;
    bool const kept = std::find(indicators.groups.begin(), indicators.groups.end(), group) != indicators.groups.end();
    if (!kept && named.insert(group).second) {
      problems.push_back(
          finding("group", group, "at least one indicator without gaps; missing = \"drop-indicator\" left none"));
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  std::vector<GroupData> groups;
  for (std::string const& name : indicators.groups) {
    groups.push_back({name, indicators.members(name), indicators.group_values(name)});
  }
  return groups;
}

Target find_target(std::string const& name, Indicators const& indicators, Panel const& panel) {
  Target target;
  if (name.empty()) return target;
  auto const regions = static_cast<Index>(indicators.regions.size());
  auto const years = static_cast<Index>(indicators.years.size());
  std::vector<std::string> known;
  for (std::size_t i = 0; i < indicators.definitions.size(); ++i) {
    IndicatorDefinition const& definition = indicators.definitions[i];
    known.push_back(definition.indicator);
    if (definition.indicator != name) continue;
    target.label = definition.label.empty() ? name : definition.label;
    target.unit = definition.unit;
    for (Index y = 0; y < years; ++y) {
      for (Index r = 0; r < regions; ++r) {
        target.values.push_back(
            indicators.values[static_cast<std::size_t>(indicators.offset(y, r, static_cast<Index>(i)))]);
      }
    }
    return target;
  }
  auto const series = std::find(panel.series.begin(), panel.series.end(), name);
  if (series == panel.series.end()) {
    known.insert(known.end(), panel.series.begin(), panel.series.end());
    throw InputError(
        {finding("target", name, "an indicator or a series of the panel" + format::did_you_mean(name, known))});
  }
  target.label = name;
  std::vector<std::vector<int>> gap_years(indicators.regions.size());
  for (int const year : indicators.years) {
    auto const y = std::find(panel.years.begin(), panel.years.end(), year) - panel.years.begin();
    for (std::size_t i = 0; i < indicators.regions.size(); ++i) {
      auto const r =
          std::find(panel.regions.begin(), panel.regions.end(), indicators.regions[i]) - panel.regions.begin();
      double const value = panel.at(y, r, series - panel.series.begin());
      if (!std::isfinite(value)) gap_years[i].push_back(year);
      target.values.push_back(value);
    }
  }
  std::vector<InputProblem> gaps;
  for (std::size_t i = 0; i < gap_years.size(); ++i) {
    if (gap_years[i].empty()) continue;
    gaps.push_back(finding(name, "",
                           "a number for region " + indicators.regions[i] + " in " + format::year_ranges(gap_years[i]) +
                               ", since the clusters are ranked by it"));
  }
  if (!gaps.empty()) throw InputError(std::move(gaps));
  return target;
}

std::vector<NeighbourPair> neighbour_pairs(std::vector<NeighbouringRegions> const& neighbours,
                                           Indicators const& indicators, Panel const& panel) {
  std::vector<InputProblem> problems;
  std::set<std::string> const known(panel.regions.begin(), panel.regions.end());
  std::map<std::string, Index> place;
  for (std::string const& region : indicators.regions) place.emplace(region, static_cast<Index>(place.size()));
  std::set<std::pair<Index, Index>> pairs;
  for (NeighbouringRegions const& pair : neighbours) {
    for (std::string const& code : {pair.first, pair.second}) {
      if (known.contains(code)) continue;
      problems.push_back(
          finding("neighbours", code, "a region of the panel" + format::did_you_mean(code, panel.regions)));
    }
    if (pair.first == pair.second) problems.push_back(finding("neighbours", pair.first, "two different regions"));
    auto const first = place.find(pair.first), second = place.find(pair.second);
    if (first != place.end() && second != place.end()) pairs.insert(std::minmax(first->second, second->second));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  std::vector<NeighbourPair> result;
  for (auto const& [a, b] : pairs) result.push_back({a, b});
  return result;
}

Index start_position(ClusterStudyOptions const& options, std::vector<int> const& years) {
  if (!options.start_year) {
    return options.direction == ChainDirection::forward ? 0 : static_cast<Index>(years.size()) - 1;
  }
  auto const position = std::find(years.begin(), years.end(), *options.start_year);
  if (position == years.end()) {
    throw InputError(
        {finding("start_year", std::to_string(*options.start_year),
                 "a year of the study, " + std::to_string(years.front()) + " to " + std::to_string(years.back()))});
  }
  return position - years.begin();
}

void check_regions(ClusterStudyOptions const& options, Indicators const& indicators) {
  Index const least = options.k > 0 ? options.k : options.choice.smallest;
  auto const regions = static_cast<Index>(indicators.regions.size());
  if (least <= regions) return;
  // Every year of the indicators has the same regions.
  throw InputError({finding(
      options.k > 0 ? "k" : "k_range", std::to_string(least),
      "at most the number of regions, " + std::to_string(regions) + " in " + format::year_ranges(indicators.years))});
}

}  // namespace regio
