// Balanced tables against a textbook that scales the table itself, and what a report says of a result.
#include <regio/balance.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stop_token>
#include <vector>

#include "tests/balancing/balance_data.hpp"
#include "tests/oracle/balancing.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

void expect_near_relative(std::vector<double> const& found, std::vector<std::vector<double>> const& expected,
                          double tolerance) {
  std::size_t e = 0;
  for (std::vector<double> const& row : expected) {
    for (double const value : row) {
      ASSERT_NEAR(found[e], value, tolerance * std::max(std::abs(value), 1e-300)) << "cell " << e;
      ++e;
    }
  }
}

class Balance : public EngineTest {
 protected:
  BalanceReport balance(BalanceProblem const& problem, BalanceOptions const& options = {}) {
    return balance_tables(engine, options, {problem});
  }
};
REGIO_TEST_ON_ENGINES(Balance);

TEST_P(Balance, OfEverySizeIsTheTextbooksTable) {
  for (Index const rows : {1, 2, 7, 31, 32, 33, 127}) {
    for (Index const columns : {1, 2, 8, 31, 33, 127}) {
      for (double const zeros : {0.0, 0.3}) {
        for (double const negatives : {0.0, 0.1}) {
          SCOPED_TRACE(testing::Message()
                       << rows << " x " << columns << ", zeros " << zeros << ", negative " << negatives);
          OwnedBalance owned = random_balance(rows, columns, static_cast<std::uint64_t>(rows * 1000 + columns),
                                              {.zero_share = zeros, .negative_share = negatives});
          BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-13});
          ASSERT_EQ(report.outcome[0], Outcome::converged) << name(report.reason[0]);
          EXPECT_EQ(report.reason[0], BalanceReason::none);
          EXPECT_LE(report.row_residual[0], 2e-13);
          EXPECT_LE(report.column_residual[0], 2e-13);
          expect_near_relative(owned.balanced,
                               oracle::balanced(owned.table(), owned.row_totals, owned.column_totals, 4000), 1e-10);
        }
      }
    }
  }
}

TEST_P(Balance, SparseTableHasTheDenseTablesResult) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance owned = random_balance(60, 45, 3, {.zero_share = 0.7, .negative_share = negatives});
    SparseBalance sparse(owned);
    BalanceReport const report = balance(sparse.problem(), {.tolerance = 1e-12});
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    BalanceReport const dense = balance(owned.problem(), {.tolerance = 1e-12});
    ASSERT_EQ(dense.outcome[0], Outcome::converged);
    std::size_t e = 0;
    for (std::size_t cell = 0; cell < owned.cells.size(); ++cell) {
      if (owned.cells[cell] == 0) continue;
      ASSERT_NEAR(sparse.balanced[e++], owned.balanced[cell], 1e-10 * std::abs(owned.balanced[cell]));
    }
  }
}

TEST_P(Balance, LargeTablesAreCutIntoChunksAndStillRight) {
  // On the simulated device, which takes long, no larger than what a block does not hold.
  Index const rows = GetParam() == TestEngine::simt ? 210 : 700, columns = GetParam() == TestEngine::simt ? 190 : 530;
  for (double const negatives : {0.0, 0.02}) {
    OwnedBalance owned = random_balance(rows, columns, 4, {.zero_share = 0.1, .negative_share = negatives});
    BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-12});
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    expect_near_relative(owned.balanced, oracle::balanced(owned.table(), owned.row_totals, owned.column_totals, 60),
                         1e-9);
  }
}

TEST_P(Balance, MultipliersGiveTheTable) {
  OwnedBalance owned = random_balance(20, 30, 5, {.zero_share = 0.2, .negative_share = 0.1});
  BalanceReport const report = balance(owned.problem());
  VectorView<double const> const r = report.row_multipliers(0), s = report.column_multipliers(0);
  ASSERT_EQ(r.size(), 20);
  ASSERT_EQ(s.size(), 30);
  EXPECT_EQ(*std::max_element(s.begin(), s.end()), 1.0);
  for (Index i = 0; i < 20; ++i) {
    for (Index j = 0; j < 30; ++j) {
      auto const cell = static_cast<std::size_t>(i * 30 + j);
      double const a = owned.cells[cell], expected = a > 0 ? a * r[i] * s[j] : a / (r[i] * s[j]);
      EXPECT_NEAR(owned.balanced[cell], expected, 1e-14 * std::abs(expected));
    }
  }
}

TEST_P(Balance, ResidualsAreThoseOfTheTableReturned) {
  OwnedBalance owned = random_balance(9, 14, 6, {.negative_share = 0.2});
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-3});
  double worst_row = 0, worst_column = 0;
  auto const residual = [](auto const& cells, double total) {
    long double sum = 0, size = 0;
    for (double const x : cells) {
      sum += x;
      size += std::abs(x);
    }
    return static_cast<double>(std::abs(sum - total) / std::max<long double>(std::abs(total), size));
  };
  for (std::size_t i = 0; i < 9; ++i) {
    std::vector<double> const row(owned.balanced.begin() + static_cast<std::ptrdiff_t>(14 * i),
                                  owned.balanced.begin() + static_cast<std::ptrdiff_t>(14 * (i + 1)));
    worst_row = std::max(worst_row, residual(row, owned.row_totals[i]));
  }
  for (std::size_t j = 0; j < 14; ++j) {
    std::vector<double> column;
    for (std::size_t i = 0; i < 9; ++i) column.push_back(owned.balanced[14 * i + j]);
    worst_column = std::max(worst_column, residual(column, owned.column_totals[j]));
  }
  EXPECT_NEAR(report.row_residual[0], worst_row, 1e-15);
  EXPECT_NEAR(report.column_residual[0], worst_column, 1e-15);
  EXPECT_GT(worst_column, 1e-9);  // a loose tolerance leaves something to see
}

TEST_P(Balance, NegativeTotalsLoseNoDigits) {
  // p = 1, n = 1e-10, total -1000: the textbook's root has no digit right; the multiplier is n / |total| but for 1e-16.
  OwnedBalance owned = balance_of({{1, -1e-10}, {0, 1}}, {-1e3, 1e3}, {1e-13, -1e-13});
  // x_00 = r s_0, x_01 = -1e-10 / (r s_1), x_11 = r_1 s_1: any totals that a table of this pattern has.
  double const r = 1e-13, s0 = 1, s1 = 1, r1 = 2;
  double const x00 = r * s0, x01 = -1e-10 / (r * s1), x11 = r1 * s1;
  owned.row_totals = {x00 + x01, x11};
  owned.column_totals = {x00, x01 + x11};
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-12});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_NEAR(owned.balanced[0], x00, 1e-11 * x00);
  EXPECT_NEAR(owned.balanced[1], x01, 1e-11 * -x01);
}

TEST_P(Balance, NumbersOfAnyMagnitude) {
  OwnedBalance owned = random_balance(12, 12, 8);
  for (Index i = 0; i < 12; ++i) {
    double const scale = std::pow(10.0, 2 * static_cast<double>(i) - 12);
    for (Index j = 0; j < 12; ++j) owned.cells[static_cast<std::size_t>(i * 12 + j)] *= scale;
  }
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-12});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  expect_near_relative(owned.balanced, oracle::balanced(owned.table(), owned.row_totals, owned.column_totals, 500),
                       1e-10);
}

TEST_P(Balance, MeetsBothMarginsAndKeepsZerosAndSigns) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    OwnedBalance owned = random_balance(15, 11, 100 + seed, {.zero_share = 0.4, .negative_share = 0.15});
    BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-10});
    ASSERT_EQ(report.outcome[0], Outcome::converged) << "seed " << seed;
    for (std::size_t cell = 0; cell < owned.cells.size(); ++cell) {
      double const a = owned.cells[cell], x = owned.balanced[cell];
      ASSERT_TRUE(a == 0 ? x == 0 : a * x > 0) << "seed " << seed << ", cell " << cell;
    }
  }
}

TEST_P(Balance, OverRelaxationTakesFewerSweepsToTheSameTable) {
  // A band: each sector trades with its neighbours only, which the plain iteration takes a long time for.
  std::size_t const size = GetParam() == TestEngine::simt ? 30 : 60;
  OwnedBalance owned = random_balance(static_cast<Index>(size), static_cast<Index>(size), 9);
  std::fill(owned.row_totals.begin(), owned.row_totals.end(), 0.0);
  std::fill(owned.column_totals.begin(), owned.column_totals.end(), 0.0);
  std::mt19937_64 random(10);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
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
  BalanceReport const fast = balance(owned.problem(), {.tolerance = 1e-12, .newton = false});
  std::vector<double> const found = owned.balanced;
  BalanceReport const plain = balance(owned.problem(), {.tolerance = 1e-12, .over_relaxation = false, .newton = false});
  ASSERT_EQ(fast.outcome[0], Outcome::converged);
  ASSERT_EQ(plain.outcome[0], Outcome::converged);
  EXPECT_LT(4 * fast.iterations[0], plain.iterations[0]);
  for (std::size_t cell = 0; cell < found.size(); ++cell) {
    EXPECT_NEAR(found[cell], owned.balanced[cell], 1e-8 * owned.balanced[cell]);
  }
  EXPECT_GT(plain.rate[0], 0.9);
  EXPECT_LT(plain.rate[0], 1);
}

TEST_P(Balance, AWarmStartAtTheSolutionNeedsOneSweep) {
  OwnedBalance owned = random_balance(20, 20, 11);
  BalanceProblem problem = owned.problem();
  BalanceReport const first = balance(problem, {.tolerance = 1e-12});
  problem.column_start = first.column_multipliers(0);
  BalanceReport const again = balance(problem, {.tolerance = 1e-11});
  EXPECT_EQ(again.iterations[0], 1);
  EXPECT_GT(first.iterations[0], 3);
}

TEST_P(Balance, TheLimitOfIterationsIsAnOutcome) {
  OwnedBalance owned = random_balance(20, 20, 12);
  BalanceReport const report =
      balance(owned.problem(), {.tolerance = 1e-14, .max_iterations = 2, .keep_history = true});
  EXPECT_EQ(report.outcome[0], Outcome::iteration_limit);
  EXPECT_EQ(report.reason[0], BalanceReason::slow);
  EXPECT_EQ(report.iterations[0], 2);
  ASSERT_EQ(report.history[0].size(), 2U);
  EXPECT_GT(report.history[0][0], report.history[0][1]);
  EXPECT_GT(std::max(report.row_residual[0], report.column_residual[0]), 1e-14);
}

TEST_P(Balance, AToleranceBelowRoundingIsSaid) {
  OwnedBalance owned = random_balance(40, 40, 13);
  owned.row_totals.assign(40, 30);
  owned.column_totals.assign(40, 30);
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-18});
  EXPECT_EQ(report.outcome[0], Outcome::stalled);
  EXPECT_EQ(report.reason[0], BalanceReason::rounding);
  EXPECT_LT(report.column_residual[0], 1e-14);
}

TEST_P(Balance, AStopLeavesNoHalfResult) {
  OwnedBalance owned = random_balance(20, 20, 14);
  std::stop_source source;
  source.request_stop();
  expects_kernels = false;
  BalanceOptions options;
  options.control.stop = source.get_token();
  BalanceReport const report = balance(owned.problem(), options);
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_TRUE(std::all_of(owned.balanced.begin(), owned.balanced.end(), [](double x) { return std::isnan(x); }));
  EXPECT_TRUE(std::isnan(report.row_multipliers(0)[0]));
}

TEST_P(Balance, ASmallDisagreementOfTotalsIsReportedAndMetUpToIt) {
  OwnedBalance owned = random_balance(10, 10, 15);
  owned.row_totals[3] *= 1 + 1e-11;
  auto const sum = [](std::vector<double> const& totals) {
    return std::accumulate(totals.begin(), totals.end(), 0.0L);
  };
  auto const gap = static_cast<double>(sum(owned.row_totals) - sum(owned.column_totals));
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-9});
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_NEAR(report.gap[0], gap, 1e-13);
  EXPECT_NE(report.gap[0], 0);
}

TEST_P(Balance, ABatchIsItsProblems) {
  std::vector<OwnedBalance> owned;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    owned.push_back(random_balance(static_cast<Index>(3 + seed % 7), static_cast<Index>(2 + seed % 11), 200 + seed,
                                   {.zero_share = 0.2, .negative_share = seed % 2 == 0 ? 0.0 : 0.1}));
  }
  std::vector<BalanceProblem> problems;
  for (OwnedBalance& one : owned) problems.push_back(one.problem());
  BalanceReport const report = balance_tables(engine, {}, problems);
  for (std::size_t b = 0; b < owned.size(); ++b) {
    std::vector<double> const together = owned[b].balanced;
    BalanceReport const alone = balance(owned[b].problem());
    EXPECT_EQ(together, owned[b].balanced);
    EXPECT_EQ(alone.iterations[0], report.iterations[b]);
    EXPECT_EQ(alone.outcome[0], report.outcome[b]);
  }
}

TEST_P(Balance, AnEmptyBatchIsNothing) {
  expects_kernels = false;
  EXPECT_EQ(balance_tables(engine, {}, {}).size(), 0);
}

}  // namespace
}  // namespace regio
