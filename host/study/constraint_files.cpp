#include "study/constraint_files.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "format/csv_writer.hpp"
#include "study/label_columns.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Reliabilities of the lines, infinite where there is none; empty when the file has no such column.
std::vector<double> read_reliabilities(CsvTable const& csv, ConstrainedMethod method, Findings& findings) {
  auto const column = csv.find("reliability");
  if (!column) return {};
  if (method == ConstrainedMethod::mr_gras) {
    findings.add(column_problem(
        csv, "reliability", "mr-gras meets every total; the methods soft, kras and least-squares take reliabilities"));
    return {};
  }
  std::vector<double> reliability = csv.numbers(*column, findings);
  for (Index line = 0; line < csv.rows(); ++line) {
    double& number = reliability[position(line)];
    if (std::isnan(number)) number = infinity;
    if (number <= 0) findings.add(csv.problem(line, *column, "a number above 0; none where the total must be met"));
  }
  return reliability;
}

/// The cells that lines name by their columns `row` and `column`.
class CellColumns {
 public:
  /// Both columns, or nullopt with a finding for each that is missing.
  static std::optional<CellColumns> find(CsvTable const& csv, TableFile const& table, Findings& findings) {
    auto const row = csv.require("row", findings);
    auto const column = csv.require("column", findings);
    if (!row || !column) return std::nullopt;
    return CellColumns(csv, *row, *column, table);
  }

  /// The cell of a line, or nullopt with a finding.
  std::optional<TableCell> cell(Index line, Findings& findings) {
    auto const row = rows_.find(line, findings);
    auto const column = columns_.find(line, findings);
    if (!row || !column) return std::nullopt;
    return TableCell{*row, *column};
  }
  [[nodiscard]] Index column() const noexcept { return columns_.column(); }

 private:
  CellColumns(CsvTable const& csv, Index row, Index column, TableFile const& table)
      : rows_(csv, row, table.rows, "row", table.file), columns_(csv, column, table.columns, "column", table.file) {}

  LabelColumn rows_, columns_;
};

/// A number that the lines of a constraint repeat.
class RepeatedNumber {
 public:
  RepeatedNumber(CsvTable const& csv, Index column) : csv_(csv), column_(column) {}

  /// Takes the number of a line of a constraint; NaN: the line has none.
  void take(Index constraint, Index line, double number, Findings& findings) {
    if (std::isnan(number)) return;
    auto const [known, is_new] = line_.try_emplace(constraint, line);
    if (is_new) {
      number_.emplace(constraint, number);
    } else if (number_.at(constraint) != number) {
      findings.add(csv_.problem(line, column_,
                                fmt::format("{} as on line {}, of the same constraint",
                                            format::number_text(number_.at(constraint)), csv_.line(known->second))));
    }
  }
  [[nodiscard]] std::optional<double> of(Index constraint) const {
    auto const found = number_.find(constraint);
    return found == number_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  CsvTable const& csv_;
  Index column_;
  std::unordered_map<Index, Index> line_;
  std::unordered_map<Index, double> number_;
};

/// Values of the cells that bounds speak of.
class CellValues {
 public:
  explicit CellValues(TableFile const& table)
      : columns_(table.columns.size()), dense_(!table.is_sparse()), table_(table) {
    if (dense_) return;
    table.for_each_cell(
        [&](Index row, Index column, Index at) { values_.emplace(row * columns_ + column, table.values()[at]); });
  }
  [[nodiscard]] double of(TableCell const& cell) const {
    if (dense_) return table_.dense()(cell.row, cell.column);
    auto const found = values_.find(cell.row * columns_ + cell.column);
    return found == values_.end() ? 0 : found->second;
  }

 private:
  Index columns_;
  bool dense_;
  TableFile const& table_;
  std::unordered_map<Index, double> values_;
};

/// Why a method cannot keep a cell between bounds; empty when it can.
std::string conflict_with_sign(double cell, double lower, double upper, ConstrainedMethod method) {
  if (lower == upper || (cell != 0 && method == ConstrainedMethod::least_squares)) return "";
  bool const excluded = (cell >= 0 && upper < 0) || (cell <= 0 && lower > 0);
  if (!excluded) return "";
  if (cell == 0) return "bounds around 0: a cell that is 0 stays 0, unless equal bounds give it a value";
  return "bounds that leave the cell, " + format::number_text(cell) +
         " in the table, its sign: only least-squares changes signs";
}

}  // namespace

WantedTotals read_wanted_totals(std::filesystem::path const& path, Margin margin, TableFile const& table,
                                ConstrainedMethod method, Findings& findings) {
  RegionCodes const& labels = margin == Margin::rows ? table.rows : table.columns;
  std::string const what = margin_name(margin);
  WantedTotals totals;
  totals.value.assign(position(labels.size()), std::numeric_limits<double>::quiet_NaN());
  auto const csv = open_table(path, findings);
  if (!csv) return totals;
  refuse_other_columns(*csv, {"label", "value", "reliability"}, findings);
  auto const label_column = csv->require("label", findings);
  auto const value_column = csv->require("value", findings);
  if (!label_column || !value_column) return totals;
  std::vector<double> const numbers = csv->numbers(*value_column, findings);
  std::vector<double> const reliabilities = read_reliabilities(*csv, method, findings);
  // A table that could not be read has no labels to compare with.
  if (labels.size() == 0) return totals;

  if (!reliabilities.empty()) totals.reliability.assign(totals.value.size(), infinity);
  LabelColumn known(*csv, *label_column, labels, what, table.file);
  FilledOnce filled;
  for (Index line = 0; line < csv->rows(); ++line) {
    auto const place = known.find(line, findings);
    if (!place || !filled.fill(*csv, line, *label_column, *place, "a " + what, findings)) continue;
    totals.value[position(*place)] = numbers[position(line)];
    if (!reliabilities.empty()) totals.reliability[position(*place)] = reliabilities[position(line)];
  }
  std::vector<std::string> missing;
  for (Index i = 0; i < labels.size(); ++i) {
    if (!filled.has(i)) missing.push_back("'" + labels.codes()[position(i)] + "'");
  }
  if (!missing.empty()) {
    findings.add(column_problem(*csv, "label",
                                "there is no line for the " + what + (missing.size() > 1 ? "s " : " ") +
                                    listed(missing) + " of " + table.file +
                                    "; an empty value says that there is no total"));
  }
  return totals;
}

ConstraintsFile read_constraints(std::filesystem::path const& path, TableFile const& table, ConstrainedMethod method,
                                 Findings& findings) {
  ConstraintsFile constraints;
  auto const csv = open_table(path, findings);
  if (!csv) return constraints;
  refuse_other_columns(*csv, {"constraint", "row", "column", "coefficient", "value", "reliability"}, findings);
  auto const name_column = csv->require("constraint", findings);
  auto cells = CellColumns::find(*csv, table, findings);
  auto const coefficient_column = csv->require("coefficient", findings);
  auto const value_column = csv->require("value", findings);
  if (!name_column || !cells || !coefficient_column || !value_column) return constraints;
  std::vector<double> const coefficients =
      complete_numbers(*csv, *coefficient_column, "a number, what the cell counts", findings);
  std::vector<double> const numbers = csv->numbers(*value_column, findings);
  std::vector<double> const reliabilities = read_reliabilities(*csv, method, findings);
  if (table.rows.size() == 0) return constraints;

  struct Term {
    Index line;
    TableCell cell;
  };
  std::vector<std::vector<Term>> terms;  // of each constraint
  std::vector<FilledOnce> filled;
  std::vector<Index> first_line;
  RepeatedNumber totals(*csv, *value_column), trusts(*csv, csv->find("reliability").value_or(0));
  for (Index line = 0; line < csv->rows(); ++line) {
    std::string const name = csv->text(line, *name_column);
    if (name.empty()) {
      findings.add(csv->problem(line, *name_column, "the name of a constraint"));
      continue;
    }
    Index const constraint = constraints.names.insert(name);
    if (constraint == std::ssize(terms)) {
      terms.emplace_back();
      filled.emplace_back();
      first_line.push_back(line);
    }
    totals.take(constraint, line, numbers[position(line)], findings);
    if (!reliabilities.empty() && reliabilities[position(line)] != infinity) {
      trusts.take(constraint, line, reliabilities[position(line)], findings);
    }
    if (coefficients[position(line)] == 0) {
      findings.add(csv->problem(line, *coefficient_column, "a number other than 0, what the cell counts"));
    }
    auto const cell = cells->cell(line, findings);
    if (!cell) continue;
    Index const at = cell->row * table.columns.size() + cell->column;
    if (filled[position(constraint)].fill(*csv, line, cells->column(), at, "a cell of constraint '" + name + "'",
                                          findings)) {
      terms[position(constraint)].push_back({line, *cell});
    }
  }
  constraints.start = {0};
  for (Index constraint = 0; constraint < constraints.names.size(); ++constraint) {
    for (auto const& [line, cell] : terms[position(constraint)]) {
      constraints.cell.push_back(cell);
      constraints.coefficient.push_back(coefficients[position(line)]);
    }
    constraints.start.push_back(std::ssize(constraints.cell));
    auto const total = totals.of(constraint);
    if (!total) {
      findings.add(
          csv->problem(first_line[position(constraint)], *value_column,
                       "a number, the total of constraint '" + constraints.names.codes()[position(constraint)] + "'"));
    }
    constraints.total.push_back(total.value_or(0));
    if (!reliabilities.empty()) constraints.reliability.push_back(trusts.of(constraint).value_or(infinity));
  }
  return constraints;
}

std::vector<CellBounds> read_bounds(std::filesystem::path const& path, TableFile const& table, ConstrainedMethod method,
                                    Findings& findings) {
  std::vector<CellBounds> bounds;
  auto const csv = open_table(path, findings);
  if (!csv) return bounds;
  refuse_other_columns(*csv, {"row", "column", "lower", "upper"}, findings);
  auto cells = CellColumns::find(*csv, table, findings);
  auto const lower_column = csv->require("lower", findings);
  auto const upper_column = csv->require("upper", findings);
  if (!cells || !lower_column || !upper_column) return bounds;
  std::vector<double> const lowers = csv->numbers(*lower_column, findings);
  std::vector<double> const uppers = csv->numbers(*upper_column, findings);
  if (table.rows.size() == 0) return bounds;

  CellValues const values(table);
  FilledOnce filled;
  for (Index line = 0; line < csv->rows(); ++line) {
    auto const cell = cells->cell(line, findings);
    if (!cell) continue;
    Index const at = cell->row * table.columns.size() + cell->column;
    if (!filled.fill(*csv, line, cells->column(), at, "a cell", findings)) continue;
    double lower = lowers[position(line)], upper = uppers[position(line)];
    if (std::isnan(lower) && std::isnan(upper)) {
      findings.add(csv->problem(line, *lower_column, "a lower or an upper bound, or both"));
      continue;
    }
    if (std::isnan(lower)) lower = -infinity;
    if (std::isnan(upper)) upper = infinity;
    if (lower > upper) {
      findings.add(
          csv->problem(line, *upper_column, "a number from " + format::number_text(lower) + " on, the lower bound"));
      continue;
    }
    if (std::string const conflict = conflict_with_sign(values.of(*cell), lower, upper, method); !conflict.empty()) {
      findings.add(csv->problem(line, upper < 0 ? *upper_column : *lower_column, conflict));
      continue;
    }
    bounds.push_back({*cell, lower, upper});
  }
  return bounds;
}

}  // namespace regio::study
