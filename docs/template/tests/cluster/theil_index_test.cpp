// TEMPLATE: the test. First an oracle that shares no code with the library, then what a user would notice: known
// answers, properties, every documented error, the same bits for any number of threads.
#include <regio/theil_index.hpp>

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <random>

#include "tests/simt/simulated_devices.hpp"

namespace {

// The textbook's formula in another form: T = ln(1/mu) + sum s_i x_i ln(x_i) / mu.
double oracle(std::vector<double> const& x, std::vector<double> const& w) {
  double total = 0;
  double mean = 0;
  double entropy = 0;
  for (double const weight : w) total += weight;
  for (std::size_t i = 0; i < x.size(); ++i) mean += w[i] / total * x[i];
  for (std::size_t i = 0; i < x.size(); ++i) entropy += w[i] / total * x[i] * std::log(x[i]);
  return entropy / mean - std::log(mean);
}

}  // namespace

namespace regio {
namespace {

// The CUDA side runs here too, on the executor of tests/simt.
Engine simulated_device() { return Engine::cuda({.library = REGIO_SIMT_LIBRARY}); }

double index_of(std::vector<double> const& values, std::vector<double> const& weights = {}) {
  Engine engine = Engine::cpu(1);
  return theil_index(engine, {{.values = values, .weights = weights}}).index.at(0);
}

TEST(TheilIndex, EqualRegionsHaveNoInequality) { EXPECT_NEAR(index_of({5, 5, 5}), 0.0, 1e-15); }

TEST(TheilIndex, AgreesWithTheOracle) {
  std::mt19937_64 generator(7);
  std::lognormal_distribution<double> value;
  for (int regions : {1, 2, 31, 32, 33, 127}) {
    std::vector<double> x(static_cast<std::size_t>(regions)), w(x.size());
    for (double& v : x) v = value(generator);
    for (double& v : w) v = value(generator);
    EXPECT_NEAR(index_of(x, w), oracle(x, w), 1e-12) << regions << " regions";
  }
}

TEST(TheilIndex, TheDeviceAgreesWithTheCpu) {
  std::vector<double> x(100);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1.0 + static_cast<double>(i * i % 17);
  std::vector<double> const w(x.rbegin(), x.rend());
  std::vector<TheilProblem> problems;
  for (Index const regions : {1, 2, 31, 32, 33, 100}) {
    problems.push_back({.values = {x.data(), regions}});
    problems.push_back({.values = {x.data(), regions}, .weights = {w.data(), regions}});
  }
  Engine cpu = Engine::cpu(1);
  std::vector<double> const expected = theil_index(cpu, problems).index;
  simt::reset_runtime();
  simt::devices()[0].totalGlobalMem = 5000;  // less than the batch needs: it is divided
  Engine device = simulated_device();
  std::vector<double> const found = theil_index(device, problems).index;
  for (std::size_t b = 0; b < problems.size(); ++b) EXPECT_NEAR(found[b], expected[b], 1e-13) << "problem " << b;
  EXPECT_GT(simt::launch_log().size(), 1U);
  EXPECT_EQ(simt::launch_log().front().name, "theil_index_of_each");
}

TEST(TheilIndex, DoesNotDependOnTheUnit) { EXPECT_NEAR(index_of({1, 2, 7}), index_of({1e3, 2e3, 7e3}), 1e-14); }

TEST(TheilIndex, WeightTwoIsTheRegionTwice) { EXPECT_NEAR(index_of({1, 4}, {2, 1}), index_of({1, 1, 4}), 1e-15); }

TEST(TheilIndex, SameBitsForAnyNumberOfThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  std::vector<double> const x{1, 2, 4, 8, 16};
  std::vector<TheilProblem> const problems(1000, TheilProblem{.values = x});
  Engine one = Engine::cpu(1);
  auto const expected = theil_index(one, problems).index;
  for (int threads : {2, 3, 7}) {
    Engine engine = Engine::cpu(threads);
    EXPECT_EQ(theil_index(engine, problems).index, expected);
  }
}

TEST(TheilIndex, NamesProblemRegionAndValueOfABrokenContract) {
  try {
    index_of({3, -1});
    FAIL() << "accepted a negative value";
  } catch (ContractError const& error) {
    EXPECT_STREQ(error.what(), "theil_index: problems[0].values [1] is -1.000000; values must be positive and finite");
  }
  EXPECT_THROW(index_of({}), ContractError);
  EXPECT_THROW(index_of({1, 2}, {1}), ContractError);
  EXPECT_THROW(index_of({1, 2}, {0, 0}), ContractError);
  EXPECT_THROW(index_of({1, 2}, {1, -1}), ContractError);
}

}  // namespace
}  // namespace regio
