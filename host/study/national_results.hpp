/// Tables of regions balanced under national control, with their labels, and their result files.
#pragma once

#include <string>
#include <vector>

#include <regio/national_control.hpp>

#include "study/certificate.hpp"
#include "study/cluster_tables.hpp"
#include "study/national_files.hpp"
#include "study/table_change.hpp"

namespace regio::study {

/// Tables, what was asked of them, and what came out: the only problem of its report.
struct NationalBalance {
  RegionalTables tables;
  std::vector<double> row_totals, column_totals;  ///< [regions, labels of the margin]
  std::vector<double> national;                   ///< [rows, columns]; NaN: not controlled
  BalanceOptions options;
  NationalControlReport report;
  std::vector<double> balanced;  ///< as tables.values; NaN where nothing was computed

  [[nodiscard]] Outcome outcome() const { return report.outcome.front(); }
  [[nodiscard]] BalanceReason reason() const { return report.reason.front(); }
  [[nodiscard]] std::vector<double> const& totals(Margin margin) const {
    return margin == Margin::rows ? row_totals : column_totals;
  }
  [[nodiscard]] std::string const& region(Index k) const { return tables.regions.codes()[static_cast<std::size_t>(k)]; }
  [[nodiscard]] std::string const& label(Margin margin, Index i) const {
    return tables.labels(margin).codes()[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] bool is_computed() const;

  /// The table of one region.
  [[nodiscard]] TableChange change_of_region(Index region) const;
};

/// Balances the tables and fills the report and the balanced cells.
void balance(Engine& engine, NationalBalance& result, Control const& control);

/// Without terms when there is no evidence.
Certificate certificate_of(NationalBalance const& result);

/// balanced.csv (region,row,column,value: the cells that the input lists), multipliers.csv (margin,region,label,value)
/// and national_multipliers.csv (row,column,value; cells that are controlled).
std::vector<ResultTable> national_result_files(NationalBalance const& result);

/// The problem's entry in `results` of --json and of the manifest: labels in the place of positions.
format::Json national_json(NationalBalance const& result);

}  // namespace regio::study
