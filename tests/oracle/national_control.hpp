/// Tables of regions under their own margins and those of the nation, by textbook means in long double: scaling of the
/// cells themselves, and Newton's method on the dual. Includes nothing of regio.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/oracle/balancing.hpp"

namespace oracle {

/// [region][row][column]
using Tables = std::vector<Table>;

/// A problem; NaN in `national`: not controlled.
struct NationalProblem {
  Tables tables;
  Table row_totals, column_totals;  ///< [region][row], [region][column]
  Table national;                   ///< [row][column]

  [[nodiscard]] std::size_t regions() const { return tables.size(); }
  [[nodiscard]] std::size_t rows() const { return tables[0].size(); }
  [[nodiscard]] std::size_t columns() const { return tables[0][0].size(); }
  [[nodiscard]] std::size_t margins() const { return regions() * (rows() + columns()) + rows() * columns(); }
  /// The margins of a cell: rows region by region, columns region by region, national cells row by row.
  [[nodiscard]] std::array<std::size_t, 3> of_cell(std::size_t k, std::size_t i, std::size_t j) const {
    return {k * rows() + i, regions() * rows() + k * columns() + j,
            regions() * (rows() + columns()) + i * columns() + j};
  }
  [[nodiscard]] double total(std::size_t margin) const {
    if (margin < regions() * rows()) return row_totals[margin / rows()][margin % rows()];
    margin -= regions() * rows();
    if (margin < regions() * columns()) return column_totals[margin / columns()][margin % columns()];
    margin -= regions() * columns();
    return national[margin / columns()][margin % columns()];
  }
  template <class Visit>
  void for_cells(Visit const& visit) const {
    for (std::size_t k = 0; k < regions(); ++k) {
      for (std::size_t i = 0; i < rows(); ++i) {
        for (std::size_t j = 0; j < columns(); ++j) visit(k, i, j);
      }
    }
  }
};

/// The balanced tables after `sweeps` fits of each margin in turn.
inline Tables nationally_balanced(NationalProblem const& problem, int sweeps) {
  std::vector<std::vector<std::vector<long double>>> x(
      problem.regions(), std::vector(problem.rows(), std::vector<long double>(problem.columns())));
  problem.for_cells([&](std::size_t k, std::size_t i, std::size_t j) { x[k][i][j] = problem.tables[k][i][j]; });
  std::vector<std::vector<long double*>> cells_of(problem.margins());
  problem.for_cells([&](std::size_t k, std::size_t i, std::size_t j) {
    for (std::size_t const margin : problem.of_cell(k, i, j)) cells_of[margin].push_back(&x[k][i][j]);
  });
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t margin = 0; margin < problem.margins(); ++margin) {
      if (std::isnan(problem.total(margin))) continue;
      long double positive = 0, negative = 0;
      for (long double const* cell : cells_of[margin]) (*cell > 0 ? positive : negative) += std::abs(*cell);
      long double const factor = margin_factor(positive, negative, problem.total(margin));
      for (long double* cell : cells_of[margin]) *cell = *cell > 0 ? *cell * factor : *cell / factor;
    }
  }
  Tables result = problem.tables;
  problem.for_cells(
      [&](std::size_t k, std::size_t i, std::size_t j) { result[k][i][j] = static_cast<double>(x[k][i][j]); });
  return result;
}

/// The balanced tables from the dual: the multipliers y at which sum of |a| exp(+-(sum of y)) - sum of y c is least, by
/// Newton's method with steps halved until the sum falls.
inline Tables nationally_balanced_by_dual(NationalProblem const& problem) {
  std::vector<std::size_t> number(problem.margins(), problem.margins());
  std::vector<long double> total;
  for (std::size_t margin = 0; margin < problem.margins(); ++margin) {
    if (std::isnan(problem.total(margin))) continue;
    number[margin] = total.size();
    total.push_back(problem.total(margin));
  }
  std::size_t const size = total.size();
  std::vector<long double> y(size, 0);
  auto const cell = [&](std::vector<long double> const& at, std::size_t k, std::size_t i, std::size_t j) {
    long double const a = problem.tables[k][i][j];
    long double exponent = 0;
    for (std::size_t const margin : problem.of_cell(k, i, j)) {
      if (number[margin] < size) exponent += at[number[margin]];
    }
    return a * std::exp(a > 0 ? exponent : -exponent);
  };
  auto const objective = [&](std::vector<long double> const& at) {
    long double sum = 0;
    problem.for_cells([&](std::size_t k, std::size_t i, std::size_t j) { sum += std::abs(cell(at, k, i, j)); });
    for (std::size_t c = 0; c < size; ++c) sum -= at[c] * total[c];
    return sum;
  };
  for (int step = 0; step < 100; ++step) {
    std::vector<std::vector<long double>> system(size, std::vector<long double>(size + 1, 0));
    for (std::size_t c = 0; c < size; ++c) system[c][size] = total[c];
    problem.for_cells([&](std::size_t k, std::size_t i, std::size_t j) {
      long double const x = cell(y, k, i, j);
      for (std::size_t const one : problem.of_cell(k, i, j)) {
        if (number[one] >= size) continue;
        system[number[one]][size] -= x;
        for (std::size_t const other : problem.of_cell(k, i, j)) {
          if (number[other] < size) system[number[one]][number[other]] += std::abs(x);
        }
      }
    });
    // Directions that change no cell are left out: their pivots vanish.
    std::vector<long double> move(size, 0);
    std::vector<std::size_t> pivot_of(size, size);
    std::vector<bool> used(size, false);
    for (std::size_t column = 0; column < size; ++column) {
      std::size_t best = size;
      for (std::size_t row = 0; row < size; ++row) {
        if (!used[row] && (best == size || std::abs(system[row][column]) > std::abs(system[best][column]))) best = row;
      }
      if (best == size || std::abs(system[best][column]) < 1e-12L) continue;
      used[best] = true;
      pivot_of[column] = best;
      for (std::size_t row = 0; row < size; ++row) {
        if (row == best) continue;
        long double const factor = system[row][column] / system[best][column];
        for (std::size_t c = column; c <= size; ++c) system[row][c] -= factor * system[best][c];
      }
    }
    long double largest = 0;
    for (std::size_t column = 0; column < size; ++column) {
      if (pivot_of[column] == size) continue;
      move[column] = system[pivot_of[column]][size] / system[pivot_of[column]][column];
      largest = std::max(largest, std::abs(move[column]));
    }
    long double const now = objective(y);
    for (long double length = 1; length > 1e-6L; length /= 2) {
      std::vector<long double> next = y;
      for (std::size_t c = 0; c < size; ++c) next[c] += length * move[c];
      if (objective(next) > now && largest > 1e-12L) continue;
      y = std::move(next);
      break;
    }
    if (largest < 1e-17L) break;
  }
  Tables result = problem.tables;
  problem.for_cells(
      [&](std::size_t k, std::size_t i, std::size_t j) { result[k][i][j] = static_cast<double>(cell(y, k, i, j)); });
  return result;
}

/// By how much multipliers g, h, f of the three margins show that the totals cannot be met; throws where they show
/// nothing, as a cell of the table has the wrong weight, or where f is that of a cell that is not controlled.
inline boost::multiprecision::cpp_rational national_deficit(NationalProblem const& problem, Table const& g,
                                                            Table const& h, Table const& f) {
  using Rational = boost::multiprecision::cpp_rational;
  problem.for_cells([&](std::size_t k, std::size_t i, std::size_t j) {
    double const a = problem.tables[k][i][j];
    Rational const weight = Rational(g[k][i]) + Rational(h[k][j]) + Rational(f[i][j]);
    if ((a > 0 && weight > 0) || (a < 0 && weight < 0)) throw std::runtime_error("a cell may grow for ever");
  });
  Rational deficit = 0;
  for (std::size_t k = 0; k < problem.regions(); ++k) {
    for (std::size_t i = 0; i < problem.rows(); ++i) deficit += Rational(g[k][i]) * Rational(problem.row_totals[k][i]);
    for (std::size_t j = 0; j < problem.columns(); ++j) {
      deficit += Rational(h[k][j]) * Rational(problem.column_totals[k][j]);
    }
  }
  for (std::size_t i = 0; i < problem.rows(); ++i) {
    for (std::size_t j = 0; j < problem.columns(); ++j) {
      if (f[i][j] == 0) continue;
      if (std::isnan(problem.national[i][j])) throw std::runtime_error("a national cell is not controlled");
      deficit += Rational(f[i][j]) * Rational(problem.national[i][j]);
    }
  }
  return deficit;
}

}  // namespace oracle
