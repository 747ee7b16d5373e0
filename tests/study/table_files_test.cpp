#include "study/table_files.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "study/totals_files.hpp"
#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using format::Findings;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<double> numbers_of(TableFile const& table) { return {table.values().begin(), table.values().end()}; }

class TableFiles : public FileTest {
 protected:
  std::filesystem::path write_array(std::string const& name, std::vector<double> const& values,
                                    std::vector<Index> const& shape) const {
    return write(name, format::npy_bytes(VectorView<double const>(values), shape));
  }

  /// The messages about a table that cannot be read.
  std::string refusal(std::string const& text, std::string const& name = "table.csv") const {
    Findings findings;
    (void)read_table(write(name, text), {}, findings);
    return messages(findings);
  }

  /// The messages about totals of the rows of a table with the rows farms, mills and the columns bread, cloth, tools.
  std::string refusal_of_totals(std::string const& text) const {
    Findings findings;
    auto const table = read_table(write("table.csv", ",bread,cloth,tools\nfarms,1,2,3\nmills,4,5,6\n"), {}, findings);
    (void)read_totals(write("rows.csv", text), Margin::rows, table, findings);
    return messages(findings);
  }
};

TEST_F(TableFiles, MatrixHasTheLabelsOfItsHeaderAndFirstColumn) {
  for (std::string const corner : {"", "sector", "bread"}) {
    Findings findings;
    auto const table = read_table(write("table.csv", corner + ",bread,cloth\nfarms,1,2.5\nmills,0,-4\n"), {}, findings);
    ASSERT_EQ(messages(findings), "") << corner;
    EXPECT_EQ(table.form, TableForm::matrix);
    EXPECT_THAT(table.rows.codes(), ElementsAre("farms", "mills"));
    EXPECT_THAT(table.columns.codes(), ElementsAre("bread", "cloth"));
    EXPECT_THAT(numbers_of(table), ElementsAre(1, 2.5, 0, -4));
    EXPECT_EQ(table.dense()(1, 1), -4);
  }
}

TEST_F(TableFiles, FlowsBecomeASparseTableWhateverTheirOrder) {
  Findings findings;
  auto const table =
      read_table(write("flows.csv", "value,column,row\n5,cloth,mills\n1,bread,farms\n7,bread,mills\n3,cloth,farms\n"),
                 {}, findings);
  ASSERT_EQ(messages(findings), "");
  ASSERT_TRUE(table.is_sparse());
  EXPECT_THAT(table.rows.codes(), ElementsAre("mills", "farms"));
  EXPECT_THAT(table.columns.codes(), ElementsAre("cloth", "bread"));
  SparseTableView const sparse = table.sparse();
  EXPECT_THAT(std::vector<Index>(sparse.row_start.begin(), sparse.row_start.end()), ElementsAre(0, 2, 4));
  EXPECT_THAT(std::vector<Index>(sparse.column.begin(), sparse.column.end()), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(numbers_of(table), ElementsAre(5, 7, 3, 1));
}

TEST_F(TableFiles, EveryCellThatIsNotZeroIsVisitedOnceInBothForms) {
  Findings findings;
  auto const matrix = read_table(write("matrix.csv", ",a,b,c\nx,1,0,2\ny,0,3,0\n"), {}, findings);
  auto const flows = read_table(write("flows.csv", "row,column,value\nx,a,1\nx,b,0\nx,c,2\ny,b,3\n"), {}, findings);
  ASSERT_EQ(messages(findings), "");
  for (TableFile const* table : {&matrix, &flows}) {
    std::vector<std::string> cells;
    table->for_each_cell([&](Index row, Index column, Index at) {
      cells.push_back(table->rows.codes()[static_cast<std::size_t>(row)] +
                      table->columns.codes()[static_cast<std::size_t>(column)] +
                      std::to_string(static_cast<int>(table->values()[at])));
    });
    EXPECT_THAT(cells, ElementsAre("xa1", "xc2", "yb3"));
  }
}

TEST_F(TableFiles, ArraysAreNumberedOrTakeTheirLabelsFromAFile) {
  Findings findings;
  auto const path = write_array("table.npy", {1, 2, 3, 4, 5, 6}, {2, 3});
  auto const numbered = read_table(path, {}, findings);
  auto const labelled = read_table(
      path, write("labels.csv", "margin,label\nrow,farms\ncolumn,bread\nrow,mills\ncolumn,cloth\ncolumn,tools\n"),
      findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_EQ(labelled.form, TableForm::array);
  EXPECT_THAT(numbered.rows.codes(), ElementsAre("1", "2"));
  EXPECT_THAT(numbered.columns.codes(), ElementsAre("1", "2", "3"));
  EXPECT_THAT(labelled.rows.codes(), ElementsAre("farms", "mills"));
  EXPECT_THAT(labelled.columns.codes(), ElementsAre("bread", "cloth", "tools"));
  EXPECT_THAT(numbers_of(labelled), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(TableFiles, ArraysOfAnotherShapeOrWithOtherLabelsAreRefused) {
  double const infinity = std::numeric_limits<double>::infinity();
  expect_findings(
      [&](Findings& findings) {
        (void)read_table(write_array("flat.npy", {1, 2}, {2}), {}, findings);
        (void)read_table(write_array("empty.npy", {}, {0, 3}), {}, findings);
        (void)read_table(write_array("wild.npy", {1, infinity, std::nan(""), 2}, {2, 2}), {}, findings);
        auto const square = write_array("square.npy", {1, 2, 3, 4}, {2, 2});
        (void)read_table(square, write("short.csv", "margin,label\nrow,a\nrow,b\ncolumn,c\n"), findings);
        (void)read_table(square, write("odd.csv", "margin,label\nrow,a\nrow,a\nline,c\ncolumn,\n"), findings);
        (void)read_table(write("own.csv", ",a\nx,1\n"), write("more.csv", "margin,label\nrow,x\n"), findings);
      },
      {"flat.npy: found '2', expected an array of two dimensions", "empty.npy: found '0 x 3', expected",
       "wild.npy: row '1', column '2': found 'inf', expected a finite number",
       "wild.npy: row '2', column '1': found 'NaN', expected a finite number",
       "short.csv: label: the file has 2 x 1 rows and columns; expected 2 x 2 as in square.npy",
       "odd.csv:3:2: label: found 'a', expected only one line for a row; line 2 has it already",
       "odd.csv:4:1: margin: found 'line', expected row or column",
       "odd.csv:5:2: label: the cell is empty; expected the label of a column",
       "more.csv: labels belong to a .npy table; own.csv has its own"});
}

TEST_F(TableFiles, EveryWrongCellOfAMatrixIsNamed) {
  std::string const text = refusal(",bread,cloth\nfarms,one,2\nmills,,NaN\nmills,inf,3\n,1,1\n");
  EXPECT_THAT(text, AllOf(HasSubstr("table.csv:2:2: bread: found 'one', expected a number"),
                          HasSubstr("table.csv:3:3: cloth: found 'NaN', expected a number; a cell without a flow is 0"),
                          HasSubstr("table.csv:4:1"), HasSubstr("only one line for a row; line 3 has it already"),
                          HasSubstr("table.csv:4:2: bread: found 'inf'"), HasSubstr("table.csv:5:1")));
  EXPECT_THAT(refusal(",bread,bread\nfarms,1,2\n"), HasSubstr("table.csv:1:3: found 'bread', expected another name"));
  EXPECT_THAT(refusal(",bread,\nfarms,1,2\n"), HasSubstr("the column has no name"));
  EXPECT_THAT(refusal(",bread,cloth\nfarms,1\n"), HasSubstr("table.csv:2"));
  EXPECT_THAT(refusal("sector\nfarms\n"), HasSubstr("no column beside the labels"));
  EXPECT_THAT(refusal(",bread\n"), HasSubstr("a header but no lines"));
}

TEST_F(TableFiles, FlowsThatStandTwiceOrBelongToSeveralTablesAreRefused) {
  std::string const text =
      refusal("region,row,column,value,unit\nN,a,b,1,t\nN,a,b,2,t\nN,,c,3,t\nN,d,c,,t\n", "flows.csv");
  EXPECT_THAT(text, AllOf(HasSubstr("flows.csv: region: tables of regions are balanced together with a national table"),
                          HasSubstr("flows.csv: unit: unknown column"),
                          HasSubstr("flows.csv:3:3: column: found 'b', expected only one line for a row and column; "
                                    "line 2 has it already"),
                          HasSubstr("flows.csv:4:2: row: the cell is empty; expected the label of a row"),
                          HasSubstr("flows.csv:5:4: value: the cell is empty; expected a number")));
}

TEST_F(TableFiles, NegativeCellsAreNamedWithTheirPlaces) {
  Findings findings;
  auto const matrix = read_table(write("matrix.csv", "# a comment\n,a,b\nx,1,-2\ny,-0.5,0\n"), {}, findings);
  auto const flows = read_table(write("flows.csv", "value,row,column\n1,x,a\n-3,y,b\n"), {}, findings);
  auto const array = read_table(write_array("array.npy", {1, -4}, {1, 2}), {}, findings);
  ASSERT_EQ(messages(findings), "");
  for (TableFile const* table : {&matrix, &flows, &array}) refuse_negative_cells(*table, findings);
  EXPECT_EQ(findings.size(), 4U);
  EXPECT_THAT(messages(findings),
              AllOf(HasSubstr("matrix.csv:3:3: row 'x', column 'b': found '-2', expected a number from 0 on: RAS takes "
                              "no negative cell, the method gras does"),
                    HasSubstr("matrix.csv:4:2: row 'y', column 'a': found '-0.5'"),
                    HasSubstr("flows.csv:3:1: row 'y', column 'b': found '-3'"),
                    HasSubstr("array.npy: row '1', column '2': found '-4'")));
}

TEST_F(TableFiles, TotalsAreMatchedByLabel) {
  Findings findings;
  auto const table = read_table(write("table.csv", ",a,b\nx,1,2\ny,3,4\n"), {}, findings);
  auto const rows = read_totals(write("rows.csv", "label,value\ny,7.5\nx,3\n"), Margin::rows, table, findings);
  auto const columns = read_totals(write("columns.csv", "value;label\n4,5;a\n6;b\n"), Margin::columns, table, findings);
  ASSERT_EQ(messages(findings), "");
  EXPECT_THAT(rows, ElementsAre(3, 7.5));
  EXPECT_THAT(columns, ElementsAre(4.5, 6));
}

TEST_F(TableFiles, LabelsThatDifferAreListedOnBothSides) {
  std::string const text = refusal_of_totals("label,value\nfarms,6\nmils,15\nmines,2\n");
  EXPECT_THAT(text, AllOf(HasSubstr("rows.csv:3:1: label: found 'mils', expected a row of"),
                          HasSubstr("did you mean 'mills'?"), HasSubstr("rows.csv:4:1: label: found 'mines'"),
                          HasSubstr("rows.csv: label: there is no total for the row 'mills' of table.csv")));
}

TEST_F(TableFiles, TotalsThatStandTwiceAreMissingOrAreNoNumbersAreRefusedAtOnce) {
  EXPECT_THAT(refusal_of_totals("label,value\nfarms,6\nfarms,7\nmills,\n"),
              AllOf(HasSubstr("rows.csv:3:1: label: found 'farms', expected only one line for a row"),
                    HasSubstr("rows.csv:4:2: value: the cell is empty; expected a number, the total")));
  EXPECT_THAT(refusal_of_totals("label,value\nfarms,six\nmills,NaN\n"),
              HasSubstr("rows.csv:2:2: value: found 'six', expected a number"));
}

TEST_F(TableFiles, ColumnsOfOtherLayoutsAreSaidToBelongElsewhere) {
  EXPECT_THAT(refusal_of_totals("label,value,region\nfarms,6,1\nmills,15,1\n"),
              AllOf(HasSubstr("rows.csv: region: totals of regions go with a national table"),
                    Not(HasSubstr("unknown column"))));
  EXPECT_THAT(refusal_of_totals("label,value,reliability\nfarms,6,1\nmills,15,1\n"),
              AllOf(HasSubstr("rows.csv: reliability: totals that may be missed go with the methods soft"),
                    Not(HasSubstr("unknown column"))));
  EXPECT_THAT(refusal_of_totals("label,values\nfarms,6\nmills,15\n"), HasSubstr("did you mean 'value'?"));
}

TEST_F(TableFiles, ExchangedFilesOfTotalsAreRecognised) {
  EXPECT_THAT(refusal_of_totals("label,value\nbread,5\ncloth,7\ntools,9\n"), HasSubstr("exchanged?"));
}

}  // namespace
}  // namespace regio::study
