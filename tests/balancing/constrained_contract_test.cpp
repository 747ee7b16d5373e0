// What balancing under any constraints refuses: each broken contract once, with position, value and expectation.
#include <regio/constrained_balance.hpp>
#include <regio/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "tests/balancing/constrained_data.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

struct ContractCase {
  char const* name;
  std::function<void(OwnedConstrained&, ConstrainedBalanceOptions&)> breaks;
  std::string where, message;
};

void PrintTo(ContractCase const& one, std::ostream* out) { *out << one.name; }

class ConstrainedContract : public testing::TestWithParam<ContractCase> {};

TEST_P(ConstrainedContract, IsRefused) {
  OwnedConstrained owned{
      .rows = 2, .columns = 3, .cells = {1, 2, 3, -4, 0, 6}, .row_totals = {6, 2}, .column_totals = {-3, 2, 9}};
  owned.add_group({{0, 0}, {1, 2}}, 7);
  OwnedConstrained good = owned;
  ConstrainedBalanceOptions options;
  GetParam().breaks(owned, options);
  Engine engine = Engine::cpu(1);
  try {
    (void)balance_constrained(engine, options, {good.problem(), owned.problem()});
    FAIL() << "nothing was refused";
  } catch (ContractError const& error) {
    EXPECT_THAT(std::string(error.what()), testing::HasSubstr(GetParam().where));
    EXPECT_THAT(std::string(error.what()), testing::HasSubstr(GetParam().message));
  }
}

using Options = ConstrainedBalanceOptions;

INSTANTIATE_TEST_SUITE_P(
    Each, ConstrainedContract,
    testing::Values(
        ContractCase{"tolerance", [](OwnedConstrained&, Options& o) { o.tolerance = 0; }, "options.tolerance",
                     "is 0; expected a number above 0 and below 1"},
        ContractCase{"iterations", [](OwnedConstrained&, Options& o) { o.max_iterations = 0; },
                     "options.max_iterations", "is 0; expected at least 1"},
        ContractCase{"empty", [](OwnedConstrained& p, Options&) { p.rows = 0; }, "problems[1].table",
                     "is [0, 3]; expected at least one row and column"},
        ContractCase{"cell", [](OwnedConstrained& p, Options&) { p.cells[5] = no_number; }, "problems[1].table",
                     "row 1, column 2 is NaN; cells must be finite"},
        ContractCase{"rows", [](OwnedConstrained& p, Options&) { p.row_totals.push_back(1); }, "problems[1].row_totals",
                     "has 3 entries; the table has 2 rows"},
        ContractCase{"columns", [](OwnedConstrained& p, Options&) { p.column_totals[1] = -infinity; },
                     "problems[1].column_totals", "entry 1 is -infinity; totals must be finite, or NaN"},
        ContractCase{"group start", [](OwnedConstrained& p, Options&) { p.group_start = {0}; },
                     "problems[1].groups.start", "has 1 entries; expected one more than the 1 totals"},
        ContractCase{"group begin",
                     [](OwnedConstrained& p, Options&) {
                       p.group_start = {1, 2};
                     },
                     "problems[1].groups.start", "begins with 1; expected 0"},
        ContractCase{"group order",
                     [](OwnedConstrained& p, Options&) {
                       p.group_start = {0, 3};
                     },
                     "problems[1].groups.start", "entry 1 is 3; expected 0 to 2"},
        ContractCase{"group end",
                     [](OwnedConstrained& p, Options&) {
                       p.group_start = {0, 1};
                     },
                     "problems[1].groups.start", "ends with 1; expected 2, the number of cells"},
        ContractCase{"group cell", [](OwnedConstrained& p, Options&) { p.group_cell[1].column = 3; },
                     "problems[1].groups.cell", "entry 1 is row 1, column 3; the table has 2 rows and 3 columns"},
        ContractCase{"group twice",
                     [](OwnedConstrained& p, Options&) {
                       p.group_cell[1] = {0, 0};
                     },
                     "problems[1].groups.cell", "entry 1, row 0, column 0, stands twice in group 0"},
        ContractCase{"group total", [](OwnedConstrained& p, Options&) { p.group_total[0] = no_number; },
                     "problems[1].groups.total", "entry 0 is NaN; totals of groups must be finite"},
        ContractCase{"coefficients", [](OwnedConstrained& p, Options&) { p.group_coefficient = {1}; },
                     "problems[1].groups.coefficient", "has 1 entries; expected 2, one for each cell"},
        ContractCase{"coefficient",
                     [](OwnedConstrained& p, Options&) {
                       p.group_coefficient = {1, 0};
                     },
                     "problems[1].groups.coefficient", "entry 1 is 0; coefficients must be finite and other than 0"},
        ContractCase{"bounds cell",
                     [](OwnedConstrained& p, Options&) {
                       p.bounds = {{{2, 0}, 0, 1}};
                     },
                     "problems[1].bounds", "entry 0 is row 2, column 0; the table has 2 rows and 3 columns"},
        ContractCase{"bounds twice",
                     [](OwnedConstrained& p, Options&) {
                       p.bounds = {{{0, 0}, 0, 1}, {{0, 0}, 0, 2}};
                     },
                     "problems[1].bounds", "entry 1, row 0, column 0, stands twice"},
        ContractCase{"bounds order",
                     [](OwnedConstrained& p, Options&) {
                       p.bounds = {{{0, 0}, 2, 1}};
                     },
                     "problems[1].bounds", "has lower 2 and upper 1; expected lower <= upper"},
        ContractCase{"bounds exclude sign",
                     [](OwnedConstrained& p, Options&) {
                       p.bounds = {{{1, 0}, 1, 2}};
                     },
                     "problems[1].bounds",
                     "has lower 1 and upper 2, but the cell is -4: its sign would have to change"},
        ContractCase{"bounds exclude zero",
                     [](OwnedConstrained& p, Options&) {
                       p.bounds = {{{1, 1}, 1, 2}};
                     },
                     "problems[1].bounds", "but the cell is 0: a cell that is 0 stays 0 unless it is frozen"},
        ContractCase{"reliability size",
                     [](OwnedConstrained& p, Options& o) {
                       o.method = ConstrainedMethod::soft;
                       p.group_reliability = {1, 2};
                     },
                     "problems[1].group_reliability", "has 2 entries; the problem has 1 groups"},
        ContractCase{"reliability",
                     [](OwnedConstrained& p, Options& o) {
                       o.method = ConstrainedMethod::soft;
                       p.row_reliability = {1, 0};
                     },
                     "problems[1].row_reliability", "entry 1 is 0; reliabilities must be above 0"},
        ContractCase{"reliability of mr-gras",
                     [](OwnedConstrained& p, Options&) {
                       p.column_reliability = {infinity, infinity, 5};
                     },
                     "problems[1].column_reliability",
                     "entry 2 is 5; mr-gras meets every total, soft and kras take reliabilities"}),
    [](auto const& tested) {
      std::string name = tested.param.name;
      for (char& letter : name) {
        if (letter == ' ' || letter == '-') letter = '_';
      }
      return name;
    });

TEST(ConstrainedContract, VariancesBelongToLeastSquares) {
  OwnedConstrained owned{.rows = 1, .columns = 1, .cells = {1}, .row_totals = {2}};
  std::vector<double> const variance{1};
  ConstrainedBalanceProblem problem = owned.problem();
  problem.variance = {variance.data(), 1, 1};
  Engine engine = Engine::cpu(1);
  try {
    (void)balance_constrained(engine, {}, {problem});
    FAIL() << "nothing was refused";
  } catch (ContractError const& error) {
    EXPECT_THAT(std::string(error.what()),
                testing::HasSubstr("problems[0].variance is given with mr-gras; only least-squares has variances"));
  }
}

TEST(ConstrainedContract, AnEmptyBatchIsAnEmptyReport) {
  Engine engine = Engine::cpu(1);
  EXPECT_EQ(balance_constrained(engine, {}, {}).size(), 0);
}

}  // namespace
}  // namespace regio
