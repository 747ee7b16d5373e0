#include "balancing/margin_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "tests/balancing/feasibility_case.hpp"
#include "tests/oracle/feasibility.hpp"

namespace regio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FlowResult flow(FeasibilityCase const& c, double allowance = 0) {
  return check_flow(support_of(c.table, c.v.size()), scaled(c.u, 1), scaled(c.v, 1), allowance);
}

TEST(MarginFlow, RowsThatNeedMoreThanTheirOnlyColumn) {
  FeasibilityCase const c{{{1, 0, 0}, {1, 0, 0}, {0, 1, 1}, {0, 1, 1}}, {4, 4, 5, 5}, {6, 6, 6}};
  auto const conflict = flow(c).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->reason, BalanceReason::conflicting_margins);
  EXPECT_THAT(conflict->rows, ElementsAre(0, 1));
  EXPECT_THAT(conflict->columns, ElementsAre(0));
  EXPECT_FALSE(conflict->columns_need_more);
  EXPECT_EQ(conflict->deficit, 2);
}

TEST(MarginFlow, TotalsAtTheirBoundForceCellsToZero) {
  FlowResult const result = flow({{{1, 1}, {0, 1}}, {1, 1}, {1, 1}});
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, ElementsAre(TableCell{0, 1}));
  EXPECT_THAT(flow({{{1, 1}, {0, 1}}, {2, 1}, {1, 2}}).forced_zeros, IsEmpty());
}

TEST(MarginFlow, ACycleOfBothSignsNeedsNoTotals) {
  EXPECT_THAT(flow({{{1, -1}, {-1, 1}}, {0, 0}, {0, 0}}).forced_zeros, IsEmpty());
  EXPECT_THAT(flow({{{1, -1}, {1, -1}}, {0, 0}, {0, 0}}).forced_zeros,
              ElementsAre(TableCell{0, 0}, TableCell{0, 1}, TableCell{1, 0}, TableCell{1, 1}));
}

TEST(MarginFlow, AtMostAsManyForcedZerosAsWanted) {
  FeasibilityCase const c{{{1, 1, 1}, {0, 1, 1}, {0, 0, 1}}, {1, 1, 1}, {1, 1, 1}};
  TableSupport const support = support_of(c.table, 3);
  EXPECT_THAT(check_flow(support, scaled(c.u, 1), scaled(c.v, 1), 0).forced_zeros,
              ElementsAre(TableCell{0, 1}, TableCell{0, 2}, TableCell{1, 2}));
  EXPECT_THAT(check_flow(support, scaled(c.u, 1), scaled(c.v, 1), 0, 2).forced_zeros,
              ElementsAre(TableCell{0, 1}, TableCell{0, 2}));
  EXPECT_THAT(check_flow(support, scaled(c.u, 1), scaled(c.v, 1), 0, 0).forced_zeros, IsEmpty());
}

TEST(MarginFlow, SmallestShapes) {
  EXPECT_FALSE(flow({}).conflict);
  EXPECT_FALSE(flow({{{}}, {0}, {}}).conflict);
  EXPECT_THAT(flow({{{1}}, {3}, {3}}).forced_zeros, IsEmpty());
  EXPECT_THAT(flow({{{-1}}, {-3}, {-3}}).forced_zeros, IsEmpty());
}

/// Everything that check_margins and check_flow say of a case, against all subsets of its margins.
void expect_as_all_subsets_say(FeasibilityCase const& c, Feasibility const& found, double unit) {
  bool const feasible = oracle::feasible(c.table, c.u, c.v);
  ASSERT_EQ(!found.conflict, feasible) << c.text();
  if (found.conflict) {
    std::int64_t const deficit = oracle::verify_evidence(c.table, c.u, c.v, found.conflict->rows,
                                                         found.conflict->columns, found.conflict->columns_need_more);
    EXPECT_GT(deficit, 0) << c.text();
    EXPECT_NEAR(found.conflict->deficit, static_cast<double>(deficit) * unit, 1e-13 * unit) << c.text();
    return;
  }
  std::vector<TableCell> forced;
  for (std::size_t i = 0; i < c.u.size(); ++i) {
    for (std::size_t j = 0; j < c.v.size(); ++j) {
      bool const wiped = found.checks.wiped_rows[i] != 0 || found.checks.wiped_columns[j] != 0;
      if (c.table[i][j] == 0 || wiped || oracle::can_be_nonzero(c.table, c.u, c.v, i, j)) continue;
      forced.push_back({static_cast<Index>(i), static_cast<Index>(j)});
    }
  }
  EXPECT_EQ(found.forced_zeros, forced) << c.text();
}

TEST(MarginFlow, EqualsTheSearchOfAllSubsets) {
  std::mt19937_64 random(5);
  int conflicts = 0, boundary = 0, inner = 0;
  for (int trial = 0; trial < 12000; ++trial) {
    FeasibilityCase const c = random_case(random);
    Feasibility const found = feasibility(support_of(c.table, c.v.size()), scaled(c.u, 1), scaled(c.v, 1), 0);
    expect_as_all_subsets_say(c, found, 1);
    conflicts += found.conflict && found.conflict->reason == BalanceReason::conflicting_margins;
    boundary += !found.forced_zeros.empty();
    inner += !found.conflict && found.forced_zeros.empty();
  }
  EXPECT_GT(conflicts, 150);
  EXPECT_GT(boundary, 500);
  EXPECT_GT(inner, 1000);
}

TEST(MarginFlow, TotalsOfTwoDecimalsAreJudgedAsIfTheyWereExact) {
  // Sums of tenths and hundredths differ in their last bits: no conflict, and a bound that is met stays one.
  std::mt19937_64 random(6);
  for (int trial = 0; trial < 12000; ++trial) {
    FeasibilityCase const c = random_case(random);
    double const unit = std::array{0.1, 0.01, 1e-12, 0.7e12}[random() % 4];
    auto const u = scaled(c.u, unit), v = scaled(c.v, unit);
    Feasibility const found = feasibility(support_of(c.table, c.v.size()), u, v, 1e-9 * magnitude(u, v));
    expect_as_all_subsets_say(c, found, unit);
  }
}

TEST(MarginFlow, TheWholeTableGivesTheSameAsWithoutWipedMargins) {
  std::mt19937_64 random(8);
  int compared = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    FeasibilityCase const c = random_case(random);
    TableSupport const support = support_of(c.table, c.v.size());
    if (check_margins(support, scaled(c.u, 1), scaled(c.v, 1), 0).conflict) continue;
    FlowResult const result = check_flow(support, scaled(c.u, 1), scaled(c.v, 1), 0);
    Feasibility all;
    all.checks.wiped_rows.assign(c.u.size(), 0);
    all.checks.wiped_columns.assign(c.v.size(), 0);
    all.conflict = result.conflict;
    all.forced_zeros = result.forced_zeros;
    expect_as_all_subsets_say(c, all, 1);
    ++compared;
  }
  EXPECT_GT(compared, 1000);
}

TEST(MarginFlow, RoundedBoundsAreBoundsFromBothSides) {
  TableSupport const support = support_of({{1, 0}, {1, 0}, {1, 1}}, 2);
  // 0.1 + 0.2 is a little more than 0.3 ...
  std::vector<double> const u{0.1, 0.2, 1}, v{0.3, 1};
  FlowResult result = check_flow(support, u, v, 1e-9 * magnitude(u, v));
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, ElementsAre(TableCell{2, 0}));
  auto const conflict = check_flow(support, u, v, 0).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->deficit, 0x1p-55);
  // ... and here there is a last bit of room, which only exact totals would mean.
  std::vector<double> const halves{0.25, 0.25, 1}, above{0.5 + 0x1p-53, 1 - 0x1p-53};
  result = check_flow(support, halves, above, 1e-9 * magnitude(halves, above));
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, ElementsAre(TableCell{2, 0}));
  result = check_flow(support, halves, above, 0);
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, IsEmpty());
}

TEST(MarginFlow, SmallTotalsCountBesideLargeOnes) {
  // Rows 0 and 1 need 8e-12 of a column that takes 6e-12, in a table of 10^12.
  TableSupport const support = support_of({{1, 0}, {1, 0}, {1, 1}}, 2);
  std::vector<double> const u{4e-12, 4e-12, 1e12}, v{6e-12, 1e12};
  auto const conflict = check_flow(support, u, v, 1e-9 * magnitude(u, v)).conflict;
  ASSERT_TRUE(conflict);
  EXPECT_THAT(conflict->rows, ElementsAre(0, 1));
  EXPECT_THAT(conflict->columns, ElementsAre(0));
  EXPECT_NEAR(conflict->deficit, 2e-12, 1e-26);
  // With room enough every cell can be positive, the small ones too.
  std::vector<double> const more{9e-12, 1e12};
  FlowResult const result = check_flow(support, u, more, 1e-9 * magnitude(u, more));
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, IsEmpty());
}

TEST(MarginFlow, AGapWithinTheAllowanceIsLeftWhereItIsSmall) {
  // Only the large row can miss its total by the gap; the small ones keep their cells.
  TableSupport const support = support_of({{1, 1}, {1, 1}, {1, 1}}, 2);
  for (double const gap : {1e-3, -1e-3}) {
    std::vector<double> const u{1e-6, 1e6 + gap, 1e-6}, v{4e5, 6e5};
    FlowResult const result = check_flow(support, u, v, 1e-8 * magnitude(u, v));
    EXPECT_FALSE(result.conflict) << gap;
    EXPECT_THAT(result.forced_zeros, IsEmpty()) << gap;
    EXPECT_TRUE(check_flow(support, u, v, 1e-10 * magnitude(u, v)).conflict) << gap;
  }
}

TEST(MarginFlow, ExtremeTotalsNeitherOverflowNorVanish) {
  TableSupport const support = support_of({{1, 1}, {0, 1}}, 2);
  for (double const unit : {1e308, 1e-308, 4.9406564584124654e-324}) {
    FlowResult const at_bound = check_flow(support, std::vector{unit, unit}, std::vector{unit, unit}, 0);
    EXPECT_FALSE(at_bound.conflict);
    EXPECT_THAT(at_bound.forced_zeros, ElementsAre(TableCell{0, 1}));
  }
  FlowResult const apart = check_flow(support, std::vector{1e-300, 1e300}, std::vector{1e-300, 1e300}, 1e280);
  EXPECT_FALSE(apart.conflict);
  EXPECT_THAT(apart.forced_zeros, ElementsAre(TableCell{0, 1}));
}

/// Blocks along the diagonal, each with its own totals, and cells above them; rows and columns in random order.
struct Staircase {
  FeasibilityCase c;
  std::vector<std::size_t> row_block, column_block;
};

Staircase staircase(std::size_t size, std::size_t blocks, std::mt19937_64& random) {
  Staircase made;
  FeasibilityCase& c = made.c;
  c.table.assign(size, std::vector<int>(size, 0));
  c.u.assign(size, 0);
  c.v.assign(size, 0);
  for (std::size_t n = 0; n < size; ++n) {
    made.row_block.push_back(n * blocks / size);
    made.column_block.push_back(n * blocks / size);
  }
  std::shuffle(made.row_block.begin(), made.row_block.end(), random);
  std::shuffle(made.column_block.begin(), made.column_block.end(), random);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      if (made.row_block[i] > made.column_block[j]) continue;
      bool const inside = made.row_block[i] == made.column_block[j];
      c.table[i][j] = inside || random() % 3 == 0 ? 1 : 0;
      std::int64_t const cell = inside ? 1 + static_cast<std::int64_t>(random() % 1000) : 0;
      c.u[i] += cell;
      c.v[j] += cell;
    }
  }
  return made;
}

TEST(MarginFlow, CellsBetweenBlocksThatTakeAllTheirTotalsAreForcedToZero) {
  std::mt19937_64 random(9);
  for (std::size_t const size : {2U, 31U, 32U, 33U, 127U, 400U}) {
    Staircase const made = staircase(size, std::min<std::size_t>(size, 5), random);
    std::vector<TableCell> between;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        if (made.c.table[i][j] != 0 && made.row_block[i] != made.column_block[j]) {
          between.push_back({static_cast<Index>(i), static_cast<Index>(j)});
        }
      }
    }
    auto const u = scaled(made.c.u, 0.01), v = scaled(made.c.v, 0.01);
    Feasibility const found = feasibility(support_of(made.c.table, size), u, v, 1e-9 * magnitude(u, v));
    EXPECT_FALSE(found.conflict) << size;
    EXPECT_EQ(found.forced_zeros, between) << size;
  }
}

TEST(MarginFlow, ALastBlockThatNeedsMoreIsNamedWithWhatItReaches) {
  std::mt19937_64 random(10);
  for (std::size_t const size : {31U, 32U, 33U, 127U, 400U}) {
    for (bool const signs_turned : {false, true}) {
      Staircase made = staircase(size, 5, random);
      FeasibilityCase& c = made.c;
      // The rows of the last block reach no other column; three units more for one of them find no room.
      auto const in_last = [&](std::vector<std::size_t> const& block) {
        return static_cast<std::size_t>(std::find(block.begin(), block.end(), 4U) - block.begin());
      };
      auto const in_first = [&](std::vector<std::size_t> const& block) {
        return static_cast<std::size_t>(std::find(block.begin(), block.end(), 0U) - block.begin());
      };
      c.u[in_last(made.row_block)] += 3;
      c.v[in_first(made.column_block)] += 3;
      if (signs_turned) {
        for (auto& row : c.table) {
          for (int& cell : row) cell = -cell;
        }
        for (auto* totals : {&c.u, &c.v}) {
          for (std::int64_t& total : *totals) total = -total;
        }
      }
      auto const conflict = flow(c).conflict;
      ASSERT_TRUE(conflict) << size;
      EXPECT_EQ(conflict->deficit, 3);
      EXPECT_EQ(
          oracle::verify_evidence(c.table, c.u, c.v, conflict->rows, conflict->columns, conflict->columns_need_more),
          3);
    }
  }
}

TEST(MarginFlow, LongNarrowBandsAreFollowedToTheirEnd) {
  // Row i reaches columns i and i + 1: what the first row cannot place must be passed on through the whole table.
  constexpr std::size_t length = 1000;
  std::vector<std::size_t> place(length);  // in random order, so that no greedy start solves it
  std::iota(place.begin(), place.end(), std::size_t{0});
  std::shuffle(place.begin(), place.end(), std::mt19937_64(12));
  FeasibilityCase c;
  c.table.assign(length, std::vector<int>(length, 0));
  for (std::size_t i = 0; i < length; ++i) {
    c.table[place[i]][i] = 1;
    if (i + 1 < length) c.table[place[i]][i + 1] = 1;
  }
  c.u.assign(length, 2);
  c.v.assign(length, 2);
  c.u[place[0]] = 3;
  c.v[length - 1] = 3;
  FlowResult result = flow(c);
  EXPECT_FALSE(result.conflict);
  EXPECT_THAT(result.forced_zeros, IsEmpty());
  c.v[length - 1] = 2;
  c.v[0] = 3;  // the first column has the first row alone: nothing is passed on
  result = flow(c);
  EXPECT_FALSE(result.conflict);
  EXPECT_EQ(result.forced_zeros.size(), length - 1);
}

}  // namespace
}  // namespace regio
