#include "study/national_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "format/csv_writer.hpp"
#include "study/label_columns.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

/// Numbers of regions, rows and columns multiply; beyond this many cells a file is wrong rather than large.
constexpr double most_cells = 1e10;

std::vector<std::string> const flow_columns = {"row", "column", "value"};

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

bool is_flows(CsvTable const& csv) {
  std::vector<std::string> const& columns = csv.columns();
  return std::ranges::all_of(flow_columns, [&](std::string const& name) {
    return std::ranges::find(columns, name) != columns.end();  // a free first cell is no name for CsvTable::find
  });
}

class NationalTable {
 public:
  NationalTable(RegionalTables const& tables, Findings& findings)
      : tables_(tables),
        findings_(findings),
        values_(position(tables.rows.size() * tables.columns.size()), std::numeric_limits<double>::quiet_NaN()) {}

  std::vector<double> read(std::filesystem::path const& path) {
    auto csv = open_table(path, findings_, format::CsvHeader::all_but_first);
    if (csv && is_flows(*csv)) {
      csv = open_table(path, findings_);
      if (csv) read_flows(*csv);
    } else if (csv) {
      read_matrix(*csv);
    }
    if (csv && tables_.regions.size() > 0 && findings_.empty() && all_missing()) {
      findings_.add(column_problem(*csv, "", "no cell has a number, so that nothing would be controlled"));
    }
    return std::move(values_);
  }

 private:
  [[nodiscard]] bool all_missing() const {
    return std::all_of(values_.begin(), values_.end(), [](double value) { return std::isnan(value); });
  }

  void read_flows(CsvTable const& csv) {
    refuse_other_columns(csv, flow_columns, findings_);
    Index const value_column = *csv.find("value");
    std::vector<double> const numbers = csv.numbers(value_column, findings_);
    if (tables_.regions.size() == 0) return;
    LabelColumn rows(csv, *csv.find("row"), tables_.rows, "row", tables_.file);
    LabelColumn columns(csv, *csv.find("column"), tables_.columns, "column", tables_.file);
    FilledOnce filled;
    for (Index line = 0; line < csv.rows(); ++line) {
      auto const row = rows.find(line, findings_);
      auto const column = columns.find(line, findings_);
      if (!row || !column) continue;
      Index const at = *row * tables_.columns.size() + *column;
      if (!filled.fill(csv, line, columns.column(), at, "a row and column", findings_)) continue;
      values_[position(at)] = numbers[position(line)];
    }
  }

  void read_matrix(CsvTable const& csv) {
    auto const columns = static_cast<Index>(csv.columns().size()) - 1;
    UniqueLabels labels(csv);
    LabelColumn known(csv, 0, tables_.rows, "row", tables_.file);
    std::vector<std::optional<Index>> row_of(position(csv.rows()));
    for (Index line = 0; line < csv.rows(); ++line) {
      if (labels.add(line, 0, "row", findings_) && tables_.regions.size() > 0) {
        row_of[position(line)] = known.find(line, findings_);
      }
    }
    for (Index column = 1; column <= columns; ++column) {
      std::string const& label = csv.columns()[position(column)];
      std::vector<double> const numbers = csv.numbers(column, findings_);
      if (tables_.regions.size() == 0) continue;
      auto const place = tables_.columns.find(label);
      if (!place) {
        findings_.add(column_problem(csv, label, "expected a column of " + tables_.file + tables_.columns.hint(label)));
        continue;
      }
      for (Index line = 0; line < csv.rows(); ++line) {
        auto const row = row_of[position(line)];
        if (row) values_[position(*row * tables_.columns.size() + *place)] = numbers[position(line)];
      }
    }
  }

  RegionalTables const& tables_;
  Findings& findings_;
  std::vector<double> values_;
};

/// For each row or column of each region, whether it has a cell that is not 0.
std::vector<bool> margins_with_cells(RegionalTables const& tables, Margin margin) {
  Index const labels = tables.labels(margin).size();
  std::vector<bool> result(position(tables.regions.size() * labels), false);
  for (Index const at : tables.listed) {
    if (tables.values[position(at)] == 0) continue;
    auto const [region, row, column] = tables.place(at);
    result[position(region * labels + (margin == Margin::rows ? row : column))] = true;
  }
  return result;
}

}  // namespace

RegionalTables::Place RegionalTables::place(Index at) const {
  Index const cells = rows.size() * columns.size();
  return {at / cells, at % cells / columns.size(), at % columns.size()};
}

RegionalTables read_regional_tables(std::filesystem::path const& path, Findings& findings) {
  RegionalTables tables;
  tables.file = path.string();
  auto csv = open_table(path, findings, format::CsvHeader::all_but_first);
  if (!csv) return tables;
  if (std::ranges::find(csv->columns(), "region") == csv->columns().end()) {
    findings.add(column_problem(*csv, "region",
                                "there is no such column; tables under national control have the columns region, row, "
                                "column, value"));
    return tables;
  }
  csv = open_table(path, findings);
  if (!csv) return tables;
  refuse_other_columns(*csv, {"region", "row", "column", "value"}, findings);
  auto const region_column = csv->require("region", findings);
  auto const row_column = csv->require("row", findings);
  auto const column_column = csv->require("column", findings);
  auto const value_column = csv->require("value", findings);
  if (!region_column || !row_column || !column_column || !value_column) return tables;
  if (csv->rows() == 0) {
    findings.add(column_problem(*csv, "", "the table has a header but no lines"));
    return tables;
  }
  tables.value_column = *value_column;
  std::vector<double> const numbers =
      complete_numbers(*csv, *value_column, "a number; a cell without a flow is 0", findings);
  auto const label_of = [&](Index line, Index column, std::string const& what) {
    std::string label = csv->text(line, column);
    if (label.empty()) findings.add(csv->problem(line, column, "the label of a " + what));
    return label;
  };
  struct Cell {
    Index region, row, column, line;
  };
  std::vector<Cell> cells;
  for (Index line = 0; line < csv->rows(); ++line) {
    cells.push_back({tables.regions.insert(label_of(line, *region_column, "region")),
                     tables.rows.insert(label_of(line, *row_column, "row")),
                     tables.columns.insert(label_of(line, *column_column, "column")), line});
  }
  auto const extent = [](RegionCodes const& codes) { return static_cast<double>(codes.size()); };
  if (extent(tables.regions) * extent(tables.rows) * extent(tables.columns) > most_cells) {
    findings.add(column_problem(*csv, "",
                                std::to_string(tables.regions.size()) + " regions of " +
                                    std::to_string(tables.rows.size()) + " rows and " +
                                    std::to_string(tables.columns.size()) +
                                    " columns are more cells than can be held; do regions share their labels?"));
    return {.file = tables.file};
  }
  std::vector<std::int64_t> const lines = csv->lines();
  auto const place_of = [&](Cell const& cell) {
    return (cell.region * tables.rows.size() + cell.row) * tables.columns.size() + cell.column;
  };
  std::stable_sort(cells.begin(), cells.end(), [&](Cell const& a, Cell const& b) { return place_of(a) < place_of(b); });
  tables.values.assign(position(tables.regions.size() * tables.rows.size() * tables.columns.size()), 0.0);
  for (Cell const& cell : cells) {
    Index const at = place_of(cell);
    if (!tables.listed.empty() && tables.listed.back() == at) {
      refuse_duplicate(*csv, cell.line, *column_column, "a region, row and column", tables.line.back(), findings);
      continue;
    }
    tables.listed.push_back(at);
    tables.line.push_back(lines[position(cell.line)]);
    tables.values[position(at)] = numbers[position(cell.line)];
  }
  return tables;
}

void refuse_negative_cells(RegionalTables const& tables, Findings& findings) {
  for (std::size_t i = 0; i < tables.listed.size(); ++i) {
    double const value = tables.values[position(tables.listed[i])];
    if (value >= 0) continue;
    if (findings.full()) {
      findings.add_unlisted();
      continue;
    }
    auto const [region, row, column] = tables.place(tables.listed[i]);
    InputProblem problem{.file = tables.file,
                         .line = tables.line[i],
                         .column = tables.value_column + 1,
                         .found = format::number_text(value),
                         .expected = "a number from 0 on: RAS takes no negative cell, the method gras does"};
    problem.field = "region '" + tables.regions.codes()[position(region)] + "', row '" +
                    tables.rows.codes()[position(row)] + "', column '" + tables.columns.codes()[position(column)] + "'";
    findings.add(std::move(problem));
  }
}

std::vector<double> read_regional_totals(std::filesystem::path const& path, Margin margin, RegionalTables const& tables,
                                         Findings& findings) {
  RegionCodes const& labels = tables.labels(margin);
  std::string const what = margin_name(margin);
  std::vector<double> totals(position(tables.regions.size() * labels.size()), 0.0);
  auto const csv = open_table(path, findings);
  if (!csv) return totals;
  std::vector<std::string> known = {"region", "label", "value"};
  if (csv->find("reliability")) {
    findings.add(column_problem(*csv, "reliability", "national control meets every total; leave this column out"));
    known.emplace_back("reliability");
  }
  refuse_other_columns(*csv, known, findings);
  auto const region_column = csv->require("region", findings);
  auto const label_column = csv->require("label", findings);
  auto const value_column = csv->require("value", findings);
  if (!region_column || !label_column || !value_column) return totals;
  std::vector<double> const numbers = complete_numbers(*csv, *value_column, "a number, the total", findings);
  // Tables that could not be read have no labels to compare with.
  if (tables.regions.size() == 0) return totals;

  LabelColumn regions(*csv, *region_column, tables.regions, "region", tables.file);
  LabelColumn margins(*csv, *label_column, labels, what, tables.file);
  FilledOnce filled;
  for (Index line = 0; line < csv->rows(); ++line) {
    auto const region = regions.find(line, findings);
    auto const label = margins.find(line, findings);
    if (!region || !label) continue;
    Index const at = *region * labels.size() + *label;
    if (!filled.fill(*csv, line, *label_column, at, "a region and " + what, findings)) continue;
    totals[position(at)] = numbers[position(line)];
  }
  std::vector<bool> const has_cells = margins_with_cells(tables, margin);
  for (Index region = 0; region < tables.regions.size(); ++region) {
    std::vector<std::string> missing;
    for (Index i = 0; i < labels.size(); ++i) {
      Index const at = region * labels.size() + i;
      if (has_cells[position(at)] && !filled.has(at)) missing.push_back("'" + labels.codes()[position(i)] + "'");
    }
    if (missing.empty()) continue;
    findings.add(column_problem(*csv, "label",
                                "there is no total for the " + what + (missing.size() > 1 ? "s " : " ") +
                                    listed(missing) + " of region '" + tables.regions.codes()[position(region)] +
                                    "' in " + tables.file));
  }
  return totals;
}

std::vector<double> read_national_table(std::filesystem::path const& path, RegionalTables const& tables,
                                        Findings& findings) {
  return NationalTable(tables, findings).read(path);
}

}  // namespace regio::study
