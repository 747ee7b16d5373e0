#include "balancing/information_balance.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "balancing/adjusted_totals.hpp"
#include "balancing/compensated_sum.hpp"
#include "balancing/forced_cells.hpp"
#include "balancing/increasing_root.hpp"
#include "balancing/information_newton.hpp"
#include "balancing/information_system.hpp"
#include "balancing/multiplier_step.hpp"
#include "balancing/relaxation.hpp"

namespace regio {
namespace {

constexpr double rounding_of_totals = 0x1p-44;

/// Sweeps after which their progress is first looked at, then after twice as many, and so on.
constexpr Index sweeps_before_look = 32;

/// A step of ln(multiplier) for an equation of any form: the longest at first, and where the search ends.
constexpr double longest_step = 4, limit_of_search = 600;

/// z ln z - z + 1: the information lost by a part of 1 that becomes z.
double information(double z) {
  double const t = z - 1;
  if (std::abs(t) < 1e-5) return t * t / 2 * (1 - t / 3);
  return z == 0 ? 1.0 : z * std::log(z) - t;
}

class Iteration {
 public:
  Iteration(ConstrainedItem& item, double tolerance, ForcedCells const& forced)
      : item_(item),
        system_(item, forced),
        tolerance_(tolerance),
        relaxation_(over_relaxes(), tolerance),
        value_(system_.start().begin(), system_.start().end()),
        earlier_(item.multipliers),
        growth_(earlier_.size()) {
    if (item.method == ConstrainedMethod::kras) adjusted_.emplace(item);
  }

  void run(std::stop_token const& stop) {
    iterate(stop);
    if (item_.outcome == Outcome::cancelled) {
      item_.multipliers.clear();
    } else {
      finish();
    }
  }

 private:
  [[nodiscard]] bool over_relaxes() const noexcept { return item_.method != ConstrainedMethod::kras; }

  void iterate(std::stop_token const& stop) {
    item_.outcome = Outcome::iteration_limit;
    item_.iterations = 0;
    while (item_.iterations < item_.max_iterations) {
      if (stop.stop_requested()) {
        item_.outcome = Outcome::cancelled;
        return;
      }
      ++item_.iterations;
      double const residual = sweep();
      if (item_.keep_history) item_.history.push_back(residual);
      if (!std::isfinite(residual) && !relaxation_.exponent().plain()) {
        start_again();
        continue;
      }
      relaxation_.observe(residual);
      if (adjusted_) adjusted_->end_sweep(residual);
      if (residual <= tolerance_ && system_.largest_residual(item_.multipliers, value_) <= tolerance_) {
        item_.outcome = Outcome::converged;
        return;
      }
      bool const stalled = relaxation_.stalled();
      if (!stalled && item_.iterations < next_look_) continue;
      // At the rate of the sweeps since the last look, would those until the next one be enough?
      bool const slow = residual * (residual / residual_at_look_) * (residual / residual_at_look_) > tolerance_;
      residual_at_look_ = residual;
      next_look_ = 2 * item_.iterations;
      if (!stalled && !slow) continue;
      if (proves_conflict() || finish_by_newton(residual, stop)) return;
      if (stalled && !(residual_at_look_ < residual / 2)) {
        item_.outcome = Outcome::stalled;
        return;
      }
    }
    (void)proves_conflict();
  }

  /// Without over-relaxation, where that has left the range of numbers.
  void start_again() {
    relaxation_ = Relaxation(false, tolerance_);
    std::copy(system_.start().begin(), system_.start().end(), value_.begin());
    for (ConstraintShape const& shape : system_.shapes()) multiplier(shape) = 0;
  }

  /// One step of every constraint; the largest residual that a step found.
  double sweep() {
    double const omega = relaxation_.exponent().omega();
    double result = 0;
    for (ConstraintShape const& shape : system_.shapes()) {
      double const residual = shape.size != 0 && !shape.bounded ? scale(shape, omega) : search(shape, omega);
      result = std::isnan(residual) ? residual : std::max(result, residual);
    }
    return result;
  }

  [[nodiscard]] double& multiplier(ConstraintShape const& shape) {
    return item_.multipliers[static_cast<std::size_t>(shape.constraint)];
  }

  /// The residual that a step finds; totals that are adjusted have moved then.
  double observe(ConstraintShape const& shape, double sum, double magnitude) {
    double const residual = system_.residual(shape, multiplier(shape), sum, magnitude);
    if (adjusted_) adjusted_->observe_gap(shape.constraint, sum);
    return residual;
  }

  /// The step of a constraint whose coefficients have one size and whose cells have no bounds: its sum is p r - n / r
  /// for a factor r, and only r has to be found.
  double scale(ConstraintShape const& shape, double omega) {
    SignedSums const sums = sum_terms(shape, system_.cells(), value_);
    double const p = sums.positive, n = sums.negative;
    double const residual = observe(shape, p - n, p + n);
    double factor = 1;
    if (system_.is_soft(shape)) {
      double const y = multiplier(shape);
      double const step = increasing_root(
          [&](double delta) {
            double const r = std::exp(shape.size * delta), above = p * r, below = n / r;
            FunctionValue const wanted = system_.goal(shape, y + delta);
            return FunctionValue{above - below - wanted.value, shape.size * (above + below) + wanted.slope,
                                 above + below + wanted.magnitude};
          },
          longest_step / shape.size, limit_of_search / shape.size);
      factor = std::exp(shape.size * step);
    } else {
      factor = margin_root(p, n, system_.goal(shape, 0).value);
    }
    if (!(factor > 0) || std::isinf(factor)) return residual;
    double logarithm = std::log(factor);
    if (omega != 1) {
      logarithm *= omega;
      factor = std::exp(logarithm);
    }
    if (factor != 1) scale_terms(shape, system_.cells(), factor, value_);
    multiplier(shape) += logarithm / shape.size;
    return residual;
  }

  /// The step of any other constraint, by a search for the root of its equation.
  double search(ConstraintShape const& shape, double omega) {
    FunctionValue const now = terms_after(shape, 0);
    double const residual = observe(shape, now.value, now.magnitude);
    double const y = multiplier(shape);
    double const root = increasing_root(
        [&](double delta) {
          FunctionValue const sum = terms_after(shape, delta), wanted = system_.goal(shape, y + delta);
          return FunctionValue{sum.value - wanted.value, sum.slope + wanted.slope, sum.magnitude + wanted.magnitude};
        },
        longest_step / shape.largest, limit_of_search / shape.largest);
    double const step = omega * root;
    system_.for_terms(shape, [&](std::size_t e, double coefficient) {
      constexpr double smallest = 1e-280, largest = 1e280;
      double const moved = value_[e] * std::exp((value_[e] > 0 ? step : -step) * coefficient);
      if (std::abs(moved) > smallest && std::abs(moved) < largest) value_[e] = moved;
    });
    multiplier(shape) += step;
    return residual;
  }

  /// The sum of a constraint's terms if its multiplier moved on by `step`.
  [[nodiscard]] FunctionValue terms_after(ConstraintShape const& shape, double step) const {
    // Terms of coefficients of one size all change by one factor or its inverse.
    double const factor = std::exp(shape.size * step), inverse = 1 / factor;
    FunctionValue result{0, 0, 0};
    system_.for_terms(shape, [&](std::size_t e, double coefficient) {
      bool const grows = coefficient * value_[e] > 0;
      double const change =
          shape.size != 0 ? (grows ? factor : inverse) : std::exp((value_[e] > 0 ? step : -step) * coefficient);
      double const free = value_[e] * change, x = system_.within_bounds(e, free), term = coefficient * x;
      result.value += term;
      result.magnitude += std::abs(term);
      if (x == free && !system_.is_fixed(e)) result.slope += std::abs(coefficient * term);
    });
    return result;
  }

  /// Whether the growth of the multipliers since the last question shows that hard totals conflict.
  bool proves_conflict() {
    for (std::size_t c = 0; c < growth_.size(); ++c) growth_[c] = item_.multipliers[c] - earlier_[c];
    earlier_ = item_.multipliers;
    item_.ray = verified_ray(system_.cells(), growth_, std::max(tolerance_, rounding_of_totals));
    if (item_.ray) item_.outcome = Outcome::infeasible;
    return item_.ray.has_value();
  }

  /// Newton's steps where sweeps have become slow, with twice as many products as there were sweeps. True: an outcome
  /// is found.
  bool finish_by_newton(double residual, std::stop_token const& stop) {
    if (adjusted_ || !std::isfinite(residual)) return false;
    if (!newton_) newton_.emplace(system_);
    Index const budget = std::min(2 * item_.iterations, item_.max_iterations - item_.iterations);
    if (budget == 0) return false;
    item_.iterations += newton_->run(item_.multipliers, tolerance_, budget, stop, residual_at_look_);
    if (item_.keep_history) item_.history.push_back(residual_at_look_);
    push_.resize(value_.size());
    system_.add_up(item_.multipliers, push_);
    system_.take_values(push_, value_);
    if (residual_at_look_ <= tolerance_) {
      item_.outcome = Outcome::converged;
      return true;
    }
    relaxation_ = Relaxation(over_relaxes(), tolerance_);
    next_look_ = 2 * item_.iterations;
    return proves_conflict();
  }

  void finish() {
    item_.cells = std::move(value_);
    CompensatedSum objective;
    CellSystem const& system = item_.system;
    for (std::size_t e = 0; e < item_.cells.size(); ++e) {
      item_.cells[e] = system_.within_bounds(e, item_.cells[e]);
      double const a = system.start[e];
      objective.add(std::abs(a) * information(item_.cells[e] / a));
    }
    for (ConstraintShape const& shape : system_.shapes()) {
      item_.target[static_cast<std::size_t>(shape.constraint)] = system_.goal(shape, multiplier(shape)).value;
    }
    for (std::size_t c = 0; c < system.total.size(); ++c) {
      if (item_.method != ConstrainedMethod::soft || system.must_be_met(static_cast<Index>(c))) continue;
      double const wanted = item_.wanted[c], sum = item_.target[c] + (wanted - system.total[c]);
      objective.add(system.reliability[c] * std::abs(wanted) * information(sum / wanted));
    }
    item_.objective = objective.value();
  }

  ConstrainedItem& item_;
  InformationSystem system_;
  double tolerance_;
  Relaxation relaxation_;
  std::optional<AdjustedTotals> adjusted_;   ///< with kras
  std::optional<InformationNewton> newton_;  ///< once sweeps are slow
  std::vector<double> value_;                ///< [cells] a times its factors, without bounds
  std::vector<double> push_;                 ///< [cells]
  std::vector<double> earlier_, growth_;     ///< [constraints] multipliers at the last question for a ray, and since
  Index next_look_ = sweeps_before_look;
  double residual_at_look_ = 1;
};

}  // namespace

void balance_by_information(ConstrainedItem& item, double tolerance, std::stop_token const& stop) {
  ForcedCells const forced = find_forced_cells(item, tolerance);
  if (forced.infeasible) {
    item.outcome = Outcome::infeasible;
    item.ray = forced.ray;
    return;
  }
  Iteration(item, tolerance, forced).run(stop);
}

}  // namespace regio
