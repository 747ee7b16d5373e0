// Balancing under any hard constraints against its dual in long double, and against balancing of two margins.
#include <regio/constrained_balance.hpp>
#include <regio/national_control.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <stop_token>
#include <vector>

#include "tests/balancing/balance_data.hpp"
#include "tests/balancing/constrained_data.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

ConstrainedBalanceReport balance(ConstrainedBalanceProblem const& problem,
                                 ConstrainedBalanceOptions const& options = {.tolerance = 1e-13}) {
  Engine engine = Engine::cpu(2);
  return balance_constrained(engine, options, {problem});
}

void expect_near_relative(std::vector<double> const& found, std::vector<double> const& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t e = 0; e < found.size(); ++e) {
    ASSERT_NEAR(found[e], expected[e], tolerance * std::abs(expected[e])) << "cell " << e;
  }
}

TEST(ConstrainedBalance, WithoutGroupsAndBoundsIsBalancing) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance margins = random_balance(14, 17, 1, {.zero_share = 0.3, .negative_share = negatives});
    OwnedConstrained owned{.rows = 14,
                           .columns = 17,
                           .cells = margins.cells,
                           .row_totals = margins.row_totals,
                           .column_totals = margins.column_totals};
    Engine engine = Engine::cpu(2);
    BalanceReport const expected = balance_tables(engine, {.tolerance = 1e-14}, {margins.problem()});
    ConstrainedBalanceReport const report = balance(owned.problem(), {.tolerance = 1e-14});
    ASSERT_EQ(expected.outcome[0], Outcome::converged);
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    expect_near_relative(owned.balanced, margins.balanced, 1e-12);
  }
}

TEST(ConstrainedBalance, NationalControlIsASetOfGroups) {
  // Three regions of 4 x 5, one above the other; their columns and the nation's cells are groups.
  constexpr Index regions = 3, rows = 4, columns = 5;
  OwnedConstrained owned = random_constrained(regions * rows, columns, 2, {.negative_share = 0.1, .groups = 0});
  std::vector<double> other = owned.cells, column_totals(regions * columns), national(rows * columns);
  owned.row_totals.assign(regions * rows, 0);
  owned.column_totals.clear();
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (Index k = 0; k < regions; ++k) {
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        double const x = owned.cell(k * rows + i, j) * uniform(random);
        owned.row_totals[static_cast<std::size_t>(k * rows + i)] += x;
        column_totals[static_cast<std::size_t>(k * columns + j)] += x;
        national[static_cast<std::size_t>(i * columns + j)] += x;
      }
    }
  }
  for (Index k = 0; k < regions; ++k) {
    for (Index j = 0; j < columns; ++j) {
      std::vector<TableCell> column;
      for (Index i = 0; i < rows; ++i) column.push_back({k * rows + i, j});
      owned.add_group(column, column_totals[static_cast<std::size_t>(k * columns + j)]);
    }
  }
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      std::vector<TableCell> nation;
      for (Index k = 0; k < regions; ++k) nation.push_back({k * rows + i, j});
      owned.add_group(nation, national[static_cast<std::size_t>(i * columns + j)]);
    }
  }
  std::vector<double> expected(owned.cells.size());
  NationalControlProblem const problem{.tables = {owned.cells.data(), regions, rows, columns},
                                       .row_totals = {owned.row_totals.data(), regions, rows},
                                       .column_totals = {column_totals.data(), regions, columns},
                                       .national = {national.data(), rows, columns},
                                       .balanced = {expected.data(), regions, rows, columns}};
  Engine engine = Engine::cpu(2);
  ASSERT_EQ(national_control(engine, {.tolerance = 1e-13}, {problem}).outcome[0], Outcome::converged);
  ASSERT_EQ(balance(owned.problem()).outcome[0], Outcome::converged);
  expect_near_relative(owned.balanced, expected, 1e-10);
}

TEST(ConstrainedBalance, TotalsThatDisagreeInTheLastBitsAreMet) {
  OwnedConstrained owned{.rows = 2,
                         .columns = 3,
                         .cells = {1, 2, 3, 3, 2, 1},
                         .row_totals = {0.3 * (1 + 1e-15), 0.7},
                         .column_totals = {0.3, 0.4, 0.3}};
  owned.add_group({{0, 0}, {1, 1}}, 0.25);
  ASSERT_NE(owned.row_totals[0] + owned.row_totals[1], 1.0);
  ConstrainedBalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(report.residual[0], 1e-13);
}

TEST(ConstrainedBalance, UnitsDoNotMatter) {
  OwnedConstrained owned = random_constrained(6, 5, 8, {.negative_share = 0.1, .groups = 2, .bounded_share = 0.2});
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (double const unit : {0x1p-40, 0x1p40}) {  // powers of two change no digit
    OwnedConstrained other = owned;
    for (std::vector<double>* numbers : {&other.cells, &other.row_totals, &other.column_totals, &other.group_total}) {
      for (double& number : *numbers) number *= unit;
    }
    for (CellBounds& bounds : other.bounds) {
      bounds.lower *= unit;
      bounds.upper *= unit;
    }
    ConstrainedBalanceReport const scaled = balance(other.problem());
    ASSERT_EQ(scaled.outcome[0], Outcome::converged);
    EXPECT_EQ(scaled.iterations[0], report.iterations[0]);
    for (std::size_t e = 0; e < owned.cells.size(); ++e) {
      EXPECT_NEAR(other.balanced[e], unit * owned.balanced[e], 1e-14 * std::abs(unit * owned.balanced[e]));
    }
  }
}

struct DualCase {
  char const* what;
  ConstrainedShape shape;
};

void PrintTo(DualCase const& one, std::ostream* out) { *out << one.what; }

class ConstrainedSizes : public testing::TestWithParam<std::tuple<Index, Index, DualCase>> {};

TEST_P(ConstrainedSizes, MeetsEveryConstraintWithTheLeastInformationLost) {
  auto const& [rows, columns, dual_case] = GetParam();
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    OwnedConstrained owned =
        random_constrained(rows, columns, 10 * seed + static_cast<std::uint64_t>(rows), dual_case.shape);
    ConstrainedBalanceReport const report = balance(owned.problem(), {.tolerance = 1e-12, .max_iterations = 1'000});
    ASSERT_EQ(report.outcome[0], Outcome::converged) << dual_case.what << ", seed " << seed << name(report.reason[0]);
    EXPECT_EQ(report.reason[0], BalanceReason::none);
    EXPECT_LE(report.residual[0], 2e-12);
    oracle::ConstrainedSolution const expected = oracle::least_information(owned.of_oracle());
    std::vector<double> const table = owned.table_of(expected);
    for (std::size_t e = 0; e < table.size(); ++e) {
      ASSERT_NEAR(owned.balanced[e], table[e], 1e-8) << dual_case.what << ", seed " << seed << ", cell " << e;
      ASSERT_TRUE(owned.cells[e] == 0 || owned.cells[e] * owned.balanced[e] >= 0);
    }
    EXPECT_NEAR(report.objective[0], expected.objective, 1e-10 * std::max(1.0, expected.objective));
    for (CellBounds const& bounds : owned.bounds) {
      double const x = owned.result(bounds.cell.row, bounds.cell.column);
      ASSERT_TRUE(x >= bounds.lower && x <= bounds.upper) << dual_case.what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConstrainedSizes,
    testing::Combine(
        testing::Values(1, 2, 4, 9), testing::Values(1, 3, 8),
        testing::Values(DualCase{"groups", {.groups = 3}}, DualCase{"signed", {.negative_share = 0.2, .groups = 3}},
                        DualCase{"coefficients", {.groups = 2, .coefficients = true}},
                        DualCase{"signed coefficients", {.negative_share = 0.2, .groups = 2, .coefficients = true}},
                        DualCase{"bounds", {.groups = 1, .bounded_share = 0.3}},
                        DualCase{"all",
                                 {.negative_share = 0.1, .groups = 2, .coefficients = true, .bounded_share = 0.2}})));

TEST(ConstrainedBalance, OneGroupOfTwoCellsByHand) {
  // One group of both cells, no margins: x = a r, r = 12 / (1 + 3) = 3.
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 3}};
  owned.add_group({{0, 0}, {0, 1}}, 12);
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-14), {3.0, 9.0}));
  EXPECT_NEAR(report.group_multipliers[0][0], 3, 1e-14);
  EXPECT_THAT(report.group_sums[0], testing::ElementsAre(12));
  EXPECT_THAT(report.row_sums[0], testing::ElementsAre(12));
  EXPECT_TRUE(std::isnan(report.row_multipliers[0].empty() ? no_number : report.row_multipliers[0][0]));
  // 1 (3 ln(3 / e) + 1) + 3 (3 ln(3 / e) + 1)
  EXPECT_NEAR(report.objective[0], 4 * (3 * std::log(3.0) - 2), 1e-13);
}

TEST(ConstrainedBalance, CoefficientsArePowersOfTheMultiplier) {
  // x = a exp(g y): exp(y) + 2 exp(2 y) = 10, so exp(y) = 2 (of 2 r^2 + r - 10 = 0).
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 1}};
  owned.add_group({{0, 0}, {0, 1}}, 10, {1, 2});
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-13), {2.0, 4.0}));
  EXPECT_NEAR(report.group_multipliers[0][0], 2, 1e-13);
}

TEST(ConstrainedBalance, ABoundTakesItsCellOutAndTheOthersTakeTheRest) {
  // Without the bound 5, 10, 15; the last one stays at 12 and the others share 18 as 1 to 2.
  OwnedConstrained owned{.rows = 1, .columns = 3, .cells = {1, 2, 3}, .row_totals = {30}};
  owned.bounds = {{{0, 2}, -infinity, 12}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-13), {6.0, 12.0, 12.0}));
  EXPECT_NEAR(report.row_multipliers[0][0], 6, 1e-13);
}

TEST(ConstrainedBalance, AFrozenCellKeepsItsValueAlsoWhereTheTableHasZero) {
  OwnedConstrained owned{
      .rows = 2, .columns = 2, .cells = {4, 0, 1, 1}, .row_totals = {10, 6}, .column_totals = {9, 7}};
  owned.bounds = {{{0, 1}, 2.5, 2.5}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-12), {7.5, 2.5, 1.5, 4.5}));
  EXPECT_THAT(report.row_sums[0], testing::Pointwise(testing::DoubleNear(1e-12), {10.0, 6.0}));
}

TEST(ConstrainedBalance, MarginsWithoutTotalAreFree) {
  OwnedConstrained owned{.rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {6, no_number}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-13), {2.0, 4.0, 3.0, 4.0}));
  EXPECT_TRUE(std::isnan(report.row_multipliers[0][1]));
  EXPECT_EQ(report.row_sums[0][1], 7);
}

TEST(ConstrainedBalance, ABalancedTableStaysAsItIs) {
  OwnedConstrained owned{
      .rows = 2, .columns = 2, .cells = {-1, 2, 2, 3}, .row_totals = {1, 5}, .column_totals = {1, 5}};
  owned.add_group({{0, 0}, {1, 1}}, 2);
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(owned.balanced, owned.cells);
  EXPECT_EQ(report.iterations[0], 1);
  EXPECT_EQ(report.objective[0], 0);
}

TEST(ConstrainedBalance, ATotalOfZeroMakesCellsOfOneSignZero) {
  OwnedConstrained owned{.rows = 2,
                         .columns = 3,
                         .cells = {1, 2, 3, 4, 5, 6},
                         .row_totals = {3, 9},
                         .column_totals = {4, no_number, no_number}};
  owned.add_group({{0, 1}, {1, 1}}, 0);
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(owned.result(0, 1), 0);
  EXPECT_EQ(owned.result(1, 1), 0);
  EXPECT_EQ(report.group_multipliers[0][0], 0);
  EXPECT_NEAR(owned.result(0, 0) + owned.result(0, 2), 3, 1e-12);
  EXPECT_LE(report.residual[0], 1e-13);
}

TEST(ConstrainedBalance, ATotalAtTheSumOfBoundsPutsCellsThere) {
  OwnedConstrained owned{
      .rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {5, 9}, .column_totals = {no_number, 8}};
  owned.bounds = {{{0, 0}, 0, 2}, {{0, 1}, 1, 3}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-12), {2.0, 3.0, 4.0, 5.0}));
  EXPECT_EQ(report.row_multipliers[0][0], infinity);
}

TEST(ConstrainedBalance, SupplyAndUseWithATotalOfImports) {
  // Products by uses (positive) and supply (negative): rows sum to 0. Columns: two industries' purchases, final use,
  // the two industries' outputs and imports, whose sum alone is known.
  OwnedConstrained owned{.rows = 2,
                         .columns = 7,
                         .cells = {10, 20, 30, -35, -15, -6, -4,  //
                                   15, 5, 40, -10, -40, -3, -7},
                         .row_totals = {0, 0},
                         .column_totals = {28, 27, 75, -50, -58, no_number, no_number}};
  owned.add_group({{0, 5}, {0, 6}, {1, 5}, {1, 6}}, -22);
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  std::vector<double> const expected = owned.table_of(oracle::least_information(owned.of_oracle()));
  expect_near_relative(owned.balanced, expected, 1e-10);
  EXPECT_NEAR(report.group_sums[0][0], -22, 1e-11);
  EXPECT_NEAR(report.row_sums[0][0], 0, 1e-11);
  EXPECT_LT(report.column_sums[0][5], -6);  // imports of both kinds grow
}

TEST(ConstrainedBalance, LeastSquaresTakesTheSameProblem) {
  // 1, 3 must sum to 8: changes in proportion to the cells, 1 and 3; with equal weights 2 and 2.
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 3}, .row_totals = {8}};
  ConstrainedBalanceReport report =
      balance(owned.problem(), {.method = ConstrainedMethod::least_squares, .tolerance = 1e-13});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-12), {2.0, 6.0}));
  EXPECT_NEAR(report.row_multipliers[0][0], 1, 1e-12);
  report = balance(owned.problem(),
                   {.method = ConstrainedMethod::least_squares, .weight = CellWeight::equal, .tolerance = 1e-13});
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-12), {3.0, 5.0}));
}

/// A band of neighbours, which sweeps balance ever more slowly, and the corner's total.
OwnedConstrained band(Index size) {
  OwnedConstrained owned{
      .rows = size, .columns = size, .cells = std::vector<double>(static_cast<std::size_t>(size * size))};
  owned.row_totals.assign(static_cast<std::size_t>(size), 0);
  owned.column_totals.assign(static_cast<std::size_t>(size), 0);
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  double corner = 0;
  for (Index i = 0; i < size; ++i) {
    for (Index j = std::max<Index>(0, i - 2); j < std::min(size, i + 3); ++j) {
      owned.cells[static_cast<std::size_t>(i * size + j)] = uniform(random);
      double const x = uniform(random);
      owned.row_totals[static_cast<std::size_t>(i)] += x;
      owned.column_totals[static_cast<std::size_t>(j)] += x;
      if (i < 2 && j < 2) corner += x;
    }
  }
  owned.add_group({{0, 0}, {0, 1}, {1, 0}, {1, 1}}, corner);
  return owned;
}

TEST(ConstrainedBalance, SlowSweepsAreFinishedByNewtonsMethod) {
  OwnedConstrained owned = band(40);
  ConstrainedBalanceReport const report =
      balance(owned.problem(), {.tolerance = 1e-12, .max_iterations = 1000, .keep_history = true});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(report.residual[0], 2e-12);
  EXPECT_LE(report.history[0].back(), 1e-12);
  // The multipliers that Newton's method found are those of the table.
  for (Index i = 0; i < 40; ++i) {
    for (Index j = 0; j < 40; ++j) {
      auto const row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
      double const corner = i < 2 && j < 2 ? report.group_multipliers[0][0] : 1;
      double const expected =
          owned.cell(i, j) * report.row_multipliers[0][row] * report.column_multipliers[0][column] * corner;
      EXPECT_NEAR(owned.result(i, j), expected, 1e-11 * expected);
    }
  }
}

TEST(ConstrainedBalance, TheLimitOfIterationsIsAnOutcome) {
  OwnedConstrained owned = random_constrained(9, 9, 5, {.groups = 3});
  ConstrainedBalanceReport const report =
      balance(owned.problem(), {.tolerance = 1e-13, .max_iterations = 2, .keep_history = true});
  EXPECT_EQ(report.outcome[0], Outcome::iteration_limit);
  EXPECT_EQ(report.reason[0], BalanceReason::slow);
  EXPECT_EQ(report.iterations[0], 2);
  EXPECT_EQ(report.history[0].size(), 2U);
  EXPECT_GT(report.residual[0], 1e-13);
}

TEST(ConstrainedBalance, AStopLeavesNoHalfResult) {
  OwnedConstrained owned = random_constrained(9, 9, 6, {});
  std::stop_source source;
  source.request_stop();
  ConstrainedBalanceOptions options;
  options.control.stop = source.get_token();
  ConstrainedBalanceReport const report = balance(owned.problem(), options);
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_TRUE(std::all_of(owned.balanced.begin(), owned.balanced.end(), [](double x) { return std::isnan(x); }));
  EXPECT_TRUE(std::isnan(report.residual[0]));
  EXPECT_TRUE(std::isnan(report.row_multipliers[0][0]));
}

}  // namespace
}  // namespace regio
