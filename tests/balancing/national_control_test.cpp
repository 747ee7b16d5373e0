// Tables under three margins against textbooks that scale the cells themselves, and what a report says of a result.
#include <regio/national_control.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stop_token>
#include <vector>

#include "tests/balancing/national_control_data.hpp"
#include "tests/oracle/national_control.hpp"
#include "tests/support/engines.hpp"

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class NationalControl : public EngineTest {
 protected:
  NationalControlReport control(NationalControlProblem const& problem, BalanceOptions const& options = {}) {
    return national_control(engine, options, {problem});
  }
};

void expect_near_relative(OwnedNational& owned, oracle::Tables const& expected, double tolerance) {
  std::size_t e = 0;
  for (oracle::Table const& table : expected) {
    for (std::vector<double> const& row : table) {
      for (double const value : row) {
        ASSERT_NEAR(owned.balanced[e], value, tolerance * std::max(std::abs(value), 1e-300)) << "cell " << e;
        ++e;
      }
    }
  }
}

using Shape = std::tuple<TestEngine, Index, Index, Index, double>;
class NationalControlSizes : public testing::TestWithParam<Shape> {};

TEST_P(NationalControlSizes, AreTheTextbooksTables) {
  auto const [device, regions, rows, columns, negatives] = GetParam();
  Engine engine = make_engine(device);
  OwnedNational owned = random_national(regions, rows, columns, static_cast<std::uint64_t>(regions * 100 + rows),
                                        {.negative_share = negatives});
  NationalControlReport const report = national_control(engine, {.tolerance = 1e-13}, {owned.problem()});
  ASSERT_EQ(report.outcome[0], Outcome::converged) << name(report.reason[0]);
  EXPECT_EQ(report.reason[0], BalanceReason::none);
  EXPECT_LE(std::max({report.row_residual[0], report.column_residual[0], report.national_residual[0]}), 1e-13);
  expect_near_relative(owned, oracle::nationally_balanced(owned.textbook(), 300), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NationalControlSizes,
                         testing::Combine(testing::Values(TestEngine::cpu), testing::Values(1, 2, 3, 4, 5, 9),
                                          testing::Values(1, 3, 8), testing::Values(2, 7, 8, 17),
                                          testing::Values(0.0, 0.1)));
INSTANTIATE_TEST_SUITE_P(Engines, NationalControlSizes,
                         testing::Combine(testing::ValuesIn(test_engines()), testing::Values(1, 5),
                                          testing::Values(1, 7), testing::Values(2, 33, 260),
                                          testing::Values(0.0, 0.1)));

// The second example of the R package mipfp's Ipfp: a seed of ones with three larger cells, the totals of twice the
// seed.
TEST_P(NationalControl, HasTheExactAnswerOfAPublishedExample) {
  OwnedNational owned(2, 4, 2);
  std::fill(owned.cells.begin(), owned.cells.end(), 1.0);
  owned.cell(0, 0, 0) = 4;
  owned.cell(0, 2, 0) = 10;
  owned.cell(1, 3, 1) = 6;
  for (Index k = 0; k < 2; ++k) {
    for (Index i = 0; i < 4; ++i) {
      for (Index j = 0; j < 2; ++j) owned.want(k, i, j, 2 * owned.cell(k, i, j));
    }
  }
  EXPECT_EQ(owned.national, (std::vector<double>{10, 4, 4, 4, 22, 4, 4, 14}));
  NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-14});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  EXPECT_EQ(report.iterations[0], 1);
  EXPECT_EQ(owned.balanced, (std::vector<double>{8, 2, 2, 2, 20, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 12}));
}

TEST_P(NationalControl, SolvesASignedExampleAsItsDualDoes) {
  // Two regions that trade three goods in two uses; subsidies and withdrawals from stock are negative.
  OwnedNational owned(2, 3, 2);
  owned.cells = {7, -2, 3, 4, 0, 5, 6, 1, 2, -3, 4, 2};
  owned.row_totals = {6, 8, 4.5, 8, -0.5, 7};
  owned.column_totals = {11, 7.5, 13, 1.5};
  owned.national = {14, 0, 6, 1.5, 4, 7.5};
  owned.cell(0, 2, 0) = 0.5;
  NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-14});
  ASSERT_EQ(report.outcome[0], Outcome::converged) << name(report.reason[0]);
  expect_near_relative(owned, oracle::nationally_balanced_by_dual(owned.textbook()), 1e-11);
  EXPECT_LT(owned.balanced[1], 0);
  EXPECT_LT(owned.balanced[9], 0);
}

TEST_P(NationalControl, OfOneRegionWithoutNationIsRas) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance owned = random_balance(20, 13, 3, {.zero_share = 0.2, .negative_share = negatives});
    Engine cpu = Engine::cpu(2);
    BalanceReport const expected = balance_tables(cpu, {.tolerance = 1e-12}, {owned.problem()});
    std::vector<double> balanced(owned.cells.size());
    NationalControlProblem const problem{.tables = {owned.cells.data(), 1, 20, 13},
                                         .row_totals = {owned.row_totals.data(), 1, 20},
                                         .column_totals = {owned.column_totals.data(), 1, 13},
                                         .balanced = {balanced.data(), 1, 20, 13}};
    NationalControlReport const report = control(problem, {.tolerance = 1e-12});
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    EXPECT_EQ(report.iterations[0], expected.iterations[0]);
    for (std::size_t e = 0; e < balanced.size(); ++e) {
      EXPECT_NEAR(balanced[e], owned.balanced[e], 1e-13 * std::abs(owned.balanced[e]));
    }
    for (Index j = 0; j < 13; ++j) {
      EXPECT_NEAR(report.column_multipliers(0)(0, j), expected.column_multipliers(0)[j], 1e-13);
      EXPECT_EQ(report.national_multipliers(0)(3, j), 1.0);
    }
  }
}

TEST_P(NationalControl, MeetsAllMarginsAndKeepsZerosAndSigns) {
  for (std::uint64_t seed = 0; seed < (GetParam() == TestEngine::cpu ? 30U : 4U); ++seed) {
    OwnedNational owned =
        random_national(5, 6, 7, 100 + seed, {.zero_share = 0.2, .negative_share = seed % 2 == 0 ? 0 : 0.1});
    NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-10});
    ASSERT_EQ(report.outcome[0], Outcome::converged) << "seed " << seed;
    OwnedNational sums(5, 6, 7), sizes(5, 6, 7);
    for (Index k = 0; k < 5; ++k) {
      for (Index i = 0; i < 6; ++i) {
        for (Index j = 0; j < 7; ++j) {
          double const a = owned.cell(k, i, j), x = owned.balanced[static_cast<std::size_t>((k * 6 + i) * 7 + j)];
          ASSERT_TRUE(a == 0 ? x == 0 : a * x > 0) << "seed " << seed;
          sums.want(k, i, j, x);
          sizes.want(k, i, j, std::abs(x));
        }
      }
    }
    auto const worst = [](std::vector<double> const& sum, std::vector<double> const& size,
                          std::vector<double> const& total) {
      double result = 0;
      for (std::size_t margin = 0; margin < sum.size(); ++margin) {
        double const scale = std::max(std::abs(total[margin]), size[margin]);
        if (scale > 0) result = std::max(result, std::abs(sum[margin] - total[margin]) / scale);
      }
      return result;
    };
    EXPECT_NEAR(report.row_residual[0], worst(sums.row_totals, sizes.row_totals, owned.row_totals), 1e-15);
    EXPECT_NEAR(report.column_residual[0], worst(sums.column_totals, sizes.column_totals, owned.column_totals), 1e-15);
    EXPECT_NEAR(report.national_residual[0], worst(sums.national, sizes.national, owned.national), 1e-15);
    EXPECT_LE(std::max({report.row_residual[0], report.column_residual[0], report.national_residual[0]}), 1e-10);
  }
}

TEST_P(NationalControl, MultipliersGiveTheTablesInTheDocumentedGauge) {
  OwnedNational owned = random_national(4, 6, 5, 5, {.negative_share = 0.1});
  NationalControlReport const report = control(owned.problem());
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  MatrixView<double const> const r = report.row_multipliers(0), s = report.column_multipliers(0),
                                 t = report.national_multipliers(0);
  for (Index k = 0; k < 4; ++k) {
    EXPECT_DOUBLE_EQ(*std::max_element(s.row(k).begin(), s.row(k).end()), 1);
    for (Index i = 0; i < 6; ++i) {
      EXPECT_TRUE(k > 0 || r(k, i) == 1);
      for (Index j = 0; j < 5; ++j) {
        EXPECT_TRUE(k > 0 || s(k, j) == 1);
        double const a = owned.cell(k, i, j), product = r(k, i) * s(k, j) * t(i, j);
        double const expected = a > 0 ? a * product : a / product;
        EXPECT_NEAR(owned.balanced[static_cast<std::size_t>((k * 6 + i) * 5 + j)], expected,
                    1e-14 * std::abs(expected));
      }
    }
  }
}

TEST_P(NationalControl, DoesNotDependOnTheScaleOfTheStartsMargins) {
  OwnedNational owned = random_national(3, 5, 4, 6, {.zero_share = 0.1});
  ASSERT_EQ(control(owned.problem(), {.tolerance = 1e-13}).outcome[0], Outcome::converged);
  std::vector<double> const expected = owned.balanced;
  for (Index k = 0; k < 3; ++k) {
    for (Index i = 0; i < 5; ++i) {
      for (Index j = 0; j < 4; ++j) {
        owned.cell(k, i, j) *= std::pow(10.0, static_cast<double>((k + 1) * (i - 2) - 3 * k * j + i * j));
      }
    }
  }
  ASSERT_EQ(control(owned.problem(), {.tolerance = 1e-13}).outcome[0], Outcome::converged);
  for (std::size_t e = 0; e < expected.size(); ++e) EXPECT_NEAR(owned.balanced[e], expected[e], 1e-11 * expected[e]);
}

TEST_P(NationalControl, LeavesTablesThatMeetTheirTotals) {
  OwnedNational owned = random_national(4, 5, 6, 7, {.negative_share = 0.1});
  ASSERT_EQ(control(owned.problem(), {.tolerance = 1e-12}).outcome[0], Outcome::converged);
  owned.cells = owned.balanced;
  NationalControlReport const again = control(owned.problem(), {.tolerance = 1e-11});
  EXPECT_EQ(again.outcome[0], Outcome::converged);
  EXPECT_EQ(again.iterations[0], 1);
  for (std::size_t e = 0; e < owned.cells.size(); ++e) {
    EXPECT_NEAR(owned.balanced[e], owned.cells[e], 1e-10 * std::abs(owned.cells[e]));
  }
}

TEST(NationalControlOnCpu, LargeProblemsAreCutIntoChunksAndStillRight) {
  Engine engine = Engine::cpu(2);
  auto const control = [&](NationalControlProblem const& problem, BalanceOptions const& options) {
    return national_control(engine, options, {problem});
  };
  for (double const negatives : {0.0, 0.02}) {
    OwnedNational owned = random_national(21, 85, 90, 4, {.zero_share = 0.1, .negative_share = negatives});
    NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-12});
    ASSERT_EQ(report.outcome[0], Outcome::converged);
    // Margins met, and cells of the form r s t a: the one table of its kind.
    OwnedNational sums(21, 85, 90);
    MatrixView<double const> const r = report.row_multipliers(0), s = report.column_multipliers(0),
                                   t = report.national_multipliers(0);
    for (Index k = 0; k < 21; ++k) {
      for (Index i = 0; i < 85; ++i) {
        for (Index j = 0; j < 90; ++j) {
          double const a = owned.cell(k, i, j), product = r(k, i) * s(k, j) * t(i, j);
          double const x = owned.balanced[static_cast<std::size_t>((k * 85 + i) * 90 + j)];
          ASSERT_NEAR(x, a > 0 ? a * product : a / product, 1e-12 * std::abs(x));
          sums.want(k, i, j, x);
        }
      }
    }
    for (std::size_t e = 0; e < sums.row_totals.size(); ++e) {
      ASSERT_NEAR(sums.row_totals[e], owned.row_totals[e], 1e-10 * owned.row_totals[e]);
    }
    for (std::size_t e = 0; e < sums.column_totals.size(); ++e) {
      ASSERT_NEAR(sums.column_totals[e], owned.column_totals[e], 1e-10 * owned.column_totals[e]);
    }
    for (std::size_t e = 0; e < sums.national.size(); ++e) ASSERT_NEAR(sums.national[e], owned.national[e], 1e-10);
  }
}

TEST_P(NationalControl, NationalCellsThatAreNotControlledKeepTheMultiplierOne) {
  OwnedNational owned = random_national(3, 5, 6, 8, {.zero_share = 0.1});
  for (Index i = 0; i < 5; ++i) {
    for (Index j = 0; j < 6; ++j) {
      if ((i + j) % 3 == 0) owned.national[static_cast<std::size_t>(i * 6 + j)] = nan;
    }
  }
  NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-13});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (Index i = 0; i < 5; ++i) {
    for (Index j = 0; j < 6; ++j) {
      EXPECT_EQ(report.national_multipliers(0)(i, j) == 1, (i + j) % 3 == 0);
    }
  }
  expect_near_relative(owned, oracle::nationally_balanced(owned.textbook(), 500), 1e-10);
}

TEST_P(NationalControl, TotalsOfZeroEmptyTheirMarginsAndWhatDependsOnThem) {
  for (double const negative : {0.0, -1.0}) {
    OwnedNational owned = random_national(3, 4, 4, 9, {.negative_share = negative == 0 ? 0 : 0.2});
    std::fill(owned.row_totals.begin(), owned.row_totals.end(), 0.0);
    std::fill(owned.column_totals.begin(), owned.column_totals.end(), 0.0);
    std::fill(owned.national.begin(), owned.national.end(), 0.0);
    for (Index k = 0; k < 3; ++k) {
      for (Index i = 0; i < 4; ++i) {
        for (Index j = 0; j < 4; ++j) {
          double& a = owned.cell(k, i, j);
          // Row 0 of region 0 and national cell (2, 3) have one sign and are to be empty; so must column 1 of region 1,
          // which has cells of both signs in the signed table, but its positive ones lie in national cells of 0.
          if (k == 0 && i == 0) a = std::abs(a);
          if (i == 2 && j == 3) a = -std::abs(a) * (negative == 0 ? -1 : 1);
          if (j == 1 && i < 2) a = std::abs(a);
          if (k == 1 && j == 1 && i >= 2) a = -std::abs(a) * (negative == 0 ? -1 : 1);
          bool const zero = (k == 0 && i == 0) || (i == 2 && j == 3) || (j == 1 && i < 2) || (k == 1 && j == 1);
          if (!zero) owned.want(k, i, j, a * (1.25 - 0.125 * static_cast<double>(j)));
        }
      }
    }
    NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-12});
    ASSERT_EQ(report.outcome[0], Outcome::converged) << name(report.reason[0]);
    for (Index k = 0; k < 3; ++k) {
      for (Index i = 0; i < 4; ++i) {
        for (Index j = 0; j < 4; ++j) {
          bool const zero = (k == 0 && i == 0) || (i == 2 && j == 3) || (j == 1 && i < 2) || (k == 1 && j == 1);
          EXPECT_EQ(owned.balanced[static_cast<std::size_t>((k * 4 + i) * 4 + j)] == 0, zero) << k << i << j;
        }
      }
    }
    EXPECT_LE(std::max({report.row_residual[0], report.column_residual[0], report.national_residual[0]}), 1e-12);
  }
}

TEST_P(NationalControl, NumbersOfAnyMagnitude) {
  for (double const scale : {1e-12, 1e12}) {
    OwnedNational owned = random_national(3, 4, 5, 10, {.scale = scale});
    ASSERT_EQ(control(owned.problem(), {.tolerance = 1e-13}).outcome[0], Outcome::converged);
    expect_near_relative(owned, oracle::nationally_balanced(owned.textbook(), 300), 1e-10);
  }
}

/// Regions whose sectors trade with their neighbours only, which plain sweeps take a long time for.
OwnedNational banded(Index regions, Index size) {
  OwnedNational owned = random_national(regions, size, size, 11);
  OwnedNational result(regions, size, size);
  for (Index k = 0; k < regions; ++k) {
    for (Index i = 0; i < size; ++i) {
      for (Index j = std::max<Index>(0, i - 2); j < std::min(size, i + 3); ++j) {
        result.cell(k, i, j) = 1;
        result.want(k, i, j, owned.cell(k, i, j));
      }
    }
  }
  return result;
}

TEST(NationalControlOnCpu, OverRelaxationTakesFewerSweepsToTheSameTables) {
  Engine engine = Engine::cpu(2);
  auto const control = [&](NationalControlProblem const& problem, BalanceOptions const& options) {
    return national_control(engine, options, {problem});
  };
  OwnedNational owned = banded(3, 40);
  NationalControlReport const fast = control(owned.problem(), {.tolerance = 1e-11});
  std::vector<double> const found = owned.balanced;
  NationalControlReport const plain = control(owned.problem(), {.tolerance = 1e-11, .over_relaxation = false});
  ASSERT_EQ(fast.outcome[0], Outcome::converged);
  ASSERT_EQ(plain.outcome[0], Outcome::converged);
  EXPECT_LT(2 * fast.iterations[0], plain.iterations[0]);
  for (std::size_t e = 0; e < found.size(); ++e) EXPECT_NEAR(found[e], owned.balanced[e], 1e-7 * owned.balanced[e]);
  EXPECT_GT(plain.rate[0], 0.9);
  EXPECT_LT(plain.rate[0], 1);
}

TEST_P(NationalControl, AWarmStartAtTheSolutionNeedsOneSweep) {
  OwnedNational owned = random_national(4, 9, 8, 12, {.negative_share = 0.05});
  NationalControlProblem problem = owned.problem();
  NationalControlReport const first = control(problem, {.tolerance = 1e-12});
  ASSERT_EQ(first.outcome[0], Outcome::converged);
  problem.column_start = first.column_multipliers(0);
  problem.national_start = first.national_multipliers(0);
  EXPECT_EQ(control(problem, {.tolerance = 1e-11}).iterations[0], 1);
  EXPECT_GT(first.iterations[0], 3);
}

TEST_P(NationalControl, TheLimitOfIterationsIsAnOutcome) {
  OwnedNational owned = random_national(4, 9, 8, 13);
  NationalControlReport const report =
      control(owned.problem(), {.tolerance = 1e-14, .max_iterations = 2, .keep_history = true});
  EXPECT_EQ(report.outcome[0], Outcome::iteration_limit);
  EXPECT_EQ(report.reason[0], BalanceReason::slow);
  EXPECT_EQ(report.iterations[0], 2);
  ASSERT_EQ(report.history[0].size(), 2U);
  EXPECT_GT(report.history[0][0], report.history[0][1]);
  EXPECT_GT(std::max({report.row_residual[0], report.column_residual[0], report.national_residual[0]}), 1e-14);
  EXPECT_EQ(report.evidence(0), nullptr);
}

TEST(NationalControlOnCpu, AToleranceBelowRoundingIsSaid) {
  Engine engine = Engine::cpu(2);
  auto const control = [&](NationalControlProblem const& problem, BalanceOptions const& options) {
    return national_control(engine, options, {problem});
  };
  OwnedNational owned = random_national(4, 9, 8, 14);
  owned.row_totals.assign(owned.row_totals.size(), 16);
  owned.column_totals.assign(owned.column_totals.size(), 18);
  owned.national.assign(owned.national.size(), 8);
  NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-18});
  EXPECT_EQ(report.outcome[0], Outcome::stalled);
  EXPECT_EQ(report.reason[0], BalanceReason::rounding);
  EXPECT_LT(report.national_residual[0], 1e-14);
}

TEST_P(NationalControl, AStopLeavesNoHalfResult) {
  OwnedNational owned = random_national(2, 9, 8, 15);
  expects_kernels = false;
  std::stop_source source;
  source.request_stop();
  BalanceOptions options;
  options.control.stop = source.get_token();
  NationalControlReport const report = control(owned.problem(), options);
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_TRUE(std::all_of(owned.balanced.begin(), owned.balanced.end(), [](double x) { return std::isnan(x); }));
  EXPECT_TRUE(std::isnan(report.national_multipliers(0)(0, 0)));
}

TEST_P(NationalControl, TotalsInWholeCentsAreMetUpToTheirDisagreement) {
  OwnedNational owned = random_national(6, 12, 9, 16, {.scale = 1e5});
  double const gap_of_cents = 0.2;
  for (std::vector<double>* totals : {&owned.row_totals, &owned.column_totals, &owned.national}) {
    for (double& total : *totals) total = std::round(total * 100) / 100;
  }
  NationalControlReport const report = control(owned.problem(), {.tolerance = 1e-8});
  EXPECT_EQ(report.outcome[0], Outcome::converged) << name(report.reason[0]);
  EXPECT_GT(report.gap[0], 0);
  EXPECT_LT(report.gap[0], gap_of_cents);
}

TEST_P(NationalControl, ABatchIsItsProblems) {
  std::vector<OwnedNational> owned;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    owned.push_back(random_national(static_cast<Index>(1 + seed % 5), static_cast<Index>(3 + seed % 7),
                                    static_cast<Index>(2 + seed % 11), 200 + seed,
                                    {.zero_share = 0.1, .negative_share = seed % 2 == 0 ? 0.0 : 0.1}));
  }
  std::vector<NationalControlProblem> problems;
  for (OwnedNational& one : owned) problems.push_back(one.problem());
  NationalControlReport const report = national_control(engine, {}, problems);
  for (std::size_t b = 0; b < owned.size(); ++b) {
    std::vector<double> const together = owned[b].balanced;
    NationalControlReport const alone = control(owned[b].problem());
    if (report.outcome[b] == Outcome::converged) {
      EXPECT_EQ(together, owned[b].balanced);
    }
    EXPECT_EQ(alone.iterations[0], report.iterations[b]);
    EXPECT_EQ(alone.outcome[0], report.outcome[b]);
  }
  EXPECT_EQ(national_control(engine, {}, {}).size(), 0);
}

REGIO_TEST_ON_ENGINES(NationalControl);

}  // namespace
}  // namespace regio
