// A start in single precision: other early sweeps, the same table.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/balancing/balance_data.hpp"

namespace regio {
namespace {

constexpr Index rows = 1100, columns = 1000;  // more than 2^20 cells

struct Solved {
  BalanceReport report;
  std::vector<double> cells;
};

Solved solve(OwnedBalance& owned, bool single_precision_start, double tolerance = 1e-12) {
  Engine engine = Engine::cpu(2);
  BalanceReport report = balance_tables(
      engine, {.tolerance = tolerance, .single_precision_start = single_precision_start, .keep_history = true},
      {owned.problem()});
  return {std::move(report), owned.balanced};
}

class SinglePrecisionSigns : public testing::TestWithParam<double> {};

TEST_P(SinglePrecisionSigns, LeadsToTheSameTable) {
  OwnedBalance owned = random_balance(rows, columns, 21, {.negative_share = GetParam()});
  Solved const without = solve(owned, false), with = solve(owned, true);
  ASSERT_EQ(with.report.outcome[0], Outcome::converged);
  EXPECT_LE(std::max(with.report.row_residual[0], with.report.column_residual[0]), 1e-12);
  EXPECT_LE(with.report.iterations[0], without.report.iterations[0] + 2);
  double worst = 0;
  for (std::size_t cell = 0; cell < with.cells.size(); ++cell) {
    worst = std::max(worst, std::abs(with.cells[cell] - without.cells[cell]) / std::abs(without.cells[cell]));
  }
  EXPECT_LE(worst, 1e-11);
  // The early sweeps did read other cells.
  double const other = with.report.history[0][1] / without.report.history[0][1];
  EXPECT_NE(other, 1);
  EXPECT_NEAR(other, 1, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Signs, SinglePrecisionSigns, testing::Values(0.0, 0.03));

TEST(SinglePrecisionStart, AToleranceAboveItsRoundingIsStillJudgedOnTheTable) {
  OwnedBalance owned = random_balance(rows, columns, 22);
  Solved const with = solve(owned, true, 1e-4);
  ASSERT_EQ(with.report.outcome[0], Outcome::converged);
  EXPECT_LE(std::max(with.report.row_residual[0], with.report.column_residual[0]), 1e-4);
}

TEST(SinglePrecisionStart, CellsBeyondItsRangeGoWithout) {
  for (double const scale : {1e-45, 1e60}) {
    OwnedBalance owned = random_balance(rows, columns, 23, {.scale = scale});
    Solved const without = solve(owned, false), with = solve(owned, true);
    EXPECT_EQ(with.report.outcome[0], Outcome::converged);
    EXPECT_EQ(with.report.history[0], without.report.history[0]);
    EXPECT_EQ(with.cells, without.cells);
  }
}

TEST(SinglePrecisionStart, SmallTablesGoWithout) {
  OwnedBalance owned = random_balance(300, 200, 24);
  Solved const without = solve(owned, false), with = solve(owned, true);
  EXPECT_EQ(with.report.history[0], without.report.history[0]);
  EXPECT_EQ(with.cells, without.cells);
}

}  // namespace
}  // namespace regio
