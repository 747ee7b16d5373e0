#include "study/table_files.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include "format/csv_writer.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

/// Labels for which the likely meaning is looked up: as many as are printed.
constexpr std::size_t most_suggestions = 20;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::vector<std::string> const flow_columns = {"row", "column", "value"};

bool has_flows(CsvTable const& table) {
  return std::all_of(flow_columns.begin(), flow_columns.end(), [&](std::string const& name) {
    return std::find(table.columns().begin(), table.columns().end(), name) != table.columns().end();
  });
}

/// Columns of layouts that balance several tables, which this program does not do yet: named, so that nobody takes
/// them for typing errors.
void refuse_columns_of_other_layouts(CsvTable const& table, std::vector<std::string> const& others,
                                     std::vector<std::string> known, Findings& findings) {
  for (std::string const& name : others) {
    if (!table.find(name)) continue;
    findings.add(column_problem(table, name, "this column is not supported yet"));
    known.push_back(name);
  }
  refuse_other_columns(table, known, findings);
}

constexpr char flow_expected[] = "a number; a cell without a flow is 0";

}  // namespace

/// Fills a TableFile from each of the forms.
class TableReader {
 public:
  TableReader(TableFile& table, Findings& findings) : table_(table), findings_(findings) {}

  void read_csv(std::filesystem::path const& path) {
    auto csv = open_table(path, findings_, format::CsvHeader::all_but_first);
    if (csv && has_flows(*csv)) {
      table_.form = TableForm::flows;
      csv = open_table(path, findings_);
    }
    if (!csv) return;
    if (csv->rows() == 0) {
      findings_.add(column_problem(*csv, "", "the table has a header but no lines"));
    } else if (table_.is_sparse()) {
      read_flows(*csv);
    } else {
      read_matrix(*csv);
    }
  }

  void read_array(std::filesystem::path const& path, std::filesystem::path const& labels) {
    table_.form = TableForm::array;
    try {
      table_.array_ = format::NpyArray::open(path);
    } catch (InputError const& error) {
      for (InputProblem const& problem : error.problems()) findings_.add(problem);
      return;
    }
    std::vector<Index> const& shape = table_.array_->shape();
    if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
      InputProblem problem;
      problem.file = table_.file;
      for (Index const extent : shape) problem.found += (problem.found.empty() ? "" : " x ") + std::to_string(extent);
      problem.expected = "an array of two dimensions, rows and columns, none of them 0";
      findings_.add(std::move(problem));
      return;
    }
    if (table_.array_->is_float32()) {
      VectorView<float const> const numbers = table_.array_->floats();
      table_.values_.assign(numbers.begin(), numbers.end());
      table_.array_.reset();
    }
    if (labels.empty()) {
      for (Index row = 0; row < shape[0]; ++row) table_.rows.insert(std::to_string(row + 1));
      for (Index column = 0; column < shape[1]; ++column) table_.columns.insert(std::to_string(column + 1));
    } else if (!read_labels_of_array(labels, shape)) {
      return;
    }
    table_.for_each_cell([&](Index row, Index column, Index at) {
      if (!std::isfinite(table_.values()[at])) findings_.add(table_.problem(row, column, at, "a finite number"));
    });
  }

 private:
  void read_matrix(CsvTable const& csv) {
    auto const columns = static_cast<Index>(csv.columns().size()) - 1;
    if (columns == 0) {
      findings_.add(column_problem(csv, "", "there is no column beside the labels of the rows"));
      return;
    }
    for (Index column = 0; column < columns; ++column) table_.columns.insert(csv.columns()[position(column + 1)]);
    UniqueLabels labels(csv);
    for (Index row = 0; row < csv.rows(); ++row) {
      labels.add(row, 0, "row", findings_);
    }
    table_.line_ = csv.lines();
    table_.rows = labels.labels();
    table_.values_.resize(position(csv.rows() * columns));
    std::vector<Findings> of_column(position(columns));
    tbb::parallel_for(Index{0}, columns, [&](Index column) {
      std::vector<double> const numbers = complete_numbers(csv, column + 1, flow_expected, of_column[position(column)]);
      for (Index row = 0; row < csv.rows(); ++row) {
        table_.values_[position(row * columns + column)] = numbers[position(row)];
      }
    });
    for (Findings const& found : of_column) add_all(found, findings_);
  }

  void read_flows(CsvTable const& csv) {
    refuse_columns_of_other_layouts(csv, {"problem", "region"}, flow_columns, findings_);
    Index const row_column = *csv.find("row"), column_column = *csv.find("column");
    table_.value_column_ = *csv.find("value");
    std::vector<double> const numbers = complete_numbers(csv, table_.value_column_, flow_expected, findings_);
    std::vector<Index> row_of, column_of;
    auto const label_of = [&](Index line, Index column, std::string const& what) {
      std::string label = csv.text(line, column);
      if (label.empty()) findings_.add(csv.problem(line, column, "the label of a " + what));
      return label;
    };
    for (Index line = 0; line < csv.rows(); ++line) {
      row_of.push_back(table_.rows.insert(label_of(line, row_column, "row")));
      column_of.push_back(table_.columns.insert(label_of(line, column_column, "column")));
    }
    std::vector<Index> order(position(csv.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
      return std::pair(row_of[position(a)], column_of[position(a)]) <
             std::pair(row_of[position(b)], column_of[position(b)]);
    });
    std::vector<std::int64_t> const lines = csv.lines();
    table_.row_start_.assign(position(table_.rows.size() + 1), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
      Index const row = row_of[position(order[i])], column = column_of[position(order[i])];
      if (i > 0 && row_of[position(order[i - 1])] == row && column_of[position(order[i - 1])] == column) {
        refuse_duplicate(csv, order[i], column_column, "a row and column", lines[position(order[i - 1])], findings_);
      }
      ++table_.row_start_[position(row + 1)];
      table_.cell_column_.push_back(column);
      table_.values_.push_back(numbers[position(order[i])]);
      table_.line_.push_back(lines[position(order[i])]);
    }
    std::partial_sum(table_.row_start_.begin(), table_.row_start_.end(), table_.row_start_.begin());
  }

  /// False when the labels cannot be used.
  bool read_labels_of_array(std::filesystem::path const& path, std::vector<Index> const& shape) {
    std::size_t const before = findings_.size();
    auto const csv = open_table(path, findings_);
    if (!csv) return false;
    refuse_other_columns(*csv, {"margin", "label"}, findings_);
    auto const margin_column = csv->require("margin", findings_);
    auto const label_column = csv->require("label", findings_);
    if (!margin_column || !label_column) return false;
    UniqueLabels rows(*csv), columns(*csv);
    for (Index line = 0; line < csv->rows(); ++line) {
      std::string const margin = csv->text(line, *margin_column);
      if (margin == "row") {
        rows.add(line, *label_column, "row", findings_);
      } else if (margin == "column") {
        columns.add(line, *label_column, "column", findings_);
      } else {
        findings_.add(csv->problem(line, *margin_column, "row or column"));
      }
    }
    if (findings_.size() > before) return false;
    if (rows.labels().size() != shape[0] || columns.labels().size() != shape[1]) {
      findings_.add(column_problem(*csv, "label",
                                   "the file has " + std::to_string(rows.labels().size()) + " rows and " +
                                       std::to_string(columns.labels().size()) + " columns; expected " +
                                       std::to_string(shape[0]) + " and " + std::to_string(shape[1]) + " as in " +
                                       table_.file));
      return false;
    }
    table_.rows = rows.labels();
    table_.columns = columns.labels();
    return true;
  }

  TableFile& table_;
  Findings& findings_;
};

VectorView<double const> TableFile::values() const {
  return array_ ? array_->doubles() : VectorView<double const>(values_);
}

MatrixView<double const> TableFile::dense() const { return {values().data_handle(), rows.size(), columns.size()}; }

SparseTableView TableFile::sparse() const {
  return {.rows = rows.size(),
          .columns = columns.size(),
          .row_start = row_start_,
          .column = cell_column_,
          .value = values_};
}

InputProblem TableFile::problem(Index row, Index column, Index at, std::string expected) const {
  std::string const& row_label = rows.codes()[position(row)];
  std::string const& column_label = columns.codes()[position(column)];
  InputProblem problem{.file = file, .found = format::number_text(values()[at]), .expected = std::move(expected)};
  if (std::isnan(values()[at])) problem.found = "NaN";
  problem.field = "row '" + row_label + "', column '" + column_label + "'";
  if (form == TableForm::matrix) {
    problem.line = line_[position(row)];
    problem.column = column + 2;
  } else if (form == TableForm::flows) {
    problem.line = line_[position(at)];
    problem.column = value_column_ + 1;
  }
  return problem;
}

TableFile read_table(std::filesystem::path const& path, std::filesystem::path const& labels, Findings& findings) {
  TableFile table;
  table.file = path.string();
  TableReader reader(table, findings);
  if (path.extension() == ".npy") {
    reader.read_array(path, labels);
    return table;
  }
  if (!labels.empty()) {
    InputProblem problem;
    problem.file = labels.string();
    problem.expected = "labels belong to a .npy table; " + table.file + " has its own";
    findings.add(std::move(problem));
  }
  reader.read_csv(path);
  return table;
}

void refuse_negative_cells(TableFile const& table, Findings& findings) {
  table.for_each_cell([&](Index row, Index column, Index at) {
    if (table.values()[at] >= 0) return;
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add(
          table.problem(row, column, at, "a number from 0 on: RAS takes no negative cell, the method gras does"));
    }
  });
}

std::string margin_name(Margin margin) { return margin == Margin::rows ? "row" : "column"; }

std::vector<double> read_totals(std::filesystem::path const& path, Margin margin, TableFile const& table,
                                Findings& findings) {
  RegionCodes const& labels = margin == Margin::rows ? table.rows : table.columns;
  RegionCodes const& others = margin == Margin::rows ? table.columns : table.rows;
  std::string const what = margin_name(margin);
  std::vector<double> totals(position(labels.size()), 0.0);
  auto const csv = open_table(path, findings);
  if (!csv) return totals;
  refuse_columns_of_other_layouts(*csv, {"problem", "region", "reliability"}, {"label", "value"}, findings);
  auto const label_column = csv->require("label", findings);
  auto const value_column = csv->require("value", findings);
  if (!label_column || !value_column) return totals;
  std::vector<double> const numbers = complete_numbers(*csv, *value_column, "a number, the total", findings);
  // A table that could not be read has no labels to compare with.
  if (labels.size() == 0) return totals;

  UniqueLabels seen(*csv);
  std::vector<bool> has_total(totals.size(), false);
  std::vector<Index> unknown;
  bool all_of_other_margin = true;
  for (Index row = 0; row < csv->rows(); ++row) {
    if (!seen.add(row, *label_column, what, findings)) continue;
    std::string const label = csv->text(row, *label_column);
    if (auto const place = labels.find(label)) {
      has_total[position(*place)] = true;
      totals[position(*place)] = numbers[position(row)];
    } else {
      unknown.push_back(row);
      all_of_other_margin = all_of_other_margin && others.find(label).has_value();
    }
  }
  if (!unknown.empty() && all_of_other_margin && std::ssize(unknown) == csv->rows()) {
    findings.add(column_problem(*csv, "label",
                                "these are the labels of the table's other margin; are the files of row totals and "
                                "column totals exchanged?"));
    return totals;
  }
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    std::string const hint = i < most_suggestions ? labels.hint(csv->text(unknown[i], *label_column)) : std::string();
    findings.add(csv->problem(unknown[i], *label_column, fmt::format("a {} of {}{}", what, table.file, hint)));
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (!has_total[i]) missing.push_back("'" + labels.codes()[i] + "'");
  }
  if (!missing.empty()) {
    findings.add(column_problem(*csv, "label",
                                "there is no total for the " + what + (missing.size() > 1 ? "s " : " ") +
                                    listed(missing) + " of " + table.file));
  }
  return totals;
}

}  // namespace regio::study
