/// Tables of several regions, their totals and the table of the nation, read from files; labels are matched by name.
///
/// Every reader takes a Findings and goes on after an error, so that all errors of all files are shown at once; where
/// findings were added the returned value is incomplete and must not be used.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "format/findings.hpp"
#include "study/region_codes.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// Tables of one shape, one a region. Labels stand in the order of their first appearance in the file.
struct RegionalTables {
  std::string file;
  RegionCodes regions, rows, columns;
  std::vector<double> values;      ///< [regions, rows, columns]; 0 where the file lists no cell
  std::vector<Index> listed;       ///< positions in `values` of the cells that the file lists, ascending
  std::vector<std::int64_t> line;  ///< of each listed cell
  Index value_column = 0;          ///< in the file

  [[nodiscard]] BatchView<double const> view() const {
    return {values.data(), regions.size(), rows.size(), columns.size()};
  }
  [[nodiscard]] RegionCodes const& labels(Margin margin) const { return margin == Margin::rows ? rows : columns; }
  /// Where a number of `values` stands.
  struct Place {
    Index region = 0, row = 0, column = 0;
  };
  [[nodiscard]] Place place(Index position) const;
};

/// Reads `region,row,column,value`. Every region has all rows and columns of the file; cells that are not listed are 0.
/// A missing number, an empty label, a cell that stands twice, and more cells than memory could hold are findings.
RegionalTables read_regional_tables(std::filesystem::path const& path, format::Findings& findings);

/// A finding for each negative cell, which RAS does not take.
void refuse_negative_cells(RegionalTables const& tables, format::Findings& findings);

/// Totals `region,label,value` of a margin, [regions, labels of the margin]. A row or column of a region needs one
/// unless all of its cells are 0; then it is 0 where the file has none. Unknown labels, a total that stands twice and a
/// missing one are findings.
std::vector<double> read_regional_totals(std::filesystem::path const& path, Margin margin, RegionalTables const& tables,
                                         format::Findings& findings);

/// What the regions' cells add up to, [rows, columns]: a matrix, or `row,column,value`. NaN for a cell that is not
/// listed or whose number is missing: it is not controlled. Unknown labels and a cell that stands twice are findings;
/// so is a table that controls nothing.
std::vector<double> read_national_table(std::filesystem::path const& path, RegionalTables const& tables,
                                        format::Findings& findings);

}  // namespace regio::study
