// Balancing by least squares against elimination in long double, examples solved by hand, and the conditions of the
// optimum, which the multipliers prove.
#include "balancing/least_squares.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stop_token>
#include <tuple>
#include <vector>

#include "balancing/exact_sum.hpp"
#include "tests/oracle/least_squares.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t position(std::integral auto i) { return static_cast<std::size_t>(i); }

struct Constraint {
  std::vector<std::int32_t> cells;
  std::vector<double> coefficients;  ///< empty: 1
  double total;
  double reliability = infinity;
};

ConstrainedItem item_of(std::vector<double> start, std::vector<double> variance,
                        std::vector<Constraint> const& constraints) {
  ConstrainedItem item;
  item.method = ConstrainedMethod::least_squares;
  item.system.keeps_signs = false;
  item.max_iterations = 100'000;
  item.system.start = std::move(start);
  item.variance = std::move(variance);
  item.system.first = {0};
  for (Constraint const& constraint : constraints) {
    for (std::size_t t = 0; t < constraint.cells.size(); ++t) {
      item.system.cell.push_back(constraint.cells[t]);
      item.system.coefficient.push_back(constraint.coefficients.empty() ? 1.0 : constraint.coefficients[t]);
    }
    item.system.first.push_back(static_cast<Index>(item.system.cell.size()));
    item.system.total.push_back(constraint.total);
    item.system.reliability.push_back(constraint.reliability);
  }
  item.wanted = item.system.total;
  return item;
}

/// The rows and columns of a table as constraints.
std::vector<Constraint> margins(std::size_t rows, std::size_t columns, std::vector<double> const& row_totals,
                                std::vector<double> const& column_totals) {
  std::vector<Constraint> result;
  for (std::size_t i = 0; i < rows; ++i) {
    result.push_back({{}, {}, row_totals[i]});
    for (std::size_t j = 0; j < columns; ++j) result.back().cells.push_back(static_cast<std::int32_t>(i * columns + j));
  }
  for (std::size_t j = 0; j < columns; ++j) {
    result.push_back({{}, {}, column_totals[j]});
    for (std::size_t i = 0; i < rows; ++i) result.back().cells.push_back(static_cast<std::int32_t>(i * columns + j));
  }
  return result;
}

void balance(ConstrainedItem& item, double tolerance = 1e-12) { balance_by_least_squares(item, tolerance, {}); }

oracle::LeastSquaresCase oracle_case(ConstrainedItem const& item) {
  CellSystem const& system = item.system;
  std::size_t const cells = system.start.size();
  oracle::LeastSquaresCase result;
  result.start.assign(system.start.begin(), system.start.end());
  result.variance.assign(item.variance.begin(), item.variance.end());
  result.lower.assign(cells, -infinity);
  result.upper.assign(cells, infinity);
  std::copy(system.lower.begin(), system.lower.end(), result.lower.begin());
  std::copy(system.upper.begin(), system.upper.end(), result.upper.begin());
  result.total.assign(system.total.begin(), system.total.end());
  for (std::size_t c = 0; c < system.total.size(); ++c) {
    oracle::Numbers& row = result.coefficients.emplace_back(cells);
    for (std::size_t t = position(system.first[c]); t < position(system.first[c + 1]); ++t) {
      row[position(system.cell[t])] = system.coefficient_of(static_cast<Index>(t));
    }
    long double const rho = system.reliability.empty() ? infinity : system.reliability[c];
    result.price.push_back(rho / std::abs(static_cast<long double>(item.wanted[c])));
  }
  return result;
}

void expect_oracle(ConstrainedItem const& item, double tolerance) {
  std::optional<oracle::Numbers> const expected = oracle::least_squares(oracle_case(item));
  ASSERT_TRUE(expected);
  ASSERT_EQ(item.outcome, Outcome::converged);
  long double size = 0;
  for (long double const x : *expected) size = std::max(size, std::abs(x));
  for (std::size_t i = 0; i < item.cells.size(); ++i) {
    ASSERT_NEAR(item.cells[i], static_cast<double>((*expected)[i]), tolerance * static_cast<double>(size))
        << "cell " << i;
  }
}

/// The conditions of Karush, Kuhn and Tucker, which are enough for the one optimum of a convex problem.
void expect_optimal(ConstrainedItem const& item, double tolerance) {
  oracle::LeastSquaresCase const problem = oracle_case(item);
  for (std::size_t i = 0; i < item.cells.size(); ++i) {
    long double pull = 0, size = std::abs(problem.start[i]);
    for (std::size_t c = 0; c < problem.total.size(); ++c) {
      long double const part = problem.variance[i] * problem.coefficients[c][i] * item.multipliers[c];
      pull += part;
      size += std::abs(part);
    }
    long double const x = item.cells[i], free = problem.start[i] + pull;
    ASSERT_GE(x, problem.lower[i]);
    ASSERT_LE(x, problem.upper[i]);
    if (x > problem.lower[i]) {
      ASSERT_LE(x, free + 1e-15L * size) << "cell " << i;
    }
    if (x < problem.upper[i]) {
      ASSERT_GE(x, free - 1e-15L * size) << "cell " << i;
    }
  }
  for (std::size_t c = 0; c < problem.total.size(); ++c) {
    long double sum = 0, size = std::abs(problem.total[c]);
    for (std::size_t i = 0; i < item.cells.size(); ++i) {
      sum += problem.coefficients[c][i] * item.cells[i];
      size += std::abs(problem.coefficients[c][i] * item.cells[i]);
    }
    long double const allowed_miss = std::isinf(problem.price[c]) ? 0 : -item.multipliers[c] / problem.price[c];
    ASSERT_NEAR(static_cast<double>(sum), static_cast<double>(problem.total[c] + allowed_miss),
                tolerance * static_cast<double>(size))
        << "constraint " << c;
    ASSERT_NEAR(item.target[c], static_cast<double>(problem.total[c] + allowed_miss),
                1e-15 * static_cast<double>(size));
  }
}

struct RandomShape {
  std::size_t rows = 0, columns = 0;
  bool bounds = false, groups = false, soft = false;
  double spread = 0;  ///< decades of the cells' magnitudes
};

/// A random table; totals are those of another one within the bounds, so that the constraints agree.
ConstrainedItem random_item(RandomShape const& shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::size_t const cells = shape.rows * shape.columns;
  std::vector<double> start, variance, other, lower, upper;
  std::vector<double> row_totals(shape.rows), column_totals(shape.columns);
  for (std::size_t k = 0; k < cells; ++k) {
    double const magnitude = std::pow(10.0, shape.spread * (uniform(random) - 0.5));
    double const sign = uniform(random) < 0.2 ? -1 : 1;
    start.push_back(sign * magnitude * (0.5 + uniform(random)));
    variance.push_back(std::abs(start.back()));
    other.push_back(start.back() * (0.3 + 1.4 * uniform(random)));
    lower.push_back(uniform(random) < 0.3 ? -infinity : other.back() - 0.1 * magnitude * uniform(random));
    upper.push_back(uniform(random) < 0.3 ? infinity : other.back() + 0.1 * magnitude * uniform(random));
    row_totals[k / shape.columns] += other.back();
    column_totals[k % shape.columns] += other.back();
  }
  std::vector<Constraint> constraints = margins(shape.rows, shape.columns, row_totals, column_totals);
  for (int g = 0; shape.groups && g < 2; ++g) {
    Constraint group{{}, {}, 0};
    for (std::size_t k = 0; k < cells; ++k) {
      if (uniform(random) < 0.6) continue;
      group.cells.push_back(static_cast<std::int32_t>(k));
      group.coefficients.push_back(uniform(random) < 0.3 ? -1 : 0.5 + uniform(random));
      group.total += group.coefficients.back() * other[k];
    }
    if (!group.cells.empty()) constraints.push_back(group);
  }
  for (std::size_t c = 0; shape.soft && c < constraints.size(); ++c) {
    if (uniform(random) < 0.4) continue;
    constraints[c].total *= 0.8 + 0.4 * uniform(random);
    constraints[c].reliability = std::pow(10.0, 4 * uniform(random) - 2);
  }
  ConstrainedItem item = item_of(start, variance, constraints);
  if (shape.bounds) {
    item.system.lower = lower;
    item.system.upper = upper;
  }
  return item;
}

TEST(LeastSquares, EqualVariancesSpreadWhatIsMissingEvenly) {
  // Rows lack 2 and 0, columns 1 and 1: a_ij + 2 / 2 or 0 + 1 / 2 - 2 / 4.
  ConstrainedItem item = item_of({1, 2, 3, 4}, {1, 1, 1, 1}, margins(2, 2, {5, 7}, {5, 7}));
  balance(item);
  ASSERT_EQ(item.outcome, Outcome::converged);
  EXPECT_THAT(item.cells, testing::ElementsAre(testing::DoubleNear(2, 1e-14), testing::DoubleNear(3, 1e-14),
                                               testing::DoubleNear(3, 1e-14), testing::DoubleNear(4, 1e-14)));
  EXPECT_NEAR(item.objective, 1, 1e-13);
}

TEST(LeastSquares, AnAccountIsBalancedByTheVariancesOfItsItems) {
  // 10 + 20 = 35 - 5: each item takes its variance's share of the 5.
  ConstrainedItem item = item_of({10, 20, 35}, {1, 4, 4}, {{{0, 1, 2}, {1, 1, -1}, 0}});
  balance(item);
  ASSERT_EQ(item.outcome, Outcome::converged);
  EXPECT_NEAR(item.cells[0], 10 + 5.0 / 9, 1e-14);
  EXPECT_NEAR(item.cells[1], 20 + 20.0 / 9, 1e-14);
  EXPECT_NEAR(item.cells[2], 35 - 20.0 / 9, 1e-14);
  EXPECT_NEAR(item.multipliers[0], 5.0 / 9, 1e-14);
  EXPECT_NEAR(item.objective, 25.0 / 18, 1e-14);
}

TEST(LeastSquares, ATotalThatMayBeMissedSharesTheDifference) {
  // 4 is to be 6, cell and total alike: x minimises (x - 4)^2 / (2 * 4) + 3 (x - 6)^2 / (2 * 6): x = 16 / 3.
  ConstrainedItem item = item_of({4}, {4}, {{{0}, {}, 6, 3}});
  balance(item);
  ASSERT_EQ(item.outcome, Outcome::converged);
  EXPECT_NEAR(item.cells[0], 16.0 / 3, 1e-14);
  EXPECT_NEAR(item.target[0], 16.0 / 3, 1e-14);
  EXPECT_NEAR(item.objective, (16.0 / 9) / 8 + 3 * (4.0 / 9) / 12, 1e-14);
}

TEST(LeastSquares, ATotalOfZeroThatMayBeMissedIsPricedByItsCells) {
  // |c| = 0 is replaced by |3| + |-1| = 4. Of the sum s: s = 2 + 2 y by the cells, s = -4 y / rho by the price, rho
  // = 1.
  ConstrainedItem item = item_of({3, -1}, {1, 1}, {{{0, 1}, {}, 0, 1}});
  balance(item);
  ASSERT_EQ(item.outcome, Outcome::converged);
  double const sum = 4.0 / 3;
  EXPECT_NEAR(item.cells[0] + item.cells[1], sum, 1e-14);
}

class LeastSquaresSizes : public testing::TestWithParam<std::tuple<std::size_t, std::size_t, bool, bool, double>> {};

TEST_P(LeastSquaresSizes, IsTheSolutionOfTheNormalEquations) {
  auto const [rows, columns, groups, soft, spread] = GetParam();
  ConstrainedItem item = random_item({rows, columns, false, groups, soft, spread}, 100 * rows + columns);
  balance(item);
  expect_oracle(item, 1e-10);
  expect_optimal(item, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LeastSquaresSizes,
                         testing::Combine(testing::Values(1, 2, 5, 8), testing::Values(1, 3, 9), testing::Bool(),
                                          testing::Bool(), testing::Values(0.0, 3.0)));

TEST(LeastSquares, BoundsAreThoseThatTryingAllOfThemGives) {
  int at_bounds = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ConstrainedItem item = random_item({2, 3, true, seed % 2 == 0, seed % 3 == 0, 0}, seed);
    balance(item);
    expect_oracle(item, 1e-10);
    expect_optimal(item, 1e-12);
    for (std::size_t i = 0; i < item.cells.size(); ++i) {
      at_bounds += item.cells[i] == item.system.lower[i] || item.cells[i] == item.system.upper[i];
    }
  }
  EXPECT_GT(at_bounds, 60);
}

TEST(LeastSquares, LargeTablesWithBoundsMeetTheConditionsOfTheOptimum) {
  for (double const spread : {0.0, 4.0}) {
    for (bool const soft : {false, true}) {
      ConstrainedItem item = random_item({40, 30, true, true, soft, spread}, 7);
      balance(item, 1e-11);
      ASSERT_EQ(item.outcome, Outcome::converged);
      expect_optimal(item, 1e-11);
      std::size_t at_bounds = 0;
      for (std::size_t i = 0; i < item.cells.size(); ++i) {
        at_bounds += item.cells[i] == item.system.lower[i] || item.cells[i] == item.system.upper[i];
      }
      EXPECT_GT(at_bounds, item.cells.size() / 10);
      EXPECT_LT(item.iterations, 5000);
    }
  }
}

TEST(LeastSquares, NumbersOfAnyMagnitude) {
  std::size_t const n = 12;
  std::vector<double> start, variance, row_totals(n), column_totals(n);
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (std::size_t k = 0; k < n * n; ++k) {
    start.push_back(std::pow(10.0, 24 * static_cast<double>(k / n) / (n - 1) - 12) * uniform(random));
    variance.push_back(start.back());
    double const target = start.back() * uniform(random);
    row_totals[k / n] += target;
    column_totals[k % n] += target;
  }
  ConstrainedItem item = item_of(start, variance, margins(n, n, row_totals, column_totals));
  balance(item, 1e-9);
  ASSERT_EQ(item.outcome, Outcome::converged);
  expect_optimal(item, 1e-9);
}

TEST(LeastSquares, ABalancedTableStaysAsItIs) {
  ConstrainedItem item = item_of({1, 2, 3, -4}, {1, 2, 3, 4}, margins(2, 2, {3, -1}, {4, -2}));
  balance(item);
  EXPECT_EQ(item.outcome, Outcome::converged);
  EXPECT_EQ(item.cells, item.system.start);
  EXPECT_EQ(item.iterations, 1);
  EXPECT_EQ(item.objective, 0);
}

TEST(LeastSquares, AReliabilityWithoutLimitIsAHardTotal) {
  ConstrainedItem hard = random_item({4, 5, true, false, false, 0}, 3), soft = hard;
  std::fill(soft.system.reliability.begin(), soft.system.reliability.end(), 1e10);
  balance(hard);
  balance(soft);
  ASSERT_EQ(hard.outcome, Outcome::converged);
  ASSERT_EQ(soft.outcome, Outcome::converged);
  for (std::size_t i = 0; i < hard.cells.size(); ++i) EXPECT_NEAR(hard.cells[i], soft.cells[i], 1e-7);
}

TEST(LeastSquares, ConflictingTotalsThatMayBeMissedHaveOneOptimum) {
  std::vector<Constraint> constraints = margins(2, 2, {5, 7}, {50, 70});
  for (std::size_t c = 0; c < constraints.size(); ++c) constraints[c].reliability = c < 2 ? infinity : 1;
  ConstrainedItem item = item_of({1, 2, 3, 4}, {1, 2, 3, 4}, constraints);
  balance(item);
  expect_oracle(item, 1e-12);
  expect_optimal(item, 1e-12);
}

TEST(LeastSquares, SignsMayChangeUnlessBoundsKeepThem) {
  // The first cell has to give 5 and has 1.
  std::vector<Constraint> const constraints = margins(2, 2, {11, 11}, {3, 19});
  ConstrainedItem item = item_of({1, 8, 8, 8}, {1, 1, 1, 1}, constraints);
  balance(item);
  ASSERT_EQ(item.outcome, Outcome::converged);
  EXPECT_LT(item.cells[0], 0);
  ConstrainedItem bounded = item_of({1, 8, 8, 8}, {1, 1, 1, 1}, constraints);
  bounded.system.lower = {0, 0, 0, 0};
  bounded.system.upper = {infinity, infinity, infinity, infinity};
  balance(bounded);
  expect_oracle(bounded, 1e-12);
  EXPECT_EQ(bounded.cells[0], 0);
  EXPECT_GT(bounded.objective, item.objective);
}

/// The ray's words: whatever lies within the bounds, its weighted sum does not reach that of the totals.
void expect_ray(ConstrainedItem const& item) {
  ASSERT_EQ(item.outcome, Outcome::infeasible);
  ASSERT_TRUE(item.ray);
  oracle::LeastSquaresCase const problem = oracle_case(item);
  long double excess = 0;
  for (std::size_t c = 0; c < problem.total.size(); ++c) {
    excess += item.ray->multiplier[c] * problem.total[c];
    if (!std::isinf(problem.price[c])) {
      EXPECT_EQ(item.ray->multiplier[c], 0);
    }
  }
  for (std::size_t i = 0; i < problem.start.size(); ++i) {
    long double pull = 0;
    for (std::size_t c = 0; c < problem.total.size(); ++c) {
      pull += item.ray->multiplier[c] * problem.coefficients[c][i];
    }
    if (pull != 0) excess -= pull * (pull > 0 ? problem.upper[i] : problem.lower[i]);
  }
  EXPECT_NEAR(static_cast<double>(excess), item.ray->deficit, 1e-12 * item.ray->deficit);
  EXPECT_GT(item.ray->deficit, 0);
}

TEST(LeastSquares, TotalsThatDifferAreShownByARay) {
  ConstrainedItem item = item_of({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}, margins(2, 3, {6, 16}, {5, 7, 11}));
  balance(item);
  expect_ray(item);
}

TEST(LeastSquares, BoundsThatExcludeTheTotalsAreShownByARay) {
  // Column 1 is to have 9, its two cells at most 4 and 3.
  ConstrainedItem item = item_of({1, 2, 3, 4}, {1, 1, 1, 1}, margins(2, 2, {10, 10}, {9, 11}));
  item.system.lower = {0, -infinity, -infinity, -infinity};
  item.system.upper = {4, infinity, 3, infinity};
  balance(item);
  expect_ray(item);
}

TEST(LeastSquares, RaysOfRandomConflictsHold) {
  int conflicts = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ConstrainedItem item = random_item({2, 3, true, false, seed % 3 == 0, 0}, seed);
    std::mt19937_64 random(seed);
    item.system.total[random() % 5] *= 2;
    item.wanted = item.system.total;
    balance(item, 1e-9);
    if (oracle::least_squares(oracle_case(item))) {
      EXPECT_EQ(item.outcome, Outcome::converged);
    } else {
      ++conflicts;
      expect_ray(item);
    }
  }
  EXPECT_GT(conflicts, 20);
}

TEST(LeastSquares, TotalsThatDifferWithinTheToleranceAreMet) {
  ConstrainedItem item = item_of({1, 2, 3, 4}, {1, 1, 1, 1}, margins(2, 2, {5, 7 + 1e-10}, {5, 7}));
  balance(item, 1e-9);
  EXPECT_EQ(item.outcome, Outcome::converged);
}

TEST(LeastSquares, AConstraintWithoutCellsIsMetByNothingButZero) {
  ConstrainedItem met = item_of({1, 2}, {1, 1}, {{{0, 1}, {}, 4}, {{}, {}, 0}});
  balance(met);
  EXPECT_EQ(met.outcome, Outcome::converged);
  ConstrainedItem missed = item_of({1, 2}, {1, 1}, {{{0, 1}, {}, 4}, {{}, {}, 1}});
  balance(missed);
  expect_ray(missed);
}

TEST(LeastSquares, StopsWhereItIsTold) {
  ConstrainedItem item = random_item({8, 9, true, true, false, 2}, 11);
  item.max_iterations = 5;
  item.keep_history = true;
  balance(item);
  EXPECT_EQ(item.outcome, Outcome::iteration_limit);
  EXPECT_LE(item.iterations, 6);
  EXPECT_FALSE(item.history.empty());

  std::stop_source source;
  source.request_stop();
  balance_by_least_squares(item, 1e-12, source.get_token());
  EXPECT_EQ(item.outcome, Outcome::cancelled);
}

TEST(LeastSquares, WhatDoubleCannotReachIsSaid) {
  ConstrainedItem item = random_item({8, 9, true, true, false, 2}, 12);
  balance(item, 0);
  EXPECT_EQ(item.outcome, Outcome::stalled);
  expect_optimal(item, 1e-13);

  ConstrainedItem beyond = item_of({1e200, 1e200}, {infinity, infinity}, {{{0, 1}, {}, 1e200}});
  balance(beyond);
  EXPECT_EQ(beyond.outcome, Outcome::stalled);
}

}  // namespace
}  // namespace regio
