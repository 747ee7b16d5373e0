#include "balancing/information_balance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "balancing/compensated_sum.hpp"
#include "balancing/constraint_terms.hpp"
#include "balancing/forced_cells.hpp"
#include "balancing/increasing_root.hpp"
#include "balancing/multiplier_step.hpp"
#include "balancing/relaxation.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double rounding_of_totals = 0x1p-44;

/// Sweeps after which the growth of the multipliers is first asked for a ray, then after twice as many, and so on.
constexpr Index sweeps_before_ray = 32;

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
  Iteration(ConstrainedItem& item, double tolerance)
      : item_(item),
        system_(item.system),
        tolerance_(tolerance),
        relaxation_(item.method != ConstrainedMethod::kras, tolerance),
        growth_(system_.total.size()) {}

  void run(std::stop_token const& stop) {
    ForcedCells const forced = find_forced_cells(item_, tolerance_);
    item_.iterations = 0;
    if (forced.infeasible) {
      item_.outcome = Outcome::infeasible;
      item_.ray = forced.ray;
      return;
    }
    prepare(forced);
    iterate(stop);
    if (item_.outcome != Outcome::cancelled) finish();
  }

 private:
  void prepare(ForcedCells const& forced) {
    item_.multipliers = forced.multiplier;
    item_.target = system_.total;
    start_ = system_.start;
    bool bounded = !system_.lower.empty();
    for (std::size_t e = 0; e < forced.value.size(); ++e) {
      if (std::isnan(forced.value[e])) continue;
      start_[e] = forced.value[e];
      bounded = bounded || forced.value[e] != 0;
    }
    if (bounded) {
      lower_.resize(start_.size());
      upper_.resize(start_.size());
      for (std::size_t e = 0; e < start_.size(); ++e) {
        bool const fixed = !forced.value.empty() && !std::isnan(forced.value[e]);
        lower_[e] = fixed ? forced.value[e] : system_.least(static_cast<Index>(e));
        upper_[e] = fixed ? forced.value[e] : system_.most(static_cast<Index>(e));
      }
    }
    for (Index c = 0; c < system_.constraints(); ++c) {
      auto const at = static_cast<std::size_t>(c);
      if (!std::isnan(item_.multipliers[at])) {
        item_.target[at] = forced.target[at];
        continue;
      }
      item_.multipliers[at] = 0;
      shapes_.push_back(shape_of(system_, c));
      shapes_.back().bounded = shapes_.back().bounded || reaches_fixed(forced, c);
    }
    value_ = start_;
    earlier_ = item_.multipliers;
  }

  /// Whether a constraint has a cell that is forced to a value other than 0.
  [[nodiscard]] bool reaches_fixed(ForcedCells const& forced, Index c) const {
    if (forced.value.empty()) return false;
    auto const at = static_cast<std::size_t>(c);
    auto const* const cells = system_.cell.data();
    return std::any_of(cells + system_.first[at], cells + system_.first[at + 1], [&](std::int32_t e) {
      double const value = forced.value[static_cast<std::size_t>(e)];
      return !std::isnan(value) && value != 0;
    });
  }

  void iterate(std::stop_token const& stop) {
    item_.outcome = Outcome::iteration_limit;
    while (item_.iterations < item_.max_iterations) {
      if (stop.stop_requested()) {
        item_.outcome = Outcome::cancelled;
        item_.multipliers.clear();
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
      if (residual <= tolerance_ && largest_residual() <= tolerance_) {
        item_.outcome = Outcome::converged;
        return;
      }
      bool const stalled = relaxation_.stalled();
      if ((stalled || item_.iterations == next_ray_) && !(residual <= tolerance_)) {
        if (look_for_ray()) return;
      }
      if (stalled) {
        item_.outcome = Outcome::stalled;
        return;
      }
    }
  }

  /// Without over-relaxation, where that has left the range of numbers.
  void start_again() {
    relaxation_ = Relaxation(false, tolerance_);
    value_ = start_;
    for (ConstraintShape const& shape : shapes_) multiplier(shape) = 0;
  }

  /// One step of every constraint; the largest residual that a step found.
  double sweep() {
    double const omega = relaxation_.exponent().omega();
    double result = 0;
    for (ConstraintShape const& shape : shapes_) {
      double const residual = shape.size != 0 && !shape.bounded ? scale(shape, omega) : search(shape, omega);
      result = std::isnan(residual) ? residual : std::max(result, residual);
    }
    return result;
  }

  [[nodiscard]] double& multiplier(ConstraintShape const& shape) {
    return item_.multipliers[static_cast<std::size_t>(shape.constraint)];
  }
  [[nodiscard]] bool is_soft(ConstraintShape const& shape) const {
    return item_.method == ConstrainedMethod::soft && !system_.must_be_met(shape.constraint);
  }

  /// What a sum is to be after a step, less the part of frozen cells, and how fast it falls with the step.
  [[nodiscard]] FunctionValue goal(ConstraintShape const& shape, double step) const {
    auto const c = static_cast<std::size_t>(shape.constraint);
    if (!is_soft(shape)) return {item_.target[c], 0, std::abs(item_.target[c])};
    double const wanted = item_.wanted[c], rho = system_.reliability[c];
    double const sum = wanted * std::exp(-std::copysign(1.0, wanted) * (item_.multipliers[c] + step) / rho);
    double const frozen = wanted - system_.total[c];
    return {sum - frozen, std::abs(sum) / rho, std::abs(sum) + std::abs(frozen)};
  }

  [[nodiscard]] double residual_of(ConstraintShape const& shape, double sum, double magnitude) const {
    double const distance = std::abs(sum - goal(shape, 0).value);
    double const scale = std::max(std::abs(item_.wanted[static_cast<std::size_t>(shape.constraint)]), magnitude);
    return distance == 0 ? 0 : distance / scale;
  }

  /// The step of a constraint whose coefficients have one size and whose cells have no bounds: its sum is p r - n / r
  /// for a factor r, and only r has to be found.
  double scale(ConstraintShape const& shape, double omega) {
    SignedSums const sums = sum_terms(shape, system_, value_);
    double const p = sums.positive, n = sums.negative;
    double const residual = residual_of(shape, p - n, p + n);
    double factor;
    if (is_soft(shape)) {
      double const step = increasing_root(
          [&](double delta) {
            double const r = std::exp(shape.size * delta), above = p * r, below = n / r;
            FunctionValue const wanted = goal(shape, delta);
            return FunctionValue{above - below - wanted.value, shape.size * (above + below) + wanted.slope,
                                 above + below + wanted.magnitude};
          },
          longest_step / shape.size, limit_of_search / shape.size);
      factor = std::exp(shape.size * step);
    } else {
      factor = margin_root(p, n, goal(shape, 0).value);
    }
    if (!(factor > 0) || std::isinf(factor)) return residual;
    double logarithm = std::log(factor);
    if (omega != 1) {
      logarithm *= omega;
      factor = std::exp(logarithm);
    }
    if (factor != 1) scale_terms(shape, system_, factor, value_);
    multiplier(shape) += logarithm / shape.size;
    return residual;
  }

  /// The step of any other constraint, by a search for the root of its equation.
  double search(ConstraintShape const& shape, double omega) {
    FunctionValue const now = terms_after(shape, 0);
    double const residual = residual_of(shape, now.value, now.magnitude);
    double const step = omega * increasing_root(
                                    [&](double delta) {
                                      FunctionValue const sum = terms_after(shape, delta), wanted = goal(shape, delta);
                                      return FunctionValue{sum.value - wanted.value, sum.slope + wanted.slope,
                                                           sum.magnitude + wanted.magnitude};
                                    },
                                    longest_step / shape.largest, limit_of_search / shape.largest);
    for_terms(shape, [&](std::size_t e, double coefficient) {
      constexpr double smallest = 1e-280, largest = 1e280;
      double const moved = value_[e] * std::exp((value_[e] > 0 ? step : -step) * coefficient);
      if (std::abs(moved) > smallest && std::abs(moved) < largest) value_[e] = moved;
    });
    multiplier(shape) += step;
    return residual;
  }

  template <class Visit>
  void for_terms(ConstraintShape const& shape, Visit&& visit) const {
    for (Index t = shape.first; t < shape.first + shape.count; ++t) {
      visit(static_cast<std::size_t>(system_.cell[static_cast<std::size_t>(t)]), system_.coefficient_of(t));
    }
  }

  /// The sum of a constraint's terms if its multiplier moved on by `step`.
  [[nodiscard]] FunctionValue terms_after(ConstraintShape const& shape, double step) const {
    // Terms of coefficients of one size all change by one factor or its inverse.
    double const factor = std::exp(shape.size * step), inverse = 1 / factor;
    FunctionValue result{0, 0, 0};
    for_terms(shape, [&](std::size_t e, double coefficient) {
      bool const grows = coefficient * value_[e] > 0;
      double const change =
          shape.size != 0 ? (grows ? factor : inverse) : std::exp((value_[e] > 0 ? step : -step) * coefficient);
      double const free = value_[e] * change, x = within_bounds(e, free), term = coefficient * x;
      result.value += term;
      result.magnitude += std::abs(term);
      if (x == free && !is_fixed(e)) result.slope += std::abs(coefficient * term);
    });
    return result;
  }

  [[nodiscard]] double within_bounds(std::size_t e, double value) const {
    return lower_.empty() ? value : std::clamp(value, lower_[e], upper_[e]);
  }

  [[nodiscard]] bool is_fixed(std::size_t e) const { return !lower_.empty() && lower_[e] == upper_[e]; }

  /// Of all constraints at once, at the cells as they are.
  [[nodiscard]] double largest_residual() const {
    double result = 0;
    for (ConstraintShape const& shape : shapes_) {
      CompensatedSum sum;
      double magnitude = 0;
      for_terms(shape, [&](std::size_t e, double coefficient) {
        double const term = coefficient * within_bounds(e, value_[e]);
        sum.add(term);
        magnitude += std::abs(term);
      });
      result = std::max(result, residual_of(shape, sum.value(), magnitude));
    }
    return result;
  }

  /// Whether the growth of the multipliers since the last look shows that hard totals conflict.
  bool look_for_ray() {
    next_ray_ *= 2;
    for (std::size_t c = 0; c < growth_.size(); ++c) growth_[c] = item_.multipliers[c] - earlier_[c];
    earlier_ = item_.multipliers;
    item_.ray = verified_ray(system_, growth_, std::max(tolerance_, rounding_of_totals));
    if (item_.ray) item_.outcome = Outcome::infeasible;
    return item_.ray.has_value();
  }

  void finish() {
    item_.cells = std::move(value_);
    CompensatedSum objective;
    for (std::size_t e = 0; e < item_.cells.size(); ++e) {
      item_.cells[e] = within_bounds(e, item_.cells[e]);
      double const a = system_.start[e];
      objective.add(std::abs(a) * information(item_.cells[e] / a));
    }
    for (ConstraintShape const& shape : shapes_) {
      item_.target[static_cast<std::size_t>(shape.constraint)] = goal(shape, 0).value;
    }
    for (std::size_t c = 0; c < system_.total.size(); ++c) {
      if (item_.method != ConstrainedMethod::soft || system_.must_be_met(static_cast<Index>(c))) continue;
      double const wanted = item_.wanted[c], sum = item_.target[c] + (wanted - system_.total[c]);
      objective.add(system_.reliability[c] * std::abs(wanted) * information(sum / wanted));
    }
    item_.objective = objective.value();
  }

  ConstrainedItem& item_;
  CellSystem const& system_;
  double tolerance_;
  Relaxation relaxation_;
  std::vector<ConstraintShape> shapes_;
  std::vector<double> start_, value_;     ///< [cells] a, with forced values; a times its factors, without bounds
  std::vector<double> lower_, upper_;     ///< [cells] with those of signs and forced values; empty: no cell has any
  std::vector<double> growth_, earlier_;  ///< [constraints] of the multipliers since the last look for a ray
  Index next_ray_ = sweeps_before_ray;
};

}  // namespace

void balance_by_information(ConstrainedItem& item, double tolerance, std::stop_token const& stop) {
  Iteration(item, tolerance).run(stop);
}

}  // namespace regio
