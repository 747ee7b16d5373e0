/// The iteration of national control, however its sweeps are made.
#pragma once

#include <cmath>
#include <optional>
#include <stop_token>

#include "balancing/national_control_operation.hpp"
#include "balancing/national_step.hpp"
#include "balancing/relaxation.hpp"

namespace regio {

/// Iterates until the result is good enough, nothing moves any more, the item's limit, or a stop. `Sweeps` has
///   void begin()                      from the item's start
///   double sweep(RelaxationExponent)  fits all three margins; the columns' new multipliers wait. The largest residual
///                                     that it met.
///   CheckedResiduals check_result()   the residuals, and the cells where wanted, with the columns' multipliers from
///                                     before the sweep
///   void take_columns(Index sweeps)   those that wait become the columns' multipliers
///   void give_multipliers()           to the item
template <class Sweeps>
void iterate_national_control(NationalControlItem& item, double tolerance, std::stop_token const& stop,
                              Sweeps& sweeps) {
  Relaxation relaxation(item.over_relaxation, tolerance);
  sweeps.begin();
  item.outcome = Outcome::iteration_limit;
  item.iterations = 0;
  double wanted = tolerance;
  std::optional<CheckedResiduals> result;
  while (item.iterations < item.max_iterations) {
    if (stop.stop_requested()) {
      item.outcome = Outcome::cancelled;
      return;
    }
    ++item.iterations;
    double const residual = sweeps.sweep(relaxation.exponent());
    if (item.history != nullptr) item.history->push_back(residual);
    if (!std::isfinite(residual) && !relaxation.exponent().plain()) {
      // Over-relaxation has left the range of numbers.
      relaxation = Relaxation(false, tolerance);
      sweeps.begin();
      continue;
    }
    relaxation.observe(residual);
    if (residual <= wanted) {
      // Every family was within the tolerance when its turn came; the result is checked with all three at once.
      result = sweeps.check_result();
      if (result->beyond_slack <= tolerance) {
        item.outcome = Outcome::converged;
        break;
      }
      wanted = residual / 2;
    }
    if (relaxation.stalled() || std::isnan(residual)) {
      item.outcome = Outcome::stalled;
      break;
    }
    sweeps.take_columns(item.iterations);
  }
  item.rate = relaxation.rate();
  if (item.outcome == Outcome::stalled || (item.outcome == Outcome::iteration_limit && item.is_last)) {
    result = sweeps.check_result();
  }
  if (result) {
    item.row_residual = result->rows;
    item.column_residual = result->columns;
    item.national_residual = result->national;
  }
  sweeps.give_multipliers();
}

}  // namespace regio
