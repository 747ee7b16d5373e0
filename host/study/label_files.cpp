#include "study/label_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "format/year_ranges.hpp"
#include "study/region_codes.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

constexpr double most_clusters = 1000;
constexpr char one_group[] = "all";

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// A label where it stands: cluster 0 based, -1 where the cell is empty.
struct LabelCell {
  Index group = 0, region = 0;
  int year = 0;
  std::int32_t cluster = -1;
  Index row = 0, column = 0;
};

/// Cluster of a cell whose number was read; a number that is no cluster becomes a finding.
std::int32_t cluster_of(CsvTable const& table, Index row, Index column, double number, Findings& findings) {
  if (std::isnan(number)) return -1;
  if (number != std::floor(number) || number < 1 || number > most_clusters) {
    findings.add(table.problem(row, column,
                               number == 0 ? "a cluster number from 1 (add 1 where clusters count from 0)"
                                           : "a cluster number: a whole number from 1 to 1000"));
    return -1;
  }
  return static_cast<std::int32_t>(number) - 1;
}

std::optional<int> year_of(std::string const& text) {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoi(text);
}

/// Collects cells by group and region, then lays them out.
class HistoryBuilder {
 public:
  void add(std::string const& group, std::string const& region, LabelCell cell) {
    cell.group = groups_.insert(group);
    if (cell.group == static_cast<Index>(regions_.size())) regions_.emplace_back();
    cell.region = regions_[position(cell.group)].insert(region);
    cells_.push_back(cell);
  }

  void build(CsvTable const& table, LabelsFile& result, Findings& findings) const {
    result.groups = groups_.codes();
    for (Index g = 0; g < groups_.size(); ++g) {
      ClusterHistory history;
      history.regions = regions_[position(g)].codes();
      for (LabelCell const& cell : cells_) {
        if (cell.group == g) history.years.push_back(cell.year);
      }
      std::sort(history.years.begin(), history.years.end());
      history.years.erase(std::unique(history.years.begin(), history.years.end()), history.years.end());
      history.labels.assign(history.years.size() * history.regions.size(), -1);
      std::vector<std::int64_t> line(history.labels.size(), 0);
      for (LabelCell const& cell : cells_) {
        if (cell.group != g) continue;
        Index const year =
            std::lower_bound(history.years.begin(), history.years.end(), cell.year) - history.years.begin();
        std::size_t const place = position(year * regions_[position(g)].size() + cell.region);
        if (line[place] != 0) {
          refuse_duplicate(table, cell.row, cell.column,
                           "region '" + history.regions[position(cell.region)] + "' in " + std::to_string(cell.year),
                           line[place], findings);
        }
        line[place] = table.line(cell.row);
        history.labels[place] = cell.cluster;
        history.clusters = std::max(history.clusters, Index{cell.cluster} + 1);
      }
      if (history.clusters == 0 && findings.empty()) {
        findings.add(
            column_problem(table, "", "no region of the group '" + result.groups[position(g)] + "' has a cluster"));
      }
      result.histories.push_back(std::move(history));
    }
  }

 private:
  RegionCodes groups_;
  std::vector<RegionCodes> regions_;
  std::vector<LabelCell> cells_;
};

void read_long(CsvTable const& table, HistoryBuilder& builder, Findings& findings) {
  refuse_other_columns(table, {"group", "region", "year", "cluster", "distance"}, findings);
  std::size_t const before = findings.size();
  auto const region = table.require("region", findings);
  auto const year = table.require("year", findings);
  auto const cluster = *table.find("cluster");
  if (!region || !year) return;
  auto const group = table.find("group");
  std::vector<int> const years = table.integers(*year, findings);
  std::vector<double> const numbers = table.numbers(cluster, findings);
  if (findings.size() > before) return;
  for (Index row = 0; row < table.rows(); ++row) {
    std::string const code = table.text(row, *region);
    if (code.empty()) findings.add(table.problem(row, *region, "the code of a region"));
    LabelCell cell;
    cell.year = years[position(row)];
    cell.cluster = cluster_of(table, row, cluster, numbers[position(row)], findings);
    cell.row = row;
    cell.column = *region;
    builder.add(group ? table.text(row, *group) : one_group, code, cell);
  }
}

void read_wide(CsvTable const& table, HistoryBuilder& builder, LabelsFile& result, Findings& findings) {
  auto const region = table.require("region", findings);
  if (!region) return;
  auto const label = table.find("label");
  auto const code_column = table.find("code");
  RegionCodes seen;
  std::vector<std::int64_t> line;
  for (Index row = 0; row < table.rows(); ++row) {
    std::string const code = table.text(row, *region);
    if (code.empty()) findings.add(table.problem(row, *region, "the code of a region"));
    Index const known = seen.insert(code);
    if (known < static_cast<Index>(line.size())) {
      refuse_duplicate(table, row, *region, "a region", line[position(known)], findings);
    } else {
      line.push_back(table.line(row));
    }
    if (label && !table.text(row, *label).empty()) result.labels[code] = table.text(row, *label);
  }
  if (seen.size() != table.rows()) return;
  bool any_year = false;
  for (Index column = 0; column < static_cast<Index>(table.columns().size()); ++column) {
    if (column == *region || column == label || column == code_column) continue;
    std::string const& name = table.columns()[position(column)];
    auto const year = year_of(name);
    if (!year) {
      findings.add(column_problem(table, name,
                                  "unknown column (a table of labels has region, year and cluster, or region, label, "
                                  "code and one column a year)"));
      continue;
    }
    any_year = true;
    std::vector<double> const numbers = table.numbers(column, findings);
    for (Index row = 0; row < table.rows(); ++row) {
      LabelCell cell;
      cell.year = *year;
      cell.cluster = cluster_of(table, row, column, numbers[position(row)], findings);
      cell.row = row;
      cell.column = column;
      builder.add(one_group, table.text(row, *region), cell);
    }
  }
  if (!any_year && findings.empty()) {
    findings.add(column_problem(table, "", "there is no column `cluster`, and no column named by a year"));
  }
}

/// What a table with years and without clusters may be: one with a misspelt column, or a panel.
std::string what_it_is_instead(CsvTable const& table) {
  std::string suggestion = format::did_you_mean("cluster", table.columns());
  if (!suggestion.empty()) return suggestion;
  for (Index column = 0; column < static_cast<Index>(table.columns().size()); ++column) {
    std::string const& name = table.columns()[position(column)];
    if (name == "year" || name == "region" || name == "group") continue;
    Findings of_column;
    std::vector<double> const numbers = table.numbers(column, of_column);
    auto const number = std::find_if(numbers.begin(), numbers.end(), [](double x) { return !std::isnan(x); });
    if (number == numbers.end()) continue;
    return "; the file looks like a panel: its column '" + name + "' holds " +
           table.text(number - numbers.begin(), column) + "; did you mean 'regio cluster', which takes panels?";
  }
  return "";
}

/// Positions of a target's groups: every group when the file has no such column.
std::vector<Index> groups_of(CsvTable const& table, Index row, std::optional<Index> group_column,
                             LabelsFile const& labels, Findings& findings) {
  std::vector<Index> result;
  if (!group_column) {
    for (Index g = 0; g < static_cast<Index>(labels.groups.size()); ++g) result.push_back(g);
    return result;
  }
  std::string const name = table.text(row, *group_column);
  auto const found = std::find(labels.groups.begin(), labels.groups.end(), name);
  if (found == labels.groups.end()) {
    findings.add(
        table.problem(row, *group_column, "a group of " + labels.file + format::did_you_mean(name, labels.groups)));
  } else {
    result.push_back(found - labels.groups.begin());
  }
  return result;
}

std::optional<Index> year_position(ClusterHistory const& history, int year) {
  auto const found = std::lower_bound(history.years.begin(), history.years.end(), year);
  if (found == history.years.end() || *found != year) return std::nullopt;
  return found - history.years.begin();
}

std::string year_range(ClusterHistory const& history) {
  return "a year of the labels (" + std::to_string(history.years.front()) + " to " +
         std::to_string(history.years.back()) + ")";
}

/// Numbers [year, second] of one group, with the line that each came from.
struct TargetTable {
  std::vector<double> values;
  std::vector<std::int64_t> line;

  TargetTable(ClusterHistory const& history, Index seconds)
      : values(history.years.size() * position(seconds), std::numeric_limits<double>::quiet_NaN()),
        line(values.size(), 0) {}

  void set(CsvTable const& table, Index row, Index column, Index place, double value, std::string const& key,
           Findings& findings) {
    if (line[position(place)] != 0) refuse_duplicate(table, row, column, key, line[position(place)], findings);
    line[position(place)] = table.line(row);
    values[position(place)] = value;
  }
};

std::vector<std::optional<ClusterRanking>> ranking_by_means(CsvTable const& table, LabelsFile const& labels,
                                                            Findings& findings) {
  std::vector<std::optional<ClusterRanking>> result(labels.groups.size());
  refuse_other_columns(table, {"group", "year", "cluster", "mean"}, findings);
  std::size_t const before = findings.size();
  auto const year_column = table.require("year", findings);
  auto const cluster_column = table.require("cluster", findings);
  if (!year_column || !cluster_column) return result;
  auto const mean_column = *table.find("mean");
  auto const group_column = table.find("group");
  std::vector<int> const years = table.integers(*year_column, findings);
  std::vector<double> const clusters = table.numbers(*cluster_column, findings);
  std::vector<double> const means = table.numbers(mean_column, findings);
  if (findings.size() > before) return result;

  std::vector<TargetTable> tables;
  for (ClusterHistory const& history : labels.histories) tables.emplace_back(history, history.clusters);
  for (Index row = 0; row < table.rows(); ++row) {
    std::int32_t const cluster = cluster_of(table, row, *cluster_column, clusters[position(row)], findings);
    for (Index const g : groups_of(table, row, group_column, labels, findings)) {
      ClusterHistory const& history = labels.histories[position(g)];
      auto const year = year_position(history, years[position(row)]);
      if (!year) findings.add(table.problem(row, *year_column, year_range(history)));
      if (cluster < 0 || cluster >= history.clusters) {
        findings.add(table.problem(row, *cluster_column,
                                   "a cluster of the labels (1 to " + std::to_string(history.clusters) + ")"));
      } else if (year) {
        tables[position(g)].set(table, row, *cluster_column, *year * history.clusters + cluster, means[position(row)],
                                "a year and cluster", findings);
      }
    }
  }
  if (findings.size() > before) return result;
  for (std::size_t g = 0; g < labels.groups.size(); ++g) {
    ClusterHistory const& history = labels.histories[g];
    ClusterRanking ranking;
    ranking.mean = std::move(tables[g].values);
    ranking.rank = rank_means(
        MatrixView<double const>(ranking.mean.data(), static_cast<Index>(history.years.size()), history.clusters));
    result[g] = std::move(ranking);
  }
  return result;
}

std::vector<std::optional<ClusterRanking>> ranking_by_values(CsvTable const& table, LabelsFile const& labels,
                                                             Findings& findings) {
  std::vector<std::optional<ClusterRanking>> result(labels.groups.size());
  refuse_other_columns(table, {"region", "year", "value"}, findings);
  std::size_t const before = findings.size();
  auto const region_column = table.require("region", findings);
  auto const year_column = table.require("year", findings);
  if (!region_column || !year_column) return result;
  std::vector<int> const years = table.integers(*year_column, findings);
  std::vector<double> const values = table.numbers(*table.find("value"), findings);
  if (findings.size() > before) return result;

  for (std::size_t g = 0; g < labels.groups.size(); ++g) {
    ClusterHistory const& history = labels.histories[g];
    RegionCodes const regions(history.regions);
    TargetTable target(history, regions.size());
    for (Index row = 0; row < table.rows(); ++row) {
      std::string const code = table.text(row, *region_column);
      auto const region = regions.find(code);
      auto const year = year_position(history, years[position(row)]);
      if (!region) findings.add(table.problem(row, *region_column, "a region of " + labels.file + regions.hint(code)));
      if (!year) findings.add(table.problem(row, *year_column, year_range(history)));
      if (region && year) {
        target.set(table, row, *region_column, *year * regions.size() + *region, values[position(row)],
                   "a region and year", findings);
      }
    }
    for (std::size_t r = 0; r < history.regions.size(); ++r) {
      std::vector<int> gap_years;
      for (std::size_t y = 0; y < history.years.size(); ++y) {
        std::size_t const at = y * history.regions.size() + r;
        if (history.labels[at] >= 0 && std::isnan(target.values[at])) gap_years.push_back(history.years[y]);
      }
      if (gap_years.empty()) continue;
      findings.add(InputProblem{
          .file = table.file(),
          .field = "value",
          .expected = "no value for region '" + history.regions[r] + "' in " + format::year_ranges(gap_years)});
    }
    if (findings.size() > before) return result;
    result[g] = rank_clusters(
        history,
        MatrixView<double const>(target.values.data(), static_cast<Index>(history.years.size()), regions.size()));
  }
  return result;
}

}  // namespace

LabelsFile read_labels(std::filesystem::path const& path, Findings& findings) {
  LabelsFile result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  result.file = table->file();
  HistoryBuilder builder;
  if (table->rows() == 0) {
    findings.add(column_problem(*table, "", "the table has a header but no lines"));
  } else if (table->find("year") && !table->find("cluster")) {
    findings.add(column_problem(
        *table, "cluster",
        "there is no such column" + what_it_is_instead(*table) + " (a table of labels has region, year and cluster)"));
  } else if (table->find("cluster")) {
    read_long(*table, builder, findings);
  } else {
    read_wide(*table, builder, result, findings);
  }
  builder.build(*table, result, findings);
  return result;
}

std::vector<std::optional<ClusterRanking>> read_ranking(std::filesystem::path const& path, LabelsFile const& labels,
                                                        Findings& findings) {
  auto const table = open_table(path, findings);
  if (!table) return {};
  if (table->find("mean")) return ranking_by_means(*table, labels, findings);
  if (table->find("value")) return ranking_by_values(*table, labels, findings);
  findings.add(column_problem(*table, "", "a target has the columns [group,]year,cluster,mean or region,year,value"));
  return {};
}

}  // namespace regio::study
