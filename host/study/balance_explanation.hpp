/// What became of a table, in words: for the report, for messages, and for the headline of a run.
#pragma once

#include <string>
#include <vector>

#include "study/balance_results.hpp"

namespace regio::study {

/// How far the cells moved: max(x/a, a/x) - 1 of every cell that is not zero.
struct CellMovement {
  /// Cells that moved by less than `most`, and not by less than the bound before.
  struct Step {
    double most = 0;
    Index cells = 0;
    double value = 0;  ///< sum of the |cells| of the start
  };
  /// "60 % of the cells moved by less than 5 %", the narrowest that holds for half of them; "" when none does.
  [[nodiscard]] std::string typical() const;

  std::vector<Step> steps;  ///< from small to large; the last one has no bound
  Index cells = 0, became_zero = 0;
  double value = 0;

  /// A cell, and by what it was multiplied.
  struct Change {
    Index row = 0, column = 0;
    double start = 0, balanced = 0;

    [[nodiscard]] double ratio() const { return balanced / start; }
    /// As a share: 0.25 for 25 % up, and for the way back down.
    [[nodiscard]] double distance() const;
  };
  std::vector<Change> largest;  ///< the cells that moved furthest, at most `most_changes`
  static constexpr std::size_t most_changes = 200;
  std::vector<double> of_row, of_column;  ///< the furthest move of each margin's cells
};

/// Empty steps when nothing was computed: a balanced cell is NaN.
CellMovement cell_movement(TableChange const& table);

/// One sentence, without a full stop: the result, or why there is none.
std::string headline(BalancedTable const& result, CellMovement const& movement);
/// What stands behind an outcome other than converged, and what would repair it; empty for a converged table.
std::vector<std::string> explanation(BalancedTable const& result);
/// Why an iteration ended before it was done, and which options help; `rate` as in BalanceReport.
std::string unfinished_explanation(BalanceReason reason, double residual, double rate, double tolerance);
/// True when a part of the table, not the whole, has totals that differ.
bool is_part_of_table(BalancedTable const& result);

/// A number with as many digits as people compare: "1234.5".
std::string amount(double value);
/// "row 'a'", "rows 'a', 'b' and 3 more".
std::string named(BalancedTable const& result, Margin margin, std::vector<Index> const& positions);

}  // namespace regio::study
