// Large tables on the simulated device: sweeps of the whole device that read a table once, the same bits for any grid,
// and the CPU's results but for rounding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/cuda/balance_on_device.hpp"

namespace regio {
namespace {

/// So little shared memory that small tables count as large ones.
void shrink_blocks(std::size_t shared_bytes) {
  for (cudaDeviceProp& device : simt::devices()) {
    device.sharedMemPerBlockOptin = shared_bytes;
    device.sharedMemPerMultiprocessor = shared_bytes + 1024;
  }
}

class BalanceSweepsOnDevice : public SimtTest {
 protected:
  void expect_near_cpu(BalanceOptions const& options, double tolerance = 1e-12) {
    simt::launch_log().clear();
    BalanceRun const found = balance_on(simulated_device(), options, owned);
    BalanceRun const expected = balance_on(Engine::cpu(2), options, owned);
    EXPECT_EQ(found.report.outcome, expected.report.outcome);
    EXPECT_EQ(found.report.reason, expected.report.reason);
    EXPECT_EQ(found.report.iterations, expected.report.iterations);
    for (std::size_t b = 0; b < owned.size(); ++b) {
      SCOPED_TRACE("problem " + std::to_string(b));
      if (std::isnan(expected.report.row_residual[b])) {
        EXPECT_TRUE(std::isnan(found.report.row_residual[b]));
        expect_same_numbers(found.cells[b], expected.cells[b]);
        continue;
      }
      EXPECT_NEAR(found.report.row_residual[b], expected.report.row_residual[b], 1e-13);
      EXPECT_NEAR(found.report.column_residual[b], expected.report.column_residual[b], 1e-13);
      ASSERT_EQ(found.report.history[b].size(), expected.report.history[b].size());
      for (std::size_t e = 0; e < found.cells[b].size(); ++e) {
        double const wanted = expected.cells[b][e];
        ASSERT_NEAR(found.cells[b][e], wanted, tolerance * std::abs(wanted)) << "cell " << e;
      }
    }
  }

  std::vector<OwnedBalance> owned;
};

TEST_F(BalanceSweepsOnDevice, RowsOfWarpsAreTheCpusTables) {
  shrink_blocks(100 * 1024);
  owned.push_back(random_balance(120, 130, 1, {.zero_share = 0.2}));
  owned.push_back(random_balance(130, 110, 2, {.zero_share = 0.2, .negative_share = 0.1}));
  owned.push_back(random_balance(3000, 3, 3));
  expect_near_cpu({.tolerance = 1e-13, .keep_history = true});
  EXPECT_GT(launches()["balance_rows_warp"], 0);
  EXPECT_GT(launches()["balance_rows_warp_signed"], 0);
  EXPECT_EQ(launches()["balance_batch"], 0);
}

TEST_F(BalanceSweepsOnDevice, RowsOfBlocksAreTheCpusTables) {
  owned.push_back(random_balance(40, 700, 1, {.zero_share = 0.2}));
  owned.push_back(random_balance(45, 640, 2, {.zero_share = 0.2, .negative_share = 0.1}));
  expect_near_cpu({.tolerance = 1e-13, .keep_history = true});
  EXPECT_GT(launches()["balance_rows"], 0);
  EXPECT_GT(launches()["balance_rows_signed"], 0);
}

TEST_F(BalanceSweepsOnDevice, WideRowsAreTheCpusTables) {
  owned.push_back(random_balance(5, 9000, 1, {.zero_share = 0.2}));
  owned.push_back(random_balance(6, 8200, 2, {.negative_share = 0.1}));
  expect_near_cpu({.tolerance = 1e-13});
  EXPECT_GT(launches()["balance_wide_rows"], 0);
  EXPECT_GT(launches()["balance_wide_rows_signed"], 0);
}

TEST_F(BalanceSweepsOnDevice, SparseTablesAreTheCpus) {
  shrink_blocks(8 * 1024);
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance const dense = random_balance(90, 70, 3, {.zero_share = 0.7, .negative_share = negatives});
    SparseBalance sparse(dense);
    Engine device = simulated_device(), cpu = Engine::cpu();
    BalanceOptions const options{.tolerance = 1e-13, .keep_history = true};
    BalanceReport const found = balance_tables(device, options, {sparse.problem()});
    std::vector<double> const cells = sparse.balanced;
    BalanceReport const expected = balance_tables(cpu, options, {sparse.problem()});
    EXPECT_EQ(found.outcome, expected.outcome);
    EXPECT_EQ(found.iterations, expected.iterations);
    EXPECT_EQ(found.history[0].size(), expected.history[0].size());
    EXPECT_NEAR(found.row_residual[0], expected.row_residual[0], 1e-13);
    EXPECT_NEAR(found.column_residual[0], expected.column_residual[0], 1e-13);
    for (std::size_t e = 0; e < cells.size(); ++e) {
      ASSERT_NEAR(cells[e], sparse.balanced[e], 1e-12 * std::abs(sparse.balanced[e]));
    }
  }
  EXPECT_GT(launches()["balance_sparse_rows"], 0);
  EXPECT_EQ(launches()["balance_batch"], 0);
}

TEST_F(BalanceSweepsOnDevice, EveryOutcomeIsTheCpus) {
  shrink_blocks(2500);
  owned.push_back(balance_of({{1, 1}, {0, 1}}, {1, 1}, {1, 1}));                            // boundary
  owned.push_back(balance_of({{1, 2}, {3, 4}}, {10, 20}, {15, 16}));                        // totals that differ
  owned.push_back(balance_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, {6, 0, 20}, {10, 16, 0}));  // wiped margins
  owned.push_back(balance_of({{3, 5, -7}, {2, 1, -4}}, {0, 0}, {6, 5, -11}));               // signed zero totals
  owned.push_back(balance_of({{1, 0, 0}, {1, 0, 0}, {1, 1, 1}, {0, 1, 1}}, {4, 4, 5, 5}, {6, 6, 6}));  // conflict
  expect_near_cpu({.newton = false, .keep_history = true}, 1e-9);
  expect_near_cpu({.tolerance = 1e-14, .max_iterations = 2, .newton = false, .keep_history = true}, 1e-9);
  EXPECT_EQ(launches()["balance_batch"], 0);
  EXPECT_GT(launches()["balance_rows_warp"], 0);
}

TEST_F(BalanceSweepsOnDevice, SlowTablesAreOverRelaxedAsOnTheCpu) {
  shrink_blocks(5 * 1024);
  owned.push_back(banded_balance(25, 1));
  expect_near_cpu({.newton = false, .keep_history = true}, 1e-9);
  expect_near_cpu({.max_iterations = 20, .over_relaxation = false, .newton = false, .keep_history = true}, 1e-9);
  EXPECT_EQ(launches()["balance_batch"], 0);
}

TEST_F(BalanceSweepsOnDevice, AnyGridGivesTheSameBits) {
  owned.push_back(random_balance(30, 700, 1, {.zero_share = 0.2, .negative_share = 0.1}));
  owned.push_back(random_balance(300, 100, 2, {.zero_share = 0.2}));
  BalanceOptions const options{.max_iterations = 2};
  BalanceRun const expected = balance_on(simulated_device(), options, owned);
  simt::ExecutorOptions const before = simt::options();
  for (int const multiprocessors : {1, 3, 16}) {
    for (simt::Order const order : {simt::Order::reverse, simt::Order::random}) {
      SCOPED_TRACE(multiprocessors);
      simt::reset_runtime();
      simt::devices()[0].multiProcessorCount = multiprocessors;
      simt::set_schedule_seed(static_cast<std::uint64_t>(multiprocessors));
      simt::options().order = order;
      simt::options().resident_blocks = 1 + multiprocessors % 4;
      expect_same_bits(balance_on(simulated_device(), options, owned), expected);
    }
  }
  simt::options() = before;
}

}  // namespace
}  // namespace regio
