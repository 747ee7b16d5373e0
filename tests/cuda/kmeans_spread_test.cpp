// Large problems of k-means on the simulated device: when several blocks make a run, and that results are the CPU's.
#include <regio/kmeans.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/kmeans_on_device.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio {
namespace {

class KmeansSpread : public SimtTest {
 protected:
  MatrixView<double const> points(Index n, Index d, std::uint64_t seed) {
    points_.push_back(std::make_unique<Points>(normal_points(n, d, seed)));
    return points_.back()->view();
  }

  static void expect_as_on_cpu(KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
    simt::launch_log().clear();
    Engine engine = simulated_device(), cpu = Engine::cpu();
    expect_same_bits(kmeans_fit(engine, options, problems), kmeans_fit(cpu, options, problems));
  }

  /// Launches of the kernel since the last fit, and the blocks of each.
  static std::vector<dim3> grids(std::string const& kernel) {
    std::vector<dim3> found;
    for (simt::LaunchCount const& launch : simt::launch_log()) {
      if (launch.name == kernel) found.push_back(launch.grid);
    }
    return found;
  }

  static std::set<std::string> fits() {
    std::set<std::string> names;
    for (simt::LaunchCount const& launch : simt::launch_log()) {
      if (launch.name.starts_with("kmeans_fit")) names.insert(launch.name);
    }
    return names;
  }

  std::vector<std::unique_ptr<Points>> points_;
};

TEST_F(KmeansSpread, FewLargeRunsGetManyBlocksEach) {
  // Rows of centres in shared memory, and then so many that they do not fit there.
  struct Device {
    std::size_t shared_bytes;
    std::size_t bytes_of_pass;
  };
  for (Device const& each : {Device{64 * 1024, 20 * 12 * sizeof(double)}, Device{2 * 1024, 0}}) {
    SCOPED_TRACE(each.shared_bytes);
    simt::reset_runtime();
    simt::devices()[0].sharedMemPerBlockOptin = each.shared_bytes;
    simt::devices()[0].sharedMemPerMultiprocessor = each.shared_bytes + 1024;
    MatrixView<double const> const large = points(6000, 12, 1);
    for (KmeansInit const init : {KmeansInit::kmeans_plus_plus, KmeansInit::random}) {
      expect_as_on_cpu({.init = init, .max_iterations = 5, .keep_runs = true},
                       {{.points = large, .clusters = 20, .restarts = 1}});
      std::vector<dim3> const passes = grids("kmeans_pass"), steps = grids("kmeans_step");
      ASSERT_FALSE(passes.empty());
      EXPECT_EQ(passes.size(), steps.size());
      EXPECT_EQ(passes[0].y, 1U);
      EXPECT_GT(passes[0].x, 1U) << "several blocks make the run";
      EXPECT_EQ(steps[0].x, 1U);
      EXPECT_TRUE(fits().empty());
      for (simt::LaunchCount const& launch : simt::launch_log()) {
        if (launch.name == "kmeans_pass") {
          EXPECT_EQ(launch.shared_bytes, each.bytes_of_pass);
        }
      }
    }
  }
}

TEST_F(KmeansSpread, RestartsAreTasksOfTheirOwnAndTheFirstOfTheBestIsChosen) {
  expect_as_on_cpu({.max_iterations = 4, .keep_runs = true},
                   {{.points = points(6000, 12, 1), .clusters = 15, .restarts = 3},
                    {.points = points(5000, 15, 2), .clusters = 14, .restarts = 1},
                    {.points = points(50, 3, 3), .clusters = 4}});
  ASSERT_FALSE(grids("kmeans_pass").empty());
  EXPECT_EQ(grids("kmeans_pass")[0].y, 4U);
  EXPECT_EQ(grids("kmeans_choose").size(), 1U);
  EXPECT_THAT(fits(), testing::ElementsAre("kmeans_fit_warp"));
}

TEST_F(KmeansSpread, ManyLargeRunsGetOneBlockEach) {
  expect_as_on_cpu({.init = KmeansInit::random, .max_iterations = 1},
                   {{.points = points(5000, 15, 2), .clusters = 14, .restarts = 30}});
  EXPECT_TRUE(grids("kmeans_pass").empty());
  EXPECT_THAT(fits(), testing::ElementsAre("kmeans_fit_global_points"));
}

TEST_F(KmeansSpread, ChainOfLargeProblems) {
  std::vector<KmeansProblem> problems;
  for (Index year = 0; year < 4; ++year) {
    problems.push_back({.points = points(5000 + 500 * year, 15, static_cast<std::uint64_t>(year)), .clusters = 14});
    if (year > 0) problems.back().warm_from = year - 1;
  }
  expect_as_on_cpu({.restarts = 2, .max_iterations = 6}, problems);
  EXPECT_FALSE(grids("kmeans_pass").empty());
}

TEST_F(KmeansSpread, EmptyClustersAndAssignment) {
  Points lattice = normal_points(6000, 6, 3);
  for (double& value : lattice.values) value = std::round(0.4 * value);
  std::vector<double> starts(40 * 6, 7.0);
  std::copy_n(lattice.values.begin(), 120, starts.begin());
  KmeansOptions options;
  options.tolerance = 0;
  options.max_iterations = 12;
  expect_as_on_cpu(options, {{.points = lattice.view(), .clusters = 40, .initial_centres = {starts.data(), 1, 40, 6}}});
  ASSERT_FALSE(grids("kmeans_pass").empty());

  Engine engine = simulated_device(), cpu = Engine::cpu();
  MatrixView<double const> const centres(starts.data(), 40, 6);
  std::vector<std::int32_t> labels(6000), expected(6000);
  EXPECT_EQ(kmeans_assign(engine, lattice.view(), {}, centres, labels),
            kmeans_assign(cpu, lattice.view(), {}, centres, expected));
  EXPECT_EQ(labels, expected);
}

TEST_F(KmeansSpread, AnyGridOrderAndSchedule) {
  std::vector<KmeansProblem> const problems{{.points = points(6000, 12, 1), .clusters = 15, .restarts = 1},
                                            {.points = points(7000, 12, 2), .clusters = 15, .warm_from = 0}};
  KmeansOptions const options{.max_iterations = 3};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options, problems);
  simt::ExecutorOptions const before = simt::options();
  std::set<unsigned> blocks;
  for (int const multiprocessors : {2, 3, 9}) {
    for (simt::Order const order : {simt::Order::forward, simt::Order::reverse, simt::Order::random}) {
      SCOPED_TRACE(multiprocessors);
      simt::reset_runtime();
      simt::devices()[0].multiProcessorCount = multiprocessors;
      simt::set_schedule_seed(static_cast<std::uint64_t>(multiprocessors));
      simt::options().order = order;
      simt::options().resident_blocks = 1 + multiprocessors % 4;
      Engine engine = simulated_device();
      KmeansReport const report = kmeans_fit(engine, options, problems);
      EXPECT_EQ(report.all_labels, expected.all_labels);
      EXPECT_EQ(report.all_centres, expected.all_centres);
      EXPECT_EQ(report.inertia, expected.inertia);
      EXPECT_EQ(report.iterations, expected.iterations);
      for (dim3 const& grid : grids("kmeans_pass")) blocks.insert(grid.x);
    }
  }
  EXPECT_GE(blocks.size(), 2U) << "grids of different sizes";
  simt::options() = before;
}

TEST_F(KmeansSpread, EveryFailingCallIsAClearErrorOrTheRightResult) {
  std::vector<KmeansProblem> const problems{{.points = points(4200, 16, 1), .clusters = 15, .restarts = 1}};
  KmeansOptions const options{.init = KmeansInit::random, .max_iterations = 2};
  Engine cpu = Engine::cpu();
  KmeansReport const expected = kmeans_fit(cpu, options, problems);
  /// Whether an error came of it.
  auto const fit = [&](cudaError_t injected) {
    try {
      Engine engine = simulated_device();
      KmeansReport const report = kmeans_fit(engine, options, problems);
      EXPECT_EQ(report.all_labels, expected.all_labels);
      EXPECT_EQ(report.inertia, expected.inertia);
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  ASSERT_FALSE(fit(cudaSuccess));
  ASSERT_FALSE(grids("kmeans_pass").empty());
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

}  // namespace
}  // namespace regio
