// k-means on the simulated device: the CPU's results to the bit, made by kernels that the logs name, whatever the
// route, the order of threads and the memory left.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/disturbed_runs.hpp"
#include "tests/cuda/kmeans_on_device.hpp"

namespace regio {
namespace {

using ::testing::UnorderedElementsAre;

class KmeansOnDevice : public SimtTest {
 protected:
  /// Fits on the CPU and on the device, and compares every bit.
  void expect_as_on_cpu(KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
    simt::launch_log().clear();
    Engine device = simulated_device(), cpu = Engine::cpu();
    expect_same_bits(kmeans_fit(device, options, problems), kmeans_fit(cpu, options, problems));
  }

  Points const& keep(Points points) {
    kept.push_back(std::make_unique<Points>(std::move(points)));
    return *kept.back();
  }

  std::vector<std::unique_ptr<Points>> kept;
};

TEST_F(KmeansOnDevice, TinyFitsOfEveryStart) {
  std::vector<double> weights(100);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 0.25 * static_cast<double>((i * 7) % 5);
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    std::vector<KmeansProblem> problems;
    for (Index n : {1, 2, 7, 8, 9, 24, 31, 32, 33, 48, 65, 100}) {
      for (Index d : {1, 2, 5, 15}) {
        Points const& points = keep(normal_points(n, d, static_cast<std::uint64_t>(n * 100 + d)));
        for (Index k : {1, 2, 3, 6, 7, 12}) {
          if (k > n) continue;
          problems.push_back({.points = points.view(), .clusters = k, .restarts = 3});
          if (n > 2 && k < n) {
            problems.push_back({.points = points.view(), .weights = {weights.data(), n}, .clusters = k, .restarts = 2});
          }
        }
      }
    }
    expect_as_on_cpu({.init = init, .seed = 11, .keep_runs = true}, problems);
  }
}

TEST_F(KmeansOnDevice, LargerProblemsOnEveryRoute) {
  Points const& medium = keep(normal_points(300, 15, 1));
  Points const& ranges = keep(normal_points(2500, 3, 2));
  std::vector<double> const starts = centres_near_points(ranges, 140);
  std::vector<KmeansProblem> const problems{
      {.points = medium.view(), .clusters = 6, .restarts = 2},
      {.points = medium.view(), .clusters = 33, .restarts = 1},
      {.points = ranges.view(), .clusters = 5, .restarts = 2},
      // So many clusters that their sums have longer ranges than the points.
      {.points = ranges.view(), .clusters = 140, .initial_centres = {starts.data(), 1, 140, 3}},
  };
  struct Device {
    std::size_t shared_bytes;
    std::vector<std::string> kernels;
  };
  for (Device const& device :
       {Device{227 * 1024, {"kmeans_fit_block"}}, Device{64 * 1024, {"kmeans_fit_block", "kmeans_fit_global_points"}},
        Device{8 * 1024, {"kmeans_fit_global_points", "kmeans_fit_global"}}}) {
    SCOPED_TRACE(device.shared_bytes);
    simt::reset_runtime();
    simt::devices()[0].sharedMemPerBlockOptin = device.shared_bytes;
    simt::devices()[0].sharedMemPerMultiprocessor = device.shared_bytes + 1024;
    for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
      expect_as_on_cpu({.init = init, .max_iterations = 6, .keep_runs = true}, problems);
      std::set<std::string> fits;
      for (auto const& [name, count] : launches()) {
        if (name.starts_with("kmeans_fit")) fits.insert(name);
      }
      EXPECT_THAT(fits, testing::ElementsAreArray(std::set<std::string>(device.kernels.begin(), device.kernels.end())));
    }
  }
}

TEST_F(KmeansOnDevice, ManyRestartsAreDividedAndTheFirstOfTheBestIsChosen) {
  Points const& points = keep(normal_points(24, 3, 5, 1));
  expect_as_on_cpu({.restarts = 1000, .keep_runs = true},
                   {{.points = points.view(), .clusters = 3}, {.points = points.view(), .clusters = 7, .restarts = 1}});
  // The one run of the second problem is longer than the others and stands behind them.
  EXPECT_THAT(launches(), UnorderedElementsAre(std::pair("kmeans_prepare_warp", 1), std::pair("sort_by_key", 1),
                                               std::pair("kmeans_fit_warp", 1), std::pair("kmeans_choose", 1)));
}

TEST_F(KmeansOnDevice, ChainsFollowTheirStartInOneLaunch) {
  std::vector<KmeansProblem> problems;
  for (int chain = 0; chain < 3; ++chain) {
    auto const start = static_cast<Index>(problems.size());
    for (Index year = 0; year < 6; ++year) {
      Points const& points = keep(normal_points(40 + year, 4, static_cast<std::uint64_t>(10 * chain + year)));
      KmeansProblem problem{.points = points.view(), .clusters = 4};
      // The last year starts from the first one as well: a chain may branch.
      if (year > 0) problem.warm_from = year == 5 ? start : start + year - 1;
      problems.push_back(problem);
    }
  }
  expect_as_on_cpu({.restarts = 1}, problems);
  EXPECT_THAT(launches(), UnorderedElementsAre(std::pair("kmeans_prepare_warp", 1), std::pair("kmeans_fit_warp", 2)));
  expect_as_on_cpu({.restarts = 10, .keep_runs = true}, problems);
}

TEST_F(KmeansOnDevice, EmptyClustersTiesAndDuplicates) {
  std::mt19937_64 random(28055);
  std::vector<KmeansProblem> problems;
  std::vector<std::vector<double>> centres;
  centres.reserve(600);
  for (int trial = 0; trial < 600; ++trial) {
    auto const d = static_cast<Index>(1 + random() % 2), n = static_cast<Index>(4 + random() % 40);
    Index const k = 2 + static_cast<Index>(random() % static_cast<std::uint64_t>(n - 2));
    Points points{n, d, std::vector<double>(static_cast<std::size_t>(n * d))};
    for (double& value : points.values) value = static_cast<double>(random() % 5);
    centres.emplace_back(static_cast<std::size_t>(k * d));
    for (double& value : centres.back()) value = static_cast<double>(random() % 9) - 2;
    // Numbers whose squares overflow or vanish are scaled.
    double const unit = trial % 3 == 0 ? 1 : trial % 3 == 1 ? 0x1p400 : 0x1p-900;
    for (double& value : points.values) value *= unit;
    for (double& value : centres.back()) value *= unit;
    problems.push_back(
        {.points = keep(std::move(points)).view(), .clusters = k, .initial_centres = {centres.back().data(), 1, k, d}});
  }
  KmeansOptions options;
  options.tolerance = 0;
  options.max_iterations = 1000;
  expect_as_on_cpu(options, problems);
  // The same points without given centres, where k-means++ soon finds every distance 0.
  for (KmeansProblem& problem : problems) problem.initial_centres = {};
  expect_as_on_cpu({.restarts = 2}, problems);
}

TEST_F(KmeansOnDevice, NumbersThatScalingTakesBelowTheNormalRange) {
  // One feature is so much smaller than the other that it is subnormal once the other one is near 1.
  Points points = normal_points(30, 2, 3);
  for (Index i = 0; i < 30; ++i) {
    points.values[static_cast<std::size_t>(2 * i)] *= 0x1p400;
    points.values[static_cast<std::size_t>(2 * i + 1)] *= 0x1p-660;
  }
  keep(std::move(points));
  for (KmeansInit init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
    expect_as_on_cpu({.init = init},
                     {{.points = kept.back()->view(), .clusters = 4}, {.points = kept.back()->view(), .clusters = 9}});
  }
}

TEST_F(KmeansOnDevice, AssignmentUnderGivenCentres) {
  Points const& points = keep(normal_points(333, 6, 3));
  Points const& centres = keep(normal_points(400, 6, 4));
  Engine device = simulated_device(), cpu = Engine::cpu();
  std::vector<std::int32_t> labels(333), expected(333);
  EXPECT_EQ(kmeans_assign(device, points.view(), {}, centres.view(), labels),
            kmeans_assign(cpu, points.view(), {}, centres.view(), expected));
  EXPECT_EQ(labels, expected);
}

TEST_F(KmeansOnDevice, SharedPointsAndWeightsAreUploadedOnceAndEverythingTravelsInTwoCopies) {
  Points const& points = keep(normal_points(1000, 8, 3));
  std::vector<double> const weights(1000, 2.0);
  std::vector<KmeansProblem> problems;
  for (Index k = 1; k <= 20; ++k)
    problems.push_back({.points = points.view(), .weights = weights, .clusters = k, .restarts = 1});
  Engine device = simulated_device();
  KmeansOptions options;
  options.max_iterations = 2;
  kmeans_fit(device, options, problems);
  std::vector<simt::CopyRecord> const copies = simt::copy_log();
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].kind, cudaMemcpyHostToDevice);
  EXPECT_EQ(copies[1].kind, cudaMemcpyDeviceToHost);
  std::size_t const numbers = 1000 * 8 * sizeof(double) + 1000 * sizeof(double);
  EXPECT_GE(copies[0].bytes, numbers);
  EXPECT_LT(copies[0].bytes, numbers + 20 * 300);
  std::size_t const results = 20 * 1000 * sizeof(std::int32_t) + 210 * 8 * sizeof(double);
  EXPECT_GE(copies[1].bytes, results);
  EXPECT_LT(copies[1].bytes, results + 20 * 64);
}

TEST_F(KmeansOnDevice, AnyGridAndAnyOrderOfThreadsAndBlocks) {
  std::vector<KmeansProblem> problems;
  for (Index n : {9, 24, 200}) {
    Points const& points = keep(normal_points(n, 5, static_cast<std::uint64_t>(n)));
    problems.push_back({.points = points.view(), .clusters = 4, .restarts = 20});
  }
  problems.push_back({.points = problems[1].points, .clusters = 4, .warm_from = 1});
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {.keep_runs = true}, problems);
  simt::ExecutorOptions const before = simt::options();
  for (int multiprocessors : {1, 3, 16}) {
    for (simt::Order order : {simt::Order::forward, simt::Order::reverse, simt::Order::random}) {
      SCOPED_TRACE(multiprocessors);
      simt::reset_runtime();
      simt::devices()[0].multiProcessorCount = multiprocessors;
      simt::options().order = order;
      simt::options().seed = static_cast<std::uint64_t>(multiprocessors);
      simt::options().resident_blocks = 1 + multiprocessors % 4;
      Engine device = simulated_device();
      expect_same_bits(kmeans_fit(device, {.keep_runs = true}, problems), expected);
    }
  }
  simt::options() = before;
}

TEST_F(KmeansOnDevice, BatchThatTheMemoryDoesNotHoldIsDivided) {
  std::vector<KmeansProblem> problems;
  for (Index b = 0; b < 40; ++b) {
    Points const& points = keep(normal_points(500, 4, static_cast<std::uint64_t>(b)));
    problems.push_back({.points = points.view(), .clusters = 3, .restarts = 2});
    if (b % 4 == 3) problems.back() = {.points = points.view(), .clusters = 3, .warm_from = b - 2};
  }
  simt::devices()[0].totalGlobalMem = 512 * 1024;
  KmeansOptions options;
  options.max_iterations = 4;
  expect_as_on_cpu(options, problems);
  EXPECT_GT(launches()["kmeans_prepare_warp"], 2);
}

TEST_F(KmeansOnDevice, ProblemThatTheMemoryDoesNotHoldIsAClearErrorAndTheEngineGoesOn) {
  Points const &large = keep(normal_points(9000, 4, 1)), &small = keep(normal_points(10, 2, 1));
  simt::devices()[0].totalGlobalMem = 256 * 1024;
  Engine device = simulated_device();
  try {
    kmeans_fit(device, {}, {{.points = large.view(), .clusters = 3}});
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
    EXPECT_THAT(error.what(), testing::HasSubstr("bytes"));
  }
  EXPECT_EQ(kmeans_fit(device, {}, {{.points = small.view(), .clusters = 3}}).outcome[0], Outcome::converged);
}

TEST_F(KmeansOnDevice, MoreRunsThanADeviceCountsAreRefused) {
  Points const& points = keep(normal_points(2, 1, 1));
  Engine device = simulated_device();
  try {
    kmeans_fit(device, {}, {{.points = points.view(), .clusters = 1, .restarts = Index{1} << 31}});
    ADD_FAILURE() << "nothing was thrown";
  } catch (ContractError const& error) {
    EXPECT_STREQ(error.what(),
                 "kmeans_fit: problems[0] has 1 clusters, 1 features and 2147483648 runs; a CUDA device takes at most "
                 "1073741823 of each");
  }
}

TEST_F(KmeansOnDevice, EveryFailingCallIsAClearErrorOrTheRightResult) {
  Points const& points = keep(normal_points(24, 3, 5));
  std::vector<KmeansProblem> const problems{{.points = points.view(), .clusters = 3, .restarts = 40},
                                            {.points = points.view(), .clusters = 3, .warm_from = 0}};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  FailedCalls const failed = fail_at_every_call([&] {
    Engine device = simulated_device();
    expect_same_bits(kmeans_fit(device, {}, problems), expected);
  });
  EXPECT_GT(failed.errors, failed.calls / 2);
}

}  // namespace
}  // namespace regio
