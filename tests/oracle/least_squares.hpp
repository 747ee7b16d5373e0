/// Constrained least squares by elimination: every way in which cells can lie on their bounds is tried, each as one
/// dense linear system in long double. Includes nothing of regio.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace oracle {

using Numbers = std::vector<long double>;

/// Minimise sum of (x - start)^2 / (2 variance) + sum of price (coefficients x - total)^2 / 2 over the rows with a
/// finite price, under coefficients x = total in the others and lower <= x <= upper.
struct LeastSquaresCase {
  Numbers start, variance, lower, upper;
  std::vector<Numbers> coefficients;  ///< [constraints][cells]
  Numbers total, price;               ///< [constraints]
};

/// A solution of the square system, with 0 for what it leaves free; nothing if it has none. Elimination with the
/// largest pivot of all that is left.
inline std::optional<Numbers> solve_linear(std::vector<Numbers> matrix, Numbers right) {
  std::size_t const n = right.size();
  std::vector<std::size_t> unknown(n);
  for (std::size_t k = 0; k < n; ++k) unknown[k] = k;
  long double largest = 0;
  for (Numbers const& row : matrix) {
    for (long double const value : row) largest = std::max(largest, std::abs(value));
  }
  long double const nothing = 1e-14L * largest;
  std::size_t rank = 0;
  for (; rank < n; ++rank) {
    std::size_t row = rank, column = rank;
    for (std::size_t i = rank; i < n; ++i) {
      for (std::size_t j = rank; j < n; ++j) {
        if (std::abs(matrix[i][j]) > std::abs(matrix[row][column])) row = i, column = j;
      }
    }
    if (std::abs(matrix[row][column]) <= nothing) break;
    std::swap(matrix[rank], matrix[row]);
    std::swap(right[rank], right[row]);
    for (Numbers& each : matrix) std::swap(each[rank], each[column]);
    std::swap(unknown[rank], unknown[column]);
    for (std::size_t i = rank + 1; i < n; ++i) {
      long double const factor = matrix[i][rank] / matrix[rank][rank];
      if (factor == 0) continue;
      for (std::size_t j = rank; j < n; ++j) matrix[i][j] -= factor * matrix[rank][j];
      right[i] -= factor * right[rank];
    }
  }
  long double size = 0;
  for (long double const value : right) size = std::max(size, std::abs(value));
  for (std::size_t i = rank; i < n; ++i) {
    if (std::abs(right[i]) > 1e-12L * std::max(size, 1.0L)) return {};
  }
  Numbers result(n);
  for (std::size_t k = rank; k-- > 0;) {
    long double value = right[k];
    for (std::size_t j = k + 1; j < rank; ++j) value -= matrix[k][j] * result[unknown[j]];
    result[unknown[k]] = value / matrix[k][k];
  }
  return result;
}

/// Where a cell is taken to lie.
enum class Place { free, lower, upper };

/// The cells that cost least when those at a bound stay there.
inline std::optional<Numbers> least_squares_on_face(LeastSquaresCase const& problem, std::vector<Place> const& place) {
  std::size_t const cells = problem.start.size(), constraints = problem.total.size(), n = cells + constraints;
  std::vector<Numbers> matrix(n, Numbers(n));
  Numbers right(n);
  for (std::size_t i = 0; i < cells; ++i) {
    matrix[i][i] = 1;
    if (place[i] != Place::free) {
      right[i] = place[i] == Place::lower ? problem.lower[i] : problem.upper[i];
      continue;
    }
    right[i] = problem.start[i];
    for (std::size_t c = 0; c < constraints; ++c) {
      matrix[i][cells + c] = -problem.variance[i] * problem.coefficients[c][i];
    }
  }
  for (std::size_t c = 0; c < constraints; ++c) {
    for (std::size_t i = 0; i < cells; ++i) matrix[cells + c][i] = problem.coefficients[c][i];
    matrix[cells + c][cells + c] = std::isinf(problem.price[c]) ? 0 : 1 / problem.price[c];
    right[cells + c] = problem.total[c];
  }
  std::optional<Numbers> solution = solve_linear(std::move(matrix), std::move(right));
  if (solution) solution->resize(cells);
  return solution;
}

/// The solution, or nothing where there is none. Of all faces' best points within the bounds the best is the solution.
/// O(3^bounded cells).
inline std::optional<Numbers> least_squares(LeastSquaresCase const& problem) {
  std::size_t const cells = problem.start.size();
  std::vector<Place> place(cells, Place::free);
  std::optional<Numbers> best;
  long double best_cost = std::numeric_limits<long double>::infinity();
  auto const within = [&](Numbers const& x) {
    for (std::size_t i = 0; i < cells; ++i) {
      long double const rounding = 1e-12L * std::max(1.0L, std::abs(x[i]));
      if (x[i] < problem.lower[i] - rounding || x[i] > problem.upper[i] + rounding) return false;
    }
    return true;
  };
  auto const cost = [&](Numbers const& x) {
    long double sum = 0;
    for (std::size_t i = 0; i < cells; ++i) {
      sum += (x[i] - problem.start[i]) * (x[i] - problem.start[i]) / problem.variance[i] / 2;
    }
    for (std::size_t c = 0; c < problem.total.size(); ++c) {
      if (std::isinf(problem.price[c])) continue;
      long double missed = -problem.total[c];
      for (std::size_t i = 0; i < cells; ++i) missed += problem.coefficients[c][i] * x[i];
      sum += problem.price[c] * missed * missed / 2;
    }
    return sum;
  };
  while (true) {
    std::optional<Numbers> const found = least_squares_on_face(problem, place);
    if (found && within(*found) && cost(*found) < best_cost) {
      best = found;
      best_cost = cost(*found);
    }
    std::size_t i = 0;
    for (; i < cells; ++i) {
      if (place[i] == Place::free && std::isfinite(problem.lower[i])) {
        place[i] = Place::lower;
        break;
      }
      if (place[i] != Place::upper && std::isfinite(problem.upper[i])) {
        place[i] = Place::upper;
        break;
      }
      place[i] = Place::free;
    }
    if (i == cells) return best;
  }
}

}  // namespace oracle
