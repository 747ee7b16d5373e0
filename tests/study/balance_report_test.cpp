#include "study/balance_report.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "study/totals_files.hpp"
#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BalanceReports : public FileTest {
 protected:
  BalancedTable balanced(std::string const& table, std::string const& rows, std::string const& columns,
                         BalanceOptions const& options = {}) const {
    format::Findings findings;
    BalancedTable result;
    result.options = options;
    result.table = std::make_shared<TableFile>(read_table(write("table.csv", table), {}, findings));
    result.row_totals = read_totals(write("rows.csv", "label,value\n" + rows), Margin::rows, *result.table, findings);
    result.column_totals =
        read_totals(write("columns.csv", "label,value\n" + columns), Margin::columns, *result.table, findings);
    EXPECT_EQ(messages(findings), "");
    Engine engine = Engine::cpu(1);
    balance(engine, {&result, 1}, {});
    return result;
  }

  static std::vector<std::string> sections(BalancedTable const& result) {
    std::vector<std::string> names;
    for (auto const& section : balance_report(result, {}).sections) names.push_back(section.name);
    return names;
  }
};

TEST_F(BalanceReports, MovementCountsEveryCellInItsStep) {
  BalancedTable result = balanced(",x,y\na,1,2\nb,4,0\n", "a,3\nb,4\n", "x,5\ny,2\n");
  std::copy_n(std::vector<double>{1.5, 2, 0, 0}.begin(), 4, result.cells.get());
  CellMovement const movement = cell_movement(result);
  EXPECT_EQ(movement.cells, 3);
  EXPECT_EQ(movement.became_zero, 1);
  EXPECT_EQ(movement.value, 7);
  EXPECT_EQ(movement.steps.front().cells, 1);  // not moved at all
  EXPECT_EQ(movement.steps[6].most, 1);
  EXPECT_EQ(movement.steps[6].cells, 1);  // from half on, below twice
  EXPECT_EQ(movement.steps.back().value, 4);
  ASSERT_EQ(movement.largest.size(), 3U);
  EXPECT_EQ(movement.largest[0].start, 4);
  EXPECT_EQ(movement.largest[1].ratio(), 1.5);
}

TEST_F(BalanceReports, SectionsFollowTheOutcome) {
  EXPECT_THAT(sections(balanced(",x,y\na,1,2\nb,3,4\n", "a,4\nb,8\n", "x,5\ny,7\n")),
              ElementsAre("movement", "trust", "multipliers", "repeat"));
  EXPECT_THAT(sections(balanced(",x,y\na,1,2\nb,3,4\n", "a,4\nb,8\n", "x,5\ny,9\n")),
              ElementsAre("conflict", "trust", "repeat"));
  EXPECT_THAT(sections(balanced(",x,y\na,1,1\nb,0,1\n", "a,1\nb,1\n", "x,1\ny,1\n")),
              ElementsAre("zeros", "movement", "trust", "multipliers", "repeat"));
}

TEST_F(BalanceReports, ASolvedTableNeedsNoExplanation) {
  BalancedTable const result = balanced(",x,y\na,1,2\nb,3,4\n", "a,4\nb,8\n", "x,5\ny,7\n");
  EXPECT_THAT(explanation(result), IsEmpty());
  EXPECT_THAT(headline(result, cell_movement(result)), HasSubstr("Every row and column meets its total after"));
}

TEST_F(BalanceReports, TheLimitOfSweepsNamesTheOptionsThatHelp) {
  BalancedTable const result =
      balanced(",x,y\na,1,2\nb,3,-4\n", "a,4\nb,-1\n", "x,5\ny,-2\n", {.tolerance = 1e-13, .max_iterations = 2});
  ASSERT_EQ(result.outcome(), Outcome::iteration_limit);
  EXPECT_THAT(headline(result, cell_movement(result)), HasSubstr("Not balanced after 2 sweeps"));
  EXPECT_THAT(explanation(result), ElementsAre(HasSubstr("raise max_iterations")));
}

TEST_F(BalanceReports, ADeficitOfColumnsIsToldTheOtherWayRound) {
  // Columns x and y need 8 of row a alone, which has 6.
  BalancedTable result =
      balanced(",x,y,z,w\na,1,1,1,0\nb,0,0,1,1\nc,0,0,1,1\n", "a,6\nb,6\nc,6\n", "x,4\ny,4\nz,5\nw,5\n");
  ASSERT_EQ(result.reason(), BalanceReason::conflicting_margins);
  ASSERT_EQ(result.report->all_evidence.size(), 1U);
  result.report->all_evidence.front().rows = {0};
  result.report->all_evidence.front().columns = {0, 1};
  result.report->all_evidence.front().columns_need_more = true;
  EXPECT_EQ(
      headline(result, {}),
      "No table has these totals: columns 'x', 'y' must add up to 8, but row 'a' alone, where their cells lie, to "
      "6: 2 too much");
}

}  // namespace
}  // namespace regio::study
