// balance_constrained by least squares: what weights, variances, groups, bounds and reliabilities of a problem mean,
// against elimination in long double; and what the report says.
#include <regio/constrained_balance.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "tests/balancing/constrained_data.hpp"
#include "tests/oracle/least_squares.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

ConstrainedBalanceOptions by_least_squares(CellWeight weight = CellWeight::magnitude, double tolerance = 1e-12) {
  return {.method = ConstrainedMethod::least_squares, .weight = weight, .tolerance = tolerance};
}

ConstrainedBalanceReport balance(ConstrainedBalanceProblem const& problem,
                                 ConstrainedBalanceOptions const& options = by_least_squares()) {
  Engine engine = Engine::cpu(2);
  return balance_constrained(engine, options, {problem});
}

/// The table that costs least, `variance` of the cells other than 0.
std::vector<double> expected_table(OwnedConstrained const& owned, auto const& variance) {
  oracle::ConstrainedProblem const problem = owned.of_oracle();
  oracle::LeastSquaresCase least;
  least.start.assign(problem.start.begin(), problem.start.end());
  least.lower.assign(problem.lower.begin(), problem.lower.end());
  least.upper.assign(problem.upper.begin(), problem.upper.end());
  for (double const a : problem.start) least.variance.push_back(variance(a));
  for (std::size_t c = 0; c < problem.total.size(); ++c) {
    least.coefficients.emplace_back(problem.coefficient[c].begin(), problem.coefficient[c].end());
    least.total.push_back(static_cast<long double>(problem.total[c]) - problem.elsewhere[c]);
    least.price.push_back(problem.reliability[c] / std::abs(static_cast<long double>(problem.total[c])));
  }
  oracle::ConstrainedSolution solution;
  std::optional<oracle::Numbers> const cells = oracle::least_squares(least);
  if (!cells) return {};
  solution.cells.assign(cells->begin(), cells->end());
  return owned.table_of(solution);
}

void expect_near(std::vector<double> const& found, std::vector<double> const& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t e = 0; e < found.size(); ++e) ASSERT_NEAR(found[e], expected[e], tolerance) << "cell " << e;
}

TEST(LeastSquaresBalance, WeightsAreVariancesOfTheCells) {
  OwnedConstrained owned =
      random_constrained(6, 7, 1, {.zero_share = 0.3, .negative_share = 0.2, .groups = 2, .coefficients = true});
  for (CellWeight const weight : {CellWeight::equal, CellWeight::magnitude, CellWeight::square}) {
    auto const variance = [&](double a) {
      return weight == CellWeight::equal ? 1 : weight == CellWeight::square ? a * a : std::abs(a);
    };
    ConstrainedBalanceReport const report = balance(owned.problem(), by_least_squares(weight));
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    EXPECT_LE(report.residual[0], 1e-12);
    std::vector<double> const by_weight = owned.balanced;
    expect_near(by_weight, expected_table(owned, variance), 1e-10);

    // The same numbers as a table of variances, whatever the weight; those of cells that are 0 mean nothing.
    std::vector<double> variances;
    for (double const a : owned.cells) variances.push_back(a == 0 ? 17 : variance(a));
    ConstrainedBalanceProblem problem = owned.problem();
    problem.variance = {variances.data(), owned.rows, owned.columns};
    ASSERT_EQ(balance(problem, by_least_squares(CellWeight::equal)).outcome[0], Outcome::converged);
    EXPECT_EQ(owned.balanced, by_weight);
  }
}

TEST(LeastSquaresBalance, GroupsBoundsReliabilitiesAndFrozenCellsTogether) {
  int frozen = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    OwnedConstrained owned = random_constrained(
        3, 3, seed, {.negative_share = 0.2, .groups = 1, .coefficients = true, .bounded_share = 0.5});
    for (CellBounds const& bound : owned.bounds) frozen += bound.lower == bound.upper;
    owned.row_reliability = {infinity, 2, 0.5};
    owned.row_totals[1] *= 1.3;
    owned.column_totals[2] = no_number;
    ConstrainedBalanceReport const report = balance(owned.problem());
    ASSERT_EQ(report.outcome[0], Outcome::converged) << seed;
    expect_near(owned.balanced, expected_table(owned, [](double a) { return std::abs(a); }), 1e-10);
    EXPECT_TRUE(std::isnan(report.column_multipliers[0][2]));
    for (std::size_t i = 0; i < 3; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < 3; ++j) sum += owned.balanced[3 * i + j];
      EXPECT_NEAR(report.row_sums[0][i], sum, 1e-13);
      // What a total is missed by and its multiplier belong together: y = rho (c - sum) / |c|.
      double const total = owned.row_totals[i], missed = total - sum;
      EXPECT_NEAR(missed, i == 0 ? 0 : std::abs(total) * report.row_multipliers[0][i] / owned.row_reliability[i],
                  1e-11);
    }
  }
  EXPECT_GT(frozen, 10);
}

TEST(LeastSquaresBalance, AgreesWithScipysBoundedLeastSquares) {
  // scipy.optimize.lsq_linear of SciPy 1.17.1, method "bvls", on (x - a) / sqrt(|a|) above (sum - c) sqrt(rho / |c|).
  OwnedConstrained owned{.rows = 3, .columns = 4, .cells = {12, 3, -2, 7, 5, 1, 9, 4, 2, 8, 6, 1}};
  owned.row_totals = {30, 10, 25};
  owned.column_totals = {20, 6, 30, 12};
  owned.row_reliability = {2, 1, 0.5};
  owned.column_reliability = {4, 1, 3, 0.25};
  std::vector<double> const lower = {0, 0, -5, 0, 0, 0, 0, 3, 0, 4, 0, 0};
  std::vector<double> const upper = {13, 9, 9, 9, 9, 9, 12, 9, 9, 9, 9, 9};
  for (Index e = 0; e < 12; ++e) {
    owned.bounds.push_back({{e / 4, e % 4}, lower[static_cast<std::size_t>(e)], upper[static_cast<std::size_t>(e)]});
  }
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  expect_near(owned.balanced,
              {13, 2.723426622685, 0.5076690590713, 9, 2.855537013161, 0, 11.13325519107, 3, 2.794529871563,
               5.737281859242, 9, 1.104272632875},
              1e-11);
  EXPECT_NEAR(report.objective[0], 13.167549412231823, 1e-11);
}

TEST(LeastSquaresBalance, AZeroStaysUnlessItsValueIsKnown) {
  OwnedConstrained owned{.rows = 2, .columns = 2, .cells = {0, 4, 4, 0}, .row_totals = {8, 8}, .column_totals = {9, 7}};
  owned.bounds = {{{0, 0}, 3, 3}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::infeasible);  // 3 + x = 8 and x = 7
  EXPECT_GT(report.evidence(0)->deficit, 0);
  owned.column_totals = {11, 5};
  ASSERT_EQ(balance(owned.problem()).outcome[0], Outcome::converged);
  EXPECT_THAT(owned.balanced, testing::Pointwise(testing::DoubleNear(1e-12), {3.0, 5.0, 8.0, 0.0}));
}

TEST(LeastSquaresBalance, RoundingOfFrozenCellsIsNoConflict) {
  // In doubles 0.1 + 0.2 is not 0.3: what is left of the total has no cell that could take it.
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 1}, .row_totals = {0.3}};
  owned.bounds = {{{0, 0}, 0.1, 0.1}, {{0, 1}, 0.2, 0.2}};
  ConstrainedBalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_LE(report.residual[0], 1e-15);
}

TEST(LeastSquaresBalance, SmallChangesAreThoseOfLeastInformationLost) {
  // With variances |a| both methods differ in the square of the change: a tenth of it, a hundredth of the difference.
  std::vector<double> differences;
  for (double const change : {1e-2, 1e-3}) {
    OwnedConstrained owned = random_constrained(5, 6, 9, {.groups = 0});
    std::vector<double> rows(5), columns(6);
    for (Index i = 0; i < 5; ++i) {
      for (Index j = 0; j < 6; ++j) {
        double const target = owned.cell(i, j) * (1 + change * std::sin(static_cast<double>(7 * i + 3 * j * j)));
        rows[static_cast<std::size_t>(i)] += target;
        columns[static_cast<std::size_t>(j)] += target;
      }
    }
    owned.row_totals = rows;
    owned.column_totals = columns;
    ASSERT_EQ(balance(owned.problem()).outcome[0], Outcome::converged);
    std::vector<double> const squares = owned.balanced;
    ASSERT_EQ(balance(owned.problem(), {.tolerance = 1e-13}).outcome[0], Outcome::converged);
    double difference = 0;
    for (std::size_t e = 0; e < squares.size(); ++e) {
      difference = std::max(difference, std::abs(squares[e] - owned.balanced[e]));
    }
    differences.push_back(difference);
  }
  EXPECT_GT(differences[0], 1e-8);
  EXPECT_NEAR(differences[0] / differences[1], 100, 10);
}

TEST(LeastSquaresBalance, ConflictingTotalsAreEvidenceWithSumsThatCanBeAttained) {
  OwnedConstrained owned{.rows = 2, .columns = 3, .cells = {1, 2, 3, 4, 5, 6}, .row_totals = {7, 16}};
  owned.column_totals = {5, 7, 12};
  ConstrainedBalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::totals_differ);
  ConstrainedEvidence const* const evidence = report.evidence(0);
  ASSERT_NE(evidence, nullptr);
  EXPECT_THAT(evidence->row_multipliers, testing::ElementsAre(-1, -1));
  EXPECT_THAT(evidence->column_multipliers, testing::ElementsAre(1, 1, 1));
  EXPECT_EQ(evidence->deficit, 1);
  EXPECT_TRUE(std::isnan(report.row_multipliers[0][0]));
  // Rows may sum to what columns sum to; the missing 1 is shared, by the variances of the sums: 6 + 15 = 21 of 42.
  std::vector<double> const rows = report.row_sums[0], columns = report.column_sums[0];
  EXPECT_NEAR(rows[0] + rows[1], 23.5, 1e-6);
  EXPECT_NEAR(columns[0] + columns[1] + columns[2], 23.5, 1e-6);
  EXPECT_NEAR(rows[0], 7 + 0.5 * 6 / 21, 1e-6);
  EXPECT_NEAR(columns[0], 5 - 0.5 * 5 / 21, 1e-6);
}

TEST(LeastSquaresBalance, TheSameBitsForAnyThreadsAndOrder) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<OwnedConstrained> owned;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    owned.push_back(
        random_constrained(8, 9, seed, {.negative_share = 0.1, .coefficients = true, .bounded_share = 0.3}));
  }
  auto const solve = [&](int threads, bool backwards) {
    std::vector<ConstrainedBalanceProblem> problems;
    for (std::size_t b = 0; b < owned.size(); ++b) {
      problems.push_back(owned[backwards ? owned.size() - 1 - b : b].problem());
    }
    Engine engine = Engine::cpu(threads);
    ConstrainedBalanceReport const report = balance_constrained(engine, by_least_squares(), problems);
    EXPECT_THAT(report.outcome, testing::Each(Outcome::converged));
    std::vector<std::vector<double>> tables;
    for (OwnedConstrained const& one : owned) tables.push_back(one.balanced);
    return tables;
  };
  std::vector<std::vector<double>> const expected = solve(1, false);
  EXPECT_EQ(solve(3, false), expected);
  EXPECT_EQ(solve(2, true), expected);
}

TEST(LeastSquaresBalance, CancelledAndLimitedProblemsSaySo) {
  OwnedConstrained owned = random_constrained(8, 9, 3, {.negative_share = 0.1});
  ConstrainedBalanceOptions options = by_least_squares();
  options.max_iterations = 3;
  ConstrainedBalanceReport report = balance(owned.problem(), options);
  EXPECT_EQ(report.outcome[0], Outcome::iteration_limit);
  EXPECT_EQ(report.reason[0], BalanceReason::slow);
  EXPECT_GT(report.residual[0], 1e-12);

  std::stop_source source;
  source.request_stop();
  options.control.stop = source.get_token();
  report = balance(owned.problem(), options);
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_THAT(owned.balanced, testing::Each(testing::IsNan()));
}

}  // namespace
}  // namespace regio
