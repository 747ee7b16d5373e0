/// The planned operation of balancing under any constraints: systems that passed their checks, and their results.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <regio/constrained_balance.hpp>

#include "balancing/cell_system.hpp"
#include "balancing/farkas_ray.hpp"

namespace regio {

/// One system of cells and constraints, and what a method makes of it. Every method maximises its dual: one multiplier
/// y for each constraint, the cells a function of G' y.
struct ConstrainedItem {
  /// Cells that may change; totals less the part of frozen cells; keeps_signs but for least_squares.
  CellSystem system;
  std::vector<double> wanted;    ///< [constraints] c, totals as given, with the part of frozen cells: for prices
  std::vector<double> variance;  ///< [cells] of least_squares; empty with other methods
  ConstrainedMethod method = ConstrainedMethod::mr_gras;
  Index max_iterations = 0;
  bool keep_history = false;

  std::vector<double> cells;        ///< x [cells]
  std::vector<double> multipliers;  ///< y [constraints]; raising y_c raises (G x)_c
  /// [constraints] what G x is to be: `system.total` of a total that must be met; of others what the multiplier asks
  /// for or what the total was adjusted to. The report's residual is the distance of G x from it.
  std::vector<double> target;
  double objective = std::numeric_limits<double>::quiet_NaN();
  Index iterations = 0;
  std::vector<double> history;  ///< with keep_history: the largest residual after each iteration
  /// Set together with Outcome::infeasible. Its multipliers are 0 for totals with a finite reliability.
  std::optional<FarkasRay> ray;
  Outcome outcome = Outcome::cancelled;  ///< converged, infeasible, iteration_limit, stalled or cancelled
};

/// Iterates every item to its optimum by its method. A system stays on one thread; items run side by side.
struct ConstrainedBalanceOperation {
  static constexpr std::string_view name = "constrained_balance";

  std::span<ConstrainedItem> items;
  double tolerance = 1e-9;
  Control control = {};
};

}  // namespace regio
