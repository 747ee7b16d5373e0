// What SciPy gives is compared in tests/reference/dependence_statistics.py; here are values by hand, bits and refusals.
#include <regio/dependence.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <limits>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/oracle/dependence.hpp"
#include "tests/support/contract_message.hpp"

namespace regio {
namespace {

using oracle::Numbers;
using test::contract_message;

CorrelationReport run(CorrelationProblem const& problem, CorrelationOptions const& options = {}) {
  Engine engine = Engine::cpu(1);
  return correlations(engine, options, {problem});
}

Numbers random_series(std::size_t n, unsigned steps, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Numbers series(n);
  for (double& value : series) value = static_cast<double>(random() % steps);
  series[0] = -1;
  return series;
}

CorrelationOptions const without_interval{.interval = CorrelationInterval::none};

TEST(Correlation, EstimatesAreThoseOfTheDefinitions) {
  for (std::size_t n : {2U, 3U, 10U, 64U, 301U}) {
    for (unsigned const steps : {3U, 1'000'000U}) {
      Numbers const x = random_series(n, steps, n), y = random_series(n, steps, n + 1000);
      auto const estimate = [&](CorrelationMethod method) {
        return run({.first = x, .second = y, .method = method}, without_interval).estimate.at(0);
      };
      EXPECT_NEAR(estimate(CorrelationMethod::pearson), static_cast<double>(oracle::pearson(x, y)), 1e-14);
      EXPECT_NEAR(estimate(CorrelationMethod::spearman), static_cast<double>(oracle::spearman(x, y)), 1e-14);
      EXPECT_NEAR(estimate(CorrelationMethod::kendall), static_cast<double>(oracle::kendall(x, y)), 1e-14);
    }
  }
}

TEST(Correlation, ExactTestsCountAllPermutations) {
  Numbers const x{1, 2, 3, 4, 5}, y{2, 1, 4, 3, 5};
  // tau = 0.6: two inversions; 1 + 4 + 9 of 120 permutations have at most two. rho = 0.8: by enumeration 8 and more.
  CorrelationReport const kendall =
      run({.first = x, .second = y, .method = CorrelationMethod::kendall}, without_interval);
  EXPECT_EQ(kendall.test.at(0), CorrelationTest::exact);
  EXPECT_NEAR(kendall.p_value.at(0), 2 * 14.0 / 120, 1e-15);
  CorrelationReport const spearman =
      run({.first = x, .second = y, .method = CorrelationMethod::spearman}, without_interval);
  EXPECT_EQ(spearman.test.at(0), CorrelationTest::exact);
  oracle::Enumerated const all = oracle::enumerate(
      5, [&](std::vector<std::size_t> const& order) { return oracle::spearman(x, oracle::reordered(y, order)); });
  EXPECT_EQ(spearman.p_value.at(0), static_cast<double>(all.as_extreme) / 120);
}

TEST(Correlation, DistributionOfInversionsAgreesWithEnumerationOnEverySide) {
  Numbers x(6), y(6);
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 30; ++trial) {
    for (std::size_t i = 0; i < 6; ++i) {
      x[i] = static_cast<double>(i);
      y[i] = static_cast<double>(random());
    }
    oracle::Enumerated const all = oracle::enumerate(
        6, [&](std::vector<std::size_t> const& order) { return oracle::kendall(x, oracle::reordered(y, order)); });
    auto const p = [&](Alternative alternative) {
      CorrelationOptions options = without_interval;
      options.alternative = alternative;
      return run({.first = x, .second = y, .method = CorrelationMethod::kendall}, options).p_value.at(0);
    };
    auto const count = static_cast<double>(all.permutations);
    EXPECT_NEAR(p(Alternative::greater), static_cast<double>(all.at_least) / count, 1e-14);
    EXPECT_NEAR(p(Alternative::less), static_cast<double>(all.at_most) / count, 1e-14);
    EXPECT_NEAR(p(Alternative::two_sided), static_cast<double>(all.as_extreme) / count, 1e-14);
  }
}

TEST(Correlation, PermutationTestIsThatOfPermutationTest) {
  Numbers const x = random_series(40, 1000, 1), y = random_series(40, 1000, 2);
  CorrelationOptions options{.test = CorrelationTest::permutation, .permutations = 500};
  options.interval = CorrelationInterval::none;
  options.seed = 4;
  Engine engine = Engine::cpu(1);
  for (CorrelationMethod const method :
       {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
    CorrelationReport const report = run({.first = x, .second = y, .method = method, .stream = 3}, options);
    PermutationReport const expected = permutation_test(engine, {.permutations = 500, .seed = 4},
                                                        {{.first = x, .second = y, .method = method, .stream = 3}});
    EXPECT_EQ(report.p_value.at(0), expected.p_value.at(0));
    EXPECT_EQ(report.test.at(0), CorrelationTest::permutation);
  }
}

TEST(Correlation, IntervalsHoldTheTruthAboutAsOftenAsTheySay) {
  // Correlation 0.6 of normal pairs; the bootstrap's intervals are known to be a little short with 30 objects.
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal;
  constexpr int samples = 200;
  std::vector<Numbers> series(2 * samples, Numbers(30));
  std::vector<CorrelationProblem> problems;
  for (std::size_t s = 0; s < 2 * samples; s += 2) {
    for (std::size_t i = 0; i < 30; ++i) {
      series[s][i] = normal(random);
      series[s + 1][i] = 0.6 * series[s][i] + 0.8 * normal(random);
    }
    problems.push_back({.first = series[s], .second = series[s + 1], .stream = s});
  }
  Engine engine = Engine::cpu();
  for (CorrelationInterval const interval :
       {CorrelationInterval::fisher, CorrelationInterval::percentile, CorrelationInterval::bca}) {
    CorrelationReport const report =
        correlations(engine, {.interval = interval, .confidence = 0.9, .replicates = 400}, problems);
    int held = 0;
    for (std::size_t s = 0; s < samples; ++s) held += report.lower[s] <= 0.6 && 0.6 <= report.upper[s] ? 1 : 0;
    EXPECT_GE(held, 164) << name(interval);
    EXPECT_LE(held, 195) << name(interval);
  }
}

TEST(Correlation, ReplicatesThatDoNotVaryAreLeftOutAndCounted) {
  Numbers const x{0, 0, 0, 1}, y{1, 2, 3, 4};
  CorrelationReport const report =
      run({.first = x, .second = y},
          {.interval = CorrelationInterval::percentile, .replicates = 500, .keep_replicates = true});
  Index undefined = 0;
  for (double const r : report.replicates(0)) undefined += std::isnan(r) ? 1 : 0;
  EXPECT_EQ(report.replicates(0).size(), 500);
  EXPECT_EQ(report.undefined_replicates.at(0), undefined);
  EXPECT_GT(undefined, 100) << "a draw without the fourth object has probability 0.32";
  EXPECT_LT(undefined, 220);
  EXPECT_LT(report.lower.at(0), report.upper.at(0));
  // Without the fourth object there is no correlation, and so no acceleration.
  EXPECT_TRUE(std::isnan(run({.first = x, .second = y}).lower.at(0)));
}

TEST(Correlation, SameBitsForAnyNumberOfThreadsAndAnyOrder) {
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<Numbers> series;
  for (std::uint64_t s = 0; s < 12; ++s) series.push_back(random_series(6 + s / 2, 9, s));
  std::vector<CorrelationProblem> problems;
  for (std::size_t s = 0; s < 12; s += 2) {
    for (CorrelationMethod const method :
         {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
      problems.push_back({.first = series[s], .second = series[s + 1], .method = method, .stream = s});
    }
  }
  CorrelationOptions const options{.test = CorrelationTest::permutation, .permutations = 300, .replicates = 300};
  Engine one = Engine::cpu(1);
  CorrelationReport const expected = correlations(one, options, problems);
  for (int const threads : {2, 5}) {
    Engine engine = Engine::cpu(threads);
    CorrelationReport const report = correlations(engine, options, problems);
    EXPECT_EQ(report.p_value, expected.p_value);
    EXPECT_EQ(report.lower, expected.lower);
    EXPECT_EQ(report.upper, expected.upper);
  }
  for (std::size_t b = 0; b < problems.size(); ++b) {
    CorrelationReport const alone = run(problems[b], options);
    EXPECT_EQ(alone.p_value.at(0), expected.p_value[b]);
    EXPECT_EQ(alone.upper.at(0), expected.upper[b]);
  }
}

TEST(Correlation, WithoutVariationThereIsNoResult) {
  Numbers const x{1, 2, 3}, same{4, 4, 4};
  for (CorrelationMethod const method :
       {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
    CorrelationReport const report = run({.first = x, .second = same, .method = method});
    EXPECT_EQ(report.outcome.at(0), Outcome::not_finite);
    EXPECT_TRUE(std::isnan(report.estimate.at(0)) && std::isnan(report.p_value.at(0)) &&
                std::isnan(report.lower.at(0)));
  }
}

TEST(Correlation, StopEndsWithCancelled) {
  Numbers const x = random_series(20, 100, 1), y = random_series(20, 100, 2);
  std::stop_source source;
  source.request_stop();
  CorrelationReport const report =
      run({.first = x, .second = y}, {.control = {.stop = source.get_token(), .progress = nullptr}});
  EXPECT_EQ(report.outcome.at(0), Outcome::cancelled);
  EXPECT_TRUE(std::isnan(report.estimate.at(0)));
}

TEST(Correlation, NamesWhatBreaksItsContract) {
  Numbers const x = random_series(12, 4, 1), y = random_series(12, 4, 2), two{1, 2};
  Numbers bad = x;
  bad[3] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = two}); }),
            "correlations: problems[0].second has 2 values; the first series has 12");
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = bad}); }),
            "correlations: problems[0].second value 3 is infinity; values must be finite");
  EXPECT_EQ(contract_message([&] { run({.first = {}, .second = {}}); }),
            "correlations: problems[0] has 0 objects; expected 2 to 2147483647");
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = y}, {.confidence = 1}); }),
            "correlations: options.confidence is 1; expected a number between 0 and 1");
  EXPECT_EQ(contract_message([&] { run({.first = x, .second = y}, {.replicates = 0}); }),
            "correlations: options.replicates is 0; expected 1 to 4294967295");
  EXPECT_EQ(contract_message([&] {
              run({.first = x, .second = y, .method = CorrelationMethod::kendall},
                  {.interval = CorrelationInterval::fisher});
            }),
            "correlations: problems[0].method is kendall; Fisher's interval is one of pearson's correlation");
  EXPECT_EQ(
      contract_message([&] { run({.first = x, .second = y}, {.test = CorrelationTest::exact}); }),
      "correlations: problems[0] has 12 objects; an exact test takes at most 10, of kendall without ties at most 500");
}

TEST(AdjustedPValues, ByHand) {
  std::vector<double> const p{0.01, 0.04, 0.03, std::numeric_limits<double>::quiet_NaN(), 0.5};
  auto const expect = [&](MultipleTests method, std::vector<double> const& expected) {
    std::vector<double> const adjusted = adjusted_p_values(p, method);
    EXPECT_TRUE(std::isnan(adjusted[3]));
    for (std::size_t i : {0U, 1U, 2U, 4U}) EXPECT_NEAR(adjusted[i], expected[i], 1e-15) << name(method) << ' ' << i;
  };
  expect(MultipleTests::bonferroni, {0.04, 0.16, 0.12, 0, 1});
  expect(MultipleTests::holm, {0.04, 0.09, 0.09, 0, 0.5});
  expect(MultipleTests::benjamini_hochberg, {0.04, 0.16 / 3, 0.16 / 3, 0, 0.5});
  double const dependence = 1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0;
  expect(MultipleTests::benjamini_yekutieli, {0.04 * dependence, 0.16 / 3 * dependence, 0.16 / 3 * dependence, 0, 1});
  EXPECT_TRUE(adjusted_p_values({}, MultipleTests::holm).empty());
}

TEST(AdjustedPValues, RefusesWhatIsNoProbability) {
  std::vector<double> const p{0.5, 1.5};
  EXPECT_EQ(contract_message([&] { (void)adjusted_p_values(p, MultipleTests::holm); }),
            "adjusted_p_values: p_values value 1 is 1.5; expected 0 to 1, or NaN");
}

}  // namespace
}  // namespace regio
