// Problems without a solution, or with one only in the limit: outcome, reason, and evidence that can be verified.
#include <regio/balance.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/balancing/balance_data.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pointwise;

class BalanceEvidenceOnEngines : public EngineTest {
 protected:
  BalanceReport balance(BalanceProblem const& problem, BalanceOptions const& options = {}) {
    return balance_tables(engine, options, {problem});
  }
};
REGIO_TEST_ON_ENGINES(BalanceEvidenceOnEngines);

bool all_unknown(std::vector<double> const& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isnan(x); });
}

TEST_P(BalanceEvidenceOnEngines, ConflictingMarginsNameTheRowsTheColumnsAndTheDeficit) {
  // Rows 0 and 1 sell to column 0 only, and have 8 where it takes 6.
  OwnedBalance owned = balance_of({{1, 0, 0}, {1, 0, 0}, {0, 1, 1}, {0, 1, 1}}, {4, 4, 5, 5}, {6, 6, 6});
  // The two parts are not connected, so that their totals already differ; one connecting cell makes it a question of
  // flow.
  owned.cells[2 * 3 + 0] = 1;
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::conflicting_margins);
  BalanceEvidence const* const evidence = report.evidence(0);
  ASSERT_NE(evidence, nullptr);
  EXPECT_THAT(evidence->rows, ElementsAre(0, 1));
  EXPECT_THAT(evidence->columns, ElementsAre(0));
  EXPECT_FALSE(evidence->columns_need_more);
  EXPECT_EQ(evidence->deficit, 2);
  // Whoever keeps the columns' totals gets 3 and 3 from the two rows; whoever keeps the rows' gives column 0 its 8.
  EXPECT_THAT(evidence->attainable_row_totals, Pointwise(DoubleNear(1e-6), std::vector<double>{3, 3, 6, 6}));
  EXPECT_THAT(evidence->attainable_column_totals, Pointwise(DoubleNear(1e-6), std::vector<double>{8, 5, 5}));
  EXPECT_NEAR(report.column_residual[0], 0.25, 1e-6);  // the result meets the rows: column 0 has 8 instead of 6
  EXPECT_LT(report.row_residual[0], 1e-12);
}

TEST_P(BalanceEvidenceOnEngines, PartsThatAreNotConnectedMustAgreeEach) {
  expects_kernels = false;
  OwnedBalance owned = balance_of({{1, 0, 0}, {1, 0, 0}, {0, 1, 1}, {0, 1, 1}}, {4, 4, 5, 5}, {6, 6, 6});
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::totals_differ);
  BalanceEvidence const* const evidence = report.evidence(0);
  ASSERT_NE(evidence, nullptr);
  EXPECT_EQ(evidence->deficit, 2);
  EXPECT_EQ(report.iterations[0], 0);
  EXPECT_TRUE(all_unknown(owned.balanced));
}

TEST_P(BalanceEvidenceOnEngines, ABoundaryProblemNamesItsForcedZerosAndGivesTheLimit) {
  OwnedBalance owned = balance_of({{1, 1}, {0, 1}}, {1, 1}, {1, 1});
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::boundary);
  EXPECT_EQ(report.reason[0], BalanceReason::forced_zeros);
  ASSERT_NE(report.evidence(0), nullptr);
  EXPECT_THAT(report.evidence(0)->forced_zeros, ElementsAre(TableCell{0, 1}));
  EXPECT_THAT(owned.balanced, ElementsAre(1, 0, 0, 1));
  EXPECT_LE(report.column_residual[0], 1e-15);

  SparseBalance sparse(owned);
  EXPECT_EQ(balance(sparse.problem()).outcome[0], Outcome::boundary);
  EXPECT_THAT(sparse.balanced, ElementsAre(1, 0, 1));
}

TEST_P(BalanceEvidenceOnEngines, TotalsThatDiffer) {
  expects_kernels = false;
  OwnedBalance owned = balance_of({{1, 2}, {3, 4}}, {10, 20}, {15, 16});
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::totals_differ);
  EXPECT_EQ(report.gap[0], -1);
  BalanceEvidence const& evidence = *report.evidence(0);
  EXPECT_THAT(evidence.rows, ElementsAre(0, 1));
  EXPECT_THAT(evidence.columns, ElementsAre(0, 1));
  EXPECT_TRUE(evidence.columns_need_more);
  EXPECT_EQ(evidence.deficit, 1);
  EXPECT_THAT(evidence.attainable_column_totals,
              Pointwise(DoubleNear(1e-14), std::vector<double>{15 * 30.0 / 31, 16 * 30.0 / 31}));
  EXPECT_THAT(evidence.attainable_row_totals,
              Pointwise(DoubleNear(1e-14), std::vector<double>{10 * 31.0 / 30, 20 * 31.0 / 30}));
}

TEST_P(BalanceEvidenceOnEngines, AnEmptyRowWithATotal) {
  expects_kernels = false;
  OwnedBalance owned = balance_of({{0, 0}, {3, 4}}, {1, 6}, {3, 4});
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::empty_margin);
  EXPECT_THAT(report.evidence(0)->rows, ElementsAre(0));
  EXPECT_THAT(report.evidence(0)->columns, IsEmpty());
  EXPECT_EQ(report.evidence(0)->deficit, 1);
}

TEST_P(BalanceEvidenceOnEngines, SignsThatCannotBeMet) {
  expects_kernels = false;
  OwnedBalance owned = balance_of({{1, 2}, {3, 4}}, {-1, 7}, {3, 3});
  BalanceReport const report = balance(owned.problem());
  EXPECT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(report.reason[0], BalanceReason::sign);
  EXPECT_EQ(report.evidence(0)->deficit, 1);
}

TEST_P(BalanceEvidenceOnEngines, ZeroTotalsEmptyTheirMargins) {
  OwnedBalance owned = balance_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, {6, 0, 20}, {10, 16, 0});
  BalanceReport const report = balance(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(report.row_multipliers(0)[1], 0);
  EXPECT_EQ(report.column_multipliers(0)[2], 0);
  for (std::size_t const cell : {2U, 3U, 4U, 5U, 8U}) EXPECT_EQ(owned.balanced[cell], 0) << cell;
  EXPECT_NEAR(owned.balanced[0] + owned.balanced[1], 6, 1e-8);
  EXPECT_LE(report.column_residual[0], 1e-9);
}

TEST_P(BalanceEvidenceOnEngines, ZeroTotalsOfSignedMarginsBalanceTheirSides) {
  // A product's supply (negative) and use (positive) with total zero, as supply and use tables are balanced.
  OwnedBalance owned = balance_of({{3, 5, -7}, {2, 1, -4}}, {0, 0}, {6, 5, -11});
  BalanceReport const report = balance(owned.problem(), {.tolerance = 1e-12});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_NEAR(owned.balanced[0] + owned.balanced[1], -owned.balanced[2], 1e-10);
  EXPECT_GT(report.row_multipliers(0)[0], 0);
}

TEST_P(BalanceEvidenceOnEngines, OneBadProblemDoesNotSpoilTheOthers) {
  OwnedBalance good = random_balance(8, 8, 1), bad = good, after = random_balance(5, 6, 2);
  bad.row_totals[0] += 100;
  BalanceReport const report = balance_tables(engine, {}, {good.problem(), bad.problem(), after.problem()});
  EXPECT_THAT(report.outcome, ElementsAre(Outcome::converged, Outcome::infeasible, Outcome::converged));
  EXPECT_EQ(report.evidence(0), nullptr);
  ASSERT_NE(report.evidence(1), nullptr);
  EXPECT_EQ(report.evidence(1)->problem, 1);
  EXPECT_EQ(report.evidence(2), nullptr);
  std::vector<double> const together = good.balanced;
  (void)balance(good.problem());
  EXPECT_EQ(together, good.balanced);
}

TEST(BalanceEvidence, NamesAreThoseOfFiles) {
  EXPECT_EQ(name(BalanceReason::conflicting_margins), "conflicting_margins");
  EXPECT_EQ(name(BalanceReason::forced_zeros), "forced_zeros");
  EXPECT_EQ(name(BalanceMethod::gras), "gras");
}

}  // namespace
}  // namespace regio
