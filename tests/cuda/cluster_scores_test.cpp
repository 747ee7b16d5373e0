// Scores of clusterings on the simulated device: the CPU's to the bit, made by kernels that the logs name.
#include <regio/cluster_scores.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/cuda/simt_test.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

using testing::ElementsAre;

ClusterScoresOptions const everything{.silhouette = true, .keep_widths = true};

Engine simulated_device() { return Engine::cuda({.library = REGIO_SIMT_LIBRARY}); }

std::vector<std::string> launches() {
  std::vector<std::string> names;
  for (simt::LaunchCount const& launch : simt::launch_log()) names.push_back(launch.name);
  return names;
}

/// Also what is not a number compares as equal.
std::vector<std::uint64_t> bits(std::vector<double> const& numbers) {
  std::vector<std::uint64_t> bits;
  for (double const number : numbers) bits.push_back(std::bit_cast<std::uint64_t>(number));
  return bits;
}

class ClusterScoresOnDevice : public SimtTest {
 protected:
  ClusterScoresProblem clustering(int n, int d, int k) {
    test::RandomNumbers random(values.size() + 1);
    values.push_back(test::uniform_points(random, n, d));
    labels.emplace_back();
    for (int i = 0; i < n; ++i) labels.back().push_back(i < 2 ? i : random.below(k));
    return {.points = {values.back().data(), n, d}, .labels = labels.back(), .clusters = k};
  }

  static void expect_same(ClusterScoresReport const& report, ClusterScoresReport const& expected) {
    EXPECT_EQ(report.outcome, expected.outcome);
    EXPECT_EQ(bits(report.inertia), bits(expected.inertia));
    EXPECT_EQ(bits(report.calinski_harabasz), bits(expected.calinski_harabasz));
    EXPECT_EQ(bits(report.davies_bouldin), bits(expected.davies_bouldin));
    EXPECT_EQ(bits(report.simplified_silhouette), bits(expected.simplified_silhouette));
    EXPECT_EQ(bits(report.silhouette), bits(expected.silhouette));
    EXPECT_EQ(bits(report.all_widths), bits(expected.all_widths));
  }
  static void expect_as_on_cpu(ClusterScoresOptions const& options, std::vector<ClusterScoresProblem> const& problems) {
    simt::launch_log().clear();
    Engine device = simulated_device(), cpu = Engine::cpu();
    expect_same(cluster_scores(device, options, problems), cluster_scores(cpu, options, problems));
  }

  std::vector<std::vector<double>> values;
  std::vector<std::vector<std::int32_t>> labels;
};

TEST_F(ClusterScoresOnDevice, EveryShapeInOneLaunchOfEachKernel) {
  std::vector<ClusterScoresProblem> problems;
  for (auto const& [n, d, k] : {std::array{4, 1, 2},
                                {31, 3, 2},
                                {32, 8, 7},
                                {33, 2, 9},
                                {130, 15, 6},
                                {300, 33, 4},
                                {70, 65, 3},
                                {1100, 5, 17}}) {
    problems.push_back(clustering(n, d, k));
    // Another clustering of the same points; their distances are shared.
    problems.push_back(problems.back());
    problems.back().labels = clustering(n, d, k).labels;
  }
  expect_as_on_cpu(everything, problems);
  EXPECT_THAT(launches(), ElementsAre("score_member_sums", "score_distance_sums", "silhouette_widths"));
}

TEST_F(ClusterScoresOnDevice, GivenCentresAndSinglePrecision) {
  std::vector<ClusterScoresProblem> problems{clustering(200, 6, 3), clustering(100, 6, 3)};
  std::vector<double> const centres(values[1].begin(), values[1].begin() + 18);
  std::vector<float> const singles(values[0].begin(), values[0].end());
  problems[0].points = {};
  problems[0].single_points = {singles.data(), 200, 6};
  for (ClusterScoresProblem& problem : problems) problem.centres = {centres.data(), 3, 6};
  expect_as_on_cpu(everything, problems);
  EXPECT_THAT(launches(),
              ElementsAre("score_member_sums", "score_distance_sums", "score_distance_sums", "silhouette_widths"));
  expect_as_on_cpu({.calinski_harabasz = false, .davies_bouldin = false}, problems);
  EXPECT_THAT(launches(), ElementsAre("score_distance_sums"));
}

TEST_F(ClusterScoresOnDevice, SinglePrecisionIsBroughtAsItIs) {
  ClusterScoresProblem problem = clustering(500, 8, 4);
  std::vector<float> const singles(values[0].begin(), values[0].end());
  auto const bytes_there = [&] {
    simt::reset_runtime();
    Engine device = simulated_device();
    cluster_scores(device, {}, {problem});
    return simt::copy_log().at(0).bytes;
  };
  std::size_t const in_double = bytes_there();
  problem.points = {};
  problem.single_points = {singles.data(), 500, 8};
  EXPECT_EQ(in_double - bytes_there(), 500U * 8 * sizeof(float));
}

TEST_F(ClusterScoresOnDevice, AReadIsOneCopyThereAndItsSumsBack) {
  Engine device = simulated_device();
  cluster_scores(device, {}, {clustering(1500, 8, 4), clustering(60, 3, 2)});
  std::vector<simt::CopyRecord> const copies = simt::copy_log();
  ASSERT_EQ(copies.size(), 4U);
  std::size_t const points = (1500 * 8 + 60 * 3) * sizeof(double) + 1560 * sizeof(std::int32_t);
  for (std::size_t const there : {0U, 2U}) {
    EXPECT_EQ(copies[there].kind, cudaMemcpyHostToDevice);
    EXPECT_GE(copies[there].bytes, points);
    EXPECT_LE(copies[there].bytes, points + 2048);
    EXPECT_EQ(copies[there + 1].kind, cudaMemcpyDeviceToHost);
  }
  // Two chunks of the first clustering and one of the second: differences of the members, then three sums a cluster.
  EXPECT_EQ(copies[1].bytes, (2 * 4 * 8 + 2 * 8) * sizeof(double));
  EXPECT_EQ(copies[3].bytes, (2 * 3 * 4 + 3 * 2) * sizeof(double));
}

TEST_F(ClusterScoresOnDevice, AnyOrderOfThreadsAndBlocks) {
  std::vector<ClusterScoresProblem> const problems{clustering(400, 5, 3), clustering(90, 20, 8)};
  Engine cpu = Engine::cpu();
  ClusterScoresReport const expected = cluster_scores(cpu, everything, problems);
  simt::ExecutorOptions const before = simt::options();
  for (simt::Order const order : {simt::Order::reverse, simt::Order::random}) {
    simt::reset_runtime();
    simt::options().order = order;
    simt::options().resident_blocks = 3;
    Engine device = simulated_device();
    expect_same(cluster_scores(device, everything, problems), expected);
  }
  simt::options() = before;
}

TEST_F(ClusterScoresOnDevice, PointsThatTheMemoryDoesNotHoldAreReadInParts) {
  simt::devices()[0].totalGlobalMem = 96 * 1024;
  std::vector<ClusterScoresProblem> const problems{clustering(5000, 4, 3), clustering(2500, 2, 5)};
  expect_as_on_cpu({}, problems);
  EXPECT_GT(launches().size(), 4U);
  // The silhouette needs all points of a clustering there, but not the sums of all tiles.
  expect_as_on_cpu(everything, {clustering(600, 3, 40)});
  EXPECT_GT(launches().size(), 4U);
}

TEST_F(ClusterScoresOnDevice, ASilhouetteThatTheMemoryDoesNotHoldIsAClearErrorAndTheEngineGoesOn) {
  ClusterScoresProblem const large = clustering(2000, 9, 3), small = clustering(20, 3, 2);
  simt::devices()[0].totalGlobalMem = 128 * 1024;
  Engine device = simulated_device();
  try {
    cluster_scores(device, everything, {large});
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
  }
  EXPECT_EQ(cluster_scores(device, everything, {small}).outcome[0], Outcome::converged);
}

TEST_F(ClusterScoresOnDevice, StopBeforeAPartEndsWithCancelled) {
  std::vector<ClusterScoresProblem> const problems{clustering(300, 4, 3), clustering(50, 4, 3)};
  Engine cpu = Engine::cpu();
  expect_as_on_cpu(everything, problems);
  std::size_t const calls = simt::call_log().size();
  std::size_t cancelled = 0;
  for (std::size_t at = 1; at <= calls; ++at) {
    simt::reset_runtime();
    std::stop_source source;
    simt::before_call(at, [&] { source.request_stop(); });
    ClusterScoresOptions options = everything;
    options.control.stop = source.get_token();
    Engine device = simulated_device();
    ClusterScoresReport const report = cluster_scores(device, options, problems);
    for (std::size_t b = 0; b < problems.size(); ++b) {
      if (report.outcome[b] == Outcome::cancelled) {
        EXPECT_NE(report.inertia[b], report.inertia[b]) << "call " << at;
      } else {
        expect_same(report, cluster_scores(cpu, everything, problems));
      }
    }
    cancelled += report.outcome[0] == Outcome::cancelled ? 1 : 0;
  }
  EXPECT_GT(cancelled, calls / 3);
  EXPECT_LT(cancelled, calls) << "a stop during the last part comes too late";
}

TEST_F(ClusterScoresOnDevice, EveryFailingCallIsAClearErrorOrTheRightResult) {
  std::vector<ClusterScoresProblem> const problems{clustering(140, 4, 3), clustering(50, 3, 2)};
  Engine cpu = Engine::cpu();
  ClusterScoresReport const expected = cluster_scores(cpu, everything, problems);
  /// Whether an error came of it.
  auto const run = [&](cudaError_t injected) {
    try {
      Engine device = simulated_device();
      expect_same(cluster_scores(device, everything, problems), expected);
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  ASSERT_FALSE(run(cudaSuccess));
  std::size_t const calls = simt::call_log().size();
  std::uint64_t const works = simt::work_count();
  std::size_t errors = 0;
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (std::size_t at = 1; at <= calls; ++at) {
      SCOPED_TRACE("call " + std::to_string(at) + " " + cudaGetErrorName(error));
      simt::reset_runtime();
      simt::fail_call({.at = at, .error = error, .device_lost = error == cudaErrorLaunchFailure});
      errors += run(error) ? 1 : 0;
      EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    }
  }
  EXPECT_GT(errors, calls / 2);
  for (std::uint64_t at = 1; at <= works; ++at) {
    simt::reset_runtime();
    simt::fail_work(at, cudaErrorIllegalAddress);
    run(cudaErrorIllegalAddress);
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
  }
}

}  // namespace
}  // namespace regio
