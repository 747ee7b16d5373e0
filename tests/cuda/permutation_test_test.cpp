// Permutation tests on the simulated device: the CPU's statistics to the bit, made by kernels that the logs name.
#include <regio/permutation_test.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/cuda/disturbed_runs.hpp"
#include "tests/cuda/simulated_engine.hpp"

namespace regio {
namespace {

using testing::ElementsAre;

std::vector<double> random_numbers(Index count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& number : numbers) number = std::ldexp(static_cast<double>(random() >> 11), -53);
  return numbers;
}

class PermutationOnDevice : public SimtTest {
 protected:
  PermutationProblem matrices(Index n, bool symmetric = true) {
    for (int side = 0; side < 2; ++side) {
      kept.push_back(random_numbers(n * n, kept.size()));
      for (Index i = 0; symmetric && i < n; ++i) {
        for (Index j = 0; j < i; ++j) {
          kept.back()[static_cast<std::size_t>(i * n + j)] = kept.back()[static_cast<std::size_t>(j * n + i)];
        }
      }
    }
    return {.first_matrix = {kept[kept.size() - 2].data(), n, n},
            .second_matrix = {kept.back().data(), n, n},
            .stream = kept.size()};
  }
  PermutationProblem series(Index n, CorrelationMethod method) {
    for (int side = 0; side < 2; ++side) kept.push_back(random_numbers(n, kept.size()));
    return {.first = kept[kept.size() - 2], .second = kept.back(), .method = method, .stream = kept.size()};
  }

  static void expect_same(PermutationReport const& report, PermutationReport const& expected) {
    EXPECT_EQ(report.outcome, expected.outcome);
    EXPECT_EQ(report.all_statistics, expected.all_statistics);
    EXPECT_EQ(report.estimate, expected.estimate);
    EXPECT_EQ(report.p_value, expected.p_value);
    EXPECT_EQ(report.at_least, expected.at_least);
    EXPECT_EQ(report.at_most, expected.at_most);
    EXPECT_EQ(report.as_extreme, expected.as_extreme);
    EXPECT_EQ(report.mean, expected.mean);
    EXPECT_EQ(report.standard_deviation, expected.standard_deviation);
    EXPECT_EQ(report.z, expected.z);
  }
  static void expect_as_on_cpu(PermutationOptions const& options, std::vector<PermutationProblem> const& problems) {
    simt::launch_log().clear();
    Engine device = simulated_device(), cpu = Engine::cpu();
    expect_same(permutation_test(device, options, problems), permutation_test(cpu, options, problems));
  }

  std::vector<std::vector<double>> kept;
};

TEST_F(PermutationOnDevice, EveryKindOfProblemInOneLaunch) {
  std::vector<PermutationProblem> problems;
  for (Index n : {3, 6, 9, 24, 33}) {
    problems.push_back(matrices(n));
    problems.push_back(matrices(n, false));
    problems.back().cells = n == 9 ? MatrixCells::lower_triangle : MatrixCells::off_diagonal;
    for (CorrelationMethod const method :
         {CorrelationMethod::pearson, CorrelationMethod::spearman, CorrelationMethod::kendall}) {
      problems.push_back(series(n, method));
    }
  }
  expect_as_on_cpu({.permutations = 300, .seed = 5, .keep_statistics = true}, problems);
  EXPECT_THAT(launched_kernels(), ElementsAre("permutation_statistic"));
}

TEST_F(PermutationOnDevice, LargerProblemsTakeOtherPlaces) {
  // 64 KiB of shared memory: 46 objects fit with their matrix, 85 without, series of 900 with fewer threads, and of
  // 2000 not at all.
  simt::devices()[0].sharedMemPerBlockOptin = 64 * 1024;
  std::vector<PermutationProblem> const problems{series(2000, CorrelationMethod::pearson), matrices(46), matrices(85),
                                                 series(900, CorrelationMethod::spearman)};
  expect_as_on_cpu({.permutations = 40, .keep_statistics = true}, problems);
  EXPECT_THAT(launched_kernels(),
              ElementsAre("permutation_statistic", "permutation_statistic_shared_permutation",
                          "permutation_statistic_shared_permutation", "permutation_statistic_global"));
}

TEST_F(PermutationOnDevice, OneCopyThereAndOneBack) {
  std::vector<PermutationProblem> const problems{matrices(20), matrices(30)};
  Engine device = simulated_device();
  permutation_test(device, {.permutations = 1000}, problems);
  std::vector<simt::CopyRecord> const copies = simt::copy_log();
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].kind, cudaMemcpyHostToDevice);
  // Whole second sides, and the rows of the triangle padded to eight places.
  std::size_t const numbers = 20 * 20 + 30 * 30 + (19 * 20 / 2) + (29 * 30 / 2);
  EXPECT_GE(copies[0].bytes, numbers * sizeof(double));
  EXPECT_LE(copies[0].bytes, (numbers + 50 * 7) * sizeof(double) + 256);
  EXPECT_EQ(copies[1].kind, cudaMemcpyDeviceToHost);
  EXPECT_EQ(copies[1].bytes, 2 * 1000 * sizeof(double));
  ASSERT_EQ(simt::launch_log().size(), 1U);
  EXPECT_EQ(simt::launch_log()[0].grid.x, 4U);
  EXPECT_EQ(simt::launch_log()[0].grid.y, 2U);
}

TEST_F(PermutationOnDevice, AnyOrderOfThreadsAndBlocks) {
  std::vector<PermutationProblem> const problems{matrices(12), matrices(7), series(20, CorrelationMethod::kendall)};
  PermutationOptions const options{.permutations = 600, .keep_statistics = true};
  Engine cpu = Engine::cpu();
  PermutationReport const expected = permutation_test(cpu, options, problems);
  simt::ExecutorOptions const before = simt::options();
  for (simt::Order const order : {simt::Order::reverse, simt::Order::random}) {
    simt::reset_runtime();
    simt::options().order = order;
    simt::options().resident_blocks = 3;
    Engine device = simulated_device();
    expect_same(permutation_test(device, options, problems), expected);
  }
  simt::options() = before;
}

TEST_F(PermutationOnDevice, BatchThatTheMemoryDoesNotHoldIsDivided) {
  std::vector<PermutationProblem> const problems{matrices(20), series(9, CorrelationMethod::pearson), matrices(20)};
  simt::devices()[0].totalGlobalMem = 16 * 1024;
  expect_as_on_cpu({.permutations = 1500, .keep_statistics = true}, problems);
  EXPECT_GT(launched_kernels().size(), 2U);
}

TEST_F(PermutationOnDevice, ProblemThatTheMemoryDoesNotHoldIsAClearErrorAndTheEngineGoesOn) {
  PermutationProblem const large = matrices(100), small = matrices(9);
  simt::devices()[0].totalGlobalMem = 32 * 1024;
  Engine device = simulated_device();
  try {
    permutation_test(device, {.permutations = 10}, {large});
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
  }
  EXPECT_EQ(permutation_test(device, {.permutations = 10}, {small}).outcome[0], Outcome::converged);
}

TEST_F(PermutationOnDevice, StopBeforeAPartEndsWithCancelled) {
  PermutationProblem const problem = matrices(9);
  std::stop_source source;
  source.request_stop();
  Engine device = simulated_device();
  PermutationReport const report =
      permutation_test(device, {.control = {.stop = source.get_token(), .progress = nullptr}}, {problem});
  EXPECT_EQ(report.outcome.at(0), Outcome::cancelled);
  EXPECT_TRUE(simt::launch_log().empty());
}

TEST_F(PermutationOnDevice, EveryFailingCallIsAClearErrorOrTheRightResult) {
  std::vector<PermutationProblem> const problems{matrices(12), series(8, CorrelationMethod::pearson)};
  PermutationOptions const options{.permutations = 60};
  Engine cpu = Engine::cpu();
  PermutationReport const expected = permutation_test(cpu, options, problems);
  FailedCalls const failed = fail_at_every_call([&] {
    Engine device = simulated_device();
    expect_same(permutation_test(device, options, problems), expected);
  });
  EXPECT_GT(failed.errors, failed.calls / 2);
}

}  // namespace
}  // namespace regio
