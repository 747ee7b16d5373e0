// k-means of points in single precision on the simulated device: the CPU's bits, whether the device holds the points or
// reads them in parts, and one read a pass.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "tests/cluster/kmeans_single_points.hpp"
#include "tests/cuda/kmeans_on_device.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio {
namespace {

class KmeansStream : public SimtTest {
 protected:
  static void expect_as_on_cpu(KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
    simt::launch_log().clear();
    Engine engine = simulated_device(), cpu = Engine::cpu();
    expect_same_bits(kmeans_fit(engine, options, problems), kmeans_fit(cpu, options, problems));
  }

  /// From points spread over the rows.
  static KmeansProblem given(SinglePoints const& points, Index k, std::vector<double>& centres) {
    centres = centres_near_points(points.wide, k);
    return {.single_points = points.view(), .clusters = k, .initial_centres = {centres.data(), 1, k, points.wide.d}};
  }

  /// Passes since the last fit.
  static std::vector<simt::LaunchCount> passes() {
    static std::set<std::string> const others{"kmeans_stream_inertia", "kmeans_stream_farthest"};
    std::vector<simt::LaunchCount> found;
    for (simt::LaunchCount const& launch : simt::launch_log()) {
      if (launch.name.starts_with("kmeans_stream") && !others.contains(launch.name)) found.push_back(launch);
    }
    return found;
  }

  static std::size_t bytes_to_the_device() {
    std::size_t bytes = 0;
    for (simt::CopyRecord const& copy : simt::copy_log()) {
      if (copy.kind == cudaMemcpyHostToDevice) bytes += copy.bytes;
    }
    return bytes;
  }

  /// Memory that holds labels and a few parts of such points, but not the points.
  static void let_device_hold_parts_only() { simt::devices()[0].totalGlobalMem = 512 * 1024; }
};

TEST_F(KmeansStream, GivenCentresOfEveryShape) {
  for (Index const d : {1, 2, 15, 16, 65}) {
    SinglePoints const points = normal_single_points((Index{1} << 17) / d + 1 + d % 5 * 13, d, 1);
    for (Index const k : {1, 6, 13}) {
      SCOPED_TRACE(testing::Message() << "d " << d << ", k " << k);
      std::vector<double> centres;
      expect_as_on_cpu({.max_iterations = 3, .tolerance = 0}, {given(points, k, centres)});
      EXPECT_EQ(passes().empty(), false);
    }
  }
}

TEST_F(KmeansStream, CentresThatSharedMemoryDoesNotHold) {
  SinglePoints const points = normal_single_points(2200, 60, 2);
  std::vector<double> centres;
  std::set<std::string> names;
  for (std::size_t const shared_bytes : {std::size_t{227} * 1024, std::size_t{64} * 1024, std::size_t{8} * 1024}) {
    simt::reset_runtime();
    simt::devices()[0].sharedMemPerBlockOptin = shared_bytes;
    simt::devices()[0].sharedMemPerMultiprocessor = shared_bytes + 1024;
    expect_as_on_cpu({.max_iterations = 3}, {given(points, 70, centres)});
    names.insert(passes().front().name);
  }
  EXPECT_GE(names.size(), 2U) << "memory that differs, kernels that differ";
  EXPECT_TRUE(names.contains("kmeans_stream_all_from_global"));
}

TEST_F(KmeansStream, SeveralRunsShareEachRead) {
  SharedBatch batch;
  batch.options.max_iterations = 4;
  expect_as_on_cpu(batch.options, batch.problems);
  // Six runs of the first four problems leave together or one by one; their last common pass is the fifth.
  std::size_t const together = passes().size();
  batch.options.runs_at_once = 1;
  expect_as_on_cpu(batch.options, batch.problems);
  EXPECT_GT(passes().size(), together);
}

TEST_F(KmeansStream, EmptyClustersTiesAndDuplicates) {
  SinglePoints points = normal_single_points(70000, 2, 4);
  for (std::size_t e = 0; e < points.values.size(); ++e) points.values[e] = std::round(points.values[e]);
  std::vector<double> const weights = test_weights(70000);
  std::vector<double> const centres{0, 0, 500, 500, -500, 500, 1, 1, 1, 1};
  KmeansProblem problem{.single_points = points.view(), .clusters = 5, .initial_centres = {centres.data(), 1, 5, 2}};
  expect_as_on_cpu({.max_iterations = 3}, {problem});
  problem.weights = weights;
  expect_as_on_cpu({.max_iterations = 3}, {problem});
  auto const searches = std::ranges::count(simt::launch_log(), "kmeans_stream_farthest", &simt::LaunchCount::name);
  EXPECT_GE(searches, 2) << "clusters without a point";
}

TEST_F(KmeansStream, PointsThatSinglePrecisionCannotTellApart) {
  Points points = normal_points(20001, 7, 2, 6, 1e4);
  for (std::size_t e = 0; e < points.values.size(); ++e) points.values[e] += static_cast<double>(e % 3) * 1e-3;
  SinglePoints const single(points);
  std::vector<double> centres;
  expect_as_on_cpu({.max_iterations = 4}, {given(single, 12, centres)});
}

TEST_F(KmeansStream, PartsOfThePointsAreReadWhenTheDeviceDoesNotHoldThem) {
  let_device_hold_parts_only();
  SinglePoints const points = normal_single_points(30000, 15, 5);
  std::vector<double> centres;
  KmeansOptions const options{.max_iterations = 3, .tolerance = 0};
  KmeansProblem const problem = given(points, 6, centres);
  expect_as_on_cpu(options, {problem});
  std::size_t const parts = passes().size() / 4;
  EXPECT_GE(parts, 5U);
  EXPECT_EQ(passes().size(), 4 * parts) << "three iterations and the last assignment";
  // Every pass and the inertia read the points once, and little else goes to the device.
  std::size_t const read = points.values.size() * sizeof(float), other = bytes_to_the_device() - 5 * read;
  EXPECT_LT(other, 5 * parts * 1024);
}

TEST_F(KmeansStream, PointsThatFitGoToTheDeviceOnce) {
  SinglePoints const points = normal_single_points(30000, 15, 5);
  std::vector<double> centres;
  expect_as_on_cpu({.max_iterations = 3, .tolerance = 0}, {given(points, 6, centres)});
  EXPECT_EQ(passes().size(), 4U);
  EXPECT_LT(bytes_to_the_device() - points.values.size() * sizeof(float), 8 * 1024U);
}

TEST_F(KmeansStream, NextPartIsCopiedWhileOneIsRead) {
  let_device_hold_parts_only();
  SinglePoints const points = normal_single_points(30000, 15, 6);
  std::vector<double> centres;
  expect_as_on_cpu({.max_iterations = 1}, {given(points, 6, centres)});
  std::vector<simt::WorkRecord> const log = simt::work_log();
  std::vector<std::size_t> passes, copies;
  for (std::size_t at = 0; at < log.size(); ++at) {
    if (log[at].name.starts_with("kmeans_stream_four")) passes.push_back(at);
  }
  ASSERT_GE(passes.size(), 3U);
  std::size_t beside = 0;
  for (std::size_t at = passes[0]; at < passes[2]; ++at) {
    if (log[at].name == "copy to the device" && !simt::must_follow(log, at, passes[0])) ++beside;
  }
  EXPECT_GE(beside, 1U);
}

TEST_F(KmeansStream, AnyGridOrderScheduleAndDivision) {
  SinglePoints const points = normal_single_points(20001, 7, 7);
  std::vector<double> centres;
  KmeansProblem const problem = given(points, 9, centres);
  KmeansOptions const options{.max_iterations = 3};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options, {problem});
  simt::ExecutorOptions const before = simt::options();
  std::set<std::pair<std::size_t, unsigned>> shapes;
  for (int const multiprocessors : {1, 3, 9}) {
    for (simt::Order const order : {simt::Order::forward, simt::Order::reverse, simt::Order::random}) {
      simt::reset_runtime();
      simt::devices()[0].multiProcessorCount = multiprocessors;
      if (order == simt::Order::random) let_device_hold_parts_only();
      simt::set_schedule_seed(static_cast<std::uint64_t>(multiprocessors));
      simt::options().order = order;
      simt::launch_log().clear();
      Engine engine = simulated_device();
      expect_same_bits(kmeans_fit(engine, options, {problem}), expected);
      shapes.insert({passes().size(), passes().front().grid.x});
    }
  }
  EXPECT_GE(shapes.size(), 3U);
  simt::options() = before;
}

TEST_F(KmeansStream, MixedBatchKeepsItsOrder) {
  SinglePoints const large = normal_single_points(20001, 7, 8), small = normal_single_points(100, 7, 9);
  Points const wide = normal_points(3000, 7, 10);
  std::vector<KmeansProblem> const problems{{.single_points = small.view(), .clusters = 4},
                                            {.points = wide.view(), .clusters = 4},
                                            {.single_points = large.view(), .clusters = 4, .warm_from = 1},
                                            {.single_points = large.view(), .clusters = 4, .restarts = 2},
                                            {.points = wide.view(), .clusters = 4, .warm_from = 3},
                                            {.single_points = large.view(), .clusters = 4, .warm_from = 4}};
  expect_as_on_cpu({.restarts = 1, .max_iterations = 3, .keep_runs = true}, problems);
}

TEST_F(KmeansStream, StoppedFitsHaveNoResults) {
  SinglePoints const points = normal_single_points(20001, 7, 11);
  std::stop_source source;
  source.request_stop();
  KmeansOptions options;
  options.control.stop = source.get_token();
  Engine engine = simulated_device();
  KmeansReport const report = kmeans_fit(engine, options, {{.single_points = points.view(), .clusters = 6}});
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_EQ(report.labels(0)[0], -1);
  EXPECT_TRUE(passes().empty());
}

TEST_F(KmeansStream, EveryFailingCallIsAClearErrorOrTheRightResult) {
  SinglePoints const points = normal_single_points(20001, 7, 12);
  std::vector<double> centres;
  KmeansProblem const problem = given(points, 3, centres);
  KmeansOptions const options{.max_iterations = 2};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options, {problem});
  /// Whether an error came of it.
  auto const fit = [&](cudaError_t injected) {
    try {
      Engine engine = simulated_device();
      expect_same_bits(kmeans_fit(engine, options, {problem}), expected);
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  ASSERT_FALSE(fit(cudaSuccess));
  ASSERT_FALSE(passes().empty());
  std::vector<std::string> const calls = simt::call_log();
  std::size_t errors = 0;
  for (std::size_t at = 1; at <= calls.size(); ++at) {
    SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at));
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    simt::reset_runtime();
    bool const memory = at % 2 == 0;
    cudaError_t const error = memory ? cudaErrorMemoryAllocation : cudaErrorLaunchFailure;
    simt::fail_call({.at = at, .error = error, .device_lost = !memory});
    errors += fit(error) ? 1 : 0;
  }
  EXPECT_GT(errors, calls.size() / 2);
}

TEST_F(KmeansStream, NumbersThatAreNotFiniteAreNamed) {
  SinglePoints points = normal_single_points(20001, 7, 13);
  points.values[7 * 15000 + 3] = std::numeric_limits<float>::quiet_NaN();
  Engine engine = simulated_device();
  try {
    kmeans_fit(engine, {}, {{.single_points = points.view(), .clusters = 6}});
    FAIL() << "expected a ContractError";
  } catch (ContractError const& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("row 15000, column 3"));
  }
}

}  // namespace
}  // namespace regio
