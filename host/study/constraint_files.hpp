/// What a table is to meet beyond two margins, read from files: totals that may be missed, totals of groups of cells,
/// bounds on cells. Labels are matched by name.
///
/// Every reader takes a Findings and goes on after an error, so that all errors of all files are shown at once; where
/// findings were added the returned value is incomplete and must not be used.
#pragma once

#include <filesystem>
#include <vector>

#include <regio/constrained_balance.hpp>

#include "format/findings.hpp"
#include "study/region_codes.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// Totals of a margin, in the table's order.
struct WantedTotals {
  std::vector<double> value;        ///< NaN: not controlled
  std::vector<double> reliability;  ///< infinite: must be met; empty: the file has none
};

/// Reads `label,value[,reliability]`. Every label of the margin stands there once; one without a number is not
/// controlled, one without a reliability must be met. Findings: labels that the table or the file alone has, a label
/// that stands twice, a reliability that is not above 0, and any reliability with a method that meets every total.
WantedTotals read_wanted_totals(std::filesystem::path const& path, Margin margin, TableFile const& table,
                                ConstrainedMethod method, format::Findings& findings);

/// Totals of groups of cells, group by group in the order of their first appearance.
struct ConstraintsFile {
  RegionCodes names;
  std::vector<Index> start;  ///< [groups + 1]
  std::vector<TableCell> cell;
  std::vector<double> coefficient;
  std::vector<double> total, reliability;  ///< reliability: infinite: must be met; empty: the file has none

  [[nodiscard]] CellGroups view() const { return {start, cell, coefficient, total}; }
};

/// Reads `constraint,row,column,coefficient,value[,reliability]`, one line a cell. Value and reliability of a
/// constraint stand on its first line and are the same, or missing, on its others. Findings as for totals; a cell that
/// stands twice in a constraint; a coefficient that is missing or 0; lines of a constraint that disagree.
ConstraintsFile read_constraints(std::filesystem::path const& path, TableFile const& table, ConstrainedMethod method,
                                 format::Findings& findings);

/// Reads `row,column,lower,upper`; a missing number is no bound, equal ones give the cell its value. Findings: unknown
/// labels, a cell that stands twice or has no bound, lower above upper, and bounds that the method cannot keep: a cell
/// that is 0 stays 0 unless it is given a value, and with all methods but least squares a cell keeps its sign.
std::vector<CellBounds> read_bounds(std::filesystem::path const& path, TableFile const& table, ConstrainedMethod method,
                                    format::Findings& findings);

}  // namespace regio::study
