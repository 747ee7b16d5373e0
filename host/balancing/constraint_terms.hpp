/// How the terms of a constraint lie in memory, and the loops over them.
#pragma once

#include <span>

#include "balancing/cell_system.hpp"

namespace regio {

/// What is the same in every sweep over a constraint's terms.
struct ConstraintShape {
  Index constraint = 0;
  Index first = 0, count = 0;  ///< its terms
  Index cell = 0, stride = 0;  ///< term k has cell `cell + k * stride`; stride 0: any cells, as the system lists them
  double size = 1;             ///< of all its coefficients; 0: they differ
  double largest = 1;          ///< of the sizes of its coefficients
  bool one_sign = false;       ///< no term is negative
  bool bounded = false;        ///< a cell has bounds
};

ConstraintShape shape_of(CellSystem const& system, Index constraint);

/// Sums of positive terms and of the sizes of negative ones.
struct SignedSums {
  double positive = 0, negative = 0;
};

/// Sums of the terms of a constraint whose coefficients have one size and whose cells have no bounds.
SignedSums sum_terms(ConstraintShape const& shape, CellSystem const& system, std::span<double const> values);

/// Multiplies the cells of positive terms by a factor and divides those of negative ones by it.
void scale_terms(ConstraintShape const& shape, CellSystem const& system, double factor, std::span<double> values);

}  // namespace regio
