#include <regio/permutation_test.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "core/random_permutation.hpp"
#include "core/simd.hpp"
#include "interaction/permutation_kernels.hpp"
#include "tests/oracle/dependence.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using oracle::Numbers;
using oracle::Square;
using test::contract_message;

/// n x n cells; `steps` > 0: only so many different values, so that permutations tie.
Square random_square(std::size_t n, bool symmetric, int steps, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Square square{n, Numbers(n * n)};
  for (double& cell : square.cells) {
    cell = steps > 0 ? static_cast<double>(random() % static_cast<unsigned>(steps))
                     : std::ldexp(static_cast<double>(random() >> 11), -53);
  }
  for (std::size_t i = 0; symmetric && i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) square.cells[i * n + j] = square.cells[j * n + i];
  }
  return square;
}

MatrixView<double const> view(Square const& square) {
  auto const n = static_cast<Index>(square.n);
  return {square.cells.data(), n, n};
}

PermutationReport run(PermutationProblem const& problem, PermutationOptions const& options = {}) {
  Engine engine = Engine::cpu(1);
  return permutation_test(engine, options, {problem});
}

void expect_enumerated(PermutationReport const& report, oracle::Enumerated const& expected) {
  ASSERT_EQ(report.outcome.at(0), Outcome::converged);
  EXPECT_EQ(report.exact.at(0), 1);
  EXPECT_EQ(report.permutations.at(0), expected.permutations);
  EXPECT_NEAR(report.estimate.at(0), static_cast<double>(expected.estimate), 1e-14);
  EXPECT_EQ(report.at_least.at(0), expected.at_least);
  EXPECT_EQ(report.at_most.at(0), expected.at_most);
  EXPECT_EQ(report.as_extreme.at(0), expected.as_extreme);
  EXPECT_NEAR(report.mean.at(0), static_cast<double>(expected.mean), 1e-14);
  EXPECT_NEAR(report.standard_deviation.at(0), static_cast<double>(expected.deviation), 1e-13);
  auto const count = static_cast<double>(expected.permutations);
  EXPECT_EQ(report.p_value.at(0), static_cast<double>(expected.as_extreme) / count);
}

TEST(PermutationTest, MantelCountsWhatTheOracleEnumerates) {
  struct Cells {
    MatrixCells cells;
    int triangle;
  };
  std::uint64_t seed = 0;
  for (std::size_t n : {3U, 4U, 6U, 7U}) {
    for (Cells const& one : {Cells{MatrixCells::off_diagonal, 0}, Cells{MatrixCells::lower_triangle, -1},
                             Cells{MatrixCells::upper_triangle, 1}}) {
      for (int symmetric = 0; symmetric < 4; ++symmetric) {
        Square const first = random_square(n, (symmetric & 1) != 0, symmetric % 2 == 0 ? 3 : 0, ++seed);
        Square const second = random_square(n, (symmetric & 2) != 0, n == 6 ? 4 : 0, ++seed);
        for (CorrelationMethod const method : {CorrelationMethod::pearson, CorrelationMethod::spearman}) {
          SCOPED_TRACE("n " + std::to_string(n) + ", triangle " + std::to_string(one.triangle) + ", symmetric " +
                       std::to_string(symmetric) + ", " + std::string(name(method)));
          std::vector<std::size_t> identity(n);
          for (std::size_t i = 0; i < n; ++i) identity[i] = i;
          Numbers x = compared(first, one.triangle, identity);
          if (method == CorrelationMethod::spearman) x = oracle::ranks(x);
          auto const statistic = [&](std::vector<std::size_t> const& order) {
            Numbers const y = compared(second, one.triangle, order);
            return method == CorrelationMethod::spearman ? oracle::pearson(x, oracle::ranks(y)) : oracle::pearson(x, y);
          };
          PermutationReport const report =
              run({.first_matrix = view(first), .second_matrix = view(second), .method = method, .cells = one.cells});
          Numbers const y = compared(second, one.triangle, identity);
          if (*std::min_element(x.begin(), x.end()) == *std::max_element(x.begin(), x.end()) ||
              *std::min_element(y.begin(), y.end()) == *std::max_element(y.begin(), y.end())) {
            EXPECT_EQ(report.outcome.at(0), Outcome::not_finite);
            continue;
          }
          expect_enumerated(report, oracle::enumerate(n, statistic));
        }
      }
    }
  }
}

TEST(PermutationTest, SeriesCountWhatTheOracleEnumerates) {
  std::mt19937_64 random(3);
  for (std::size_t n = 2; n <= 8; ++n) {
    for (unsigned const steps : {4U, 1000U}) {
      Numbers x(n), y(n);
      for (std::size_t i = 0; i < n; ++i) {
        x[i] = static_cast<double>(random() % steps);
        y[i] = static_cast<double>(random() % steps) + 0.1 * x[i];
      }
      x[0] = y[0] = -1;  // not all equal
      struct Method {
        CorrelationMethod method;
        long double (*oracle)(Numbers const&, Numbers const&);
      };
      for (Method const& one :
           {Method{CorrelationMethod::pearson, oracle::pearson}, Method{CorrelationMethod::spearman, oracle::spearman},
            Method{CorrelationMethod::kendall, oracle::kendall}}) {
        SCOPED_TRACE("n " + std::to_string(n) + ", " + std::string(name(one.method)));
        auto const statistic = [&](std::vector<std::size_t> const& order) {
          return one.oracle(x, oracle::reordered(y, order));
        };
        expect_enumerated(run({.first = x, .second = y, .method = one.method}), oracle::enumerate(n, statistic));
      }
    }
  }
}

TEST(PermutationTest, AlternativesCountTheirSide) {
  Square const first = random_square(7, true, 0, 1), second = random_square(7, true, 0, 2);
  PermutationProblem const problem{.first_matrix = view(first), .second_matrix = view(second)};
  PermutationReport const report = run(problem);
  auto const count = static_cast<double>(report.permutations.at(0));
  EXPECT_EQ(run(problem, {.alternative = Alternative::greater}).p_value.at(0),
            static_cast<double>(report.at_least.at(0)) / count);
  EXPECT_EQ(run(problem, {.alternative = Alternative::less}).p_value.at(0),
            static_cast<double>(report.at_most.at(0)) / count);
}

TEST(PermutationTest, EveryKeptStatisticIsThatOfItsPermutation) {
  constexpr std::size_t n = 85;
  for (bool const symmetric : {true, false}) {
    Square const first = random_square(n, symmetric, 0, 4), second = random_square(n, false, 0, 5);
    PermutationReport const report = run({.first_matrix = view(first), .second_matrix = view(second), .stream = 9},
                                         {.permutations = 300, .seed = 12, .keep_statistics = true});
    EXPECT_EQ(report.exact.at(0), 0);
    VectorView<double const> const statistics = report.statistics(0);
    ASSERT_EQ(statistics.size(), 300);
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    Numbers const x = compared(first, 0, order);
    for (std::uint32_t b = 0; b < 300; b += 23) {
      draw_permutation(PhiloxStream(12, 9, b), n, order.data());
      EXPECT_NEAR(statistics[b], static_cast<double>(oracle::pearson(x, compared(second, 0, order))), 1e-14);
    }
    double mean = 0, squares = 0;
    Index at_least = 0, at_most = 0, as_extreme = 0;
    double const estimate = report.estimate.at(0);
    for (double const s : statistics) {
      mean += s / 300;
      at_least += s >= estimate ? 1 : 0;
      at_most += s <= estimate ? 1 : 0;
      as_extreme += std::abs(s) >= std::abs(estimate) ? 1 : 0;
    }
    for (double const s : statistics) squares += (s - mean) * (s - mean);
    EXPECT_EQ(report.at_least.at(0), at_least);
    EXPECT_EQ(report.at_most.at(0), at_most);
    EXPECT_EQ(report.as_extreme.at(0), as_extreme);
    EXPECT_NEAR(report.mean.at(0), mean, 1e-14);
    EXPECT_NEAR(report.standard_deviation.at(0), std::sqrt(squares / 299), 1e-14);
    EXPECT_NEAR(report.z.at(0), (estimate - mean) / std::sqrt(squares / 299), 1e-10);
    EXPECT_EQ(report.p_value.at(0), static_cast<double>(as_extreme + 1) / 301);
  }
}

TEST(PermutationTest, RandomPermutationsComeNearToAllOfThem) {
  Square const first = random_square(7, true, 0, 21), second = random_square(7, true, 0, 22);
  PermutationProblem const problem{.first_matrix = view(first), .second_matrix = view(second)};
  double const exact = run(problem).p_value.at(0);
  double const sampled = run(problem, {.permutations = 40'000, .enumeration = Enumeration::sampled}).p_value.at(0);
  EXPECT_NEAR(sampled, exact, 5 * std::sqrt(exact * (1 - exact) / 40'000));
}

TEST(PermutationTest, SeedAndStreamChooseThePermutations) {
  Square const first = random_square(20, true, 0, 1), second = random_square(20, true, 0, 2);
  auto const statistics = [&](std::uint64_t seed, std::uint64_t stream) {
    return run({.first_matrix = view(first), .second_matrix = view(second), .stream = stream},
               {.permutations = 50, .seed = seed, .keep_statistics = true})
        .all_statistics;
  };
  EXPECT_EQ(statistics(1, 2), statistics(1, 2));
  EXPECT_NE(statistics(1, 2), statistics(2, 2));
  EXPECT_NE(statistics(1, 2), statistics(1, 1));
}

/// A batch of all kinds.
class PermutationBatch : public testing::Test {
 protected:
  PermutationBatch() {
    for (std::size_t n : {3U, 8U, 17U, 33U}) {
      for (bool const symmetric : {true, false}) {
        squares.push_back(random_square(n, symmetric, 0, 100 + n));
        squares.push_back(random_square(n, false, 5, 200 + n));
      }
    }
    for (std::size_t s = 0; s < squares.size(); s += 2) {
      problems.push_back({.first_matrix = view(squares[s]), .second_matrix = view(squares[s + 1]), .stream = s});
      auto const length = static_cast<Index>(std::min<std::size_t>(squares[s].cells.size(), 60));
      VectorView<double const> const x(squares[s].cells.data(), length), y(squares[s + 1].cells.data(), length);
      for (CorrelationMethod const method :
           {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
        problems.push_back({.first = x, .second = y, .method = method});
      }
    }
  }

  std::vector<Square> squares;
  std::vector<PermutationProblem> problems;
  PermutationOptions options{.permutations = 700, .keep_statistics = true};
};

TEST_F(PermutationBatch, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 8);
  Engine one = Engine::cpu(1);
  PermutationReport const expected = permutation_test(one, options, problems);
  for (int const threads : {2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    PermutationReport const report = permutation_test(engine, options, problems);
    EXPECT_EQ(report.all_statistics, expected.all_statistics);
    EXPECT_EQ(report.as_extreme, expected.as_extreme);
    EXPECT_EQ(report.mean, expected.mean);
    EXPECT_EQ(report.standard_deviation, expected.standard_deviation);
  }
}

TEST_F(PermutationBatch, SameBitsAloneAsInTheBatch) {
  Engine engine = Engine::cpu(2);
  PermutationReport const all = permutation_test(engine, options, problems);
  for (std::size_t b = 0; b < problems.size(); ++b) {
    PermutationReport const alone = permutation_test(engine, options, {problems[b]});
    EXPECT_EQ(alone.estimate.at(0), all.estimate.at(b));
    EXPECT_EQ(alone.p_value.at(0), all.p_value.at(b));
    EXPECT_EQ(alone.mean.at(0), all.mean.at(b));
  }
}

TEST_F(PermutationBatch, SameBitsOnEverySimdTargetAndForAnyNumberAtOnce) {
  for (PermutationProblem const& problem : problems) {
    PermutationForm const form = permutation_form(problem).value();
    auto const n = static_cast<std::uint32_t>(form.objects);
    Index const stride = padded_places(form.objects);
    std::vector<std::uint32_t> positions(static_cast<std::size_t>(permutations_at_once * stride));
    std::array<double, permutations_at_once> expected{}, found{};
    for (Index p = 0; p < permutations_at_once; ++p) {
      std::uint32_t* const one = positions.data() + p * stride;
      draw_permutation(PhiloxStream(0, 0, static_cast<std::uint32_t>(p)), n, one);
      permutation_kernels(SimdTarget::scalar).statistics(form, one, 1, &expected.at(static_cast<std::size_t>(p)));
    }
    for (SimdTarget const target : simd_targets()) {
      for (Index count = 1; count <= permutations_at_once; ++count) {
        permutation_kernels(target).statistics(form, positions.data(), count, found.data());
        EXPECT_TRUE(std::equal(found.begin(), found.begin() + count, expected.begin())) << name(target) << ' ' << count;
      }
    }
  }
}

TEST(PermutationKernels, DrawWhatOneStreamAfterTheOtherDraws) {
  // For most permutations of 120,000 objects a number has to be looked at twice, for one in two drawn again.
  constexpr std::uint64_t seed = 0x123456789ABCDEF0, stream = 0xFEDCBA9876543210;
  constexpr std::uint32_t first = std::numeric_limits<std::uint32_t>::max() - 5;
  for (std::uint32_t const n : {2U, 3U, 32U, 33U, 34U, 85U, 400U, 120'000U}) {
    Index const stride = padded_places(n);
    std::vector<std::uint32_t> expected(static_cast<std::size_t>(permutations_at_once * stride), 7);
    for (Index p = 0; p < permutations_at_once; ++p) {
      PhiloxStream const random(seed, stream, first + static_cast<std::uint32_t>(p));
      draw_permutation(random, n, expected.data() + p * stride);
    }
    for (SimdTarget const target : simd_targets()) {
      for (Index count = 1; count <= permutations_at_once; ++count) {
        std::vector<std::uint32_t> positions(static_cast<std::size_t>(count * stride), 7);
        std::vector<std::uint32_t> words(static_cast<std::size_t>(count * drawn_words(n)));
        permutation_kernels(target).draw({.seed = seed, .stream = stream, .first = first, .count = count}, n,
                                         words.data(), positions.data());
        EXPECT_TRUE(std::equal(positions.begin(), positions.end(), expected.begin()))
            << n << " objects, " << count << " at once, " << name(target);
      }
    }
  }
}

TEST(PermutationTest, DoesNotDependOnUnits) {
  Square first = random_square(9, true, 0, 1), second = random_square(9, true, 0, 2);
  auto const p = [&] {
    return run({.first_matrix = view(first), .second_matrix = view(second)}, {.permutations = 500}).p_value.at(0);
  };
  double const expected = p();
  for (double& cell : first.cells) cell *= 1e300;
  for (double& cell : second.cells) cell *= 1e-300;
  EXPECT_EQ(p(), expected);
}

TEST(PermutationTest, CellsThatAreNotComparedAreNotRead) {
  Square first = random_square(6, false, 0, 1), second = random_square(6, false, 0, 2);
  auto const p = [&](MatrixCells cells) {
    return run({.first_matrix = view(first), .second_matrix = view(second), .cells = cells}).p_value.at(0);
  };
  double const all = p(MatrixCells::off_diagonal), lower = p(MatrixCells::lower_triangle);
  for (std::size_t i = 0; i < 6; ++i) {
    first.cells[i * 6 + i] = second.cells[i * 6 + i] = std::numeric_limits<double>::quiet_NaN();
  }
  EXPECT_EQ(p(MatrixCells::off_diagonal), all);
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = i; j < 6; ++j) first.cells[i * 6 + j] = std::numeric_limits<double>::infinity();
  }
  EXPECT_EQ(p(MatrixCells::lower_triangle), lower);
}

TEST(PermutationTest, WithoutVariationThereIsNoResult) {
  Numbers const x{1, 2, 3, 4}, same{0.1, 0.1, 0.1, 0.1};
  Engine engine = Engine::cpu(1);
  PermutationReport const report =
      permutation_test(engine, {.keep_statistics = true}, {{.first = x, .second = same}, {.first = x, .second = x}});
  EXPECT_EQ(report.outcome, (std::vector{Outcome::not_finite, Outcome::converged}));
  EXPECT_TRUE(std::isnan(report.estimate.at(0)));
  EXPECT_TRUE(std::isnan(report.p_value.at(0)));
  EXPECT_EQ(report.permutations.at(0), 0);
  EXPECT_EQ(report.statistics(0).size(), 0);
  EXPECT_EQ(report.statistics(1).size(), 24);
  for (CorrelationMethod const method : {CorrelationMethod::spearman, CorrelationMethod::kendall}) {
    EXPECT_EQ(run({.first = same, .second = x, .method = method}).outcome.at(0), Outcome::not_finite);
  }
}

TEST(PermutationTest, StopEndsWithCancelled) {
  Square const first = random_square(20, true, 0, 1), second = random_square(20, true, 0, 2);
  std::stop_source source;
  source.request_stop();
  PermutationReport const report = run({.first_matrix = view(first), .second_matrix = view(second)},
                                       {.control = {.stop = source.get_token(), .progress = nullptr}});
  EXPECT_EQ(report.outcome.at(0), Outcome::cancelled);
  EXPECT_TRUE(std::isnan(report.p_value.at(0)));
  EXPECT_EQ(report.permutations.at(0), 0);
}

TEST(PermutationTest, NamesWhatBreaksItsContract) {
  Numbers const x{1, 2, 3}, two{1, 2}, bad{1, std::numeric_limits<double>::quiet_NaN(), 3};
  Square const square = random_square(4, true, 0, 1), small = random_square(3, true, 0, 1);
  Square infinite = square;
  infinite.cells[6] = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = two}); }),
            "permutation_test: problems[0].second has 2 values; the first series has 3");
  EXPECT_EQ(contract_message([&] { run({.first = bad, .second = x}); }),
            "permutation_test: problems[0].first value 1 is NaN; values must be finite");
  EXPECT_EQ(contract_message([&] { run({.first = {}, .second = {}}); }),
            "permutation_test: problems[0] has 0 objects; expected 2 to 2147483647");
  EXPECT_EQ(contract_message([&] { run({.first_matrix = view(square), .second_matrix = view(small)}); }),
            "permutation_test: problems[0].second_matrix is 3 x 3; expected 4 x 4");
  EXPECT_EQ(contract_message([&] { run({.first_matrix = view(square), .second_matrix = view(infinite)}); }),
            "permutation_test: problems[0].second_matrix row 1, column 2 is -infinity; compared cells must be finite");
  EXPECT_EQ(contract_message([&] {
              run({.first_matrix = view(square), .second_matrix = view(square), .method = CorrelationMethod::kendall});
            }),
            "permutation_test: problems[0].method is kendall; matrices are compared by pearson or spearman");
  EXPECT_EQ(contract_message(
                [&] { run({.first_matrix = view(square), .second_matrix = view(square), .first = x, .second = x}); }),
            "permutation_test: problems[0] has matrices and series; expected two matrices or two series");
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = x}, {.permutations = 0}); }),
            "permutation_test: options.permutations is 0; expected 1 to 4294967295");
  Numbers const eleven{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  EXPECT_EQ(contract_message([&] { run({.first = eleven, .second = eleven}, {.enumeration = Enumeration::exact}); }),
            "permutation_test: problems[0] has 11 objects; all permutations are made of at most 10");
}

}  // namespace
}  // namespace regio
