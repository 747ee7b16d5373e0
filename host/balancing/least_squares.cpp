#include "balancing/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "balancing/farkas_ray.hpp"
#include "balancing/least_squares_dual.hpp"
#include "balancing/margin_network.hpp"

namespace regio {
namespace {

using Numbers = std::vector<double>;

double dot(Numbers const& a, Numbers const& b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

/// The largest |residual| / size, NaN if one is. A constraint without a size is met: its total and its cells are 0.
double worst_ratio(Numbers const& residual, Numbers const& size) {
  double worst = 0;
  for (std::size_t c = 0; c < residual.size(); ++c) {
    if (size[c] == 0) continue;
    double const ratio = std::abs(residual[c]) / size[c];
    if (ratio > worst || std::isnan(ratio)) worst = ratio;
  }
  return worst;
}

/// Maximises the dual by proximal points (Rockafellar 1976): the dual less (y - centre)' P (y - centre) / 2 with a
/// small diagonal P has one maximum, whatever the constraints; a generalised Newton iteration finds it, and it is the
/// next centre. Where the constraints agree a centre or two lead to the tolerance. Where they conflict the centres go
/// off along the ray that proves it.
class LeastSquares {
 public:
  LeastSquares(ConstrainedItem& item, double tolerance, std::stop_token const& stop)
      : item_(item),
        tolerance_(tolerance),
        stop_(stop),
        dual_(item),
        multipliers_(item.multipliers),
        centre_(dual_.constraints()),
        gradient_(dual_.constraints()),
        step_(dual_.constraints()),
        rest_(dual_.constraints()),
        search_(dual_.constraints()),
        product_(dual_.constraints()) {
    multipliers_.assign(dual_.constraints(), 0.0);
    item_.iterations = 0;
    item_.history.clear();
    item_.ray.reset();
  }

  void run() {
    item_.outcome = iterate();
    item_.target = item_.system.total;
    if (item_.outcome == Outcome::cancelled) {
      item_.cells.clear();
      multipliers_.clear();
      return;
    }
    for (std::size_t c = 0; c < item_.target.size(); ++c) item_.target[c] -= dual_.give()[c] * multipliers_[c];
    item_.objective = dual_.objective(multipliers_);
    if (item_.outcome == Outcome::infeasible) multipliers_.clear();
  }

 private:
  static constexpr double proximity = 1e-9;  ///< P as a part of the diagonal of G V G'
  static constexpr int patience = 40;        ///< steps without a gain of 1 %
  static constexpr int steps_of_centre = 40;
  static constexpr int most_probes = 100;  ///< of a line search; bisection alone needs 60

  Outcome iterate() {
    double best = std::numeric_limits<double>::infinity(), at_centre = best;
    int without_gain = 0, steps = 0;
    for (evaluate();; evaluate()) {
      double const residual = worst_ratio(dual_.residual(), dual_.size());
      if (item_.keep_history) item_.history.push_back(residual);
      if (residual <= tolerance_) return Outcome::converged;
      if (stop_.stop_requested()) return Outcome::cancelled;
      if (item_.iterations >= item_.max_iterations) return Outcome::iteration_limit;
      without_gain = residual < 0.99 * best ? 0 : without_gain + 1;
      best = std::min(best, residual);

      double to_proximal_point = worst_ratio(gradient_, dual_.size());
      if (steps > 0 && (to_proximal_point <= 0.1 * residual || steps >= steps_of_centre)) {
        // An agreeing system comes much nearer with every centre.
        if (residual > 0.5 * at_centre) {
          if (std::optional<Outcome> const end = look_for_conflict()) return *end;
        }
        at_centre = residual;
        centre_ = multipliers_;
        gradient_ = dual_.residual();
        to_proximal_point = residual;
        steps = 0;
      }
      if (without_gain >= patience || std::isnan(residual)) return Outcome::stalled;
      // While cells still reach and leave bounds, an exact step is wasted.
      find_step(
          std::max(0.1 * tolerance_, dual_.free_cells_changed() && dual_.has_bounds() ? 0.01 * to_proximal_point : 0));
      double const length = dual_.has_bounds() ? step_length() : 1.0;
      for (std::size_t c = 0; c < step_.size(); ++c) multipliers_[c] += length * step_[c];
      ++steps;
    }
  }

  void evaluate() {
    dual_.evaluate(multipliers_);
    ++item_.iterations;
    for (std::size_t c = 0; c < gradient_.size(); ++c) {
      gradient_[c] = dual_.residual()[c] - proximal_weight(c) * (multipliers_[c] - centre_[c]);
    }
  }

  [[nodiscard]] double proximal_weight(std::size_t c) const { return proximity * dual_.full_diagonal()[c]; }
  /// The second derivative's part that is no cell's.
  [[nodiscard]] double own_weight(std::size_t c) const { return dual_.give()[c] + proximal_weight(c); }

  /// (G V_free G' + Q + P) step = gradient by conjugate gradients with the diagonal as preconditioner (Hestenes and
  /// Stiefel 1952; Byron 1978), until nothing but `enough` of the constraints' sizes is left.
  void find_step(double enough) {
    std::size_t const count = step_.size();
    std::fill(step_.begin(), step_.end(), 0.0);
    rest_ = gradient_;
    double power = 0, before = 0;
    for (std::size_t round = 0; round < 4 * count + 100; ++round) {
      power = 0;
      for (std::size_t c = 0; c < count; ++c) power += rest_[c] * rest_[c] / (dual_.free_diagonal()[c] + own_weight(c));
      double const turn = round == 0 ? 0 : power / before;
      for (std::size_t c = 0; c < count; ++c) {
        search_[c] = rest_[c] / (dual_.free_diagonal()[c] + own_weight(c)) + turn * search_[c];
      }
      dual_.multiply(search_, product_);
      ++item_.iterations;
      for (std::size_t c = 0; c < count; ++c) product_[c] += own_weight(c) * search_[c];
      double const length = power / dot(search_, product_);
      if (!(length > 0 && std::isfinite(length))) break;
      for (std::size_t c = 0; c < count; ++c) {
        step_[c] += length * search_[c];
        rest_[c] -= length * product_[c];
      }
      before = power;
      if (worst_ratio(rest_, dual_.size()) <= enough) break;
      if (stop_.stop_requested() || item_.iterations >= item_.max_iterations) break;
    }
  }

  /// Where the dual is highest along the step: a zero of its derivative, which falls in straight pieces.
  double step_length() {
    dual_.look_along(step_);
    double const start = dot(gradient_, step_);
    double own = 0;
    for (std::size_t c = 0; c < step_.size(); ++c) own += own_weight(c) * step_[c] * step_[c];
    double low = 0, high = std::numeric_limits<double>::infinity(), t = 1;
    for (int probe = 0; probe < most_probes; ++probe) {
      LeastSquaresDual::Response const response = dual_.response(t);
      double const slope = start - response.gain - t * own;
      if (std::abs(slope) <= 1e-3 * start || (slope > 0 && slope <= 0.1 * start)) return t;
      (slope > 0 ? low : high) = t;
      double const next = t + slope / (response.rate + own);
      if (next > low && next < high) {
        t = next;
      } else {
        t = low > 0 ? low + (high - low) / 2 : high / 16;
      }
    }
    return low > 0 ? low : t;
  }

  /// Whether the last move of the centre is a ray that shows a conflict. One within the tolerance is none: then the
  /// result is good enough where no total is missed by more than the conflict makes necessary.
  std::optional<Outcome> look_for_conflict() {
    Numbers growth(multipliers_.size());
    for (std::size_t c = 0; c < growth.size(); ++c) growth[c] = multipliers_[c] - centre_[c];
    item_.ray = verified_ray(item_.system, growth, std::max(tolerance_, rounding_share));
    if (item_.ray) return Outcome::infeasible;
    std::optional<FarkasRay> const small = verified_ray(item_.system, growth);
    if (!small) return {};
    double largest = 0;
    for (double const multiplier : small->multiplier) largest = std::max(largest, std::abs(multiplier));
    for (std::size_t c = 0; c < growth.size(); ++c) {
      if (std::abs(dual_.residual()[c]) > tolerance_ * dual_.size()[c] + small->deficit / largest) return {};
    }
    return Outcome::converged;
  }

  ConstrainedItem& item_;
  double tolerance_;
  std::stop_token const& stop_;
  LeastSquaresDual dual_;
  Numbers& multipliers_;
  Numbers centre_;
  Numbers gradient_;  ///< of the dual less its proximal part
  Numbers step_, rest_, search_, product_;
};

}  // namespace

void balance_by_least_squares(ConstrainedItem& item, double tolerance, std::stop_token const& stop) {
  LeastSquares(item, tolerance, stop).run();
}

}  // namespace regio
