/// Cells under linear constraints and bounds with the least weighted squares of change.
#pragma once

#include <stop_token>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// Minimises sum of (x - a)^2 / (2 variance) + sum over totals with a finite reliability of rho (G x - c)^2 / (2 |c|)
/// under G x = c for the others and l <= x <= u: x = clamp(a + variance * G' y). Takes system, wanted, variance,
/// max_iterations and keep_history of the item and sets all that follows them. Hard constraints that conflict: a
/// verified ray and Outcome::infeasible where one is found; the cells are then those that come nearest to the totals
/// (in squares, each total's divided by the variance of its sum), and there are no multipliers. `stop` raised:
/// Outcome::cancelled, without cells.
void balance_by_least_squares(ConstrainedItem& item, double tolerance, std::stop_token const& stop);

}  // namespace regio
