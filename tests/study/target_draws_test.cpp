#include "study/target_draws.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stop_token>

#include <gmock/gmock.h>

#include "study/target_draws_report.hpp"
#include "study/totals_files.hpp"
#include "tests/study/written_file.hpp"

namespace regio::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TargetDrawing : public FileTest {
 protected:
  /// A balanced problem whose totals have standard errors of this share.
  BalancedTable problem(std::string const& table, std::string const& rows, std::string const& columns,
                        double row_spread, double column_spread) const {
    format::Findings findings;
    BalancedTable result;
    result.options.tolerance = 1e-12;
    result.table = std::make_shared<TableFile>(read_table(write("table.csv", table), {}, findings));
    result.row_totals = read_totals(write("rows.csv", "label,value\n" + rows), Margin::rows, *result.table, findings);
    result.column_totals =
        read_totals(write("columns.csv", "label,value\n" + columns), Margin::columns, *result.table, findings);
    EXPECT_EQ(messages(findings), "");
    for (double const total : result.row_totals) result.row_errors.push_back(row_spread * std::abs(total));
    for (double const total : result.column_totals) result.column_errors.push_back(column_spread * std::abs(total));
    Engine engine = Engine::cpu(1);
    balance(engine, {&result, 1}, {});
    return result;
  }
  /// Junius and Oosterhaven (2003).
  BalancedTable signed_problem(double row_spread, double column_spread) const {
    return problem(",goods,services,exports,taxes\nfarms,7,3,5,-3\nmills,2,9,8,0\nimports,-2,0,2,0\n",
                   "farms,15\nmills,26\nimports,-1\n", "goods,9\nservices,16\nexports,17\ntaxes,-2\n", row_spread,
                   column_spread);
  }
  static double sum(std::vector<double> const& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }
};

void expect_near(double found, double expected, double relative) {
  EXPECT_LE(std::abs(found - expected), relative * std::abs(expected)) << found << " against " << expected;
}

TEST_F(TargetDrawing, StatisticsAreThoseOfOneBalancingAfterAnother) {
  BalancedTable const start = signed_problem(0.02, 0.03);
  TargetDrawOptions const options{.draws = 101, .seed = 5, .coverage = 0.9};
  Engine engine = Engine::cpu(2);
  TargetDraws const draws = draw_targets(engine, start, options, {});
  ASSERT_EQ(draws.solved(), 101);

  std::vector<std::vector<double>> of_cell(12);
  for (Index d = 0; d < options.draws; ++d) {
    DrawnTotals const totals = drawn_totals(start, options, d);
    std::vector<double> balanced(12);
    BalanceProblem one;
    one.table = start.table->dense();
    one.row_totals = totals.rows;
    one.column_totals = totals.columns;
    one.balanced = {balanced.data(), 3, 4};
    BalanceReport const report = balance_tables(engine, {.tolerance = 1e-12}, {one});
    ASSERT_EQ(report.outcome.front(), Outcome::converged) << d;
    for (std::size_t at = 0; at < 12; ++at) of_cell[at].push_back(balanced[at]);
  }
  for (std::size_t at = 0; at < 12; ++at) {
    if (start.table->values()[static_cast<Index>(at)] == 0) continue;
    std::vector<double>& values = of_cell[at];
    double const mean = sum(values) / 101;
    double squares = 0;
    for (double const value : values) squares += (value - mean) * (value - mean);
    std::sort(values.begin(), values.end());
    expect_near(draws.cells[at].mean, mean, 1e-9);
    expect_near(draws.cells[at].standard_deviation, std::sqrt(squares / 100), 1e-7);
    expect_near(draws.cells[at].low, values[5], 1e-9);  // 101 draws: the quantile 0.05 is one of them
    expect_near(draws.cells[at].high, values[95], 1e-9);
  }
}

TEST_F(TargetDrawing, CertainTotalsGiveThePlainResult) {
  BalancedTable const start = signed_problem(0, 0);
  Engine engine = Engine::cpu(1);
  TargetDraws const draws = draw_targets(engine, start, {.draws = 20}, {});
  EXPECT_EQ(draws.solved(), 20);
  for (Index at = 0; at < 12; ++at) {
    if (start.table->values()[at] == 0) continue;
    DrawnNumber const& cell = draws.cells[static_cast<std::size_t>(at)];
    expect_near(cell.mean, start.balanced()[at], 1e-10);
    EXPECT_EQ(cell.low, cell.high);
    EXPECT_LE(cell.standard_deviation, 1e-14 * std::abs(cell.mean));
  }
  EXPECT_EQ(drawn_totals(start, {.draws = 1}, 0).columns, start.column_totals);
}

TEST_F(TargetDrawing, DrawsHaveTheMeanTheSpreadAndTheSignOfTheirTotals) {
  BalancedTable const start = problem(",x,y\na,1,2\nb,-3,0\nc,0,0\n", "a,4\nb,-8\nc,0\n", "x,-7\ny,3\n", 0.3, 0);
  constexpr Index count = 20'000;
  double sum = 0, squares = 0, largest_of_b = -1e300;
  for (Index d = 0; d < count; ++d) {
    // Without its margin's share of the difference: certain columns let the rows take it.
    BalancedTable only_a = start;
    only_a.row_errors = {1.2, 0, 0};
    only_a.column_errors = {1e-9, 0};  // the column takes the difference
    DrawnTotals const totals = drawn_totals(only_a, {.draws = count, .seed = 11}, d);
    sum += totals.rows[0];
    squares += (totals.rows[0] - 4) * (totals.rows[0] - 4);
    EXPECT_EQ(totals.rows[1], -8);
    EXPECT_EQ(totals.rows[2], 0);
    largest_of_b = std::max(largest_of_b, drawn_totals(start, {.draws = count, .seed = 11}, d).rows[1]);
  }
  // Five standard errors of the mean; the variance of a log-normal number of this spread has a kurtosis of about 4.6.
  EXPECT_NEAR(sum / count, 4, 5 * 1.2 / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(squares / count), 1.2, 5 * 1.2 * std::sqrt(3.6 / 4 / count));
  EXPECT_LT(largest_of_b, 0);
}

TEST_F(TargetDrawing, BothMarginsOfADrawAddUpToTheSame) {
  for (auto const& [rows, columns] : {std::pair(0.1, 0.1), std::pair(0.1, 0.0), std::pair(0.0, 0.1)}) {
    BalancedTable const start = signed_problem(rows, columns);
    for (Index d = 0; d < 50; ++d) {
      DrawnTotals const totals = drawn_totals(start, {.draws = 50, .seed = 2}, d);
      EXPECT_NEAR(sum(totals.rows), sum(totals.columns), 1e-12);
      EXPECT_EQ(totals.columns == start.column_totals, columns == 0);
      EXPECT_EQ(totals.rows == start.row_totals, rows == 0);
    }
  }
}

TEST_F(TargetDrawing, CertainTotalsAmongUncertainOnesStayAsTheyAre) {
  BalancedTable start = signed_problem(0.05, 0.05);
  start.column_errors = {0.5, 0, 0.5, 0};
  for (Index d = 0; d < 20; ++d) {
    DrawnTotals const totals = drawn_totals(start, {.draws = 20}, d);
    EXPECT_EQ(totals.columns[1], 16);
    EXPECT_EQ(totals.columns[3], -2);
    EXPECT_NE(totals.columns[0], 9);
  }
}

TEST_F(TargetDrawing, ADrawDependsOnItsNumberAloneAndNoResultOnTheThreads) {
  BalancedTable const start = signed_problem(0.05, 0.05);
  TargetDrawOptions const options{.draws = 300, .seed = 3};
  std::vector<std::vector<double>> results;
  for (int const threads : {1, 2, 7}) {
    Engine engine = Engine::cpu(threads);
    auto& numbers = results.emplace_back();
    TargetDraws const draws = draw_targets(engine, start, options, {});
    for (auto const* list : {&draws.cells, &draws.rows, &draws.columns}) {
      for (DrawnNumber const& number : *list) {
        numbers.insert(numbers.end(), {number.mean, number.standard_deviation, number.low, number.high});
      }
    }
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
  EXPECT_EQ(drawn_totals(start, {.draws = 10, .seed = 3}, 7).rows, drawn_totals(start, options, 7).rows);
  EXPECT_NE(drawn_totals(start, {.draws = 10, .seed = 4}, 7).rows, drawn_totals(start, options, 7).rows);
  EXPECT_NE(drawn_totals(start, {.draws = 10, .seed = 3, .problem = 1}, 7).rows, drawn_totals(start, options, 7).rows);
}

TEST_F(TargetDrawing, DrawsWithoutASolutionAreCountedAndLeftOut) {
  // Rows a and b sell x alone, which has hardly room for both.
  BalancedTable const start = problem(",x,y\na,3,0\nb,5,0\nc,1,4\n", "a,4\nb,4\nc,5\n", "x,8.2\ny,4.8\n", 0.05, 0.05);
  Engine engine = Engine::cpu(2);
  TargetDraws const draws = draw_targets(engine, start, {.draws = 200}, {});
  Index const infeasible = draws.outcomes.at("infeasible");
  EXPECT_GT(infeasible, 20);
  EXPECT_GT(draws.solved(), 20);
  EXPECT_EQ(draws.solved() + infeasible, 200);
  for (std::size_t const at : {0U, 2U, 4U, 5U}) EXPECT_GT(draws.cells[at].low, 0);

  TargetDrawsFiles files(false);
  files.add(start, draws);
  EXPECT_THAT(files.warnings(), ElementsAre(HasSubstr(std::to_string(infeasible) + " of 200 draws")));
  EXPECT_EQ(files.facts()["outcomes"]["infeasible"], infeasible);
}

TEST_F(TargetDrawing, CellsThatBecomeZeroAreZeroInEveryDraw) {
  BalancedTable const start = problem(",x,y\na,1,1\nb,0,1\n", "a,1\nb,1\n", "x,1\ny,1\n", 0, 0);
  ASSERT_EQ(start.outcome(), Outcome::boundary);
  Engine engine = Engine::cpu(1);
  TargetDraws const draws = draw_targets(engine, start, {.draws = 5}, {});
  EXPECT_EQ(draws.outcomes.at("boundary"), 5);
  EXPECT_EQ(draws.cells[1].mean, 0);
  EXPECT_NEAR(draws.cells[0].mean, 1, 1e-9);
}

TEST_F(TargetDrawing, WithoutAnySolutionThereAreNoStatistics) {
  BalancedTable const start = problem(",x,y\na,1,0\nb,0,1\n", "a,1\nb,3\n", "x,2\ny,2\n", 0, 0);
  Engine engine = Engine::cpu(1);
  TargetDraws const draws = draw_targets(engine, start, {.draws = 5}, {});
  EXPECT_EQ(draws.solved(), 0);
  EXPECT_TRUE(std::isnan(draws.cells[0].mean));
  EXPECT_EQ(draws_section(start, draws, 0.95, "").items.size(), 1U);
}

TEST_F(TargetDrawing, AnInterruptionEndsIt) {
  BalancedTable const start = signed_problem(0.05, 0.05);
  std::stop_source source;
  source.request_stop();
  Engine engine = Engine::cpu(1);
  EXPECT_THROW((void)draw_targets(engine, start, {.draws = 10}, {.stop = source.get_token()}), Interrupted);
}

}  // namespace
}  // namespace regio::study
