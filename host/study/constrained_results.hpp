/// A table balanced under more than two margins, with its labels, and its result files.
#pragma once

#include <string>
#include <vector>

#include <regio/constrained_balance.hpp>

#include "study/certificate.hpp"
#include "study/cluster_tables.hpp"
#include "study/constraint_files.hpp"
#include "study/table_change.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// A table, what was asked of it, and what came out: the only problem of its report.
struct ConstrainedTable {
  TableFile table;
  WantedTotals row_totals, column_totals;
  ConstraintsFile constraints;
  std::vector<CellBounds> bounds;
  ConstrainedBalanceOptions options;
  ConstrainedBalanceReport report;
  std::vector<double> start;     ///< [rows, columns] of a table that came as flows; empty: the table has them
  std::vector<double> balanced;  ///< [rows, columns]; NaN where nothing was computed

  [[nodiscard]] Outcome outcome() const { return report.outcome.front(); }
  [[nodiscard]] BalanceReason reason() const { return report.reason.front(); }
  [[nodiscard]] std::string const& label(Margin margin, Index i) const {
    return (margin == Margin::rows ? table.rows : table.columns).codes()[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] MatrixView<double const> cells_before() const;
  [[nodiscard]] double after(Index row, Index column) const {
    return balanced[static_cast<std::size_t>(row * table.columns.size() + column)];
  }
  [[nodiscard]] bool is_computed() const;
  /// The cells that are not 0 before.
  operator TableChange() const;
};

/// A total that was asked for, and what became of it.
struct TotalResult {
  std::string margin;  ///< "row", "column", "constraint"
  std::string label;
  double wanted = 0;       ///< NaN: not controlled
  double result = 0;       ///< NaN: nothing was computed
  double reliability = 0;  ///< infinite: must be met
  double size = 0;         ///< sum of |coefficient * cell|
  double multiplier = 0;

  [[nodiscard]] double difference() const { return result - wanted; }
  /// |difference| / max(|wanted|, size); 0 where there is nothing to compare.
  [[nodiscard]] double residual() const;
};

/// Balances the table and fills the report and the balanced cells.
void balance(Engine& engine, ConstrainedTable& result, Control const& control);

/// Rows, columns and constraints, in the order of the table and of the file.
std::vector<TotalResult> total_results(ConstrainedTable const& result);

/// Without terms when there is no evidence.
Certificate certificate_of(ConstrainedTable const& result);

/// The balanced table in the form of its input (balanced.csv or balanced.npy), multipliers.csv (margin,label,value) and
/// totals.csv (margin,label,wanted,result,reliability,difference).
std::vector<ResultTable> constrained_result_files(ConstrainedTable const& result);

/// The problem's entry in `results` of --json and of the manifest: labels in the place of positions.
format::Json constrained_json(ConstrainedTable const& result);

}  // namespace regio::study
