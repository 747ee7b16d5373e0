/// The dual of balancing by least squares: cells and residuals as functions of the constraints' multipliers.
///
/// Symbols: a cell at the start, V variances, G coefficients, y multipliers, l and u bounds; x(y) = clamp(a + V G' y,
/// l, u) are the cells that cost least for given y. The dual's gradient is the residual c - G x(y) - Q y, its second
/// derivative -(G V_free G' + Q) over the cells that are within their bounds; Q = |c| / rho for totals that may be
/// missed, 0 for the others.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "balancing/constrained_balance_operation.hpp"

namespace regio {

/// Keeps references to the item, and writes its cells. All passes go over the terms cell by cell, in one order.
class LeastSquaresDual {
 public:
  explicit LeastSquaresDual(ConstrainedItem& item);

  [[nodiscard]] std::size_t constraints() const noexcept { return total_.size(); }
  [[nodiscard]] bool has_bounds() const noexcept { return !lower_.empty(); }
  /// diagonal of G V G' over all cells, 1 for a constraint that no cell can move.
  [[nodiscard]] std::vector<double> const& full_diagonal() const noexcept { return full_diagonal_; }
  /// Q [constraints].
  [[nodiscard]] std::vector<double> const& give() const noexcept { return give_; }

  /// Moves to the multipliers y: sets the item's cells and all of the following. One pass over the terms.
  void evaluate(std::span<double const> y);
  /// c - G x - Q y, the sums in twice the precision.
  [[nodiscard]] std::vector<double> const& residual() const noexcept { return residual_; }
  /// max(|c|, sum of |coefficient * cell|), with what frozen cells contribute; of a total that may be missed not below
  /// the |c| of its price.
  [[nodiscard]] std::vector<double> const& size() const noexcept { return size_; }
  /// diagonal of G V_free G'.
  [[nodiscard]] std::vector<double> const& free_diagonal() const noexcept { return free_diagonal_; }
  /// Whether the last move let a cell reach or leave a bound.
  [[nodiscard]] bool free_cells_changed() const noexcept { return free_cells_changed_; }

  /// product = G V_free G' p. One pass over the terms.
  void multiply(std::span<double const> p, std::span<double> product) const;

  /// How fast the cells give G' d what they can on the way from y along d.
  struct Response {
    double gain = 0;  ///< d' (G x(y + t d) - G x(y))
    double rate = 0;  ///< its derivative in t
  };
  /// Takes a direction d for the calls of response(). One pass over the terms.
  void look_along(std::span<double const> d);
  [[nodiscard]] Response response(double t) const;

  /// What is minimised, at the multipliers y of the last evaluate().
  [[nodiscard]] double objective(std::span<double const> y) const;

 private:
  void list_terms_by_cell();
  void measure_constraints();
  /// (G' y) of a cell.
  [[nodiscard]] double combination(std::size_t cell, std::span<double const> y) const;
  [[nodiscard]] double coefficient(std::size_t term) const { return coefficient_.empty() ? 1.0 : coefficient_[term]; }

  ConstrainedItem& item_;
  std::span<double const> start_, lower_, upper_, variance_, total_;

  std::vector<std::size_t> first_;        ///< [cells + 1]; cell i has the terms first_[i] .. first_[i + 1] - 1
  std::vector<std::int32_t> constraint_;  ///< [terms]
  std::vector<double> coefficient_;       ///< [terms]; empty: 1

  std::vector<double> position_;       ///< a + V G' y [cells]
  std::vector<double> free_variance_;  ///< V, 0 for a cell beyond a bound [cells]
  std::vector<double> direction_;      ///< G' d [cells]
  std::vector<double> least_size_;     ///< below which size() does not fall [constraints]
  std::vector<double> full_diagonal_, give_, residual_, residual_error_, size_, free_diagonal_;  ///< [constraints]
  bool free_cells_changed_ = true;
};

}  // namespace regio
