/// From a table with totals, groups and bounds to a system of cells and constraints, and back.
#pragma once

#include <vector>

#include <regio/constrained_balance.hpp>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// A problem as a system: its cells that may change, by row; its controlled rows, columns and groups in this order.
/// Cells that are 0 and frozen cells are no part of it; what frozen cells contribute is taken off the totals exactly.
struct ConstrainedPlan {
  ConstrainedItem item;
  std::vector<Index> position;  ///< [cells of the system] row * n + column
  struct FrozenCell {
    Index position;
    double value;
  };
  std::vector<FrozenCell> frozen;
  /// The constraint of each row, column and group; -1: not controlled.
  std::vector<Index> row_constraint, column_constraint, group_constraint;
};

/// `problem` has passed its checks. O(cells + terms).
ConstrainedPlan plan_constrained_balance(ConstrainedBalanceProblem const& problem,
                                         ConstrainedBalanceOptions const& options);

/// Writes what the plan's item has become into entry `b` of the report, whose arrays have an entry for each problem,
/// and into the problem's `balanced`. Sums and residual are computed from the cells, in compensated arithmetic.
void conclude_constrained_balance(ConstrainedPlan const& plan, ConstrainedBalanceProblem const& problem,
                                  ConstrainedBalanceReport& report, Index b);

/// What the plan's ray says, by rows, columns and groups.
ConstrainedEvidence constrained_evidence(ConstrainedPlan const& plan, Index b);

}  // namespace regio
