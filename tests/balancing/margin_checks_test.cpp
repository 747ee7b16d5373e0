#include "balancing/margin_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/balancing/feasibility_case.hpp"
#include "tests/oracle/feasibility.hpp"

namespace regio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Flags = std::vector<std::uint8_t>;

MarginChecks checked(FeasibilityCase const& c, double allowance = 0) {
  return check_margins(support_of(c.table, c.v.size()), scaled(c.u, 1), scaled(c.v, 1), allowance);
}

void expect_conflict(FeasibilityCase const& c, BalanceReason reason, std::vector<Index> const& rows,
                     std::vector<Index> const& columns, bool columns_need_more, double deficit) {
  auto const conflict = checked(c).conflict;
  ASSERT_TRUE(conflict) << c.text();
  EXPECT_EQ(conflict->reason, reason) << c.text();
  EXPECT_EQ(conflict->rows, rows);
  EXPECT_EQ(conflict->columns, columns);
  EXPECT_EQ(conflict->columns_need_more, columns_need_more);
  EXPECT_EQ(conflict->deficit, deficit);
  EXPECT_EQ(oracle::verify_evidence(c.table, c.u, c.v, rows, columns, columns_need_more), deficit);
}

TEST(MarginChecks, AgreeingTotalsPass) {
  MarginChecks const checks = checked({{{1, 1}, {1, -1}}, {3, 1}, {4, 0}});
  EXPECT_FALSE(checks.conflict);
  EXPECT_FALSE(checks.any_wiped);
  EXPECT_THAT(checks.wiped_rows, ElementsAre(0, 0));
  EXPECT_THAT(checks.wiped_columns, ElementsAre(0, 0));
}

TEST(MarginChecks, EmptyMargins) {
  expect_conflict({{{1, 1}, {0, 0}}, {3, 2}, {3, 2}}, BalanceReason::empty_margin, {1}, {}, false, 2);
  expect_conflict({{{1, 1}, {0, 0}}, {3, -2}, {3, -2}}, BalanceReason::empty_margin, {1}, {}, true, 2);
  expect_conflict({{{1, 0}, {1, 0}}, {3, 2}, {3, 2}}, BalanceReason::empty_margin, {}, {1}, true, 2);
  expect_conflict({{{1, 0}, {-1, 0}}, {3, -2}, {3, -2}}, BalanceReason::empty_margin, {}, {1}, false, 2);
}

TEST(MarginChecks, TotalsOfTheOtherSign) {
  expect_conflict({{{1, 1}, {1, 1}}, {-2, 5}, {2, 1}}, BalanceReason::sign, {0}, {}, true, 2);
  expect_conflict({{{-1, -1}, {1, 1}}, {2, 5}, {3, 4}}, BalanceReason::sign, {0}, {}, false, 2);
  expect_conflict({{{1, 1}, {1, 1}}, {2, 5}, {-3, 10}}, BalanceReason::sign, {}, {0}, false, 3);
  expect_conflict({{{-1, 1}, {-1, 1}}, {2, 5}, {3, 4}}, BalanceReason::sign, {}, {0}, true, 3);
}

TEST(MarginChecks, ZeroTotalsWipeMarginAfterMargin) {
  // Column 0 is wiped, which leaves row 0 one cell, in column 1; the total 0 of row 0 wipes that, and so column 2 loses
  // its negative cell.
  MarginChecks const checks = checked({{{1, 1, 0, -1}, {0, 0, 1, 1}, {1, 0, 1, 0}}, {-1, 3, 2}, {0, 0, 4, 0}});
  EXPECT_FALSE(checks.conflict);
  EXPECT_TRUE(checks.any_wiped);
  EXPECT_THAT(checks.wiped_rows, ElementsAre(0, 0, 0));
  EXPECT_THAT(checks.wiped_columns, ElementsAre(1, 1, 0, 0));

  MarginChecks const chain = checked({{{1, 0, 0}, {1, -1, 0}, {0, -1, 1}}, {0, 0, 4}, {0, 0, 4}});
  EXPECT_FALSE(chain.conflict);
  EXPECT_THAT(chain.wiped_rows, ElementsAre(1, 1, 0));
  EXPECT_THAT(chain.wiped_columns, ElementsAre(1, 1, 0));
}

TEST(MarginChecks, EvidenceNamesTheWipedMarginsOnTheWay) {
  // Row 0 could give to column 0 alone, whose total is 0.
  expect_conflict({{{1, 0}, {1, 1}}, {2, 3}, {0, 5}}, BalanceReason::empty_margin, {0}, {0}, false, 2);
  // Row 1's negative cell cannot help column 0: nothing can make up for it in row 1.
  expect_conflict({{{1, 0, 0}, {-1, 1, 0}, {0, 1, 1}}, {2, 0, 3}, {0, 0, 5}}, BalanceReason::empty_margin, {0, 1},
                  {0, 1}, false, 2);
}

TEST(MarginChecks, OneTableWithOtherSumsNamesEverything) {
  expect_conflict({{{1, 1}, {1, 1}}, {3, 4}, {3, 3}}, BalanceReason::totals_differ, {0, 1}, {0, 1}, false, 1);
  expect_conflict({{{1, 1}, {1, 1}}, {3, 4}, {3, 6}}, BalanceReason::totals_differ, {0, 1}, {0, 1}, true, 2);
  expect_conflict({{{1, 1, 0}, {1, 1, 1}}, {3, 4}, {3, 3, 0}}, BalanceReason::totals_differ, {0, 1}, {0, 1, 2}, false,
                  1);
}

TEST(MarginChecks, PartsOfTheTableMustEachAgree) {
  FeasibilityCase const blocks{{{1, 0, 0}, {0, 1, 1}, {0, 0, 0}}, {3, 4, 0}, {2, 3, 2}};
  expect_conflict(blocks, BalanceReason::totals_differ, {0}, {0}, false, 1);
  // The part that differs most, here with a wiped column that its row reaches.
  FeasibilityCase const wiped{{{1, 0, 0, 1}, {0, 1, 0, 0}, {0, 0, 1, 0}}, {5, 4, 2}, {2, 6, 3, 0}};
  expect_conflict(wiped, BalanceReason::totals_differ, {0}, {0, 3}, false, 3);
}

TEST(MarginChecks, WhatRoundingLeavesIsNoConflict) {
  TableSupport const support = support_of({{1, 1, 0}, {1, 1, 0}, {0, 0, 0}}, 3);
  double const allowance = 1e-9 * 200;
  EXPECT_FALSE(
      check_margins(support, std::vector{30.1, 69.9, 0.0}, std::vector{50.0, 50.0 + 1e-8, 0.0}, allowance).conflict);
  EXPECT_TRUE(
      check_margins(support, std::vector{30.1, 69.9, 0.0}, std::vector{50.0, 50.0 + 1e-6, 0.0}, allowance).conflict);

  MarginChecks const checks =
      check_margins(support, std::vector{30.1, 69.9, 1e-14}, std::vector{50.0, 50.0, -1e-14}, allowance);
  EXPECT_FALSE(checks.conflict);
  EXPECT_THAT(checks.wiped_rows, ElementsAre(0, 0, 1));
  EXPECT_THAT(checks.wiped_columns, ElementsAre(0, 0, 1));
  // Small, but more than rounding can leave.
  auto const conflict =
      check_margins(support, std::vector{30.1, 69.9, 1e-8}, std::vector{50.0, 50.0, 0.0}, allowance).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->reason, BalanceReason::empty_margin);
  EXPECT_EQ(conflict->deficit, 1e-8);
}

TEST(MarginChecks, SmallPartsAreHeldToTheirOwnSize) {
  TableSupport const support = support_of({{1, 0}, {0, 1}}, 2);
  double const allowance = 1e-9 * 2e12;
  auto const conflict =
      check_margins(support, std::vector{1e12, 1e-12}, std::vector{1e12 + 1e-3, 2e-12}, allowance).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->reason, BalanceReason::totals_differ);
  EXPECT_THAT(conflict->rows, ElementsAre(1));
  EXPECT_THAT(conflict->columns, ElementsAre(1));
  EXPECT_TRUE(conflict->columns_need_more);
  EXPECT_EQ(conflict->deficit, 1e-12);
}

TEST(MarginChecks, DeficitsAreExactSums) {
  auto const conflict =
      check_margins(support_of({{1, 1, 1}}, 3), std::vector{0.3}, std::vector{0.1, 0.2, 0.0}, 0).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_TRUE(conflict->columns_need_more);
  EXPECT_EQ(conflict->deficit, 0x1p-55);
}

TEST(MarginChecks, SmallestShapes) {
  EXPECT_FALSE(checked({}).conflict);
  EXPECT_FALSE(checked({{{}, {}}, {0, 0}, {}}).conflict);
  expect_conflict({{{}, {}}, {0, 3}, {}}, BalanceReason::empty_margin, {1}, {}, false, 3);
  EXPECT_FALSE(checked({{}, {}, {0}}).conflict);
  expect_conflict({{}, {}, {3}}, BalanceReason::empty_margin, {}, {0}, true, 3);
  EXPECT_FALSE(checked({{{-1}}, {-3}, {-3}}).conflict);
  expect_conflict({{{1}}, {3}, {2}}, BalanceReason::totals_differ, {0}, {0}, false, 1);
}

TEST(MarginChecks, RowsLeftWithoutCellsStandOnTheirOwn) {
  TableSupport const support = support_of({{1, 1, 0}, {0, 1, -1}, {0, 0, 1}}, 3);
  MarginChecks checks;
  checks.wiped_rows = {0, 0, 1};
  checks.wiped_columns = {1, 0, 0};
  TableSupport const remaining = without_wiped(support, checks);
  EXPECT_THAT(remaining.row_start, ElementsAre(0, 1, 3, 3));
  EXPECT_THAT(remaining.column, ElementsAre(1, 1, 2));
  EXPECT_THAT(remaining.sign, ElementsAre(1, 1, -1));
  EXPECT_EQ(remaining.rows, 3);
  EXPECT_EQ(remaining.columns, 3);
}

TEST(MarginChecks, ConflictsAreRealAndWipedCellsAreZeroInEverySolution) {
  std::mt19937_64 random(3);
  int conflicts = 0, wiped = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    FeasibilityCase const c = random_case(random);
    MarginChecks const checks = checked(c);
    if (checks.conflict) {
      ++conflicts;
      EXPECT_FALSE(oracle::feasible(c.table, c.u, c.v)) << c.text();
      EXPECT_GT(checks.conflict->deficit, 0);
      EXPECT_EQ(oracle::verify_evidence(c.table, c.u, c.v, checks.conflict->rows, checks.conflict->columns,
                                        checks.conflict->columns_need_more),
                checks.conflict->deficit)
          << c.text();
      continue;
    }
    for (std::size_t i = 0; i < c.u.size(); ++i) {
      for (std::size_t j = 0; j < c.v.size(); ++j) {
        if (c.table[i][j] == 0 || (checks.wiped_rows[i] == 0 && checks.wiped_columns[j] == 0)) continue;
        ++wiped;
        EXPECT_FALSE(oracle::can_be_nonzero(c.table, c.u, c.v, i, j)) << c.text();
      }
    }
  }
  EXPECT_GT(conflicts, 500);
  EXPECT_GT(wiped, 500);
}

}  // namespace
}  // namespace regio
