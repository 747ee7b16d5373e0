// Every broken contract of national_control once: where, what was found, what was expected.
#include <regio/national_control.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/balancing/national_control_data.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

class NationalControlContract : public testing::Test {
 protected:
  std::string found(BalanceOptions const& options = {}) {
    Engine engine = Engine::cpu(2);
    return test::contract_message([&] { (void)national_control(engine, options, {problem}); });
  }

  OwnedNational owned = random_national(2, 3, 4, 1);
  NationalControlProblem problem = owned.problem();
};

TEST_F(NationalControlContract, Shapes) {
  problem.tables = {owned.cells.data(), 0, 3, 4};
  EXPECT_EQ(found(), "national_control: problems[0].tables is [0, 3, 4]; expected at least one region, row and column");
  problem = owned.problem();
  problem.row_totals = {owned.row_totals.data(), 3, 2};
  EXPECT_EQ(found(),
            "national_control: problems[0].row_totals is [3, 2]; expected [2, 3], regions and rows of the tables");
  problem = owned.problem();
  problem.column_totals = {owned.column_totals.data(), 4, 2};
  EXPECT_EQ(
      found(),
      "national_control: problems[0].column_totals is [4, 2]; expected [2, 4], regions and columns of the tables");
  problem = owned.problem();
  problem.national = {owned.national.data(), 4, 3};
  EXPECT_EQ(found(),
            "national_control: problems[0].national is [4, 3]; expected [3, 4], rows and columns of the tables");
  problem = owned.problem();
  problem.balanced = {owned.balanced.data(), 2, 4, 3};
  EXPECT_EQ(found(), "national_control: problems[0].balanced is [2, 4, 3]; expected [2, 3, 4]");
  problem = owned.problem();
  problem.column_start = {owned.cells.data(), 1, 4};
  EXPECT_EQ(found(),
            "national_control: problems[0].column_start is [1, 4]; expected [2, 4], regions and columns of the tables");
  problem = owned.problem();
  problem.national_start = {owned.cells.data(), 1, 4};
  EXPECT_EQ(found(),
            "national_control: problems[0].national_start is [1, 4]; expected [3, 4], rows and columns of the tables");
}

TEST_F(NationalControlContract, NumbersThatAreNotFinite) {
  owned.cell(1, 2, 3) = nan;
  EXPECT_EQ(found(), "national_control: problems[0].tables region 1, row 2, column 3 is NaN; cells must be finite");
  owned.cell(1, 2, 3) = 1;
  owned.row_totals[4] = infinity;
  EXPECT_EQ(found(), "national_control: problems[0].row_totals region 1, row 1 is infinity; totals must be finite");
  owned.row_totals[4] = 1;
  owned.column_totals[6] = nan;
  EXPECT_EQ(found(), "national_control: problems[0].column_totals region 1, column 2 is NaN; totals must be finite");
  owned.column_totals[6] = 1;
  owned.national[11] = -infinity;
  EXPECT_EQ(found(),
            "national_control: problems[0].national row 2, column 3 is -infinity; a national cell must be finite, or "
            "NaN where it is not controlled");
}

TEST_F(NationalControlContract, Starts) {
  std::vector<double> start(12, 1.0);
  start[5] = -2;
  problem.column_start = {start.data(), 2, 4};
  EXPECT_EQ(found(),
            "national_control: problems[0].column_start region 1, column 1 is -2; multipliers must be finite and at "
            "least 0");
  problem.column_start = {};
  problem.national_start = {start.data(), 3, 4};
  EXPECT_EQ(found(),
            "national_control: problems[0].national_start row 1, column 1 is -2; multipliers must be finite and at "
            "least 0");
}

TEST_F(NationalControlContract, NegativeCellsInRas) {
  owned.cell(0, 1, 2) = -1;
  EXPECT_EQ(found({.method = BalanceMethod::ras}),
            "national_control: problems[0].tables region 0, row 1, column 2 is -1; RAS needs cells of at least 0, GRAS "
            "takes negative ones");
}

TEST_F(NationalControlContract, Options) {
  EXPECT_EQ(found({.tolerance = 0}), "national_control: options.tolerance is 0; expected a number above 0 and below 1");
  EXPECT_EQ(found({.max_iterations = 0}), "national_control: options.max_iterations is 0; expected at least 1");
}

}  // namespace
}  // namespace regio
