/// Cells whose values single constraints leave no choice of.
#pragma once

#include <optional>
#include <vector>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// What the totals say constraint by constraint, before any iteration.
struct ForcedCells {
  std::vector<double> value;  ///< [cells] NaN: free; empty: all are
  /// [constraints] NaN: to be iterated on; else the multiplier of a constraint none of whose cells is free: infinite
  /// where it is the constraint itself that forces them.
  std::vector<double> multiplier;
  std::vector<double> target;    ///< [constraints] of those: what their cells sum to
  bool infeasible = false;       ///< a total is out of its cells' reach
  std::optional<FarkasRay> ray;  ///< what shows it; null where it is a total that may be missed, whose sign is wrong
};

/// Finds totals that are the least or the largest sum that their cells may have (a total of 0 of positive cells, a
/// total that is the sum of upper bounds): these cells then have their least or largest values, in every solution.
/// Repeats until nothing changes. A total beyond that by more than `tolerance` (as a residual) cannot be met. With
/// ConstrainedMethod::soft a total is approached from its own side of 0; with kras one that must not be met forces
/// nothing. O(terms) for each round.
ForcedCells find_forced_cells(ConstrainedItem const& item, double tolerance);

}  // namespace regio
