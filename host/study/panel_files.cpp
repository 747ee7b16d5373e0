#include "study/panel_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "format/suggestion.hpp"
#include "format/year_ranges.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// The numbers of a column in which no cell is a number are not reported cell by cell.
std::vector<double> series_numbers(CsvTable const& table, Index column, Findings& findings) {
  Findings of_column;
  std::vector<double> numbers = table.numbers(column, of_column);
  if (of_column.empty()) return numbers;
  if (of_column.size() > 1 && of_column.size() == static_cast<std::size_t>(table.rows())) {
    findings.add(column_problem(table, table.columns()[position(column)],
                                "no cell of this column is a number; a panel holds numbers beside region and year, "
                                "names of regions belong into a file of their own (input.regions)"));
    return numbers;
  }
  add_all(of_column, findings);
  return numbers;
}

struct RegionYears {
  RegionCodes regions;
  std::vector<int> years;           ///< ascending
  std::vector<Index> region, year;  ///< [row] positions
};

/// Reads region and year of every row; nullopt with findings where one of them cannot be read.
std::optional<RegionYears> read_keys(CsvTable const& table, Findings& findings) {
  std::size_t const before = findings.size();
  auto const region_column = table.require("region", findings);
  auto const year_column = table.require("year", findings);
  if (!region_column || !year_column) return std::nullopt;
  RegionYears keys;
  std::vector<int> const row_years = table.integers(*year_column, findings);
  keys.region.reserve(position(table.rows()));
  for (Index row = 0; row < table.rows(); ++row) {
    std::string const code = table.text(row, *region_column);
    if (code.empty()) findings.add(table.problem(row, *region_column, "the code of a region"));
    keys.region.push_back(keys.regions.insert(code));
  }
  if (findings.size() > before) return std::nullopt;
  if (table.rows() == 0) {
    findings.add(column_problem(table, "", "the table has a header but no lines"));
    return std::nullopt;
  }
  keys.years = row_years;
  std::sort(keys.years.begin(), keys.years.end());
  keys.years.erase(std::unique(keys.years.begin(), keys.years.end()), keys.years.end());
  for (int const year : row_years) {
    keys.year.push_back(std::lower_bound(keys.years.begin(), keys.years.end(), year) - keys.years.begin());
  }
  return keys;
}

Panel empty_panel(RegionYears const& keys, std::vector<std::string> series) {
  Panel panel;
  panel.regions = keys.regions.codes();
  panel.years = keys.years;
  panel.series = std::move(series);
  panel.values.assign(panel.regions.size() * panel.years.size() * panel.series.size(), missing);
  return panel;
}

std::string place(Panel const& panel, Index year, Index region) {
  return "region '" + panel.regions[position(region)] + "' in " + std::to_string(panel.years[position(year)]);
}

void read_wide(CsvTable const& table, RegionYears const& keys, PanelFile& result, Findings& findings) {
  std::vector<std::string> series;
  std::vector<Index> columns;
  for (Index column = 0; column < static_cast<Index>(table.columns().size()); ++column) {
    std::string const& name = table.columns()[position(column)];
    if (name == "region" || name == "year") continue;
    series.push_back(name);
    columns.push_back(column);
  }
  if (series.empty()) findings.add(column_problem(table, "", "there is no series beside region and year"));
  Panel& panel = result.panel = empty_panel(keys, series);
  result.line.assign(panel.regions.size() * panel.years.size(), 0);
  auto const region_column = *table.find("region");
  for (Index row = 0; row < table.rows(); ++row) {
    Index const year = keys.year[position(row)];
    Index const region = keys.region[position(row)];
    auto& line = result.line[position(year * keys.regions.size() + region)];
    if (line != 0) refuse_duplicate(table, row, region_column, place(panel, year, region), line, findings);
    line = table.line(row);
  }
  for (std::size_t s = 0; s < columns.size(); ++s) {
    std::vector<double> const numbers = series_numbers(table, columns[s], findings);
    for (Index row = 0; row < table.rows(); ++row) {
      panel.at(keys.year[position(row)], keys.region[position(row)], static_cast<Index>(s)) = numbers[position(row)];
    }
  }
}

void read_long(CsvTable const& table, RegionYears const& keys, PanelFile& result, Findings& findings) {
  result.long_form = true;
  refuse_other_columns(table, {"region", "year", "series", "value"}, findings);
  auto const series_column = *table.find("series");
  RegionCodes series;
  std::vector<Index> of_row;
  for (Index row = 0; row < table.rows(); ++row) {
    std::string const name = table.text(row, series_column);
    if (name.empty()) findings.add(table.problem(row, series_column, "the name of a series"));
    of_row.push_back(series.insert(name));
  }
  std::vector<double> const numbers = series_numbers(table, *table.find("value"), findings);
  Panel& panel = result.panel = empty_panel(keys, series.codes());
  std::vector<std::int64_t> line(panel.values.size(), 0);
  for (Index row = 0; row < table.rows(); ++row) {
    Index const year = keys.year[position(row)];
    Index const region = keys.region[position(row)];
    Index const s = of_row[position(row)];
    auto& seen = line[position((year * keys.regions.size() + region) * series.size() + s)];
    if (seen != 0) {
      refuse_duplicate(table, row, series_column, place(panel, year, region) + " and this series", seen, findings);
    }
    seen = table.line(row);
    panel.at(year, region, s) = numbers[position(row)];
  }
}

template <class Value>
std::optional<Value> choose(CsvTable const& table, Index row, Index column,
                            std::vector<std::pair<std::string, Value>> const& choices, Findings& findings) {
  std::string const text = table.text(row, column);
  std::vector<std::string> names;
  for (auto const& [name, value] : choices) {
    if (name == text) return value;
    names.push_back(name);
  }
  findings.add(table.problem(row, column, listed(names, names.size()) + format::did_you_mean(text, names)));
  return std::nullopt;
}

/// Text of an optional column, "" where the table has none.
std::string optional_text(CsvTable const& table, Index row, std::optional<Index> column) {
  return column ? table.text(row, *column) : std::string();
}

}  // namespace

PanelFile read_panel(std::filesystem::path const& path, Findings& findings) {
  PanelFile result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  result.file = table->file();
  auto const keys = read_keys(*table, findings);
  if (!keys) return result;
  if (table->find("series") && table->find("value")) {
    read_long(*table, *keys, result, findings);
  } else {
    read_wide(*table, *keys, result, findings);
  }
  return result;
}

RegionsFile read_regions(std::filesystem::path const& path, Findings& findings) {
  RegionsFile result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  result.file = table->file();
  auto const region_column = table->require("region", findings);
  if (!region_column) return result;
  auto const label_column = table->find("label");
  std::vector<std::int64_t> line;
  for (Index row = 0; row < table->rows(); ++row) {
    std::string const code = table->text(row, *region_column);
    if (code.empty()) findings.add(table->problem(row, *region_column, "the code of a region"));
    Index const region = result.codes.insert(code);
    if (region < static_cast<Index>(line.size())) {
      refuse_duplicate(*table, row, *region_column, "a region", line[position(region)], findings);
      continue;
    }
    line.push_back(table->line(row));
    std::string const label = optional_text(*table, row, label_column);
    if (!label.empty()) result.labels[code] = label;
  }
  if (result.codes.size() != table->rows()) return result;
  for (Index column = 0; column < static_cast<Index>(table->columns().size()); ++column) {
    if (column == *region_column || column == label_column) continue;
    Findings of_column;
    std::vector<double> numbers = table->numbers(column, of_column);
    auto const given = std::count_if(numbers.begin(), numbers.end(), [](double x) { return !std::isnan(x); });
    if (given == 0) {  // text, such as the name of a larger area
      result.text_columns.push_back(table->columns()[position(column)]);
      continue;
    }
    if (!of_column.empty()) add_all(of_column, findings);
    result.facts.push_back(table->columns()[position(column)]);
    result.values.push_back(std::move(numbers));
  }
  return result;
}

std::vector<std::string> unused_columns_notice(RegionsFile const& regions, std::vector<std::string> const& columns) {
  if (columns.empty()) return {};
  return {"Columns of " + std::filesystem::path(regions.file).filename().string() +
          " that nothing in this study uses: " + listed(columns, columns.size()) + "."};
}

void add_facts(RegionsFile const& regions, PanelFile& panel_file, Findings& findings) {
  Panel& panel = panel_file.panel;
  std::vector<Index> fact_row;
  for (std::string const& code : panel.regions) {
    auto const found = regions.codes.find(code);
    if (!found) {
      findings.add(InputProblem{.file = panel_file.file,
                                .field = "region",
                                .found = code,
                                .expected = "a region of " + regions.file + regions.codes.hint(code)});
    }
    fact_row.push_back(found.value_or(0));
  }
  for (std::string const& fact : regions.facts) {
    if (std::find(panel.series.begin(), panel.series.end(), fact) != panel.series.end()) {
      findings.add(InputProblem{.file = regions.file,
                                .field = fact,
                                .expected = "the panel has a series of this name; rename one of the two"});
    }
  }
  if (!findings.empty() || regions.facts.empty()) return;
  Panel joined;
  joined.regions = panel.regions;
  joined.years = panel.years;
  joined.series = panel.series;
  joined.series.insert(joined.series.end(), regions.facts.begin(), regions.facts.end());
  joined.values.reserve(joined.regions.size() * joined.years.size() * joined.series.size());
  for (Index year = 0; year < static_cast<Index>(panel.years.size()); ++year) {
    for (Index region = 0; region < static_cast<Index>(panel.regions.size()); ++region) {
      for (Index s = 0; s < static_cast<Index>(panel.series.size()); ++s) {
        joined.values.push_back(panel.at(year, region, s));
      }
      for (auto const& fact : regions.values) joined.values.push_back(fact[position(fact_row[position(region)])]);
    }
  }
  panel = std::move(joined);
}

std::vector<IndicatorDefinition> read_indicators(std::filesystem::path const& path, Panel const& panel,
                                                 Findings& findings) {
  static std::vector<std::pair<std::string, Direction>> const directions = {{"higher", Direction::higher_is_better},
                                                                            {"lower", Direction::lower_is_better}};
  static std::vector<std::pair<std::string, Transform>> const transforms = {
      {"level", Transform::level}, {"growth", Transform::growth}, {"share", Transform::share}};

  std::vector<IndicatorDefinition> definitions;
  auto const table = open_table(path, findings);
  if (!table) return definitions;
  refuse_other_columns(
      *table, {"indicator", "series", "label", "unit", "group", "direction", "transform", "per", "scale"}, findings);
  auto const indicator = table->require("indicator", findings);
  auto const series = table->require("series", findings);
  auto const label = table->require("label", findings);
  auto const unit = table->require("unit", findings);
  auto const group = table->require("group", findings);
  auto const direction = table->require("direction", findings);
  if (!indicator || !series || !label || !unit || !group || !direction) return definitions;
  auto const transform = table->find("transform");
  auto const per = table->find("per");
  auto const scale = table->find("scale");
  std::vector<double> scales(position(table->rows()), 1.0);
  if (scale) scales = table->numbers(*scale, findings);
  if (table->rows() == 0) findings.add(column_problem(*table, "", "the table has a header but no indicators"));

  auto const check_series = [&](Index row, Index column, std::string const& name) {
    if (panel.series.empty() || std::find(panel.series.begin(), panel.series.end(), name) != panel.series.end()) return;
    findings.add(table->problem(row, column, "a series of the panel" + format::did_you_mean(name, panel.series)));
  };
  std::map<std::string, std::int64_t> line_of;
  for (Index row = 0; row < table->rows(); ++row) {
    IndicatorDefinition definition;
    definition.indicator = table->text(row, *indicator);
    if (definition.indicator.empty()) findings.add(table->problem(row, *indicator, "the name of an indicator"));
    auto const [known, added] = line_of.try_emplace(definition.indicator, table->line(row));
    if (!added) refuse_duplicate(*table, row, *indicator, "an indicator", known->second, findings);
    definition.series = table->text(row, *series);
    check_series(row, *series, definition.series);
    definition.label = table->text(row, *label);
    definition.unit = table->text(row, *unit);
    definition.group = table->text(row, *group);
    if (definition.group.empty()) findings.add(table->problem(row, *group, "the name of a group"));
    definition.direction = choose(*table, row, *direction, directions, findings).value_or(Direction::higher_is_better);
    if (!optional_text(*table, row, transform).empty()) {
      definition.transform = choose(*table, row, *transform, transforms, findings).value_or(Transform::level);
    }
    definition.per = optional_text(*table, row, per);
    if (!definition.per.empty()) check_series(row, *per, definition.per);
    double const factor = scales[position(row)];
    if (factor == 0) findings.add(table->problem(row, *scale, "a factor other than 0"));
    definition.scale = std::isnan(factor) ? 1.0 : factor;
    definitions.push_back(std::move(definition));
  }
  return definitions;
}

std::vector<IndicatorDefinition> every_series(Panel const& panel, Index count) {
  std::vector<IndicatorDefinition> definitions;
  for (Index s = 0; s < count; ++s) {
    IndicatorDefinition definition;
    definition.indicator = definition.series = panel.series[position(s)];
    definition.group = "all";
    definitions.push_back(std::move(definition));
  }
  return definitions;
}

void refuse_gaps(PanelFile const& file, std::vector<IndicatorDefinition> const& definitions, Findings& findings) {
  Panel const& panel = file.panel;
  std::set<std::string> used;
  for (auto const& definition : definitions) {
    used.insert(definition.series);
    if (!definition.per.empty()) used.insert(definition.per);
  }
  std::string const advice = "; indicators.missing names policies for gaps";
  auto const regions = static_cast<Index>(panel.regions.size());
  auto const series = static_cast<Index>(panel.series.size());
  for (Index region = 0; region < regions; ++region) {
    // What has no line in the file is one finding for all its years.
    std::vector<int> without_line;
    std::vector<std::vector<int>> without_value(panel.series.size());
    for (Index year = 0; year < static_cast<Index>(panel.years.size()); ++year) {
      int const number = panel.years[position(year)];
      std::int64_t const line = file.long_form ? 0 : file.line[position(year * regions + region)];
      if (!file.long_form && line == 0) {
        without_line.push_back(number);
        continue;
      }
      for (Index s = 0; s < series; ++s) {
        if (!std::isnan(panel.at(year, region, s)) || !used.contains(panel.series[position(s)])) continue;
        if (line == 0) {
          without_value[position(s)].push_back(number);
          continue;
        }
        findings.add(InputProblem{.file = file.file,
                                  .line = line,
                                  .field = panel.series[position(s)],
                                  .expected = "no value for " + place(panel, year, region) + advice});
      }
    }
    std::string const who = "region '" + panel.regions[position(region)] + "' in ";
    if (!without_line.empty()) {
      findings.add(
          InputProblem{.file = file.file,
                       .expected = fmt::format("no line for {}{}{}", who, format::year_ranges(without_line), advice)});
    }
    for (Index s = 0; s < series; ++s) {
      if (without_value[position(s)].empty()) continue;
      findings.add(InputProblem{.file = file.file,
                                .field = panel.series[position(s)],
                                .expected = fmt::format("no value for {}{}{}", who,
                                                        format::year_ranges(without_value[position(s)]), advice)});
    }
  }
}

std::vector<NeighbouringRegions> read_neighbours(std::filesystem::path const& path, RegionCodes const& regions,
                                                 Findings& findings) {
  std::vector<NeighbouringRegions> neighbours;
  auto const table = open_table(path, findings);
  if (!table) return neighbours;
  refuse_other_columns(*table, {"from", "to", "distance", "sector", "directed"}, findings);
  auto const from = table->require("from", findings);
  auto const to = table->require("to", findings);
  auto const distance = table->require("distance", findings);
  if (!from || !to || !distance) return neighbours;
  auto const sector = table->find("sector");
  std::vector<double> const distances = table->numbers(*distance, findings);
  std::map<std::vector<std::string>, std::int64_t> line_of;
  for (Index row = 0; row < table->rows(); ++row) {
    for (Index const column : {*from, *to}) {
      std::string const code = table->text(row, column);
      if (regions.size() > 0 && !regions.find(code)) {
        findings.add(table->problem(row, column, "a region of the panel" + regions.hint(code)));
      }
    }
    std::string const a = table->text(row, *from);
    std::string const b = table->text(row, *to);
    if (a == b) findings.add(table->problem(row, *to, "another region than in `from`"));
    if (!(distances[position(row)] >= 0)) findings.add(table->problem(row, *distance, "a distance of 0 or more"));
    auto const [known, added] = line_of.try_emplace({a, b, optional_text(*table, row, sector)}, table->line(row));
    if (!added) refuse_duplicate(*table, row, *from, "a pair", known->second, findings);
    neighbours.push_back({a, b});
  }
  return neighbours;
}

BoundariesFile read_study_boundaries(std::filesystem::path const& path, RegionCodes const& regions,
                                     Findings& findings) {
  BoundariesFile result;
  try {
    result.boundaries = format::read_boundaries(path);
  } catch (InputError const& error) {
    for (InputProblem const& problem : error.problems()) findings.add(problem);
    return result;
  }
  if (regions.size() == 0) return result;
  std::set<std::string> drawn;
  std::vector<std::string> without_region;
  for (auto const& boundary : result.boundaries) {
    if (regions.find(boundary.region)) {
      drawn.insert(boundary.region);
    } else {
      without_region.push_back(boundary.region);
    }
  }
  std::vector<std::string> without_boundary;
  std::string hint;
  RegionCodes const spare(without_region);
  for (std::string const& code : regions.codes()) {
    if (drawn.contains(code)) continue;
    without_boundary.push_back(code);
    if (hint.empty() && !format::did_you_mean(code, without_region).empty()) hint = spare.hint(code);
  }
  std::string const name = path.filename().string();
  if (drawn.empty()) {
    findings.add(InputProblem{.file = path.string(),
                              .expected = "no boundary belongs to a region of the study (property `region`: " +
                                          listed(without_region) + "; regions: " + listed(regions.codes()) + ")"});
    return result;
  }
  if (!without_boundary.empty()) {
    result.notices.push_back("The map is incomplete: " + name + " has no boundary for " + listed(without_boundary) +
                             hint + ".");
  }
  if (!without_region.empty()) {
    result.notices.push_back("Boundaries without data in " + name + ": " + listed(without_region) + ".");
  }
  return result;
}

}  // namespace regio::study
