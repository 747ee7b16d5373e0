/// Result files, facts and the report's section on draws of uncertain totals.
#pragma once

#include <string>
#include <vector>

#include "format/csv_writer.hpp"
#include "format/report.hpp"
#include "study/balance_batch.hpp"
#include "study/target_draws.hpp"

namespace regio::study {

/// Collects what the draws of one problem after another came to.
class TargetDrawsFiles {
 public:
  /// `named`: the files begin with a column `problem`.
  explicit TargetDrawsFiles(bool named);

  void add(BalancedTable const& problem, TargetDraws const& draws);
  /// cells.csv ([problem,]row,column,value,mean,standard_deviation,low,high; cells other than zero) and
  /// multiplier_draws.csv ([problem,]margin,label,value,mean,standard_deviation,low,high).
  [[nodiscard]] std::vector<ResultTable> files() const;
  /// {"draws", "outcomes"}: of each problem, and over all of them.
  [[nodiscard]] format::Json facts() const;
  /// Draws that have no solution, which the statistics leave out.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  bool named_;
  format::CsvWriter cells_, multipliers_;
  Index draws_of_problem_ = 0, draws_ = 0, solved_ = 0;
  std::map<std::string, Index> outcomes_;
};

/// How far the cells of a problem vary over its draws.
format::ReportSection draws_section(BalancedTable const& problem, TargetDraws const& draws, double coverage,
                                    std::string const& source);

}  // namespace regio::study
