/// Cells of least information lost under any linear constraints, by the dual of the problem: a concave function of one
/// multiplier a constraint, maximised by damped Newton steps with dense elimination, in long double. Includes nothing
/// of regio.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace oracle {

struct ConstrainedProblem {
  std::vector<double> start;                     ///< cells other than 0
  std::vector<double> lower, upper;              ///< of the cells; infinite: none
  std::vector<std::vector<double>> coefficient;  ///< [constraint][cell]
  std::vector<double> total;                     ///< what all terms and `elsewhere` are to sum to
  std::vector<double> elsewhere;                 ///< [constraint] the part of cells that do not change
  std::vector<double> reliability;               ///< infinite: must be met
};

struct ConstrainedSolution {
  std::vector<double> cells, multipliers, sums;
  double objective = 0;
};

class ConstrainedDual {
 public:
  using Vector = std::vector<long double>;

  explicit ConstrainedDual(ConstrainedProblem const& problem)
      : problem_(problem), y_(problem.total.size()), cells_(problem.start.size()) {}

  ConstrainedSolution maximise() {
    long double damping = 1e-3L;
    long double value = evaluate(y_);
    for (int iteration = 0; iteration < 2000 && damping < 1e12L; ++iteration) {
      Vector const gradient = this->gradient();
      Vector const before = y_;
      Vector const step = newton_step(gradient, damping);
      for (std::size_t c = 0; c < y_.size(); ++c) y_[c] += step[c];
      long double const next = evaluate(y_);
      // Near the maximum the value changes by less than its rounding, while a step still brings the sums nearer.
      long double const rounding = 1e-17L * std::max(1.0L, std::abs(value));
      if (next >= value - rounding && std::isfinite(next)) {
        long double largest = 0;
        for (long double const s : step) largest = std::max(largest, std::abs(s));
        damping = std::max(damping / 10, 1e-18L);
        value = next;
        if (largest < 1e-15L) break;
      } else {
        y_ = before;
        value = evaluate(y_);
        damping *= 10;
      }
    }
    return solution();
  }

 private:
  [[nodiscard]] bool is_hard(std::size_t c) const { return std::isinf(problem_.reliability[c]); }

  /// The dual's value; leaves the cells that belong to y.
  long double evaluate(Vector const& y) {
    long double value = 0;
    for (std::size_t e = 0; e < cells_.size(); ++e) {
      long double push = 0;
      for (std::size_t c = 0; c < y.size(); ++c) push += problem_.coefficient[c][e] * y[c];
      long double const a = problem_.start[e];
      cells_[e] = std::clamp<long double>(a * std::exp(a > 0 ? push : -push), problem_.lower[e], problem_.upper[e]);
      value -= push * cells_[e] - lost(std::abs(a), cells_[e] / a);
    }
    for (std::size_t c = 0; c < y.size(); ++c) {
      value += y[c] * (goal(c, y[c]) - problem_.elsewhere[c]);
      if (!is_hard(c)) value += price(c, goal(c, y[c]));
    }
    return value;
  }

  static long double lost(long double weight, long double z) { return weight * (z > 0 ? z * std::log(z) - z + 1 : 1); }
  [[nodiscard]] long double price(std::size_t c, long double sum) const {
    return problem_.reliability[c] * lost(std::abs(problem_.total[c]), sum / problem_.total[c]);
  }
  /// The sum with which a total that may be missed is cheapest at this multiplier.
  [[nodiscard]] long double goal(std::size_t c, long double y) const {
    long double const total = problem_.total[c];
    if (is_hard(c)) return total;
    return total * std::exp((total > 0 ? -y : y) / problem_.reliability[c]);
  }
  [[nodiscard]] long double sum(std::size_t c) const {
    long double result = problem_.elsewhere[c];
    for (std::size_t e = 0; e < cells_.size(); ++e) result += problem_.coefficient[c][e] * cells_[e];
    return result;
  }
  [[nodiscard]] Vector gradient() const {
    Vector result;
    for (std::size_t c = 0; c < y_.size(); ++c) result.push_back(goal(c, y_[c]) - sum(c));
    return result;
  }

  [[nodiscard]] Vector newton_step(Vector right, long double damping) const {
    std::size_t const n = y_.size();
    std::vector<Vector> matrix(n, Vector(n));
    for (std::size_t e = 0; e < cells_.size(); ++e) {
      if (cells_[e] <= problem_.lower[e] || cells_[e] >= problem_.upper[e]) continue;
      for (std::size_t c = 0; c < n; ++c) {
        for (std::size_t d = 0; d < n; ++d) {
          matrix[c][d] += std::abs(cells_[e]) * problem_.coefficient[c][e] * problem_.coefficient[d][e];
        }
      }
    }
    long double trace = 0;
    for (std::size_t c = 0; c < n; ++c) {
      if (!is_hard(c)) matrix[c][c] += std::abs(goal(c, y_[c])) / problem_.reliability[c];
      trace += matrix[c][c];
    }
    for (std::size_t c = 0; c < n; ++c)
      matrix[c][c] += damping * (matrix[c][c] + 1e-6L * trace / static_cast<long double>(n));
    // The matrix is positive definite: elimination needs no pivots.
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t c = k + 1; c < n; ++c) {
        long double const times = matrix[c][k] / matrix[k][k];
        for (std::size_t d = k; d < n; ++d) matrix[c][d] -= times * matrix[k][d];
        right[c] -= times * right[k];
      }
    }
    for (std::size_t k = n; k-- > 0;) {
      for (std::size_t d = k + 1; d < n; ++d) right[k] -= matrix[k][d] * right[d];
      right[k] /= matrix[k][k];
    }
    return right;
  }

  ConstrainedSolution solution() {
    ConstrainedSolution result;
    long double objective = 0;
    for (std::size_t e = 0; e < cells_.size(); ++e) {
      result.cells.push_back(static_cast<double>(cells_[e]));
      objective += lost(std::abs(static_cast<long double>(problem_.start[e])), cells_[e] / problem_.start[e]);
    }
    for (std::size_t c = 0; c < y_.size(); ++c) {
      result.multipliers.push_back(static_cast<double>(y_[c]));
      result.sums.push_back(static_cast<double>(sum(c)));
      if (!is_hard(c)) objective += price(c, sum(c));
    }
    result.objective = static_cast<double>(objective);
    return result;
  }

  ConstrainedProblem const& problem_;
  Vector y_, cells_;
};

inline ConstrainedSolution least_information(ConstrainedProblem const& problem) {
  return ConstrainedDual(problem).maximise();
}

}  // namespace oracle
