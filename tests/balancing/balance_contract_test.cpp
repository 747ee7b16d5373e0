// Every broken contract of balance_tables once: where, what was found, what was expected.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/balancing/balance_data.hpp"

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string message(std::vector<BalanceProblem> const& problems, BalanceOptions const& options = {}) {
  Engine engine = Engine::cpu(2);
  try {
    (void)balance_tables(engine, options, problems);
  } catch (ContractError const& error) {
    return error.what();
  }
  return "accepted";
}

class BalanceContract : public testing::Test {
 protected:
  OwnedBalance owned = balance_of({{1, 2, 3}, {4, 5, 6}}, {6, 15}, {5, 7, 9});
  BalanceProblem problem = owned.problem();

  std::string found() { return message({problem}); }
};

TEST_F(BalanceContract, ShapesOfTotals) {
  std::vector<double> const one{6};
  problem.row_totals = one;
  EXPECT_EQ(found(), "balance_tables: problems[0].row_totals has 1 entries; the table has 2 rows");
  problem = owned.problem();
  problem.column_totals = one;
  EXPECT_EQ(found(), "balance_tables: problems[0].column_totals has 1 entries; the table has 3 columns");
}

TEST_F(BalanceContract, NumbersThatAreNotFinite) {
  owned.cells[4] = nan;
  EXPECT_EQ(found(), "balance_tables: problems[0].table row 1, column 1 is NaN; cells must be finite");
  owned.cells[4] = -infinity;
  EXPECT_EQ(found(), "balance_tables: problems[0].table row 1, column 1 is -infinity; cells must be finite");
  owned.cells[4] = 5;
  owned.row_totals[1] = infinity;
  EXPECT_EQ(found(), "balance_tables: problems[0].row_totals entry 1 is infinity; totals must be finite");
}

TEST_F(BalanceContract, APositionInALargeTableToo) {
  OwnedBalance large = random_balance(1500, 900, 1);
  large.cells[1234 * 900 + 567] = nan;
  EXPECT_EQ(message({large.problem()}),
            "balance_tables: problems[0].table row 1234, column 567 is NaN; cells must be finite");
}

TEST_F(BalanceContract, TheFirstOfSeveralProblems) {
  OwnedBalance second = owned, third = owned;
  second.cells[0] = nan;
  third.cells[0] = nan;
  EXPECT_EQ(message({problem, second.problem(), third.problem()}),
            "balance_tables: problems[1].table row 0, column 0 is NaN; cells must be finite");
}

TEST_F(BalanceContract, NegativeCellsInRas) {
  owned.cells[5] = -6;
  EXPECT_EQ(message({problem}, {.method = BalanceMethod::ras}),
            "balance_tables: problems[0].table row 1, column 2 is -6; RAS needs cells of at least 0, GRAS takes "
            "negative ones");
}

TEST_F(BalanceContract, TablesWithoutCells) {
  problem.table = {};
  EXPECT_EQ(found(), "balance_tables: problems[0].table is [0, 0]; expected at least one row and column");
}

TEST_F(BalanceContract, StartsThatAreNoMultipliers) {
  std::vector<double> start{1, -1, 1};
  problem.column_start = start;
  EXPECT_EQ(found(),
            "balance_tables: problems[0].column_start entry 1 is -1; multipliers must be finite and at least 0");
  start.pop_back();
  problem.column_start = start;
  EXPECT_EQ(found(), "balance_tables: problems[0].column_start has 2 entries; the table has 3 columns");
}

TEST_F(BalanceContract, PlacesForResults) {
  std::vector<double> place(4);
  problem.balanced = {place.data(), 2, 2};
  EXPECT_EQ(found(), "balance_tables: problems[0].balanced is [2, 2]; expected [2, 3]");
  problem = owned.problem();
  problem.balanced_cells = place;
  EXPECT_EQ(found(),
            "balance_tables: problems[0].balanced_cells has 4 entries; expected 0, the cells of the sparse table");
}

TEST_F(BalanceContract, Options) {
  EXPECT_EQ(message({}, {.tolerance = 0}),
            "balance_tables: options.tolerance is 0; expected a number above 0 and below 1");
  EXPECT_EQ(message({}, {.tolerance = nan}),
            "balance_tables: options.tolerance is NaN; expected a number above 0 and below 1");
  EXPECT_EQ(message({}, {.max_iterations = 0}), "balance_tables: options.max_iterations is 0; expected at least 1");
}

class SparseContract : public testing::Test {
 protected:
  std::vector<Index> row_start{0, 2, 3}, column{0, 2, 1};
  std::vector<double> value{1, 2, 3}, row_totals{3, 3}, column_totals{1, 3, 2};

  std::string found() {
    return message(
        {{.sparse_table = {2, 3, row_start, column, value}, .row_totals = row_totals, .column_totals = column_totals}});
  }
};

TEST_F(SparseContract, AGoodOneIsAccepted) { EXPECT_EQ(found(), "accepted"); }

TEST_F(SparseContract, RowsOutOfOrder) {
  row_start = {0, 4, 3};
  EXPECT_EQ(found(), "balance_tables: problems[0].sparse_table.row_start entry 1 is 4; expected 0 to 3");
  row_start = {1, 2, 3};
  EXPECT_EQ(found(), "balance_tables: problems[0].sparse_table.row_start begins with 1; expected 0");
  row_start = {0, 1, 2};
  EXPECT_EQ(found(),
            "balance_tables: problems[0].sparse_table.row_start ends with 2; expected 3, the number of values");
  row_start = {0, 3};
  EXPECT_EQ(found(),
            "balance_tables: problems[0].sparse_table.row_start has 2 entries; expected one more than the 2 rows");
}

TEST_F(SparseContract, ColumnsOutOfOrder) {
  column = {2, 0, 1};
  EXPECT_EQ(found(),
            "balance_tables: problems[0].sparse_table.column entry 1, of row 0, is 0; expected 3 to 2, ascending "
            "within a row");
  column = {0, 3, 1};
  EXPECT_EQ(found(),
            "balance_tables: problems[0].sparse_table.column entry 1, of row 0, is 3; expected 1 to 2, ascending "
            "within a row");
  column = {0, 2};
  EXPECT_EQ(found(), "balance_tables: problems[0].sparse_table.column has 2 entries; expected 3, as many as values");
}

TEST_F(SparseContract, CellsThatAreNotFinite) {
  value[2] = nan;
  EXPECT_EQ(found(), "balance_tables: problems[0].sparse_table row 1, column 1 is NaN; cells must be finite");
}

}  // namespace
}  // namespace regio
