// Newton's method for tables that sweeps take long for: few reads, and the table that plain sweeps come to.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <tuple>
#include <vector>

#include "tests/balancing/balance_data.hpp"

namespace regio {
namespace {

constexpr double tolerance = 1e-12;

BalanceReport balance(BalanceProblem const& problem, BalanceOptions const& options) {
  Engine engine = Engine::cpu(2);
  return balance_tables(engine, options, {problem});
}

BalanceOptions plain_sweeps() {
  return {.tolerance = tolerance, .max_iterations = 1'000'000, .over_relaxation = false, .newton = false};
}

/// The mean gain of plain sweeps where rounding does not show yet.
double observed_rate(BalanceProblem const& problem) {
  BalanceOptions options = plain_sweeps();
  options.tolerance = 1e-7;
  options.keep_history = true;
  BalanceReport const report = balance(problem, options);
  std::vector<double> const& history = report.history[0];
  constexpr std::size_t sweeps = 50;
  return std::pow(history.back() / history[history.size() - 1 - sweeps], 1.0 / sweeps);
}

/// A residual of the tolerance leaves that much, divided by 1 - rate, of the slow direction.
void expect_near(std::vector<double> const& found, std::vector<double> const& expected, double rate) {
  double const allowed = 10 * tolerance / (1 - rate);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t cell = 0; cell < found.size(); ++cell) {
    ASSERT_NEAR(found[cell], expected[cell], allowed * std::abs(expected[cell])) << "cell " << cell;
  }
}

/// Rate, share of negative cells, whether the table is sparse.
class SlowTables : public testing::TestWithParam<std::tuple<double, double, bool>> {};

TEST_P(SlowTables, AreBalancedInFewReads) {
  auto const [rate, negatives, is_sparse] = GetParam();
  SlowBalance slow = slow_balance(40, rate, 1, negatives);
  SparseBalance sparse(slow.owned);
  BalanceProblem const problem = is_sparse ? sparse.problem() : slow.owned.problem();
  std::vector<double> const& found = is_sparse ? sparse.balanced : slow.owned.balanced;

  EXPECT_NEAR(observed_rate(problem), rate, 0.05 * (1 - rate));

  BalanceReport const plain = balance(problem, plain_sweeps());
  ASSERT_EQ(plain.outcome[0], Outcome::converged);
  expect_near(found, slow.solution, rate);
  Index const relaxed = balance(problem, {.tolerance = tolerance, .newton = false}).iterations[0];

  BalanceReport const report = balance(problem, {.tolerance = tolerance});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(std::max(report.row_residual[0], report.column_residual[0]), 2 * tolerance);
  expect_near(found, slow.solution, rate);
  std::cout << "reads: " << plain.iterations[0] << " plain, " << relaxed << " over-relaxed, " << report.iterations[0]
            << " with Newton's method\n";
  // Tables that zeros or signs might leave without a solution make 128 sweeps before that is decided.
  bool const decided_first = is_sparse || negatives > 0;
  EXPECT_LE(report.iterations[0], decided_first ? 128 + 40 : 40);
  if (rate > 0.99) {
    EXPECT_LT(20 * report.iterations[0], plain.iterations[0]);
  }
  EXPECT_LE(report.iterations[0], relaxed);
}

INSTANTIATE_TEST_SUITE_P(Rates, SlowTables,
                         testing::Combine(testing::Values(0.99, 0.999, 0.9999), testing::Values(0.0, 0.05),
                                          testing::Bool()));

TEST(BalanceNewton, TotalsThatNearlyForceZerosAreMet) {
  // The lower left quarter is zero, the upper right one nearly has to be.
  for (double const left : {1e-2, 1e-3, 1e-5}) {
    OwnedBalance owned = random_balance(30, 30, 5);
    owned.row_totals.assign(30, 0);
    owned.column_totals.assign(30, 0);
    std::vector<double> target(900);
    std::mt19937_64 random(6);
    std::uniform_real_distribution<double> uniform(0.5, 1.5);
    for (std::size_t i = 0; i < 30; ++i) {
      for (std::size_t j = 0; j < 30; ++j) {
        if (i >= 15 && j < 15) owned.cells[30 * i + j] = 0;
        double const x = owned.cells[30 * i + j] * uniform(random) * (i < 15 && j >= 15 ? left : 1);
        owned.row_totals[i] += x;
        owned.column_totals[j] += x;
      }
    }
    BalanceReport const report = balance(owned.problem(), {.tolerance = tolerance});
    std::vector<double> const found = owned.balanced;
    ASSERT_EQ(report.outcome[0], Outcome::converged) << left;
    EXPECT_EQ(report.evidence(0), nullptr);
    EXPECT_LE(report.iterations[0], 128 + 80) << left;
    if (left < 1e-3) continue;  // plain sweeps would take too long
    BalanceReport const plain = balance(owned.problem(), plain_sweeps());
    ASSERT_EQ(plain.outcome[0], Outcome::converged);
    EXPECT_LT(4 * report.iterations[0], plain.iterations[0]);
    expect_near(found, owned.balanced, plain.rate[0]);
  }
}

TEST(BalanceNewton, MultipliersMaySpanTwentyFourDecades) {
  for (double const negatives : {0.0, 0.05}) {
    SlowBalance slow = slow_balance(40, 0.999, 7, negatives, 24);
    auto const [smallest, largest] = std::minmax_element(slow.owned.cells.begin(), slow.owned.cells.end(),
                                                         [](double a, double b) { return std::abs(a) < std::abs(b); });
    ASSERT_GT(std::abs(*largest / *smallest), 1e24);
    BalanceReport const report = balance(slow.owned.problem(), {.tolerance = tolerance});
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    EXPECT_LE(report.iterations[0], negatives > 0 ? 128 + 80 : 60);
    expect_near(slow.owned.balanced, slow.solution, 0.999);
  }
}

TEST(BalanceNewton, LargeTablesAreCutIntoChunks) {
  SlowBalance slow = slow_balance(600, 0.999, 8);
  BalanceReport const report = balance(slow.owned.problem(), {.tolerance = tolerance});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(report.iterations[0], 40);
  expect_near(slow.owned.balanced, slow.solution, 0.999);
}

TEST(BalanceNewton, TheLimitAndTheHistoryCountReads) {
  SlowBalance slow = slow_balance(40, 0.999, 9);
  Index const needed = balance(slow.owned.problem(), {.tolerance = tolerance}).iterations[0];
  for (Index limit = 1; limit < needed; ++limit) {
    BalanceReport const report =
        balance(slow.owned.problem(), {.tolerance = tolerance, .max_iterations = limit, .keep_history = true});
    ASSERT_EQ(report.outcome[0], Outcome::iteration_limit) << limit;
    ASSERT_EQ(report.iterations[0], limit);
    ASSERT_EQ(static_cast<Index>(report.history[0].size()), limit);
    // Multipliers and table belong to each other wherever it ends.
    EXPECT_LE(std::max(report.row_residual[0], report.column_residual[0]), report.history[0].back() + 1e-14) << limit;
  }
}

TEST(BalanceNewton, AQuickTableNeedsNone) {
  OwnedBalance owned = random_balance(30, 30, 10);
  BalanceReport const with = balance(owned.problem(), {.tolerance = tolerance});
  std::vector<double> const found = owned.balanced;
  BalanceReport const without = balance(owned.problem(), {.tolerance = tolerance, .newton = false});
  EXPECT_EQ(with.iterations[0], without.iterations[0]);
  EXPECT_EQ(found, owned.balanced);
}

TEST(BalanceNewton, TotalsThatDisagreeWithinTheToleranceAreMetUpToIt) {
  SlowBalance slow = slow_balance(40, 0.9999, 11);
  slow.owned.row_totals[3] *= 1 + 1e-10;
  BalanceReport const report = balance(slow.owned.problem(), {.tolerance = 1e-10});
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(report.iterations[0], 60);
}

}  // namespace
}  // namespace regio
