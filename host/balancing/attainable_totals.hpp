/// Totals that a table can be given where the wanted ones conflict.
#pragma once

#include <vector>

#include <regio/balance.hpp>

#include "balancing/margin_checks.hpp"

namespace regio {

struct AttainableTotals {
  std::vector<double> rows, columns;
};

/// Under the multipliers in which the iteration of a problem with conflicting margins has settled, right after a fit of
/// the rows: the columns' sums, and after one more fit of the columns the rows' sums. The iteration goes to and fro
/// between these two tables for ever; each meets one margin and misses the other by the least loss of information
/// (Pukelsheim 2014).
AttainableTotals attainable_totals(BalanceProblem const& problem, VectorView<double const> row_multipliers,
                                   VectorView<double const> column_multipliers);

/// Where the totals of a part of the table differ: the rows' totals of that part scaled to the sum of the columns', and
/// the columns' to the sum of the rows'. Empty where a sum is not positive.
AttainableTotals scaled_totals(BalanceProblem const& problem, MarginConflict const& conflict);

}  // namespace regio
