/// Problems of national control for tests.
#pragma once

#include <regio/national_control.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "tests/balancing/balance_data.hpp"
#include "tests/oracle/national_control.hpp"

namespace regio {

/// A problem that owns its numbers, and room for its result.
struct OwnedNational {
  Index regions = 0, rows = 0, columns = 0;
  std::vector<double> cells, row_totals, column_totals, national, balanced;

  OwnedNational(Index region_count, Index row_count, Index column_count)
      : regions(region_count),
        rows(row_count),
        columns(column_count),
        cells(static_cast<std::size_t>(regions * rows * columns), 0.0),
        row_totals(static_cast<std::size_t>(regions * rows), 0.0),
        column_totals(static_cast<std::size_t>(regions * columns), 0.0),
        national(static_cast<std::size_t>(rows * columns), 0.0) {}

  [[nodiscard]] double& cell(Index k, Index i, Index j) {
    return cells[static_cast<std::size_t>((k * rows + i) * columns + j)];
  }
  /// Adds what a cell is to be to its totals.
  void want(Index k, Index i, Index j, double x) {
    row_totals[static_cast<std::size_t>(k * rows + i)] += x;
    column_totals[static_cast<std::size_t>(k * columns + j)] += x;
    national[static_cast<std::size_t>(i * columns + j)] += x;
  }
  [[nodiscard]] NationalControlProblem problem() {
    balanced.assign(cells.size(), -1);
    return {.tables = {cells.data(), regions, rows, columns},
            .row_totals = {row_totals.data(), regions, rows},
            .column_totals = {column_totals.data(), regions, columns},
            .national = {national.data(), rows, columns},
            .balanced = {balanced.data(), regions, rows, columns}};
  }

  static oracle::Table lines(std::vector<double> const& values, Index count) {
    oracle::Table result;
    auto const length = static_cast<std::ptrdiff_t>(values.size()) / count;
    for (Index line = 0; line < count; ++line) {
      result.emplace_back(values.begin() + line * length, values.begin() + (line + 1) * length);
    }
    return result;
  }
  [[nodiscard]] oracle::NationalProblem textbook() const {
    oracle::NationalProblem result{
        {}, lines(row_totals, regions), lines(column_totals, regions), lines(national, rows)};
    for (std::vector<double> const& table : lines(cells, regions)) result.tables.push_back(lines(table, rows));
    return result;
  }
};

/// Tables of random cells, and the totals of other random tables of the same zeros and signs: strictly feasible.
inline OwnedNational random_national(Index regions, Index rows, Index columns, std::uint64_t seed,
                                     BalanceShape const& shape = {}) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  OwnedNational result(regions, rows, columns);
  for (Index k = 0; k < regions; ++k) {
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        double const kind = uniform(random), cell = shape.scale * (0.1 + uniform(random));
        double const target = cell * (0.5 + uniform(random));
        double const sign = kind < shape.zero_share ? 0 : (kind > 1 - shape.negative_share ? -1 : 1);
        result.cell(k, i, j) = sign * cell;
        result.want(k, i, j, sign * target);
      }
    }
  }
  return result;
}

}  // namespace regio
