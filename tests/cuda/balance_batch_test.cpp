// Small tables on the simulated device: the CPU's results to the bit, made by kernels that the logs name, whatever the
// size, the order of threads and the memory left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/cuda/balance_on_device.hpp"

namespace regio {
namespace {

using testing::UnorderedElementsAre;

class BalanceBatchOnDevice : public SimtTest {
 protected:
  void expect_as_on_cpu(BalanceOptions const& options) {
    simt::launch_log().clear();
    BalanceRun const found = balance_on(simulated_device(), options, owned);
    expect_same_bits(found, balance_on(Engine::cpu(2), options, owned));
  }

  /// Tables of many sizes, half of them signed.
  void add_many_sizes() {
    std::uint64_t seed = 0;
    for (Index const rows : {1, 2, 7, 31, 33, 70}) {
      for (Index const columns : {1, 3, 8, 31, 46}) {
        owned.push_back(random_balance(rows, columns, ++seed, {.zero_share = 0.2}));
        owned.push_back(random_balance(rows, columns, ++seed, {.zero_share = 0.2, .negative_share = 0.1}));
      }
    }
  }

  std::vector<OwnedBalance> owned;
};

TEST_F(BalanceBatchOnDevice, EverySizeInOneBatchHasTheCpusBits) {
  add_many_sizes();
  expect_as_on_cpu({.tolerance = 1e-11, .keep_history = true});
  for (auto const& [name, count] : launches()) EXPECT_THAT(name, testing::StartsWith("balance_batch"));
}

TEST_F(BalanceBatchOnDevice, LargestTablesThatABlockHolds) {
  owned.push_back(random_balance(160, 150, 1, {.zero_share = 0.3}));
  owned.push_back(random_balance(150, 140, 2, {.negative_share = 0.1}));
  owned.push_back(random_balance(2200, 7, 3));  // more rows than chunks of 32 have
  owned.push_back(random_balance(3, 4300, 4));
  expect_as_on_cpu({.tolerance = 1e-10});
  EXPECT_THAT(launches(), UnorderedElementsAre(std::pair("balance_batch", 1), std::pair("balance_batch_signed", 1)));
}

TEST_F(BalanceBatchOnDevice, SlowTablesAreOverRelaxedAsOnTheCpu) {
  owned.push_back(banded_balance(30, 1));
  owned.push_back(banded_balance(45, 2));
  expect_as_on_cpu({.tolerance = 1e-12, .newton = false, .keep_history = true});
  expect_as_on_cpu({.tolerance = 1e-12, .max_iterations = 1500, .over_relaxation = false, .newton = false});
  EXPECT_GT(launches()["balance_batch"], 2) << "a launch makes a limited number of sweeps";
}

TEST_F(BalanceBatchOnDevice, EveryOutcomeIsTheCpus) {
  owned.push_back(balance_of({{1, 1}, {0, 1}}, {1, 1}, {1, 1}));                            // boundary
  owned.push_back(balance_of({{1, 2}, {3, 4}}, {10, 20}, {15, 16}));                        // totals that differ
  owned.push_back(balance_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, {6, 0, 20}, {10, 16, 0}));  // wiped margins
  owned.push_back(balance_of({{3, 5, -7}, {2, 1, -4}}, {0, 0}, {6, 5, -11}));               // signed zero totals
  owned.push_back(balance_of({{1, -1e-10}, {0, 1}}, {-999, 1}, {1e-13, -998 - 1e-13}));     // negative totals
  owned.push_back(balance_of({{1, 0, 0}, {1, 0, 0}, {1, 1, 1}, {0, 1, 1}}, {4, 4, 5, 5}, {6, 6, 6}));  // conflict
  owned.push_back(random_balance(20, 20, 13));
  owned.back().row_totals.assign(20, 30);
  owned.back().column_totals.assign(20, 30);
  expect_as_on_cpu({.newton = false, .keep_history = true});
  expect_as_on_cpu({.tolerance = 1e-18, .max_iterations = 600, .newton = false});
  expect_as_on_cpu({.tolerance = 1e-14, .max_iterations = 2, .newton = false, .keep_history = true});
}

TEST_F(BalanceBatchOnDevice, NumbersOfAnyMagnitude) {
  for (double const scale : {1e-280, 1e-150, 1e150, 1e280}) owned.push_back(random_balance(9, 12, 5, {.scale = scale}));
  owned.push_back(random_balance(12, 12, 8));
  for (std::size_t cell = 0; cell < 144; ++cell) {
    owned.back().cells[cell] *= std::pow(10.0, 2 * static_cast<double>(cell / 12) - 12);
  }
  expect_as_on_cpu({.tolerance = 1e-12, .newton = false});
}

TEST_F(BalanceBatchOnDevice, WarmStartsAreTaken) {
  owned.push_back(random_balance(20, 20, 11));
  BalanceProblem problem = owned[0].problem();
  Engine device = simulated_device();
  BalanceReport const first = balance_tables(device, {.tolerance = 1e-12}, {problem});
  problem.column_start = first.column_multipliers(0);
  EXPECT_EQ(balance_tables(device, {.tolerance = 1e-11}, {problem}).iterations[0], 1);
  EXPECT_GT(first.iterations[0], 3);
}

TEST_F(BalanceBatchOnDevice, SparseTablesMeetTheirTotalsAsOnTheCpu) {
  for (double const negatives : {0.0, 0.1}) {
    OwnedBalance dense = random_balance(40, 35, 3, {.zero_share = 0.7, .negative_share = negatives});
    SparseBalance sparse(dense);
    Engine device = simulated_device(), cpu = Engine::cpu();
    BalanceReport const found = balance_tables(device, {.tolerance = 1e-13}, {sparse.problem()});
    std::vector<double> const cells = sparse.balanced;
    BalanceReport const expected = balance_tables(cpu, {.tolerance = 1e-13}, {sparse.problem()});
    EXPECT_EQ(found.outcome, expected.outcome);
    EXPECT_EQ(found.iterations, expected.iterations);
    for (std::size_t e = 0; e < cells.size(); ++e) {
      EXPECT_NEAR(cells[e], sparse.balanced[e], 1e-12 * std::abs(sparse.balanced[e]));
    }
  }
}

TEST_F(BalanceBatchOnDevice, EverythingTravelsInTwoCopies) {
  for (std::uint64_t b = 0; b < 20; ++b) owned.push_back(random_balance(24, 20, b));
  balance_on(simulated_device(), {}, owned);
  std::vector<simt::CopyRecord> const copies = simt::copy_log();
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].kind, cudaMemcpyHostToDevice);
  EXPECT_EQ(copies[1].kind, cudaMemcpyDeviceToHost);
  std::size_t const table = 24 * 20 * sizeof(double), margins = 44 * sizeof(double);
  EXPECT_GE(copies[0].bytes, 20 * (table + margins));
  EXPECT_LT(copies[0].bytes, 20 * (table + margins + 20 * sizeof(double) + 256));
  EXPECT_GE(copies[1].bytes, 20 * (table + margins));
  EXPECT_LT(copies[1].bytes, 20 * (table + margins + 256));
  EXPECT_THAT(launches(), UnorderedElementsAre(std::pair("balance_batch", 1)));
}

TEST_F(BalanceBatchOnDevice, AnyOrderOfThreadsAndBlocksAndAnySchedule) {
  for (std::uint64_t b = 0; b < 6; ++b) {
    owned.push_back(random_balance(static_cast<Index>(3 + 9 * b), static_cast<Index>(40 - 5 * b), b,
                                   {.zero_share = 0.2, .negative_share = b % 2 == 0 ? 0.0 : 0.1}));
  }
  BalanceRun const expected = balance_on(Engine::cpu(), {}, owned);
  simt::ExecutorOptions const before = simt::options();
  for (simt::Order const order : {simt::Order::forward, simt::Order::reverse, simt::Order::random}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      simt::reset_runtime();
      simt::set_schedule_seed(seed);
      simt::options().order = order;
      simt::options().seed = seed;
      simt::options().resident_blocks = static_cast<int>(seed);
      expect_same_bits(balance_on(simulated_device(), {}, owned), expected);
    }
  }
  simt::options() = before;
}

}  // namespace
}  // namespace regio
