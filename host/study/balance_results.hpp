/// A balanced table with its labels, and its result files.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <regio/balance.hpp>

#include "format/report.hpp"
#include "study/cluster_tables.hpp"
#include "study/table_change.hpp"
#include "study/table_files.hpp"

namespace regio::study {

/// A table, what was asked of it, and what came out: one problem of a run.
struct BalancedTable {
  std::string problem;                            ///< its label; empty where the files name no problems
  std::shared_ptr<TableFile const> table;         ///< several problems may share it
  std::vector<double> row_totals, column_totals;  ///< in the order of the table's labels
  std::vector<double> row_errors, column_errors;  ///< standard errors of the totals; empty: they are certain
  BalanceOptions options;
  std::shared_ptr<BalanceReport> report;  ///< of the batch that it was solved in
  Index place = 0;                        ///< its position there
  std::shared_ptr<double> cells;          ///< first of the balanced cells, in the order of table->values()

  [[nodiscard]] Outcome outcome() const { return of_report(report->outcome); }
  [[nodiscard]] BalanceReason reason() const { return of_report(report->reason); }
  [[nodiscard]] Index iterations() const { return of_report(report->iterations); }
  [[nodiscard]] double row_residual() const { return of_report(report->row_residual); }
  [[nodiscard]] double column_residual() const { return of_report(report->column_residual); }
  [[nodiscard]] double gap() const { return of_report(report->gap); }
  [[nodiscard]] double rate() const { return of_report(report->rate); }
  /// The largest residual after each sweep; empty where it was not kept.
  [[nodiscard]] std::vector<double> const& history() const { return of_report(report->history); }
  [[nodiscard]] BalanceEvidence const* evidence() const { return report->evidence(place); }
  /// NaN where nothing was computed.
  [[nodiscard]] VectorView<double const> balanced() const { return {cells.get(), table->values().size()}; }
  [[nodiscard]] RegionCodes const& labels(Margin margin) const {
    return margin == Margin::rows ? table->rows : table->columns;
  }
  [[nodiscard]] std::vector<double> const& totals(Margin margin) const {
    return margin == Margin::rows ? row_totals : column_totals;
  }
  [[nodiscard]] VectorView<double const> multipliers(Margin margin) const {
    return margin == Margin::rows ? report->row_multipliers(place) : report->column_multipliers(place);
  }
  [[nodiscard]] std::string const& label(Margin margin, Index i) const {
    return labels(margin).codes()[static_cast<std::size_t>(i)];
  }
  /// What figures of cells take.
  operator TableChange() const;

 private:
  template <class Value>
  [[nodiscard]] Value const& of_report(std::vector<Value> const& values) const {
    return values[static_cast<std::size_t>(place)];
  }
};

/// The evidence, or one without anything in it.
BalanceEvidence const& evidence_of(BalancedTable const& result);
/// Position of a cell among the forced zeros, or -1.
Index forced_zero_position(BalanceEvidence const& evidence, TableCell const& cell);

/// Balances the tables to their totals as one batch, with the options of the first, and fills report, place and the
/// balanced cells; cells that a caller provided are written, others are made. A single problem keeps its history.
void balance(Engine& engine, std::span<BalancedTable> problems, Control const& control);

/// Sum of some totals, or of all of them.
double sum_of(std::vector<double> const& totals, std::vector<Index> const& positions);
double sum_of(std::vector<double> const& totals);

/// "balanced.csv", or "balanced.npy" for an array.
std::string balanced_file_name(BalancedTable const& result);
/// The balanced table in the form of its input, under that name.
ResultTable balanced_file(BalancedTable const& result);
ResultTable multipliers_file(BalancedTable const& result);

/// The problem's entry in `results` of --json and of the manifest: labels in the place of positions.
format::Json balance_json(BalancedTable const& result);

}  // namespace regio::study
