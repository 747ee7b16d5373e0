/// Problems of balancing for tests.
#pragma once

#include <regio/balance.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace regio {

/// A problem that owns its numbers, and room for its result.
struct OwnedBalance {
  Index rows = 0, columns = 0;
  std::vector<double> cells, row_totals, column_totals, balanced;

  [[nodiscard]] BalanceProblem problem() {
    balanced.assign(cells.size(), -1);
    return {.table = {cells.data(), rows, columns},
            .row_totals = row_totals,
            .column_totals = column_totals,
            .balanced = {balanced.data(), rows, columns}};
  }
  [[nodiscard]] std::vector<std::vector<double>> table() const {
    std::vector<std::vector<double>> result;
    for (Index i = 0; i < rows; ++i)
      result.emplace_back(cells.begin() + i * columns, cells.begin() + (i + 1) * columns);
    return result;
  }
};

inline OwnedBalance balance_of(std::initializer_list<std::initializer_list<double>> table,
                               std::vector<double> row_totals, std::vector<double> column_totals) {
  OwnedBalance result{static_cast<Index>(row_totals.size()),
                      static_cast<Index>(column_totals.size()),
                      {},
                      std::move(row_totals),
                      std::move(column_totals),
                      {}};
  for (auto const& row : table) result.cells.insert(result.cells.end(), row.begin(), row.end());
  return result;
}

/// What a random problem looks like.
struct BalanceShape {
  double zero_share = 0;      ///< of the cells
  double negative_share = 0;  ///< of the cells
  double scale = 1;           ///< of all numbers
};

/// A table of random cells, and the totals of another random table of the same zeros and signs: strictly feasible.
inline OwnedBalance random_balance(Index rows, Index columns, std::uint64_t seed, BalanceShape const& shape = {}) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  OwnedBalance result{rows,
                      columns,
                      {},
                      std::vector<double>(static_cast<std::size_t>(rows)),
                      std::vector<double>(static_cast<std::size_t>(columns)),
                      {}};
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      double const kind = uniform(random), cell = shape.scale * (0.1 + uniform(random));
      double const target = cell * (0.5 + uniform(random));
      // The first row and column keep the table connected.
      bool const zero = kind < shape.zero_share && i > 0 && j > 0;
      double const sign = zero ? 0 : (kind > 1 - shape.negative_share ? -1 : 1);
      result.cells.push_back(sign * cell);
      result.row_totals[static_cast<std::size_t>(i)] += sign * target;
      result.column_totals[static_cast<std::size_t>(j)] += sign * target;
    }
  }
  return result;
}

/// A table [size, size] of two halves that hold together weakly, whose solution is known, and by which plain sweeps
/// multiply their residual by `rate` near it: the square of the second singular value (1 - e) / (1 + e) of the
/// solution [[1, e], [e, 1]], each number of it a block.
struct SlowBalance {
  OwnedBalance owned;
  std::vector<double> solution;
};

inline SlowBalance slow_balance(Index size, double rate, std::uint64_t seed, double negative_share = 0,
                                double decades = 1) {
  double const sigma = std::sqrt(rate), between = (1 - sigma) / (1 + sigma);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  auto const multipliers = [&](double of_second_half) {
    std::vector<double> result(static_cast<std::size_t>(size));
    for (Index i = 0; i < size; ++i) {
      result[static_cast<std::size_t>(i)] =
          std::pow(10.0, decades * (uniform(random) - 0.5)) * (2 * i < size ? 1 : of_second_half);
    }
    return result;
  };
  std::vector<double> const r = multipliers(3), s = multipliers(1);
  SlowBalance result{{size,
                      size,
                      {},
                      std::vector<double>(static_cast<std::size_t>(size)),
                      std::vector<double>(static_cast<std::size_t>(size)),
                      {}},
                     {}};
  for (std::size_t i = 0; i < r.size(); ++i) {
    for (std::size_t j = 0; j < s.size(); ++j) {
      double const size_of_cell = (2 * i < r.size()) == (2 * j < s.size()) ? 1 : between;
      double const x = uniform(random) < negative_share ? -size_of_cell : size_of_cell;
      result.owned.cells.push_back(x > 0 ? x / (r[i] * s[j]) : x * (r[i] * s[j]));
      result.solution.push_back(x);
      result.owned.row_totals[i] += x;
      result.owned.column_totals[j] += x;
    }
  }
  return result;
}

/// The cells other than zero of an owned problem, as a sparse table.
struct SparseBalance {
  OwnedBalance const& dense;
  std::vector<Index> row_start{0}, column;
  std::vector<double> value, balanced;

  explicit SparseBalance(OwnedBalance const& owned) : dense(owned) {
    for (Index i = 0; i < owned.rows; ++i) {
      for (Index j = 0; j < owned.columns; ++j) {
        double const cell = owned.cells[static_cast<std::size_t>(i * owned.columns + j)];
        if (cell == 0) continue;
        column.push_back(j);
        value.push_back(cell);
      }
      row_start.push_back(static_cast<Index>(column.size()));
    }
    balanced.assign(value.size(), -1);
  }
  [[nodiscard]] BalanceProblem problem() {
    return {.sparse_table = {dense.rows, dense.columns, row_start, column, value},
            .row_totals = dense.row_totals,
            .column_totals = dense.column_totals,
            .balanced_cells = balanced};
  }
};

}  // namespace regio
