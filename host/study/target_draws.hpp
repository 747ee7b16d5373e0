/// What uncertain totals make of a balanced table: its cells and multipliers over many draws of the totals.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "study/balance_results.hpp"

namespace regio::study {

struct TargetDrawOptions {
  Index draws = 0;  ///< 0: none
  std::uint64_t seed = 1;
  std::uint32_t problem = 0;  ///< position of the problem in the run: each has draws of its own
  double coverage = 0.95;     ///< share of the draws between `low` and `high`
};

/// Totals of a draw.
struct DrawnTotals {
  std::vector<double> rows, columns;
};

/// The totals of draw `draw`, which no other draw and no thread has a part in. A total t of the standard error e
/// becomes t exp(sigma z - sigma^2 / 2), sigma^2 = ln(1 + (e / t)^2), z standard normal (Philox, by the inverse of the
/// normal distribution): log-normal with mean t and standard deviation e, of the sign of t; 0 stays 0. Both margins
/// must add up to the same: the uncertain columns (the uncertain rows where every column is certain) take the
/// difference, in proportion to their sizes. Without uncertain totals the draw is the totals.
DrawnTotals drawn_totals(BalancedTable const& problem, TargetDrawOptions const& options, Index draw);

/// A number over the draws with a solution; NaN when there are none (standard deviation: fewer than two).
struct DrawnNumber {
  double mean = 0, standard_deviation = 0;
  double low = 0, high = 0;  ///< quantiles (1 - coverage) / 2 and (1 + coverage) / 2, interpolated between draws
};

/// What came out of the draws of a problem.
struct TargetDraws {
  Index draws = 0;
  std::map<std::string, Index> outcomes;   ///< how many draws ended how
  std::vector<DrawnNumber> cells;          ///< as table->values()
  std::vector<DrawnNumber> rows, columns;  ///< multipliers, in the gauge of BalanceReport

  /// Draws that meet their totals: converged, or with cells that become zero.
  [[nodiscard]] Index solved() const;
};

/// Balances the problem to each draw of its totals, from the multipliers of the problem itself. Works in parts, and
/// makes the cells of the draws from their multipliers, so that it holds O(draws (rows + columns) + cells) numbers. The
/// same bits for any number of threads. Throws Interrupted.
TargetDraws draw_targets(Engine& engine, BalancedTable const& problem, TargetDrawOptions const& options,
                         Control const& control);

}  // namespace regio::study
