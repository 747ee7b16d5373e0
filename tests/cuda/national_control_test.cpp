// National control on the simulated device: the CPU's tables to the documented tolerance, made by kernels and copies
// that the logs name, in every order of threads, blocks and queued work.
#include <regio/national_control.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/balancing/national_control_data.hpp"
#include "tests/cuda/simulated_engine.hpp"

namespace regio {
namespace {

using testing::ElementsAre;
using testing::Pair;

class NationalControlOnDevice : public SimtTest {
 protected:
  static inline BalanceOptions const options{.tolerance = 1e-12};

  /// The device's result beside the CPU's.
  static NationalControlReport compare(OwnedNational& owned, BalanceOptions const& with = options) {
    Engine cpu = Engine::cpu(2), device = simulated_device();
    NationalControlReport const expected = national_control(cpu, with, {owned.problem()});
    std::vector<double> const balanced = owned.balanced;
    simt::launch_log().clear();
    NationalControlReport report = national_control(device, with, {owned.problem()});
    EXPECT_EQ(report.outcome, expected.outcome);
    EXPECT_EQ(report.reason, expected.reason);
    for (std::size_t e = 0; e < balanced.size(); ++e) {
      EXPECT_NEAR(owned.balanced[e], balanced[e], 1e-10 * std::abs(balanced[e]));
    }
    return report;
  }
};

TEST_F(NationalControlOnDevice, ASweepIsTwoLaunchesAndOneCopy) {
  OwnedNational owned = random_national(5, 9, 7, 1);
  NationalControlReport const report = compare(owned);
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  Index const sweeps = report.iterations[0];
  // One check of the result, and one more that writes its cells.
  EXPECT_THAT(launches(), ElementsAre(Pair("national_check_columns", 2), Pair("national_check_rows", 2),
                                      Pair("national_columns", sweeps), Pair("national_rows", sweeps)));
  std::vector<simt::CopyRecord> const copies = simt::copy_log();
  auto const of_kind = [&](cudaMemcpyKind kind) {
    return std::count_if(copies.begin(), copies.end(), [&](auto const& copy) { return copy.kind == kind; });
  };
  EXPECT_EQ(of_kind(cudaMemcpyHostToDevice), 2);
  // Residuals of the sweeps and the checks, three families of multipliers, and the cells.
  EXPECT_EQ(of_kind(cudaMemcpyDeviceToHost), sweeps + 2 + 3 + 1);
}

TEST_F(NationalControlOnDevice, SignedTablesHaveKernelsOfTheirOwn) {
  OwnedNational owned = random_national(5, 9, 7, 2, {.zero_share = 0.1, .negative_share = 0.1});
  EXPECT_EQ(compare(owned).outcome[0], Outcome::converged);
  EXPECT_GT(launches()["national_rows_signed"], 3);
  EXPECT_EQ(launches()["national_rows"], 0);
}

TEST_F(NationalControlOnDevice, SlabsBeyondSharedMemoryAreReadFromTheDevices) {
  for (double const negatives : {0.0, 0.05}) {
    OwnedNational owned = random_national(12, 6, 40, 3, {.negative_share = negatives});
    NationalControlReport const resident = compare(owned);
    std::vector<double> const balanced = owned.balanced;
    simt::reset_runtime();
    simt::devices()[0].sharedMemPerBlockOptin = 14 * 1024;
    NationalControlReport const streamed = compare(owned);
    EXPECT_EQ(streamed.iterations, resident.iterations);
    EXPECT_EQ(owned.balanced, balanced);  // the place of the numbers changes no bit
  }
}

TEST_F(NationalControlOnDevice, AnyOrderOfThreadsBlocksAndQueuedWork) {
  OwnedNational owned = random_national(3, 11, 40, 4, {.zero_share = 0.05, .negative_share = 0.05});
  NationalControlReport const expected = compare(owned);
  std::vector<double> const balanced = owned.balanced;
  simt::ExecutorOptions const before = simt::options();
  for (simt::Order const order : {simt::Order::reverse, simt::Order::random}) {
    simt::reset_runtime();
    simt::set_schedule_seed(7);
    simt::options().order = order;
    simt::options().resident_blocks = 3;
    Engine device = simulated_device();
    NationalControlReport const report = national_control(device, options, {owned.problem()});
    EXPECT_EQ(report.iterations, expected.iterations);
    EXPECT_EQ(owned.balanced, balanced);
  }
  simt::options() = before;
}

TEST_F(NationalControlOnDevice, OutcomesAreTheCpus) {
  OwnedNational conflict(2, 2, 2), differing = random_national(2, 3, 3, 5), limited = random_national(3, 5, 4, 6);
  conflict.cells = {0, 1, 1, 1, 1, 1, 1, 0};
  conflict.row_totals.assign(4, 1);
  conflict.column_totals.assign(4, 1);
  conflict.national.assign(4, 1);
  differing.row_totals[0] += 1;
  Engine cpu = Engine::cpu(2), device = simulated_device();
  std::vector<NationalControlProblem> const problems{conflict.problem(), differing.problem(), limited.problem()};
  NationalControlReport const expected = national_control(cpu, {.tolerance = 1e-14, .max_iterations = 600}, problems);
  NationalControlReport const report = national_control(device, {.tolerance = 1e-14, .max_iterations = 600}, problems);
  EXPECT_EQ(report.outcome, expected.outcome);
  EXPECT_EQ(report.reason, expected.reason);
  for (Index b = 0; b < 2; ++b) {
    ASSERT_NE(report.evidence(b), nullptr);
    EXPECT_EQ(report.evidence(b)->deficit, expected.evidence(b)->deficit);
  }
  EXPECT_EQ(report.evidence(2), nullptr);
  EXPECT_EQ(compare(limited, {.tolerance = 1e-15, .max_iterations = 3}).reason[0], BalanceReason::slow);
}

TEST_F(NationalControlOnDevice, AStopIsHeardBetweenSweeps) {
  OwnedNational owned = random_national(3, 5, 4, 7);
  ASSERT_EQ(compare(owned).outcome[0], Outcome::converged);
  Index const sweeps = launches()["national_rows"];
  simt::reset_runtime();
  simt::launch_log().clear();
  std::stop_source source;
  BalanceOptions with = options;
  with.control.stop = source.get_token();
  Engine device = simulated_device();
  simt::before_call(simt::call_log().size() + 20, [&] { source.request_stop(); });
  NationalControlReport const report = national_control(device, with, {owned.problem()});
  EXPECT_EQ(report.outcome[0], Outcome::cancelled);
  EXPECT_LT(launches()["national_rows"], sweeps);
  EXPECT_GT(launches()["national_rows"], 0);
  EXPECT_TRUE(std::all_of(owned.balanced.begin(), owned.balanced.end(), [](double x) { return std::isnan(x); }));
}

TEST_F(NationalControlOnDevice, ADeviceWithoutMemoryIsAnError) {
  OwnedNational owned = random_national(3, 20, 20, 8);
  simt::devices()[0].totalGlobalMem = 8 * 1024;
  Engine device = simulated_device();
  EXPECT_THROW((void)national_control(device, options, {owned.problem()}), DeviceError);
}

}  // namespace
}  // namespace regio
