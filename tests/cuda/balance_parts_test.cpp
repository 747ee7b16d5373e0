// Batches of tables that go to the device in parts, and what happens when a call fails or a stop is raised in the
// midst: a clear error or the CPU's results, whole tables or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/cuda/balance_on_device.hpp"

namespace regio {
namespace {

class BalanceParts : public SimtTest {
 protected:
  /// Positions in the log of work of what begins with this name.
  static std::vector<std::size_t> positions(std::vector<simt::WorkRecord> const& log, std::string const& name) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at < log.size(); ++at) {
      if (log[at].name.starts_with(name)) found.push_back(at);
    }
    return found;
  }

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
  auto const may_overlap = [&](std::size_t a, std::size_t b) {
    return !simt::must_follow(log, std::max(a, b), std::min(a, b));
  };
  for (std::size_t part = 0; part < uploads.size(); ++part) {
    EXPECT_TRUE(simt::must_follow(log, kernels[part], uploads[part]));
    EXPECT_TRUE(simt::must_follow(log, downloads[part], kernels[part]));
    if (part + 1 == uploads.size()) break;
    EXPECT_TRUE(may_overlap(uploads[part + 1], kernels[part]));
    EXPECT_TRUE(may_overlap(downloads[part], kernels[part + 1]));
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
  std::vector<cudaDeviceProp> const devices = simt::devices();
  std::vector<std::string> const calls = simt::call_log();
  std::uint64_t const works = simt::work_count();
  /// Whether an error came of it.
  auto const balance = [&](cudaError_t injected) {
    try {
      expect_same_bits(balance_on(simulated_device(), options, owned), expected);
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  auto const again = [&] {
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    simt::reset_runtime();
    simt::devices() = devices;
  };
  std::size_t errors = 0;
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (std::size_t at = 1; at <= calls.size(); ++at) {
      SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error));
      again();
      simt::fail_call({.at = at, .error = error, .device_lost = error == cudaErrorLaunchFailure});
      errors += balance(error) ? 1 : 0;
    }
  }
  EXPECT_GT(errors, calls.size());
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    again();
    simt::fail_work(at, cudaErrorIllegalAddress);
    balance(cudaErrorIllegalAddress);
  }
  again();
}

TEST_F(BalanceParts, StopAtAnyMomentLeavesWholeTablesOrNone) {
  add_one_of_each();
  BalanceRun const expected = balance_on(simulated_device(), {}, owned);
  std::vector<cudaDeviceProp> const devices = simt::devices();
  std::size_t const calls = simt::call_log().size();
  std::ptrdiff_t cancelled_before = static_cast<std::ptrdiff_t>(owned.size());
  std::vector<std::ptrdiff_t> steps;
  for (std::size_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE("stopped before call " + std::to_string(at));
    simt::reset_runtime();
    simt::devices() = devices;
    std::stop_source stop;
    simt::before_call(at, [&] { stop.request_stop(); });
    BalanceOptions options;
    options.control.stop = stop.get_token();
    BalanceRun const found = balance_on(simulated_device(), options, owned);
    for (std::size_t b = 0; b < owned.size(); ++b) {
      if (found.report.outcome[b] == Outcome::cancelled) {
        EXPECT_TRUE(std::isnan(found.cells[b][0]));
      } else {
        EXPECT_EQ(found.report.outcome[b], expected.report.outcome[b]);
        EXPECT_EQ(found.cells[b], expected.cells[b]);
      }
    }
    std::ptrdiff_t const cancelled =
        std::count(found.report.outcome.begin(), found.report.outcome.end(), Outcome::cancelled);
    EXPECT_LE(cancelled, cancelled_before) << "a later stop cancels more";
    if (steps.empty() || cancelled < steps.back()) steps.push_back(cancelled);
    cancelled_before = cancelled;
  }
  EXPECT_EQ(steps.front(), static_cast<std::ptrdiff_t>(owned.size()));
  EXPECT_EQ(steps.back(), 0);
  EXPECT_GE(steps.size(), 4U) << "there is a stop between any two parts";
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
