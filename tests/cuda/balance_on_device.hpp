/// Balancing on the simulated device beside the CPU.
#pragma once

#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/balancing/balance_data.hpp"
#include "tests/cuda/simulated_engine.hpp"

namespace regio {

/// A report and the cells that came with it, of every problem.
struct BalanceRun {
  BalanceReport report;
  std::vector<std::vector<double>> cells;
};

inline BalanceRun balance_on(Engine engine, BalanceOptions const& options, std::vector<OwnedBalance>& owned) {
  std::vector<BalanceProblem> problems;
  for (OwnedBalance& one : owned) problems.push_back(one.problem());
  BalanceRun run{balance_tables(engine, options, problems), {}};
  for (OwnedBalance const& one : owned) run.cells.push_back(one.balanced);
  return run;
}

/// NaN where the other is NaN.
inline void expect_same_numbers(std::vector<double> const& found, std::vector<double> const& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t e = 0; e < found.size(); ++e) {
    EXPECT_TRUE(found[e] == expected[e] || (std::isnan(found[e]) && std::isnan(expected[e])))
        << "position " << e << ": " << found[e] << ", expected " << expected[e];
  }
}

inline void expect_same_bits(BalanceRun const& found, BalanceRun const& expected) {
  EXPECT_EQ(found.report.outcome, expected.report.outcome);
  EXPECT_EQ(found.report.reason, expected.report.reason);
  EXPECT_EQ(found.report.iterations, expected.report.iterations);
  expect_same_numbers(found.report.row_residual, expected.report.row_residual);
  expect_same_numbers(found.report.column_residual, expected.report.column_residual);
  expect_same_numbers(found.report.rate, expected.report.rate);
  expect_same_numbers(found.report.all_row_multipliers, expected.report.all_row_multipliers);
  expect_same_numbers(found.report.all_column_multipliers, expected.report.all_column_multipliers);
  ASSERT_EQ(found.cells.size(), expected.cells.size());
  for (std::size_t b = 0; b < found.cells.size(); ++b) {
    SCOPED_TRACE("problem " + std::to_string(b));
    expect_same_numbers(found.report.history[b], expected.report.history[b]);
    expect_same_numbers(found.cells[b], expected.cells[b]);
  }
}

/// A band: margins are linked by their neighbours only, which the plain iteration takes long for.
inline OwnedBalance banded_balance(Index n, std::uint64_t seed) {
  OwnedBalance owned = random_balance(n, n, seed);
  std::mt19937_64 random(seed + 1);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  owned.row_totals.assign(owned.row_totals.size(), 0);
  owned.column_totals.assign(owned.column_totals.size(), 0);
  auto const size = static_cast<std::size_t>(n);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      if (i + 2 < j || j + 2 < i) {
        owned.cells[i * size + j] = 0;
        continue;
      }
      double const x = uniform(random);
      owned.row_totals[i] += x;
      owned.column_totals[j] += x;
    }
  }
  return owned;
}

}  // namespace regio
