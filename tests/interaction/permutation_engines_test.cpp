// Permutation tests have the same bits on every engine.
#include <regio/dependence.hpp>
#include <regio/permutation_test.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/engines.hpp"

namespace regio {
namespace {

class PermutationTestOn : public EngineTest {
 protected:
  /// `steps` > 0: only so many different values, so that permutations tie.
  std::vector<double> const& numbers(Index count, unsigned steps) {
    std::mt19937_64 random(kept.size());
    std::vector<double>& made = kept.emplace_back(static_cast<std::size_t>(count));
    for (double& number : made) {
      number = steps > 0 ? static_cast<double>(random() % steps) : std::ldexp(static_cast<double>(random() >> 11), -53);
    }
    return made;
  }

  std::vector<std::vector<double>> kept = [] {
    std::vector<std::vector<double>> room;
    room.reserve(100);  // views of what is kept stay valid
    return room;
  }();
};

TEST_P(PermutationTestOn, BatchHasTheBitsOfOneThreadOfTheCpu) {
  std::vector<PermutationProblem> problems;
  for (Index const n : {3, 8, 17, 40}) {
    for (unsigned const steps : {0U, 4U}) {
      double const* const first = numbers(n * n, steps).data();
      double const* const second = numbers(n * n, steps).data();
      for (MatrixCells const cells : {MatrixCells::off_diagonal, MatrixCells::upper_triangle}) {
        for (CorrelationMethod const method : {CorrelationMethod::pearson, CorrelationMethod::spearman}) {
          problems.push_back({.first_matrix = {first, n, n},
                              .second_matrix = {second, n, n},
                              .method = method,
                              .cells = cells,
                              .stream = problems.size()});
        }
      }
      for (CorrelationMethod const method :
           {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
        problems.push_back({.first = {first, n}, .second = {second, n}, .method = method, .stream = problems.size()});
      }
    }
  }
  PermutationOptions const options{.permutations = 400, .seed = 31, .keep_statistics = true};
  Engine cpu = Engine::cpu(1);
  PermutationReport const expected = permutation_test(cpu, options, problems);
  PermutationReport const report = permutation_test(engine, options, problems);
  EXPECT_EQ(report.outcome, expected.outcome);
  EXPECT_EQ(report.permutations, expected.permutations);
  EXPECT_EQ(report.at_least, expected.at_least);
  EXPECT_EQ(report.at_most, expected.at_most);
  EXPECT_EQ(report.as_extreme, expected.as_extreme);
  for (Index b = 0; b < report.size(); ++b) {
    if (report.outcome[static_cast<std::size_t>(b)] != Outcome::converged) continue;
    VectorView<double const> const found = report.statistics(b), wanted = expected.statistics(b);
    EXPECT_EQ(std::vector<double>(found.begin(), found.end()), std::vector<double>(wanted.begin(), wanted.end()));
    EXPECT_EQ(report.mean[static_cast<std::size_t>(b)], expected.mean[static_cast<std::size_t>(b)]);
  }
}

TEST_P(PermutationTestOn, CorrelationsMakeTheirPermutationsThere) {
  std::vector<double> const &x = numbers(30, 0), &y = numbers(30, 0);
  CorrelationOptions const options{
      .test = CorrelationTest::permutation, .permutations = 300, .interval = CorrelationInterval::none};
  Engine cpu = Engine::cpu(1);
  EXPECT_EQ(correlations(engine, options, {{.first = x, .second = y}}).p_value,
            correlations(cpu, options, {{.first = x, .second = y}}).p_value);
}

REGIO_TEST_ON_ENGINES(PermutationTestOn);

}  // namespace
}  // namespace regio
