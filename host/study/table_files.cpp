#include "study/table_files.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include "format/csv_writer.hpp"
#include "format/text_encoding.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::vector<std::string> const flow_columns = {"row", "column", "value"};

bool has_flows(CsvTable const& table) {
  return std::all_of(flow_columns.begin(), flow_columns.end(), [&](std::string const& name) {
    return std::find(table.columns().begin(), table.columns().end(), name) != table.columns().end();
  });
}

/// The file's name without what says its form: "2015" of "tables/2015.csv.gz".
std::string file_label(std::filesystem::path const& path) {
  std::filesystem::path const name = path.extension() == ".gz" ? path.stem() : path.filename();
  return name.stem().string();
}

constexpr char flow_expected[] = "a number; a cell without a flow is 0";

/// Flows of one problem or of many, as they stand in their file.
struct FlowsFile {
  CsvTable const& csv;
  Index row_column, column_column, value_column;
  std::vector<double> numbers;
  std::vector<std::int64_t> lines;
};

/// Labels of an array's dimensions, and how many tables it holds.
struct ArrayLabels {
  std::vector<std::string> problems;  ///< one without a name for an array of two dimensions
  RegionCodes rows, columns;
};

RegionCodes numbered(Index count) {
  RegionCodes labels;
  for (Index i = 0; i < count; ++i) labels.insert(std::to_string(i + 1));
  return labels;
}

std::string shape_text(std::vector<Index> const& shape) {
  std::string text;
  for (Index const extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

/// Reads `margin,label`; nullopt with findings when the labels do not fit the array.
std::optional<ArrayLabels> read_array_labels(std::filesystem::path const& path, std::vector<Index> const& shape,
                                             std::string const& array_file, Findings& findings) {
  std::size_t const before = findings.size();
  auto const csv = open_table(path, findings);
  if (!csv) return std::nullopt;
  refuse_other_columns(*csv, {"margin", "label"}, findings);
  auto const margin_column = csv->require("margin", findings);
  auto const label_column = csv->require("label", findings);
  if (!margin_column || !label_column) return std::nullopt;
  bool const has_problems = shape.size() == 3;
  UniqueLabels problems(*csv), rows(*csv), columns(*csv);
  for (Index line = 0; line < csv->rows(); ++line) {
    std::string const margin = csv->text(line, *margin_column);
    if (margin == "row") {
      rows.add(line, *label_column, "row", findings);
    } else if (margin == "column") {
      columns.add(line, *label_column, "column", findings);
    } else if (margin == "problem" && has_problems) {
      problems.add(line, *label_column, "problem", findings);
    } else {
      findings.add(csv->problem(line, *margin_column, has_problems ? "problem, row or column" : "row or column"));
    }
  }
  if (findings.size() > before) return std::nullopt;
  std::vector<Index> found = {rows.labels().size(), columns.labels().size()};
  if (has_problems) found.insert(found.begin(), problems.labels().size());
  if (found != shape) {
    findings.add(column_problem(
        *csv, "label",
        fmt::format("the file has {} {}; expected {} as in {}", shape_text(found),
                    has_problems ? "problems, rows and columns" : "rows and columns", shape_text(shape), array_file)));
    return std::nullopt;
  }
  ArrayLabels labels{{""}, rows.labels(), columns.labels()};
  if (has_problems) labels.problems = problems.labels().codes();
  return labels;
}

}  // namespace

/// Fills TableFiles from each of the forms.
class TableReader {
 public:
  using Tables = std::vector<std::shared_ptr<TableFile const>>;

  /// `many`: a file may hold one table for each of several problems.
  TableReader(std::filesystem::path const& path, bool many, Findings& findings)
      : path_(path), many_(many), findings_(findings) {}

  Tables read(std::filesystem::path const& labels) {
    if (path_.extension() == ".npy") {
      read_array(labels);
    } else {
      if (!labels.empty()) {
        findings_.add(InputProblem{.file = labels.string(),
                                   .expected = "labels belong to a .npy table; " + path_.string() + " has its own"});
      }
      read_csv();
    }
    if (tables_.empty()) add_table("");
    return std::move(tables_);
  }

 private:
  TableFile& add_table(std::string problem) {
    auto const table = std::make_shared<TableFile>();
    table->file = path_.string();
    table->problem = std::move(problem);
    tables_.push_back(table);
    return *table;
  }

  void read_csv() {
    auto csv = open_table(path_, findings_, format::CsvHeader::all_but_first);
    bool const is_flows = csv && has_flows(*csv);
    if (is_flows) csv = open_table(path_, findings_);
    if (!csv) return;
    if (csv->rows() == 0) {
      findings_.add(column_problem(*csv, "", "the table has a header but no lines"));
    } else if (is_flows) {
      read_flows(*csv);
    } else {
      read_matrix(*csv, add_table(""));
    }
  }

  void read_matrix(CsvTable const& csv, TableFile& table) {
    auto const columns = static_cast<Index>(csv.columns().size()) - 1;
    if (columns == 0) {
      findings_.add(column_problem(csv, "", "there is no column beside the labels of the rows"));
      return;
    }
    for (Index column = 0; column < columns; ++column) table.columns.insert(csv.columns()[position(column + 1)]);
    UniqueLabels labels(csv);
    for (Index row = 0; row < csv.rows(); ++row) labels.add(row, 0, "row", findings_);
    table.line_ = csv.lines();
    table.rows = labels.labels();
    table.values_.resize(position(csv.rows() * columns));
    std::vector<Findings> of_column(position(columns));
    tbb::parallel_for(Index{0}, columns, [&](Index column) {
      std::vector<double> const numbers = complete_numbers(csv, column + 1, flow_expected, of_column[position(column)]);
      for (Index row = 0; row < csv.rows(); ++row) {
        table.values_[position(row * columns + column)] = numbers[position(row)];
      }
    });
    for (Findings const& found : of_column) add_all(found, findings_);
  }

  void read_flows(CsvTable const& csv) {
    std::vector<std::string> known = flow_columns;
    if (csv.find("region")) {
      findings_.add(column_problem(csv, "region", "tables of regions are balanced together with a national table"));
      known.emplace_back("region");
    }
    auto const problem_column = csv.find("problem");
    if (problem_column && !many_) {
      findings_.add(column_problem(csv, "problem", "one table is expected here, without problems"));
    }
    if (problem_column) known.emplace_back("problem");
    refuse_other_columns(csv, known, findings_);
    Index const value_column = *csv.find("value");
    FlowsFile const flows{.csv = csv,
                          .row_column = *csv.find("row"),
                          .column_column = *csv.find("column"),
                          .value_column = value_column,
                          .numbers = complete_numbers(csv, value_column, flow_expected, findings_),
                          .lines = csv.lines()};
    if (!problem_column || !many_) {
      std::vector<Index> every_line(position(csv.rows()));
      std::iota(every_line.begin(), every_line.end(), Index{0});
      read_flows_of_problem(flows, every_line, add_table(""));
      return;
    }
    LinesOfProblems const problems = lines_of_problems(csv, *problem_column, findings_);
    for (Index p = 0; p < problems.labels.size(); ++p) {
      read_flows_of_problem(flows, problems.lines[position(p)], add_table(problems.labels.codes()[position(p)]));
    }
  }

  void read_flows_of_problem(FlowsFile const& flows, std::vector<Index> const& selected, TableFile& table) {
    table.form = TableForm::flows;
    table.value_column_ = flows.value_column;
    std::vector<Index> row_of, column_of;
    auto const label_of = [&](Index line, Index column, std::string const& what) {
      std::string label = flows.csv.text(line, column);
      if (label.empty()) findings_.add(flows.csv.problem(line, column, "the label of a " + what));
      return label;
    };
    for (Index const line : selected) {
      row_of.push_back(table.rows.insert(label_of(line, flows.row_column, "row")));
      column_of.push_back(table.columns.insert(label_of(line, flows.column_column, "column")));
    }
    std::vector<std::size_t> order(selected.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(row_of[a], column_of[a]) < std::pair(row_of[b], column_of[b]);
    });
    table.row_start_.assign(position(table.rows.size() + 1), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
      std::size_t const at = order[i];
      std::size_t const line = position(selected[at]);
      if (i > 0 && row_of[order[i - 1]] == row_of[at] && column_of[order[i - 1]] == column_of[at]) {
        refuse_duplicate(flows.csv, selected[at], flows.column_column, "a row and column",
                         flows.lines[position(selected[order[i - 1]])], findings_);
      }
      ++table.row_start_[position(row_of[at] + 1)];
      table.cell_column_.push_back(column_of[at]);
      table.values_.push_back(flows.numbers[line]);
      table.line_.push_back(flows.lines[line]);
    }
    std::partial_sum(table.row_start_.begin(), table.row_start_.end(), table.row_start_.begin());
  }

  void read_array(std::filesystem::path const& labels_path) {
    std::optional<format::NpyArray> array;
    try {
      array = format::NpyArray::open(path_);
    } catch (InputError const& error) {
      for (InputProblem const& problem : error.problems()) findings_.add(problem);
      return;
    }
    std::vector<Index> const& shape = array->shape();
    bool const fits = shape.size() == 2 || (many_ && shape.size() == 3);
    if (!fits || array->size() == 0) {
      findings_.add(InputProblem{
          .file = path_.string(),
          .found = shape_text(shape),
          .expected =
              many_ ? "an array of two dimensions, rows and columns, or of three, problems, rows and columns, none "
                      "of them 0"
                    : "an array of two dimensions, rows and columns, none of them 0"});
      return;
    }
    Index const row_count = shape[shape.size() - 2], column_count = shape.back();
    std::optional<ArrayLabels> labels = labels_path.empty()
                                            ? ArrayLabels{{""}, numbered(row_count), numbered(column_count)}
                                            : read_array_labels(labels_path, shape, path_.string(), findings_);
    if (!labels) return;
    if (labels_path.empty() && shape.size() == 3) labels->problems = numbered(shape.front()).codes();
    for (std::size_t p = 0; p < labels->problems.size(); ++p) {
      TableFile& table = add_table(labels->problems[p]);
      table.form = TableForm::array;
      table.rows = labels->rows;
      table.columns = labels->columns;
      read_slice(*array, static_cast<Index>(p) * row_count * column_count, table);
    }
  }

  void read_slice(format::NpyArray const& array, Index begin, TableFile& table) {
    Index const cells = table.rows.size() * table.columns.size();
    if (array.is_float32()) {
      float const* const numbers = array.floats().data_handle() + begin;
      table.values_.assign(numbers, numbers + cells);
    } else {
      table.array_ = array;
      table.array_begin_ = begin;
    }
    table.for_each_cell([&](Index row, Index column, Index at) {
      if (!std::isfinite(table.values()[at])) findings_.add(table.problem_at(row, column, at, "a finite number"));
    });
  }

  std::filesystem::path const& path_;
  bool many_;
  Findings& findings_;
  Tables tables_;
};

VectorView<double const> TableFile::values() const {
  if (!array_) return values_;
  return {array_->doubles().data_handle() + array_begin_, rows.size() * columns.size()};
}

MatrixView<double const> TableFile::dense() const { return {values().data_handle(), rows.size(), columns.size()}; }

SparseTableView TableFile::sparse() const {
  return {.rows = rows.size(),
          .columns = columns.size(),
          .row_start = row_start_,
          .column = cell_column_,
          .value = values_};
}

InputProblem TableFile::problem_at(Index row, Index column, Index at, std::string expected) const {
  std::string const& row_label = rows.codes()[position(row)];
  std::string const& column_label = columns.codes()[position(column)];
  InputProblem finding{.file = file, .found = format::number_text(values()[at]), .expected = std::move(expected)};
  if (std::isnan(values()[at])) finding.found = "NaN";
  finding.field =
      (problem.empty() ? "" : "problem '" + problem + "', ") + "row '" + row_label + "', column '" + column_label + "'";
  if (form == TableForm::matrix) {
    finding.line = line_[position(row)];
    finding.column = column + 2;
  } else if (form == TableForm::flows) {
    finding.line = line_[position(at)];
    finding.column = value_column_ + 1;
  }
  return finding;
}

TableFile read_table(std::filesystem::path const& path, std::filesystem::path const& labels, Findings& findings) {
  return *TableReader(path, false, findings).read(labels).front();
}

std::vector<std::filesystem::path> table_files_of(std::filesystem::path const& folder, Findings& findings) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    std::string const name = entry.path().filename().string();
    if (!name.starts_with('.')) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (std::filesystem::path const& file : files) {
    bool const is_table =
        file.extension() == ".csv" || file.extension() == ".npy" || file.string().ends_with(".csv.gz");
    if (!is_table || std::filesystem::is_directory(file)) {
      findings.add(
          InputProblem{.file = file.string(), .expected = "a folder of tables holds .csv, .csv.gz and .npy files"});
    } else if (auto problem = format::encoding_problem(file_label(file), file.string())) {
      findings.add(std::move(*problem));
    }
  }
  if (files.empty())
    findings.add(InputProblem{.file = folder.string(), .expected = "a folder with at least one table"});
  return files;
}

std::vector<std::shared_ptr<TableFile const>> read_tables(TablesInput const& input, Findings& findings) {
  if (!input.is_folder) return TableReader(input.files.front(), true, findings).read(input.labels);
  std::vector<std::shared_ptr<TableFile const>> tables;
  std::map<std::string, std::string> file_of;
  for (std::filesystem::path const& path : input.files) {
    auto table = std::make_shared<TableFile>(
        read_table(path, path.extension() == ".npy" ? input.labels : std::filesystem::path(), findings));
    table->problem = file_label(path);
    auto const [known, added] = file_of.try_emplace(table->problem, path.string());
    if (!added) {
      findings.add(InputProblem{.file = path.string(),
                                .found = table->problem,
                                .expected = "one table for a problem; " + known->second + " is named so too"});
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

void refuse_negative_cells(TableFile const& table, Findings& findings) {
  table.for_each_cell([&](Index row, Index column, Index at) {
    if (table.values()[at] >= 0) return;
    if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add(
          table.problem_at(row, column, at, "a number from 0 on: RAS takes no negative cell, the method gras does"));
    }
  });
}

std::string margin_name(Margin margin) { return margin == Margin::rows ? "row" : "column"; }

}  // namespace regio::study
