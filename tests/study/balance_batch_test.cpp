#include "study/balance_batch_report.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char table[] = ",x,y\na,1,2\nb,3,4\n";
constexpr char rows_of_years[] = "problem,label,value\n2010,a,4\n2010,b,8\n2011,b,10\n2011,a,5\n";
constexpr char columns_of_years[] = "problem,label,value\n2011,x,6\n2011,y,9\n2010,x,5\n2010,y,7\n";

class BalanceBatches : public FileTest {
 protected:
  BalanceBatch read_text(std::string const& text, std::string const& rows, std::string const& columns,
                         Findings& findings) const {
    BalanceInput input{{{write("table.csv", text)}}, write("rows.csv", rows), write("columns.csv", columns)};
    return read_batch(input, {}, findings);
  }
  BalanceBatch balanced(std::string const& text, std::string const& rows, std::string const& columns) const {
    Findings findings;
    BalanceBatch batch = read_text(text, rows, columns, findings);
    EXPECT_EQ(messages(findings), "");
    Engine engine = Engine::cpu(1);
    balance(engine, batch.problems, {});
    return batch;
  }
  std::string refusal(std::string const& text, std::string const& rows, std::string const& columns) const {
    Findings findings;
    (void)read_text(text, rows, columns, findings);
    return messages(findings);
  }
  static std::vector<std::string> labels(BalanceBatch const& batch) {
    std::vector<std::string> result;
    for (BalancedTable const& problem : batch.problems) result.push_back(problem.problem);
    return result;
  }
};

TEST_F(BalanceBatches, OneTableServesAllProblemsThatTheTotalsName) {
  Findings findings;
  BalanceBatch const batch = read_text(table, rows_of_years, columns_of_years, findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_THAT(labels(batch), ElementsAre("2010", "2011"));
  EXPECT_EQ(batch.problems[0].table, batch.problems[1].table);
  EXPECT_THAT(batch.problems[1].row_totals, ElementsAre(5, 10));
  EXPECT_THAT(batch.problems[0].column_totals, ElementsAre(5, 7));
}

TEST_F(BalanceBatches, TotalsWithoutProblemsServeAll) {
  Findings findings;
  BalanceBatch const batch = read_text(table, "label,value\na,5\nb,7\n", columns_of_years, findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_THAT(labels(batch), ElementsAre("2011", "2010"));
  EXPECT_THAT(batch.problems[0].row_totals, ElementsAre(5, 7));
  EXPECT_EQ(batch.problems[0].row_totals, batch.problems[1].row_totals);
}

TEST_F(BalanceBatches, FlowsHaveATableForEachProblemWithItsOwnLabels) {
  Findings findings;
  BalanceBatch const batch = read_text("problem,row,column,value\nnorth,a,x,1\nsouth,c,x,2\nnorth,b,x,3\nsouth,c,z,5\n",
                                       "problem,label,value\nnorth,a,1\nnorth,b,2\nsouth,c,3\n",
                                       "problem,label,value\nnorth,x,3\nsouth,x,1\nsouth,z,2\n", findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_THAT(labels(batch), ElementsAre("north", "south"));
  EXPECT_THAT(batch.problems[0].table->rows.codes(), ElementsAre("a", "b"));
  EXPECT_THAT(batch.problems[1].table->columns.codes(), ElementsAre("x", "z"));
  EXPECT_THAT(batch.problems[1].column_totals, ElementsAre(1, 2));
}

TEST_F(BalanceBatches, AnArrayOfThreeDimensionsIsReadWithoutACopy) {
  std::vector<double> const cells = {1, 2, 3, 4, 5, 6, 7, 8};
  auto const path = write("tables.npy", format::npy_bytes(VectorView<double const>(cells), {2, 2, 2}));
  Findings findings;
  auto const numbered = read_tables({{path}}, findings);
  auto const labelled =
      read_tables({{path},
                   false,
                   write("labels.csv", "margin,label\nproblem,old\nproblem,new\nrow,a\nrow,b\ncolumn,x\ncolumn,y\n")},
                  findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_EQ(numbered.size(), 2U);
  EXPECT_EQ(numbered[1]->problem, "2");
  EXPECT_EQ(labelled[1]->problem, "new");
  EXPECT_THAT(labelled[1]->rows.codes(), ElementsAre("a", "b"));
  EXPECT_EQ(numbered[1]->dense()(1, 0), 7);
  EXPECT_EQ(numbered[1]->values().data_handle(), numbered[0]->values().data_handle() + 4);
}

TEST_F(BalanceBatches, LabelsOfAnArrayOfThreeDimensionsMustFitItsShape) {
  std::vector<double> const cells = {1, 2, 3, 4, 5, 6, std::nan(""), 8};
  auto const path = write("tables.npy", format::npy_bytes(VectorView<double const>(cells), {2, 2, 2}));
  Findings findings;
  (void)read_tables(
      {{path}, false, write("labels.csv", "margin,label\nproblem,old\nrow,a\nrow,b\ncolumn,x\ncolumn,y\n")}, findings);
  (void)read_tables({{path}}, findings);
  EXPECT_THAT(messages(findings),
              AllOf(HasSubstr("the file has 1 x 2 x 2 problems, rows and columns; expected 2 x 2 x 2"),
                    HasSubstr("tables.npy: problem '2', row '2', column '1': found 'NaN', expected a finite number")));
}

TEST_F(BalanceBatches, AProblemThatOneMarginLacksIsNamedWithItsPlace) {
  EXPECT_THAT(refusal(table, rows_of_years, "problem,label,value\n2010,x,5\n2010,y,7\n2012,x,6\n2012,y,9\n"),
              AllOf(HasSubstr("columns.csv:4:1: problem: found '2012', expected a problem of "),
                    HasSubstr("columns.csv: problem: there are no totals for the problem '2011' of ")));
}

TEST_F(BalanceBatches, EveryErrorNamesItsProblem) {
  std::string const text = refusal(table, "problem,label,value\n2010,a,4\n2010,b,8\n2011,a,5\n2011,a,5\n,b,1\n",
                                   "problem,label,value\n2010,x,5\n2010,z,7\n2011,x,6\n2011,y,nine\n");
  EXPECT_THAT(text, HasSubstr("rows.csv:5:2: label: found 'a', expected only one line for a row of the problem '2011'; "
                              "line 4 has it already"));
  EXPECT_THAT(text, HasSubstr("rows.csv: label: there is no total for the row 'b' of "));
  EXPECT_THAT(text, HasSubstr(" in the problem '2011'"));
  EXPECT_THAT(text, HasSubstr("rows.csv:6:1: problem: the cell is empty; expected the label of a problem"));
  EXPECT_THAT(text, HasSubstr("columns.csv:3:2: label: found 'z', expected a column of "));
  EXPECT_THAT(text, HasSubstr("columns.csv:5:3: value: found 'nine', expected a number"));
}

TEST_F(BalanceBatches, AProblemWithoutSolutionLeavesTheOthersAsTheyAre) {
  std::string const rows = "problem,label,value\ngood,a,4\ngood,b,8\nbad,a,4\nbad,b,9\nlate,a,5\nlate,b,7\n";
  std::string const columns = "problem,label,value\ngood,x,5\ngood,y,7\nbad,x,5\nbad,y,7\nlate,x,6\nlate,y,6\n";
  BalanceBatch const batch = balanced(table, rows, columns);
  EXPECT_THAT(batch.outcomes(), ElementsAre(std::pair("converged", 2), std::pair("infeasible", 1)));
  EXPECT_THAT(batch.unsolved(), ElementsAre(1));
  BalanceBatch const alone = balanced(table, "label,value\na,5\nb,7\n", "label,value\nx,6\ny,6\n");
  for (Index at = 0; at < 4; ++at) {
    EXPECT_EQ(batch.problems[2].balanced()[at], alone.problems[0].balanced()[at]);
    EXPECT_TRUE(std::isnan(batch.problems[1].balanced()[at]));
  }
  EXPECT_EQ(batch_headline(batch), "2 of 3 tables meet their totals; 1 has no solution ('bad')");
  EXPECT_THAT(batch_explanation(batch),
              AllOf(HasSubstr("Problem 'bad': No table has these totals"), HasSubstr("Repair:")));
}

TEST_F(BalanceBatches, TheWorstComesFirst) {
  std::string const rows = "problem,label,value\nleast,a,4\nleast,b,9\nfine,a,4\nfine,b,8\nmost,a,4\nmost,b,12\n";
  BalanceBatch const batch = balanced(table, rows, "label,value\nx,5\ny,7\n");
  EXPECT_THAT(batch.unsolved(), ElementsAre(2, 0));
}

TEST_F(BalanceBatches, FilesSayOfEachNumberWhichProblemItBelongsTo) {
  BalanceBatch const batch = balanced(table, rows_of_years, columns_of_years);
  std::vector<ResultTable> const files = batch_files(batch);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].name, "balanced.csv");
  EXPECT_THAT(files[0].text, HasSubstr("problem,row,column,value\n2010,a,x,"));
  EXPECT_THAT(files[0].text, HasSubstr("\n2011,b,y,"));
  EXPECT_THAT(files[1].text, HasSubstr("problem,margin,label,value\n2010,row,a,"));
  EXPECT_THAT(files[2].text, HasSubstr("problem,outcome,reason,iterations,row_residual,column_residual,gap\n"
                                       "2010,converged,none,"));
  // What was written is read again as the tables of these problems, and needs no further sweep.
  Findings findings;
  auto const again = read_tables({{write("balanced.csv", files[0].text)}}, findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_EQ(again.size(), 2U);
  for (Index at = 0; at < 4; ++at) EXPECT_EQ(again[1]->values()[at], batch.problems[1].balanced()[at]);
}

TEST_F(BalanceBatches, TheReportShowsTheChosenProblemInFull) {
  BalanceBatch const batch = balanced(table, rows_of_years, columns_of_years);
  BalancedTable shown = batch.problems[1];
  Engine engine = Engine::cpu(1);
  balance(engine, {&shown, 1}, {});
  format::Report const report = batch_report(batch, shown, {.device = "CPU"});
  EXPECT_THAT(report.summary, HasSubstr("All 2 tables meet their totals, after "));
  ASSERT_EQ(report.sections.size(), 5U);
  EXPECT_EQ(report.sections[0].name, "problems");
  EXPECT_EQ(report.sections[1].title, "How far the cells moved (problem '2011')");
  EXPECT_THAT(report.notices, IsEmpty());
  auto const& outcomes = std::get<format::ReportTable>(report.sections[0].items.back());
  EXPECT_EQ(outcomes.rows.size(), 2U);
}

}  // namespace
}  // namespace regio::study
