/// Newton's method on the dual of the least information lost, where sweeps are slow.
#pragma once

#include <stop_token>
#include <vector>

#include "balancing/information_system.hpp"

namespace regio {

/// Maximises the dual function D(y), whose gradient is goal - G x and whose curvature is H = G diag(|x| of cells off
/// their bounds) G' and, of totals that may be missed, the slope of their goals. Steps solve (H + mu S) s = gradient by
/// conjugate gradients, S the diagonal that H would have with no cell at a bound; mu falls with every step that raises
/// D and rises with every one that does not (Levenberg 1944; Marquardt 1963). Where all cells of a constraint are at
/// bounds, sweeps move by equal small steps; these ones double. Deterministic. Memory is taken once.
class InformationNewton {
 public:
  explicit InformationNewton(InformationSystem const& system);

  /// Moves the multipliers [constraints] until the largest residual is at most `tolerance`, no step raises D, or
  /// `budget` products with the constraints are made. Returns how many were. `residual` is the largest one then.
  Index run(std::vector<double>& multipliers, double tolerance, Index budget, std::stop_token const& stop,
            double& residual);

 private:
  struct Point {
    double value = 0, noise = 0;  ///< D, and how far rounding may have moved it
    double residual = 0;          ///< the largest
  };

  /// D, cells and gradient at the multipliers.
  Point evaluate(std::vector<double> const& multipliers);
  void take_diagonals(std::vector<double> const& multipliers);
  /// result = (H + mu S) vector.
  void multiply(std::vector<double> const& vector, double mu, std::vector<double>& result);
  /// Solves for the step; returns the products made.
  Index solve(double mu, double accuracy, Index budget);
  /// Shortens the step to what changes no cell by more than a factor e^8.
  void limit_step();

  InformationSystem const& system_;
  std::vector<double> push_, cell_, weight_;                          ///< [cells]
  std::vector<double> gradient_, slope_, curvature_, damping_;        ///< [constraints]
  std::vector<double> trial_, step_, remainder_, direction_, image_;  ///< [constraints]
};

}  // namespace regio
