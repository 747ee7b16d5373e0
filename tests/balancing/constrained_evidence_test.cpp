// What is said where hard constraints cannot be met: outcome, reason, and a ray that rational arithmetic confirms.
#include <regio/constrained_balance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/balancing/constrained_data.hpp"
#include "tests/oracle/farkas.hpp"

namespace regio {
namespace {

ConstrainedBalanceReport balance(OwnedConstrained& owned, ConstrainedMethod method = ConstrainedMethod::mr_gras) {
  Engine engine = Engine::cpu(2);
  return balance_constrained(engine, {.method = method}, {owned.problem()});
}

/// The multipliers of all totals that there are, in the order in which the oracle has them.
std::vector<double> multipliers(OwnedConstrained const& owned, ConstrainedEvidence const& evidence) {
  std::vector<double> all;
  auto const add = [&](std::vector<double> const& some, std::size_t totals) {
    if (totals > 0) all.insert(all.end(), some.begin(), some.end());
  };
  add(evidence.row_multipliers, owned.row_totals.size());
  add(evidence.column_multipliers, owned.column_totals.size());
  add(evidence.group_multipliers, owned.group_total.size());
  return all;
}

/// The deficit that the evidence claims, from the problem itself.
void expect_proof(OwnedConstrained const& owned, ConstrainedBalanceReport const& report) {
  ConstrainedEvidence const* evidence = report.evidence(0);
  ASSERT_NE(evidence, nullptr);
  EXPECT_EQ(evidence->problem, 0);
  oracle::ConstrainedProblem const problem = owned.of_oracle();
  std::vector<oracle::Constraint> constraints;
  for (std::size_t c = 0; c < problem.total.size(); ++c) {
    constraints.push_back({problem.coefficient[c], problem.total[c] - problem.elsewhere[c]});
  }
  std::vector<oracle::CellRange> cells;
  for (std::size_t e = 0; e < problem.start.size(); ++e) {
    bool const positive = problem.start[e] > 0;
    cells.push_back({positive ? std::max(0.0, problem.lower[e]) : problem.lower[e],
                     positive ? problem.upper[e] : std::min(0.0, problem.upper[e])});
  }
  oracle::Rational const deficit = oracle::ray_deficit(constraints, cells, multipliers(owned, *evidence));
  EXPECT_GT(deficit, 0);
  EXPECT_NEAR(static_cast<double>(deficit), evidence->deficit, 1e-12 * evidence->deficit);
}

TEST(ConstrainedEvidence, AnEmptyGroupWithATotal) {
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 0}, .row_totals = {2}};
  owned.add_group({{0, 1}}, 3);
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::empty_margin);
  EXPECT_EQ(report.evidence(0)->deficit, 3);
  EXPECT_TRUE(std::isnan(owned.balanced[0]));
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, ATotalOfTheOtherSign) {
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 2}, .row_totals = {-2}};
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::sign);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, ATotalBeyondTheBounds) {
  OwnedConstrained owned{.rows = 1, .columns = 2, .cells = {1, 2}, .row_totals = {10}};
  owned.bounds = {{{0, 0}, 0, 4}, {{0, 1}, 1, 5}};
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::conflicting_margins);
  EXPECT_NEAR(report.evidence(0)->deficit, 1, 1e-15);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, ATotalOfZeroTakesTheCellsOfAnother) {
  // The group empties column 0, which is to have 3.
  OwnedConstrained owned{.rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .column_totals = {3, 5}};
  owned.add_group({{0, 0}, {1, 0}, {1, 1}}, 0);
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::conflicting_margins);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, RowsAndColumnsWithOtherSums) {
  OwnedConstrained owned = random_constrained(5, 4, 1, {.zero_share = 0, .groups = 0});
  owned.row_totals[2] += 0.5;
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::totals_differ);
  expect_proof(owned, report);
  EXPECT_NEAR(report.evidence(0)->deficit, 0.5, 1e-12);
}

TEST(ConstrainedEvidence, AGroupThatNeedsMoreThanItsRowsAllow) {
  // The cells of the group lie in rows 0 and 1, which sum to 6 together; the group is to have 7.
  OwnedConstrained owned{.rows = 3,
                         .columns = 3,
                         .cells = {1, 2, 3, 4, 5, 6, 7, 8, 9},
                         .row_totals = {2, 4, 10},
                         .column_totals = {5, 5, 6}};
  owned.add_group({{0, 0}, {0, 1}, {1, 1}, {1, 2}}, 7);
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::conflicting_margins);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, BoundsThatTwoTotalsCannotShare) {
  OwnedConstrained owned{.rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {6, 8}, .column_totals = {7, 7}};
  owned.bounds = {{{0, 0}, 0, 1.5}, {{1, 0}, 0, 5}};
  ConstrainedBalanceReport const report = balance(owned);
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, RandomConflictsAreProvenAndWhatIsPossibleIsNot) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    OwnedConstrained owned = random_constrained(5, 6, seed, {.zero_share = 0.4, .groups = 2});
    ConstrainedBalanceReport const possible = balance(owned);
    ASSERT_EQ(possible.outcome[0], Outcome::converged) << "seed " << seed;
    ASSERT_TRUE(possible.all_evidence.empty());
    // More than the cells of the group can have, whatever the others are: the least of what its rows sum to.
    double limit = 0;
    for (Index i = 0; i < 5; ++i) {
      bool reached = false;
      for (Index t = owned.group_start[0]; t < owned.group_start[1]; ++t) {
        TableCell const cell = owned.group_cell[static_cast<std::size_t>(t)];
        reached = reached || (cell.row == i && owned.cell(cell.row, cell.column) != 0);
      }
      if (reached) limit += owned.row_totals[static_cast<std::size_t>(i)];
    }
    owned.group_total[0] = 1.01 * limit;
    ConstrainedBalanceReport const report = balance(owned);
    ASSERT_EQ(report.outcome[0], Outcome::infeasible) << "seed " << seed;
    expect_proof(owned, report);
  }
}

TEST(ConstrainedEvidence, AlsoWhereTheLimitOfSweepsComesFirst) {
  OwnedConstrained owned = random_constrained(5, 4, 1, {.zero_share = 0, .groups = 0});
  owned.row_totals[2] += 0.5;
  Engine engine = Engine::cpu(1);
  ConstrainedBalanceReport const report = balance_constrained(engine, {.max_iterations = 30}, {owned.problem()});
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.iterations[0], 30);
  expect_proof(owned, report);
}

TEST(ConstrainedEvidence, ReliableTotalsThatConflictStopSoftAndKras) {
  for (ConstrainedMethod const method : {ConstrainedMethod::soft, ConstrainedMethod::kras}) {
    OwnedConstrained owned{
        .rows = 2, .columns = 2, .cells = {1, 2, 3, 4}, .row_totals = {4, 6}, .column_totals = {5, 7}};
    owned.add_group({{0, 0}}, 2);
    owned.group_reliability = {3};
    ConstrainedBalanceReport const report = balance(owned, method);
    EXPECT_EQ(report.outcome[0], Outcome::infeasible);
    EXPECT_EQ(report.reason[0], BalanceReason::totals_differ);
    EXPECT_EQ(report.evidence(0)->group_multipliers[0], 0);
    expect_proof(owned, report);
  }
}

TEST(ConstrainedEvidence, OneBadProblemLeavesTheOthersAlone) {
  OwnedConstrained good = random_constrained(5, 4, 1, {}), bad = good;
  bad.row_totals[0] = -1;
  Engine engine = Engine::cpu(2);
  ConstrainedBalanceReport const report =
      balance_constrained(engine, {}, {good.problem(), bad.problem(), good.problem()});
  EXPECT_EQ(report.outcome, (std::vector{Outcome::converged, Outcome::infeasible, Outcome::converged}));
  ASSERT_EQ(report.all_evidence.size(), 1U);
  EXPECT_EQ(report.all_evidence[0].problem, 1);
  EXPECT_EQ(report.evidence(0), nullptr);
}

}  // namespace
}  // namespace regio
