/// Cells under linear constraints and bounds with the least information lost: MR-GRAS, soft totals, KRAS.
#pragma once

#include <stop_token>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// Minimises sum of |a| (z ln(z / e) + 1), z = x / a, under G x = c and l <= x <= u: x = clamp(a exp(sign(a) G' y)),
/// constraint by constraint: each step gives y_c the value at which its sum is what it is to be. Of a total with a
/// reliability that is c with mr_gras, c exp(-sign(c) y_c / rho) with soft (the price is rho |c| (t ln(t / e) + 1),
/// t = sum / c), a total that moves towards the sum with kras. Takes what the item gives and sets all that follows.
/// Stops on the residuals of all constraints at once. Hard totals that conflict: a verified ray and
/// Outcome::infeasible. `stop` raised: Outcome::cancelled, without cells.
void balance_by_information(ConstrainedItem& item, double tolerance, std::stop_token const& stop);

}  // namespace regio
