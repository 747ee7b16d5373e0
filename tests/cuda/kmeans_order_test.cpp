// Tasks of uneven length: the device puts the longest first, so that no group is left alone with one, and results stay.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <string>
#include <vector>

#include "cuda/cuda_backend.hpp"
#include "cuda/kmeans_plan_cuda.hpp"
#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/kmeans_on_device.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KmeansOrder : public SimtTest {
 protected:
  void SetUp() override {
    SimtTest::SetUp();
    simt::devices()[0].multiProcessorCount = 1;
  }

  /// `shorts` short problems, and among the last of them `longs` that take 75 times as long.
  std::vector<KmeansProblem> uneven_batch(Index shorts, Index longs) const {
    std::vector<KmeansProblem> problems(static_cast<std::size_t>(shorts),
                                        {.points = few_.view(), .clusters = 2, .restarts = 1});
    problems.insert(problems.end() - 3, static_cast<std::size_t>(longs),
                    {.points = many_.view(), .clusters = 10, .restarts = 1});
    return problems;
  }

  /// The launches of a fit of the batch, which must give the CPU's bits.
  static std::vector<std::string> launches_of(std::vector<KmeansProblem> const& problems) {
    simt::launch_log().clear();
    Engine gpu = simulated_device(), cpu = Engine::cpu();
    expect_same_bits(kmeans_fit(gpu, options_, problems), kmeans_fit(cpu, options_, problems));
    return launched_kernels();
  }

  static inline KmeansOptions const options_{.seed = 5};
  Points few_ = normal_points(8, 2, 1), many_ = normal_points(120, 2, 2);
};

TEST_F(KmeansOrder, LongTasksBehindShortOnesAreSortedOnTheDevice) {
  EXPECT_THAT(launches_of(uneven_batch(150, 4)), ElementsAre("kmeans_prepare_warp", "sort_by_key", "kmeans_fit_warp"));
}

TEST_F(KmeansOrder, NothingIsSortedWhereOrderCannotHelp) {
  std::vector<std::string> const unsorted{"kmeans_prepare_warp", "kmeans_fit_warp"};
  EXPECT_EQ(launches_of(uneven_batch(150, 0)), unsorted) << "all are as long";
  EXPECT_EQ(launches_of(uneven_batch(5, 2)), unsorted) << "every group has one task at most";
  std::vector<KmeansProblem> sorted = uneven_batch(150, 4);
  std::ranges::stable_sort(sorted, std::ranges::greater(), cuda::run_work);
  EXPECT_EQ(launches_of(sorted), unsorted) << "the longest stand first";
}

/// When the last of the groups ends that draw tasks of these lengths, in this order, from one ticket.
double end_of_queue(std::vector<double> const& tasks, Index groups) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at(
      std::greater<>(), std::vector<double>(static_cast<std::size_t>(groups), 0));
  double end = 0;
  for (double const task : tasks) {
    double const done = free_at.top() + task;
    free_at.pop();
    free_at.push(done);
    end = std::max(end, done);
  }
  return end;
}

TEST_F(KmeansOrder, ALaunchEndsNearlyAsSoonAsItsWorkAllows) {
  std::vector<KmeansProblem> const problems = uneven_batch(2000, 4);
  auto const backend = cuda::CudaBackend::make(0, nullptr, 1);
  cuda::KmeansDevicePlan plan;
  backend->run([&] { plan = cuda::plan_kmeans_part(problems, 0, options_, backend->properties(), 0); });
  ASSERT_EQ(plan.starts.size(), 1U);
  cuda::PlannedLaunch const& launch = plan.starts[0];
  ASSERT_TRUE(launch.longest_first);
  std::vector<double> work;
  for (cuda::PlannedTask const& task : launch.tasks) work.push_back(task.work);
  Index const groups = Index{launch.blocks} * (launch.threads / launch.route.threads);
  double const least = std::max(std::accumulate(work.begin(), work.end(), 0.0) / static_cast<double>(groups),
                                *std::ranges::max_element(work));
  double const as_given = end_of_queue(work, groups);
  std::ranges::stable_sort(work, std::greater());
  double const longest_first = end_of_queue(work, groups);
  EXPECT_LT(longest_first, 1.05 * least);
  EXPECT_GT(as_given, 1.25 * longest_first);
}

TEST_F(KmeansOrder, EveryFailingCallIsAClearErrorOrTheRightResult) {
  std::vector<KmeansProblem> const problems = uneven_batch(150, 2);
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options_, problems);
  auto const fit = [&](cudaError_t injected) {
    try {
      Engine gpu = simulated_device();
      EXPECT_EQ(kmeans_fit(gpu, options_, problems).all_labels, expected.all_labels);
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), AnyOf(HasSubstr(cudaGetErrorName(injected)), HasSubstr("device memory")));
    }
  };
  fit(cudaSuccess);
  for (std::string const function : {"cudaMallocFromPoolAsync", "cudaLaunchKernel", "cudaFreeAsync"}) {
    auto const calls = static_cast<std::size_t>(std::ranges::count(simt::call_log(), function));
    ASSERT_GE(calls, 3U) << function;
    for (std::size_t at = 1; at <= calls; ++at) {
      SCOPED_TRACE(function + ", call " + std::to_string(at));
      simt::reset_runtime();
      simt::devices()[0].multiProcessorCount = 1;
      cudaError_t const error =
          function == "cudaMallocFromPoolAsync" ? cudaErrorMemoryAllocation : cudaErrorLaunchFailure;
      simt::fail_call({.at = at, .error = error, .function = function});
      fit(error);
      EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    }
    simt::reset_runtime();
    simt::devices()[0].multiProcessorCount = 1;
    fit(cudaSuccess);
  }
}

}  // namespace
}  // namespace regio
