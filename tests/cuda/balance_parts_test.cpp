// Batches of tables that go to the device in parts, and what happens when a call fails or a stop is raised in the
// midst: a clear error or the CPU's results, whole tables or none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stop_token>
#include <vector>

#include "tests/cuda/balance_on_device.hpp"
#include "tests/cuda/disturbed_runs.hpp"

namespace regio {
namespace {

class BalanceParts : public SimtTest {
 protected:
  /// Tables of which the device's memory holds few at a time.
  void add_small_tables(std::uint64_t count) {
    simt::devices()[0].totalGlobalMem = 64 * 1024;
    for (std::uint64_t b = 0; b < count; ++b) owned.push_back(random_balance(11, 9, b, {.zero_share = 0.1}));
  }

  /// Several parts of small tables, and one table that a block does not hold.
  void add_one_of_each() {
    add_small_tables(12);
    simt::devices()[0].sharedMemPerBlockOptin = 6 * 1024;
    owned.push_back(random_balance(14, 30, 99, {.negative_share = 0.1}));
  }

  std::vector<OwnedBalance> owned;
};

TEST_F(BalanceParts, CopiesOfAPartMayRunBesideTheKernelsOfTheNext) {
  add_small_tables(40);
  balance_on(simulated_device(), {}, owned);
  std::vector<simt::WorkRecord> const log = simt::work_log();
  auto const uploads = positions(log, "copy to the device"), kernels = positions(log, "balance_batch"),
             downloads = positions(log, "copy to the host");
  ASSERT_GE(uploads.size(), 4U);
  ASSERT_EQ(kernels.size(), uploads.size());
  ASSERT_EQ(downloads.size(), uploads.size());
  for (std::size_t part = 0; part < uploads.size(); ++part) {
    EXPECT_TRUE(simt::must_follow(log, kernels[part], uploads[part]));
    EXPECT_TRUE(simt::must_follow(log, downloads[part], kernels[part]));
    if (part + 1 == uploads.size()) break;
    EXPECT_TRUE(may_overlap(log, uploads[part + 1], kernels[part]));
    EXPECT_TRUE(may_overlap(log, downloads[part], kernels[part + 1]));
  }
}

TEST_F(BalanceParts, ResultsAreTheCpusUnderEverySchedule) {
  add_small_tables(24);
  BalanceRun const expected = balance_on(Engine::cpu(), {}, owned);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    simt::set_schedule_seed(seed);
    expect_same_bits(balance_on(simulated_device(), {}, owned), expected);
  }
}

TEST_F(BalanceParts, EveryFailingCallIsAClearErrorOrTheRightResult) {
  add_one_of_each();
  BalanceOptions const options{.tolerance = 1e-6};
  BalanceRun const expected = balance_on(simulated_device(), options, owned);
  FailedCalls const failed =
      fail_at_every_call([&] { expect_same_bits(balance_on(simulated_device(), options, owned), expected); });
  EXPECT_GT(failed.errors, failed.calls);
}

TEST_F(BalanceParts, StopAtAnyMomentLeavesWholeTablesOrNone) {
  add_one_of_each();
  BalanceRun const expected = balance_on(simulated_device(), {}, owned);
  stop_before_every_call(std::ssize(owned), [&](std::stop_token const& stop) {
    BalanceOptions options;
    options.control.stop = stop;
    BalanceRun const found = balance_on(simulated_device(), options, owned);
    for (std::size_t b = 0; b < owned.size(); ++b) {
      if (found.report.outcome[b] == Outcome::cancelled) {
        EXPECT_TRUE(std::isnan(found.cells[b][0]));
      } else {
        EXPECT_EQ(found.report.outcome[b], expected.report.outcome[b]);
        EXPECT_EQ(found.cells[b], expected.cells[b]);
      }
    }
    return static_cast<Index>(std::count(found.report.outcome.begin(), found.report.outcome.end(), Outcome::cancelled));
  });
}

TEST_F(BalanceParts, TableThatTheMemoryDoesNotHoldIsAClearErrorAndTheEngineGoesOn) {
  simt::devices()[0].totalGlobalMem = 256 * 1024;
  OwnedBalance large = random_balance(300, 200, 1), small = random_balance(5, 5, 2);
  Engine device = simulated_device();
  try {
    balance_tables(device, {}, {large.problem()});
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
  }
  EXPECT_EQ(balance_tables(device, {}, {small.problem()}).outcome[0], Outcome::converged);
}

}  // namespace
}  // namespace regio
