/// Runs on the simulated device in which calls fail, or a stop is raised, at every moment there is.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include <regio/error.hpp>
#include <regio/views.hpp>

#include "tests/cuda/simt_test.hpp"

namespace regio {

struct FailedCalls {
  std::size_t calls = 0;   ///< that the run makes
  std::size_t errors = 0;  ///< in how many of the runs with a failing call an error came of it; two for each call
};

/// Makes each call of a run fail, in two ways, then each piece of its queued work. run() makes an engine and compares
/// its results with the right ones; what it throws must name the failure. Everything must be given back each time.
template <class Run>
FailedCalls fail_at_every_call(Run&& run) {
  std::vector<cudaDeviceProp> const devices = simt::devices();
  auto const again = [&](std::uint64_t seed) {
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
    simt::reset_runtime();
    simt::devices() = devices;
    simt::set_schedule_seed(seed);
  };
  /// Whether an error came of it.
  auto const fails = [&](cudaError_t injected) {
    try {
      run();
      return false;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(cudaGetErrorName(injected)));
      return true;
    }
  };
  again(1);
  EXPECT_FALSE(fails(cudaSuccess));
  std::vector<std::string> const calls = simt::call_log();
  std::uint64_t const works = simt::work_count();
  FailedCalls result{.calls = calls.size()};
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (std::size_t at = 1; at <= calls.size(); ++at) {
      SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error));
      again(at);
      simt::fail_call({.at = at, .error = error, .device_lost = error == cudaErrorLaunchFailure});
      result.errors += fails(error) ? 1 : 0;
    }
  }
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    again(at);
    simt::fail_work(at, cudaErrorIllegalAddress);
    fails(cudaErrorIllegalAddress);
  }
  again(1);
  return result;
}

/// Raises a stop before each call of a run in parts. run(token) makes an engine, finds every problem either whole or
/// cancelled, and returns how many are cancelled: none without a stop, all with one at the beginning, fewer the later
/// it is, and at least two numbers between.
template <class Run>
void stop_before_every_call(Index problems, Run&& run) {
  std::vector<cudaDeviceProp> const devices = simt::devices();
  auto const cancelled_by_stop = [&](std::size_t call) {
    simt::reset_runtime();
    simt::devices() = devices;
    std::stop_source stop;
    simt::before_call(call, [&] { stop.request_stop(); });
    return run(stop.get_token());
  };
  EXPECT_EQ(cancelled_by_stop(0), 0);
  std::size_t const calls = simt::call_log().size();
  Index cancelled_before = problems;
  std::vector<Index> steps;
  for (std::size_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE("stopped before call " + std::to_string(at));
    Index const cancelled = cancelled_by_stop(at);
    EXPECT_LE(cancelled, cancelled_before) << "a later stop cancels more";
    if (steps.empty() || cancelled < steps.back()) steps.push_back(cancelled);
    cancelled_before = cancelled;
  }
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps.front(), problems);
  EXPECT_EQ(steps.back(), 0);
  EXPECT_GE(steps.size(), 4U) << "there is a stop between any two parts";
}

}  // namespace regio
