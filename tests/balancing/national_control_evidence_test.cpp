// Totals of three families of margins that cannot be met, and evidence that rational arithmetic confirms.
#include <regio/national_control.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tests/balancing/national_control_data.hpp"
#include "tests/oracle/national_control.hpp"

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

NationalControlReport control(OwnedNational& owned, BalanceOptions const& options = {}) {
  Engine engine = Engine::cpu(2);
  return national_control(engine, options, {owned.problem()});
}

/// The deficit that the report's evidence proves; throws where it proves nothing.
double proven(OwnedNational const& owned, NationalEvidence const& evidence) {
  oracle::NationalProblem const problem = owned.textbook();
  auto const zeros = [](oracle::Table const& like) {
    oracle::Table result = like;
    for (std::vector<double>& line : result) std::fill(line.begin(), line.end(), 0.0);
    return result;
  };
  oracle::Table g = zeros(problem.row_totals), h = zeros(problem.column_totals), f = zeros(problem.national);
  auto const set = [](oracle::Table& table, Index line, Index place, double value) {
    double& entry = table.at(static_cast<std::size_t>(line)).at(static_cast<std::size_t>(place));
    EXPECT_EQ(entry, 0) << "a margin is named twice";
    EXPECT_NE(value, 0);
    entry = value;
  };
  for (NationalEvidence::Multiplier const& row : evidence.rows) set(g, row.region, row.index, row.value);
  for (NationalEvidence::Multiplier const& column : evidence.columns) set(h, column.region, column.index, column.value);
  for (NationalEvidence::CellMultiplier const& one : evidence.national)
    set(f, one.cell.row, one.cell.column, one.value);
  return static_cast<double>(oracle::national_deficit(problem, g, h, f));
}

void expect_infeasible(OwnedNational& owned, BalanceReason reason, BalanceOptions const& options = {}) {
  NationalControlReport const report = control(owned, options);
  ASSERT_EQ(report.outcome[0], Outcome::infeasible);
  EXPECT_EQ(name(report.reason[0]), name(reason));
  NationalEvidence const* const evidence = report.evidence(0);
  ASSERT_NE(evidence, nullptr);
  EXPECT_EQ(evidence->problem, 0);
  EXPECT_GT(evidence->deficit, 0);
  EXPECT_EQ(evidence->deficit, proven(owned, *evidence));
  EXPECT_TRUE(std::all_of(owned.balanced.begin(), owned.balanced.end(), [](double x) { return std::isnan(x); }));
  EXPECT_TRUE(std::isnan(report.row_multipliers(0)(0, 0)));
}

TEST(NationalEvidence, ARegionWhoseRowsAndColumnsDiffer) {
  OwnedNational owned = random_national(3, 4, 5, 1);
  owned.row_totals[5] += 0.25;
  expect_infeasible(owned, BalanceReason::totals_differ);
  NationalEvidence const evidence = *control(owned).evidence(0);
  EXPECT_NEAR(evidence.deficit, 0.25, 1e-14);
  EXPECT_EQ(evidence.rows.size(), 4U);
  EXPECT_EQ(evidence.columns.size(), 5U);
  EXPECT_TRUE(evidence.national.empty());
  EXPECT_EQ(evidence.rows[0].region, 1);
  EXPECT_NEAR(control(owned).gap[0], 0.25, 1e-14);
}

TEST(NationalEvidence, ARowOrColumnOfTheNationThatDiffersFromTheRegions) {
  OwnedNational rows = random_national(3, 4, 5, 2), columns = rows;
  rows.national[7] -= 0.25;
  rows.national[12] += 0.25;  // the same column, so only rows differ
  expect_infeasible(rows, BalanceReason::totals_differ);
  EXPECT_EQ(control(rows).evidence(0)->national.size(), 5U);
  columns.national[7] += 0.25;
  columns.national[8] -= 0.25;
  expect_infeasible(columns, BalanceReason::totals_differ);
  EXPECT_EQ(control(columns).evidence(0)->national.size(), 4U);
  // A cell of that row and column that is not controlled takes the difference up.
  columns.national[5] = columns.national[8] = columns.national[7] = nan;
  EXPECT_EQ(control(columns).outcome[0], Outcome::converged);
}

TEST(NationalEvidence, EmptyMargins) {
  OwnedNational row = random_national(3, 4, 5, 3), national = row;
  for (Index j = 0; j < 5; ++j) row.cell(1, 2, j) = 0;
  expect_infeasible(row, BalanceReason::empty_margin);
  for (Index k = 0; k < 3; ++k) national.cell(k, 2, 3) = 0;
  expect_infeasible(national, BalanceReason::empty_margin);
  EXPECT_EQ(control(national).evidence(0)->national.size(), 1U);
  EXPECT_EQ(control(national).evidence(0)->national[0].cell, (TableCell{2, 3}));
}

TEST(NationalEvidence, AMarginWhoseCellsOtherTotalsEmpty) {
  // Row 0 of region 1 has negative cells alone and a total of 0, so they are 0. Then the national cells (0, 0) and (0,
  // 1) have one positive cell each and totals of 0, and nothing is left for row 0 of region 0.
  OwnedNational owned(2, 2, 3);
  owned.cells = {1, 1, 0, 1, 1, 1, -1, -1, 0, 1, 1, 1};
  owned.row_totals = {2, 1, 0, 3};
  owned.column_totals = {1, 1, 1, 1, 1, 1};
  owned.national = {0, 0, nan, 2, 2, nan};
  expect_infeasible(owned, BalanceReason::empty_margin);
  NationalEvidence const evidence = *control(owned).evidence(0);
  EXPECT_EQ(evidence.deficit, 2);
  EXPECT_EQ(evidence.rows.size(), 2U);
  EXPECT_EQ(evidence.national.size(), 2U);
}

TEST(NationalEvidence, TotalsOfTheOtherSign) {
  OwnedNational owned = random_national(2, 3, 3, 4, {.negative_share = 0.1});
  for (Index j = 0; j < 3; ++j) owned.cell(1, 2, j) = 1;
  double const moved = owned.row_totals[5] + 1;
  owned.row_totals[5] -= moved;
  owned.row_totals[4] += moved;
  for (Index j = 0; j < 3; ++j) {
    owned.national[static_cast<std::size_t>(3 + j)] += moved / 3;
    owned.national[static_cast<std::size_t>(6 + j)] -= moved / 3;
  }
  expect_infeasible(owned, BalanceReason::sign);
}

TEST(NationalEvidence, TwoMarginsOfOneRegion) {
  // Rows 0 and 1 of region 1 sell to column 0 only, which buys less.
  OwnedNational owned(2, 4, 3);
  owned.cells = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1};
  owned.row_totals = {3, 3, 3, 3, 4, 4, 5, 5};
  owned.column_totals = {4, 4, 4, 6, 6, 6};
  owned.national.assign(12, nan);
  expect_infeasible(owned, BalanceReason::conflicting_margins);
  NationalEvidence const evidence = *control(owned).evidence(0);
  EXPECT_EQ(evidence.deficit, 2);
  EXPECT_EQ(evidence.rows.size(), 2U);
  EXPECT_EQ(evidence.columns.size(), 1U);
  EXPECT_TRUE(evidence.national.empty());
}

TEST(NationalEvidence, ThreeMarginsOfWhichAnyTwoCanBeMet) {
  // Two goods, two uses, two regions, all totals 1: a table is fixed by one cell, which is 0 by the one zero and 1 by
  // the other, the opposite corner. In every face of this cube there is a solution.
  OwnedNational owned(2, 2, 2);
  owned.cells = {0, 1, 1, 1, 1, 1, 1, 0};
  owned.row_totals.assign(4, 1);
  owned.column_totals.assign(4, 1);
  owned.national.assign(4, 1);
  expect_infeasible(owned, BalanceReason::conflicting_margins);
  NationalEvidence const evidence = *control(owned).evidence(0);
  EXPECT_FALSE(evidence.rows.empty() || evidence.columns.empty() || evidence.national.empty());
  // Without control of the nation there is a solution.
  owned.national.assign(4, nan);
  EXPECT_NE(control(owned).outcome[0], Outcome::infeasible);
}

TEST(NationalEvidence, RandomTablesWithZerosAreSolvedOrShownImpossible) {
  int solved = 0, impossible = 0, open = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    // Totals of tables without zeros, for tables with some.
    OwnedNational owned = random_national(3, 3, 3, seed);
    OwnedNational const zeros = random_national(3, 3, 3, 1000 + seed, {.zero_share = 0.12});
    for (std::size_t e = 0; e < owned.cells.size(); ++e) owned.cells[e] = zeros.cells[e];
    NationalControlReport const report = control(owned, {.max_iterations = 2000});
    if (report.outcome[0] == Outcome::converged) {
      ++solved;
    } else if (report.outcome[0] == Outcome::infeasible) {
      ++impossible;
      ASSERT_NE(report.evidence(0), nullptr);
      EXPECT_EQ(report.evidence(0)->deficit, proven(owned, *report.evidence(0))) << "seed " << seed;
      EXPECT_GT(report.evidence(0)->deficit, 0);
    } else {
      ++open;
    }
  }
  EXPECT_GT(solved, 20);
  EXPECT_GT(impossible, 20);
  EXPECT_LE(open, 1);
}

TEST(NationalEvidence, SignedTablesAreSolvedOrShownImpossible) {
  int impossible = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    OwnedNational owned = random_national(3, 3, 3, seed, {.zero_share = 0.2, .negative_share = 0.2});
    // Totals of another pattern of zeros and signs.
    OwnedNational const other = random_national(3, 3, 3, 2000 + seed, {.negative_share = 0.1});
    owned.cells = other.cells;
    for (double& a : owned.cells) a = a > 0.7 ? 0 : a;
    NationalControlReport const report = control(owned, {.max_iterations = 4000});
    if (report.outcome[0] != Outcome::infeasible) continue;
    ++impossible;
    EXPECT_EQ(report.evidence(0)->deficit, proven(owned, *report.evidence(0))) << "seed " << seed;
  }
  EXPECT_GT(impossible, 20);
}

TEST(NationalEvidence, OneBadProblemSpoilsNoOther) {
  OwnedNational good = random_national(3, 4, 5, 7), bad = good, last = good;
  bad.row_totals[0] += 1;
  Engine engine = Engine::cpu(2);
  NationalControlReport const report = national_control(engine, {}, {good.problem(), bad.problem(), last.problem()});
  EXPECT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(report.outcome[1], Outcome::infeasible);
  EXPECT_EQ(report.outcome[2], Outcome::converged);
  EXPECT_EQ(good.balanced, last.balanced);
  EXPECT_EQ(report.evidence(0), nullptr);
  ASSERT_NE(report.evidence(1), nullptr);
  EXPECT_EQ(report.evidence(1)->problem, 1);
}

}  // namespace
}  // namespace regio
