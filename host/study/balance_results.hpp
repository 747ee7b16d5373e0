/// A balanced table with its labels, and its result files.
#pragma once

#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "format/report.hpp"
#include "study/cluster_tables.hpp"
#include "study/table_change.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// A table, what was asked of it, and what came out: the only problem of its report.
struct BalancedTable {
  TableFile table;
  std::vector<double> row_totals, column_totals;  ///< in the order of the table's labels
  BalanceOptions options;
  BalanceReport report;
  std::vector<double> balanced;  ///< as table.values(); NaN where nothing was computed

  [[nodiscard]] Outcome outcome() const { return report.outcome.front(); }
  [[nodiscard]] BalanceReason reason() const { return report.reason.front(); }
  [[nodiscard]] BalanceEvidence const* evidence() const { return report.evidence(0); }
  [[nodiscard]] RegionCodes const& labels(Margin margin) const {
    return margin == Margin::rows ? table.rows : table.columns;
  }
  [[nodiscard]] std::vector<double> const& totals(Margin margin) const {
    return margin == Margin::rows ? row_totals : column_totals;
  }
  [[nodiscard]] VectorView<double const> multipliers(Margin margin) const {
    return margin == Margin::rows ? report.row_multipliers(0) : report.column_multipliers(0);
  }
  [[nodiscard]] std::string const& label(Margin margin, Index i) const {
    return labels(margin).codes()[static_cast<std::size_t>(i)];
  }
  /// What figures of cells take.
  operator TableChange() const;
};

/// The evidence, or one without anything in it.
BalanceEvidence const& evidence_of(BalancedTable const& result);
/// Position of a cell among the forced zeros, or -1.
Index forced_zero_position(BalanceEvidence const& evidence, TableCell const& cell);

/// Balances the table to its totals and fills the report and the balanced cells.
void balance(Engine& engine, BalancedTable& result, Control const& control);

/// Sum of some totals, or of all of them.
double sum_of(std::vector<double> const& totals, std::vector<Index> const& positions);
double sum_of(std::vector<double> const& totals);

/// The balanced table in the form of its input (balanced.csv or balanced.npy), and multipliers.csv.
std::vector<ResultTable> balance_files(BalancedTable const& result);

/// The problem's entry in `results` of --json and of the manifest: labels in the place of positions.
format::Json balance_json(BalancedTable const& result);

}  // namespace regio::study
