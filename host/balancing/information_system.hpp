/// The conditions of the least information lost: cells as functions of multipliers, and what sums are to be.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "balancing/constrained_balance_operation.hpp"
#include "balancing/constraint_terms.hpp"
#include "balancing/forced_cells.hpp"
#include "balancing/increasing_root.hpp"

namespace regio {

/// An item's cells and those of its constraints that are to be iterated on, with what is known before: bounds, signs
/// and forced values. A cell is clamp(a exp(sign(a) G' y)); values are the same without the clamp.
class InformationSystem {
 public:
  /// Sets multipliers and targets of the item: those of settled constraints, and where the others start.
  InformationSystem(ConstrainedItem& item, ForcedCells const& forced);

  [[nodiscard]] std::span<ConstraintShape const> shapes() const noexcept { return shapes_; }
  [[nodiscard]] CellSystem const& cells() const noexcept { return item_.system; }
  /// a [cells], 0 or its value where a cell is forced.
  [[nodiscard]] std::span<double const> start() const noexcept { return start_; }

  template <class Visit>
  void for_terms(ConstraintShape const& shape, Visit&& visit) const {
    CellSystem const& system = item_.system;
    for (Index t = shape.first; t < shape.first + shape.count; ++t) {
      visit(static_cast<std::size_t>(system.cell[static_cast<std::size_t>(t)]), system.coefficient_of(t));
    }
  }

  /// A total that may be missed, at a price.
  [[nodiscard]] bool is_soft(ConstraintShape const& shape) const noexcept {
    return item_.method == ConstrainedMethod::soft && !item_.system.must_be_met(shape.constraint);
  }
  /// What the sum is to be at the multiplier y, less the part of frozen cells: the target, or c exp(-sign(c) y / rho).
  /// The slope is that with which it falls as y rises.
  [[nodiscard]] FunctionValue goal(ConstraintShape const& shape, double y) const;
  /// The part of a total in the dual function at the multiplier y.
  [[nodiscard]] double dual_of_total(ConstraintShape const& shape, double y) const;
  /// |sum - goal| / max(|c|, magnitude).
  [[nodiscard]] double residual(ConstraintShape const& shape, double y, double sum, double magnitude) const;
  /// Of all constraints at once, in compensated sums.
  [[nodiscard]] double largest_residual(std::span<double const> multipliers, std::span<double const> values) const;

  [[nodiscard]] double within_bounds(std::size_t e, double value) const noexcept {
    return lower_.empty() ? value : std::clamp(value, lower_[e], upper_[e]);
  }
  [[nodiscard]] bool is_fixed(std::size_t e) const noexcept { return !lower_.empty() && lower_[e] == upper_[e]; }

  /// G' y [cells].
  void add_up(std::span<double const> multipliers, std::span<double> push) const;
  /// a exp(sign(a) push) [cells].
  void take_values(std::span<double const> push, std::span<double> values) const;

 private:
  ConstrainedItem const& item_;
  std::vector<ConstraintShape> shapes_;
  std::vector<double> start_;
  std::vector<double> lower_, upper_;  ///< [cells] with those of signs and forced values; empty: no cell has any
};

}  // namespace regio
