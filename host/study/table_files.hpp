/// Tables to be balanced and their totals, read from files; labels are matched by name, never by position.
///
/// Every reader takes a Findings and goes on after an error, so that all errors of all files are shown at once; where
/// findings were added the returned value is incomplete and must not be used.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "format/csv_reader.hpp"
#include "format/npy.hpp"
#include "study/region_codes.hpp"

namespace regio::study {

/// How a table stood in its file, which is how its results are written.
enum class TableForm {
  matrix,  ///< CSV: a free first cell, then the labels of the columns; each line a row's label, then numbers
  flows,   ///< CSV: row,column,value; cells that are not listed are zero
  array,   ///< .npy, [rows, columns]
};

/// A table with the labels of its margins, and where its cells stood.
class TableFile {
 public:
  std::string file;
  std::string problem;  ///< label of the problem that it belongs to; empty: of all
  TableForm form = TableForm::matrix;
  RegionCodes rows, columns;  ///< labels in the order of the file (flows: of first appearance)

  [[nodiscard]] bool is_sparse() const noexcept { return form == TableForm::flows; }
  /// The numbers: dense row by row, or the cells of a sparse table.
  [[nodiscard]] VectorView<double const> values() const;
  [[nodiscard]] MatrixView<double const> dense() const;  ///< of a table that is not sparse
  [[nodiscard]] SparseTableView sparse() const;          ///< of a sparse one
  /// Calls visit(row, column, position in values()) for every cell that is not zero, row by row.
  template <class Visit>
  void for_each_cell(Visit const& visit) const;
  /// Calls visit(column, position in values()) for those of one row.
  template <class Visit>
  void for_each_cell_of_row(Index row, Visit const& visit) const;
  /// A finding at a cell, naming its place in the file, or its labels where the file has no lines.
  [[nodiscard]] InputProblem problem_at(Index row, Index column, Index position, std::string expected) const;

 private:
  friend class TableReader;

  std::vector<double> values_;                  ///< of CSV, and of an array of float32
  std::optional<format::NpyArray> array_;       ///< of float64, mapped; tables of one file share it
  Index array_begin_ = 0;                       ///< where this table begins there
  std::vector<Index> row_start_, cell_column_;  ///< of a sparse table
  std::vector<std::int64_t> line_;              ///< of each row of a matrix, of each cell of a sparse table
  Index value_column_ = 0;                      ///< of flows, in the file
};

/// Reads a table: `.npy` by its extension, flows by their header `row,column,value`, otherwise a matrix. `labels`: the
/// file `margin,label` (margin `row` or `column`, in the array's order) of a .npy table; empty: rows and columns are
/// numbered from 1. A missing number, a key that stands twice, a label that is empty and a shape that does not fit its
/// labels are findings.
TableFile read_table(std::filesystem::path const& path, std::filesystem::path const& labels,
                     format::Findings& findings);

/// The tables of a run: one for all of its problems, or one a problem.
struct TablesInput {
  std::vector<std::filesystem::path> files;  ///< one, or those of a folder
  bool is_folder = false;                    ///< each file is the table of the problem that it is named after
  std::filesystem::path labels;              ///< of .npy tables
};

/// The tables of a folder, by name. Files whose names begin with a point are left out; others that are no table, and a
/// folder without one, are findings.
std::vector<std::filesystem::path> table_files_of(std::filesystem::path const& folder, format::Findings& findings);

/// Reads the tables of a run. A table without a problem is the only one and serves all problems; otherwise each has its
/// own: flows with a column `problem`, a .npy array [problems, rows, columns] (margin `problem` among its labels, or
/// numbers from 1), or a folder. Findings as read_table; two files of one name, too. Never empty.
std::vector<std::shared_ptr<TableFile const>> read_tables(TablesInput const& input, format::Findings& findings);

/// A finding for each negative cell, which RAS does not take.
void refuse_negative_cells(TableFile const& table, format::Findings& findings);

enum class Margin { rows, columns };

/// "row", "column": as it stands in files.
std::string margin_name(Margin margin);

template <class Visit>
void TableFile::for_each_cell(Visit const& visit) const {
  for (Index row = 0; row < rows.size(); ++row) {
    for_each_cell_of_row(row, [&](Index column, Index position) { visit(row, column, position); });
  }
}

template <class Visit>
void TableFile::for_each_cell_of_row(Index row, Visit const& visit) const {
  VectorView<double const> const numbers = values();
  Index const begin = is_sparse() ? row_start_[static_cast<std::size_t>(row)] : row * columns.size();
  Index const end = is_sparse() ? row_start_[static_cast<std::size_t>(row) + 1] : begin + columns.size();
  for (Index position = begin; position < end; ++position) {
    if (numbers[position] == 0) continue;
    visit(is_sparse() ? cell_column_[static_cast<std::size_t>(position)] : position - begin, position);
  }
}

}  // namespace regio::study
