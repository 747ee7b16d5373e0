/// Problems of balancing under any constraints for tests.
#pragma once

#include <regio/constrained_balance.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "tests/oracle/constrained_balancing.hpp"

namespace regio {

/// A problem that owns its numbers, and room for its result.
struct OwnedConstrained {
  Index rows = 0, columns = 0;
  std::vector<double> cells;
  std::vector<double> row_totals, column_totals;
  std::vector<Index> group_start{0};
  std::vector<TableCell> group_cell;
  std::vector<double> group_coefficient, group_total;
  std::vector<CellBounds> bounds;
  std::vector<double> row_reliability, column_reliability, group_reliability;
  std::vector<double> balanced;

  [[nodiscard]] ConstrainedBalanceProblem problem() {
    balanced.assign(cells.size(), -1);
    return {
        .table = {cells.data(), rows, columns},
        .row_totals = row_totals,
        .column_totals = column_totals,
        .groups = {.start = group_start, .cell = group_cell, .coefficient = group_coefficient, .total = group_total},
        .bounds = bounds,
        .row_reliability = row_reliability,
        .column_reliability = column_reliability,
        .group_reliability = group_reliability,
        .balanced = {balanced.data(), rows, columns}};
  }

  void add_group(std::vector<TableCell> const& group, double total, std::vector<double> const& coefficients = {}) {
    group_cell.insert(group_cell.end(), group.begin(), group.end());
    group_start.push_back(static_cast<Index>(group_cell.size()));
    group_total.push_back(total);
    group_coefficient.insert(group_coefficient.end(), coefficients.begin(), coefficients.end());
  }

  [[nodiscard]] double cell(Index i, Index j) const { return cells[static_cast<std::size_t>(i * columns + j)]; }
  [[nodiscard]] double result(Index i, Index j) const { return balanced[static_cast<std::size_t>(i * columns + j)]; }

  /// The same problem as the oracle takes it: cells other than zero, and the constraints' parts of frozen cells.
  [[nodiscard]] oracle::ConstrainedProblem of_oracle() const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    oracle::ConstrainedProblem result;
    std::vector<double> lower(cells.size(), -infinity), upper(cells.size(), infinity), frozen(cells.size(), 0.0);
    for (CellBounds const& bound : bounds) {
      auto const at = static_cast<std::size_t>(bound.cell.row * columns + bound.cell.column);
      lower[at] = bound.lower;
      upper[at] = bound.upper;
    }
    std::vector<Index> number(cells.size(), -1);
    for (std::size_t e = 0; e < cells.size(); ++e) {
      if (lower[e] == upper[e]) {
        frozen[e] = lower[e];
      } else if (cells[e] != 0) {
        number[e] = static_cast<Index>(result.start.size());
        result.start.push_back(cells[e]);
        result.lower.push_back(lower[e]);
        result.upper.push_back(upper[e]);
      }
    }
    std::vector<std::pair<std::size_t, double>> terms;
    auto const add = [&](double total, double reliability) {
      if (!std::isnan(total)) {
        result.coefficient.emplace_back(result.start.size(), 0.0);
        double elsewhere = 0;
        for (auto const& [e, coefficient] : terms) {
          elsewhere += coefficient * frozen[e];
          if (number[e] >= 0) result.coefficient.back()[static_cast<std::size_t>(number[e])] = coefficient;
        }
        result.elsewhere.push_back(elsewhere);
        result.total.push_back(total);
        result.reliability.push_back(reliability);
      }
      terms.clear();
    };
    auto const position = [&](Index i, Index j) { return static_cast<std::size_t>(i * columns + j); };
    auto const reliability = [&](std::vector<double> const& of, std::size_t i) {
      return of.empty() ? infinity : of[i];
    };
    for (std::size_t i = 0; i < row_totals.size(); ++i) {
      for (Index j = 0; j < columns; ++j) terms.emplace_back(position(static_cast<Index>(i), j), 1);
      add(row_totals[i], reliability(row_reliability, i));
    }
    for (std::size_t j = 0; j < column_totals.size(); ++j) {
      for (Index i = 0; i < rows; ++i) terms.emplace_back(position(i, static_cast<Index>(j)), 1);
      add(column_totals[j], reliability(column_reliability, j));
    }
    for (std::size_t g = 0; g < group_total.size(); ++g) {
      for (auto t = static_cast<std::size_t>(group_start[g]); t < static_cast<std::size_t>(group_start[g + 1]); ++t) {
        terms.emplace_back(position(group_cell[t].row, group_cell[t].column),
                           group_coefficient.empty() ? 1 : group_coefficient[t]);
      }
      add(group_total[g], reliability(group_reliability, g));
    }
    return result;
  }

  /// The oracle's cells in the places of the table, with the frozen ones.
  [[nodiscard]] std::vector<double> table_of(oracle::ConstrainedSolution const& solution) const {
    std::vector<double> table(cells.size(), 0.0);
    std::vector<bool> is_frozen(cells.size());
    for (CellBounds const& bound : bounds) {
      auto const at = static_cast<std::size_t>(bound.cell.row * columns + bound.cell.column);
      is_frozen[at] = bound.lower == bound.upper;
      if (is_frozen[at]) table[at] = bound.lower;
    }
    std::size_t next = 0;
    for (std::size_t e = 0; e < cells.size(); ++e) {
      if (cells[e] != 0 && !is_frozen[e]) table[e] = solution.cells[next++];
    }
    return table;
  }
};

/// What a random problem has.
struct ConstrainedShape {
  double zero_share = 0.2, negative_share = 0;
  Index groups = 2;
  bool coefficients = false;  ///< of the groups, of any size and sign
  double bounded_share = 0;   ///< of the cells; some of these are frozen
};

/// A random table, and the totals of another one of the same zeros and signs that keeps all bounds.
inline OwnedConstrained random_constrained(Index rows, Index columns, std::uint64_t seed,
                                           ConstrainedShape const& shape) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  OwnedConstrained result;
  result.rows = rows;
  result.columns = columns;
  result.row_totals.assign(static_cast<std::size_t>(rows), 0);
  result.column_totals.assign(static_cast<std::size_t>(columns), 0);
  std::vector<double> other;
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      double const kind = uniform(random), size = 0.1 + uniform(random), change = 0.5 + uniform(random);
      bool const zero = kind < shape.zero_share && i > 0 && j > 0;
      double const cell = zero ? 0 : (kind > 1 - shape.negative_share ? -size : size), target = cell * change;
      result.cells.push_back(cell);
      other.push_back(target);
      result.row_totals[static_cast<std::size_t>(i)] += target;
      result.column_totals[static_cast<std::size_t>(j)] += target;
      if (zero || !(uniform(random) < shape.bounded_share)) continue;
      double const slack = uniform(random) < 0.3 ? 0 : 0.05 * uniform(random);
      result.bounds.push_back({{i, j}, target - slack, target + slack});
    }
  }
  for (Index g = 0; g < shape.groups; ++g) {
    std::vector<TableCell> group;
    std::vector<double> coefficients;
    double total = 0;
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        if (uniform(random) < 0.7) continue;
        double const coefficient = shape.coefficients ? std::copysign(0.2 + uniform(random), uniform(random) - 0.3) : 1;
        group.push_back({i, j});
        if (shape.coefficients) coefficients.push_back(coefficient);
        total += coefficient * other[static_cast<std::size_t>(i * columns + j)];
      }
    }
    result.add_group(group, total, coefficients);
  }
  return result;
}

}  // namespace regio
