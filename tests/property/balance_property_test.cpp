// Thousands of small tables of every kind, with totals that can be met, only just, or not: outcome, evidence and zeros
// are those that looking at every set of rows and columns gives.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/balancing/feasibility_case.hpp"
#include "tests/oracle/feasibility.hpp"

namespace regio {
namespace {

struct Table {
  FeasibilityCase signs;
  std::vector<double> cells, row_totals, column_totals, balanced;
};

Table table_of(FeasibilityCase const& signs, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0.5, 2);
  Table table{signs, {}, scaled(signs.u, 1), scaled(signs.v, 1), {}};
  for (std::vector<int> const& row : signs.table) {
    for (int const sign : row) table.cells.push_back(sign * uniform(random));
  }
  table.balanced.resize(table.cells.size());
  return table;
}

class EveryKind : public testing::Test {
 protected:
  EveryKind() {
    std::mt19937_64 random(20221122);
    for (int i = 0; i < 3000; ++i) tables.push_back(table_of(random_case(random), random));
    std::vector<BalanceProblem> problems;
    for (Table& table : tables) {
      auto const rows = static_cast<Index>(table.row_totals.size()),
                 columns = static_cast<Index>(table.column_totals.size());
      problems.push_back({.table = {table.cells.data(), rows, columns},
                          .row_totals = table.row_totals,
                          .column_totals = table.column_totals,
                          .balanced = {table.balanced.data(), rows, columns}});
    }
    Engine engine = Engine::cpu(2);
    report = balance_tables(engine, {}, problems);
  }

  std::vector<Table> tables;
  BalanceReport report;
};

TEST_F(EveryKind, InfeasibleIsSaidWhereNoTableExistsAndNowhereElse) {
  int infeasible = 0;
  for (std::size_t b = 0; b < tables.size(); ++b) {
    FeasibilityCase const& signs = tables[b].signs;
    bool const feasible = oracle::feasible(signs.table, signs.u, signs.v);
    ASSERT_EQ(report.outcome[b] == Outcome::infeasible, !feasible)
        << name(report.outcome[b]) << ", " << name(report.reason[b]) << '\n'
        << signs.text();
    if (feasible) continue;
    ++infeasible;
    BalanceEvidence const* const evidence = report.evidence(static_cast<Index>(b));
    ASSERT_NE(evidence, nullptr);
    auto const deficit = oracle::verify_evidence(signs.table, signs.u, signs.v, evidence->rows, evidence->columns,
                                                 evidence->columns_need_more);
    EXPECT_EQ(evidence->deficit, static_cast<double>(deficit)) << signs.text();
    EXPECT_GT(deficit, 0);
  }
  EXPECT_GT(infeasible, 500);
}

TEST_F(EveryKind, CellsAreZeroWhereTheyAreInEverySolutionAndTotalsAreMet) {
  int boundary = 0, inner = 0;
  for (std::size_t b = 0; b < tables.size(); ++b) {
    Table const& table = tables[b];
    if (report.outcome[b] == Outcome::infeasible) continue;
    ASSERT_TRUE(report.outcome[b] == Outcome::converged || report.outcome[b] == Outcome::boundary)
        << name(report.outcome[b]) << '\n'
        << table.signs.text();
    EXPECT_LE(report.row_residual[b], 1e-8);
    EXPECT_LE(report.column_residual[b], 1e-8);
    VectorView<double const> const r = report.row_multipliers(static_cast<Index>(b));
    VectorView<double const> const s = report.column_multipliers(static_cast<Index>(b));
    bool forced = false;
    for (std::size_t i = 0; i < table.row_totals.size(); ++i) {
      for (std::size_t j = 0; j < table.column_totals.size(); ++j) {
        std::size_t const cell = i * table.column_totals.size() + j;
        if (table.cells[cell] == 0) continue;
        bool const free = oracle::can_be_nonzero(table.signs.table, table.signs.u, table.signs.v, i, j);
        ASSERT_EQ(table.balanced[cell] != 0, free) << "cell " << i << ", " << j << '\n' << table.signs.text();
        forced = forced || (!free && r[static_cast<Index>(i)] != 0 && s[static_cast<Index>(j)] != 0);
      }
    }
    EXPECT_EQ(report.outcome[b] == Outcome::boundary, forced) << table.signs.text();
    ++(forced ? boundary : inner);
  }
  EXPECT_GT(boundary, 100);
  EXPECT_GT(inner, 500);
}

}  // namespace
}  // namespace regio
