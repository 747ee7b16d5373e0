// Totals that may be missed: at a price (soft) or adjusted until they agree (KRAS).
#include <regio/constrained_balance.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/balancing/constrained_data.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

ConstrainedBalanceReport balance(ConstrainedBalanceProblem const& problem, ConstrainedMethod method,
                                 double tolerance = 1e-12) {
  Engine engine = Engine::cpu(2);
  return balance_constrained(engine, {.method = method, .tolerance = tolerance}, {problem});
}

/// Totals of which every one may be missed, with reliabilities from 0.1 to 1000, moved by up to a third: they conflict.
OwnedConstrained disagreeing(Index rows, Index columns, std::uint64_t seed, ConstrainedShape const& shape) {
  OwnedConstrained owned = random_constrained(rows, columns, seed, shape);
  std::mt19937_64 random(seed + 1000);
  std::uniform_real_distribution<double> uniform(0, 1);
  auto const move = [&](std::vector<double>& totals, std::vector<double>& reliability) {
    for (double& total : totals) {
      total *= 0.8 + 0.5 * uniform(random);
      reliability.push_back(std::pow(10.0, 4 * uniform(random) - 1));
    }
  };
  move(owned.row_totals, owned.row_reliability);
  move(owned.column_totals, owned.column_reliability);
  move(owned.group_total, owned.group_reliability);
  return owned;
}

TEST(SoftTotals, OneTotalByHand) {
  // x = 4 r, minimal 4 (r ln r - r + 1) + rho 9 (t ln t - t + 1), t = 4 r / 9: r = (9 / 4)^(rho / (1 + rho)).
  for (double const rho : {0.25, 1.0, 7.0}) {
    OwnedConstrained owned{.rows = 1, .columns = 1, .cells = {4}, .row_totals = {9}, .row_reliability = {rho}};
    ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::soft);
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    double const r = std::pow(9.0 / 4, rho / (1 + rho)), t = 4 * r / 9;
    EXPECT_NEAR(owned.balanced[0], 4 * r, 1e-11);
    EXPECT_NEAR(report.row_multipliers[0][0], r, 1e-11);
    EXPECT_NEAR(report.row_sums[0][0], 4 * r, 1e-11);
    EXPECT_NEAR(report.objective[0], 4 * (r * std::log(r) - r + 1) + 9 * rho * (t * std::log(t) - t + 1), 1e-11);
  }
}

class SoftOptimum : public testing::TestWithParam<int> {};

TEST_P(SoftOptimum, IsTheDualsAlsoWhereTotalsConflict) {
  ConstrainedShape const shapes[] = {{.groups = 2},
                                     {.negative_share = 0.1, .groups = 2},
                                     {.groups = 2, .coefficients = true},
                                     {.negative_share = 0.05, .groups = 1, .coefficients = true, .bounded_share = 0.2}};
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    OwnedConstrained owned = disagreeing(5, 6, seed, shapes[GetParam()]);
    ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::soft);
    ASSERT_EQ(report.outcome[0], Outcome::converged) << "seed " << seed;
    EXPECT_LE(report.residual[0], 2e-12);
    oracle::ConstrainedSolution const expected = oracle::least_information(owned.of_oracle());
    std::vector<double> const table = owned.table_of(expected);
    for (std::size_t e = 0; e < table.size(); ++e) ASSERT_NEAR(owned.balanced[e], table[e], 1e-9) << "seed " << seed;
    EXPECT_NEAR(report.objective[0], expected.objective, 1e-10 * expected.objective);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(report.row_sums[0][i], expected.sums[i], 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SoftOptimum, testing::Range(0, 4));

TEST(SoftTotals, GrowingReliabilityLeadsToTotalsThatAreMet) {
  OwnedConstrained hard = random_constrained(6, 7, 3, {.negative_share = 0.1, .groups = 2});
  ASSERT_EQ(balance(hard.problem(), ConstrainedMethod::mr_gras).outcome[0], Outcome::converged);
  double before = infinity;
  for (double const rho : {1e2, 1e4, 1e6}) {
    OwnedConstrained owned = hard;
    owned.row_reliability.assign(6, rho);
    owned.column_reliability.assign(7, rho);
    owned.group_reliability.assign(2, rho);
    ASSERT_EQ(balance(owned.problem(), ConstrainedMethod::soft).outcome[0], Outcome::converged);
    double distance = 0;
    for (std::size_t e = 0; e < owned.cells.size(); ++e) {
      distance = std::max(distance, std::abs(owned.balanced[e] - hard.balanced[e]));
    }
    EXPECT_LT(distance, 10 / rho);
    EXPECT_LT(distance, before / 50);  // in proportion to 1 / rho
    before = distance;
  }
  OwnedConstrained owned = hard;
  owned.row_reliability.assign(6, infinity);
  balance(owned.problem(), ConstrainedMethod::soft);
  EXPECT_EQ(owned.balanced, hard.balanced);
}

TEST(SoftTotals, ATotalThatMustBeMetIs) {
  OwnedConstrained owned = disagreeing(5, 5, 4, {.groups = 1});
  owned.row_reliability.assign(5, infinity);
  ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::soft);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(report.row_sums[0][i], owned.row_totals[i], 1e-11 * owned.row_totals[i]);
  double missed = 0;
  for (std::size_t j = 0; j < 5; ++j)
    missed = std::max(missed, std::abs(report.column_sums[0][j] - owned.column_totals[j]));
  EXPECT_GT(missed, 0.01);
}

TEST(SoftTotals, ATotalOfCellsThatAreZeroIsMissedAtItsPrice) {
  OwnedConstrained owned{
      .rows = 2, .columns = 1, .cells = {0, 3}, .row_totals = {5, 6}, .row_reliability = {2, infinity}};
  ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::soft);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(owned.balanced, (std::vector<double>{0, 6}));
  EXPECT_EQ(report.row_multipliers[0][0], infinity);
  EXPECT_NEAR(report.objective[0], 2 * 5 + 3 * (2 * std::log(2.0) - 1), 1e-12);
}

TEST(SoftTotals, AFrozenCellCountsInTheSumThatIsPriced) {
  // 2 is frozen, the other cell x of 4: minimal 4 phi(x / 4) + 10 phi((x + 2) / 10), phi(z) = z ln z - z + 1.
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {4, 1}, .row_totals = {10}, .row_reliability = {1}};
  owned.bounds = {{{0, 1}, 2, 2}};
  ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::soft);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  double const x = owned.balanced[0];
  EXPECT_NEAR(std::log(x / 4) + std::log((x + 2) / 10), 0, 1e-11);
  EXPECT_NEAR(report.row_sums[0][0], x + 2, 1e-12);
}

TEST(Kras, TotalsThatAgreeStayAsTheyAre) {
  OwnedConstrained hard = random_constrained(6, 7, 5, {.negative_share = 0.1, .groups = 2});
  balance(hard.problem(), ConstrainedMethod::mr_gras);
  OwnedConstrained owned = hard;
  owned.row_reliability.assign(6, 3);
  ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::kras);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (std::size_t e = 0; e < owned.cells.size(); ++e) {
    EXPECT_NEAR(owned.balanced[e], hard.balanced[e], 1e-10 * std::abs(hard.balanced[e]));
  }
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(report.row_sums[0][i], owned.row_totals[i], 1e-11 * owned.row_totals[i]);
}

TEST(Kras, HardTotalsAreMetAndTheOthersMove) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    OwnedConstrained owned = disagreeing(5, 6, seed, {.negative_share = 0.05, .groups = 1});
    owned.row_reliability.assign(5, infinity);
    owned.group_reliability.assign(1, infinity);
    ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::kras, 1e-10);
    ASSERT_EQ(report.outcome[0], Outcome::converged) << "seed " << seed << ", " << report.residual[0];
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(report.row_sums[0][i], owned.row_totals[i], 1e-9);
    }
    EXPECT_NEAR(report.group_sums[0][0], owned.group_total[0], 1e-9);
    double moved = 0;
    for (std::size_t j = 0; j < 6; ++j) {
      moved += std::abs(report.column_sums[0][j] - owned.column_totals[j]);
    }
    EXPECT_GT(moved, 0.01);
    // The result is the balanced table of the adjusted totals.
    OwnedConstrained adjusted = owned;
    adjusted.column_totals = report.column_sums[0];
    adjusted.row_reliability.clear();
    adjusted.column_reliability.clear();
    adjusted.group_reliability.clear();
    ASSERT_EQ(balance(adjusted.problem(), ConstrainedMethod::mr_gras, 1e-9).outcome[0], Outcome::converged);
    for (std::size_t e = 0; e < owned.cells.size(); ++e) EXPECT_NEAR(owned.balanced[e], adjusted.balanced[e], 1e-6);
  }
}

TEST(Kras, TheLessReliableOfTwoTotalsMoves) {
  // Rows say 10, columns 12.
  for (bool const rows_are_reliable : {true, false}) {
    OwnedConstrained owned{
        .rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {4, 6}, .column_totals = {5, 7}};
    owned.row_reliability.assign(2, rows_are_reliable ? 1000 : 1);
    owned.column_reliability.assign(2, rows_are_reliable ? 1 : 1000);
    ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::kras);
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    EXPECT_NEAR(report.row_sums[0][0] + report.row_sums[0][1], rows_are_reliable ? 10 : 12, 0.05);
  }
}

TEST(Kras, TotalsOfOneReliabilityMeetInBetween) {
  OwnedConstrained owned{.rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {4, 6}, .column_totals = {5, 7}};
  owned.row_reliability.assign(2, 5);
  owned.column_reliability.assign(2, 5);
  ConstrainedBalanceReport const report = balance(owned.problem(), ConstrainedMethod::kras);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  double const sum = report.row_sums[0][0] + report.row_sums[0][1];
  EXPECT_GT(sum, 10.5);
  EXPECT_LT(sum, 11.5);
}

}  // namespace
}  // namespace regio
