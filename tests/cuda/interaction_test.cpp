// The index of interaction and its bootstrap on the simulated device: which kernels run, what is copied, and what
// happens where memory or a call fails. That the bits are the CPU's is tested in
// tests/interaction/interaction_engines_test.cpp.
#include <regio/bootstrap_index.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/cuda/disturbed_runs.hpp"
#include "tests/cuda/simulated_engine.hpp"
#include "tests/interaction/same_bits.hpp"
#include "tests/interaction/shipment_data.hpp"

namespace regio {
namespace {

using testing::Each;
using testing::ElementsAre;

class InteractionOnDevice : public SimtTest {
 protected:
  using Problems = std::vector<InteractionProblem>;

  static InteractionReport on_cpu(Problems const& problems) {
    Engine cpu = Engine::cpu(1);
    return interaction_index(cpu, {}, problems);
  }
  static BootstrapIndexReport bootstrap_on_cpu(BootstrapIndexOptions const& options, Problems const& problems) {
    Engine cpu = Engine::cpu(1);
    return bootstrap_index(cpu, options, problems);
  }
  static void expect_as_on_cpu(Problems const& problems) {
    simt::launch_log().clear();
    Engine device = simulated_device();
    EXPECT_TRUE(same_bits(interaction_index(device, {}, problems), on_cpu(problems)));
  }
  static void expect_bootstrap_as_on_cpu(BootstrapIndexOptions const& options, Problems const& problems) {
    simt::launch_log().clear();
    Engine device = simulated_device();
    EXPECT_TRUE(same_bits(bootstrap_index(device, options, problems), bootstrap_on_cpu(options, problems)));
  }
};

TEST_F(InteractionOnDevice, ATableGoesThereOnceAndItsTotalsComeBack) {
  constexpr std::size_t regions = 20, industries = 12, number = sizeof(double);
  ShipmentData const data = uneven_shipments(regions, industries, 0.5, 1);
  expect_as_on_cpu({{.shipments = data.as_table()}});
  EXPECT_THAT(launched_kernels(),
              ElementsAre("interaction_index", "interaction_index_out", "interaction_index_totals"));
  using Copy = simt::CopyRecord;
  constexpr auto there = cudaMemcpyHostToDevice, back = cudaMemcpyDeviceToHost;
  EXPECT_THAT(
      simt::copy_log(),
      ElementsAre(Copy{there, regions * regions * industries * number, 0}, Copy{back, sizeof(unsigned), 0},
                  Copy{there, industries, 0}, Copy{back, regions * regions * number, 0},
                  Copy{back, regions * industries * number, 0}, Copy{back, regions * industries * number, 0},
                  Copy{back, regions * number, 0}, Copy{back, regions * number, 0}, Copy{back, regions * number, 0}));
}

TEST_F(InteractionOnDevice, AListIsSortedForEachOfItsSums) {
  ShipmentData const data = uneven_shipments(9, 7, 0.5, 2);
  expect_as_on_cpu({{.shipments = data.as_list(true)}});
  EXPECT_THAT(launched_kernels(),
              ElementsAre("interaction_index_keys", "sort_by_key", "interaction_index_flows", "interaction_index_keys",
                          "sort_by_key", "interaction_index_list_in", "interaction_index_keys", "sort_by_key",
                          "interaction_index_list_out", "interaction_index_totals"));
}

TEST_F(InteractionOnDevice, RowsTooLongForSharedMemoryAreAddedInGlobalMemory) {
  // Deliveries into 16 destinations by 40 industries take 5 KB, what is staged of a row 2.5 KB.
  simt::devices()[0].sharedMemPerMultiprocessor = 4 * 4096;
  ShipmentData const data = uneven_shipments(18, 40, 0.5, 3);
  expect_as_on_cpu({{.shipments = data.as_table()}});
  EXPECT_EQ(simt::launch_log().at(0).shared_bytes, 2U * 4 * 40 * sizeof(double));
}

TEST_F(InteractionOnDevice, ATableLargerThanTheMemoryGoesInPartsOfItsOrigins) {
  ShipmentData const data = uneven_shipments(33, 100, 0.5, 4);
  simt::devices()[0].totalGlobalMem = 640 * 1024;
  ASSERT_GT(data.table.size() * sizeof(double), simt::devices()[0].totalGlobalMem);
  expect_as_on_cpu({{.shipments = data.as_table()}});
  EXPECT_EQ(launches()["interaction_index"], 3);
  EXPECT_EQ(launches()["interaction_index_totals"], 1);
}

TEST_F(InteractionOnDevice, WhatTheMemoryDoesNotHoldIsAClearErrorAndTheEngineGoesOn) {
  ShipmentData const large = uneven_shipments(33, 100, 0.5, 5), small = uneven_shipments(4, 3, 0.5, 6);
  simt::devices()[0].totalGlobalMem = 128 * 1024;
  Engine device = simulated_device();
  for (Shipments const& shipments : {large.as_table(), large.as_list()}) {
    try {
      interaction_index(device, {}, {{.shipments = shipments}});
      ADD_FAILURE() << "nothing was thrown";
    } catch (DeviceError const& error) {
      EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
    }
  }
  EXPECT_TRUE(same_bits(interaction_index(device, {}, {{.shipments = small.as_table()}}),
                        on_cpu({{.shipments = small.as_table()}})));
}

TEST_F(InteractionOnDevice, AStopIsHeardBetweenPartsAndPeriods) {
  ShipmentData const data = uneven_shipments(33, 100, 0.5, 4);
  Problems const problems{{.shipments = data.as_table()}, {.shipments = data.as_table()}};
  simt::devices()[0].totalGlobalMem = 640 * 1024;
  {
    Engine device = simulated_device();
    interaction_index(device, {}, problems);
  }
  std::vector<std::string> const calls = simt::call_log();
  std::size_t const launches_of_all = simt::launch_log().size();
  auto const is_launch = [](std::string const& call) { return call == "cudaLaunchKernel"; };
  auto const first = static_cast<std::size_t>(std::find_if(calls.begin(), calls.end(), is_launch) - calls.begin());
  ASSERT_LT(first, calls.size());
  simt::reset_runtime();
  simt::devices()[0].totalGlobalMem = 640 * 1024;
  simt::launch_log().clear();
  std::stop_source source;
  simt::before_call(first + 1, [&] { source.request_stop(); });
  Engine device = simulated_device();
  InteractionReport const report =
      interaction_index(device, {.control = {.stop = source.get_token(), .progress = nullptr}}, problems);
  EXPECT_THAT(report.outcome, ElementsAre(Outcome::cancelled, Outcome::cancelled));
  EXPECT_GT(launches_of_all, 2U);
  EXPECT_THAT(launched_kernels(), ElementsAre("interaction_index", "interaction_index_out"));
}

TEST_F(InteractionOnDevice, AnyOrderOfThreadsAndBlocks) {
  ShipmentData const data = uneven_shipments(18, 9, 0.5, 7);
  Problems const problems{{.shipments = data.as_table()}, {.shipments = data.as_list(true)}};
  BootstrapIndexOptions const options{.replicates = 10};
  InteractionReport const expected = on_cpu(problems);
  BootstrapIndexReport const expected_bootstrap = bootstrap_on_cpu(options, problems);
  simt::ExecutorOptions const before = simt::options();
  for (simt::Order const order : {simt::Order::reverse, simt::Order::random}) {
    simt::reset_runtime();
    simt::options().order = order;
    Engine device = simulated_device();
    EXPECT_TRUE(same_bits(interaction_index(device, {}, problems), expected));
    EXPECT_TRUE(same_bits(bootstrap_index(device, options, problems), expected_bootstrap));
  }
  simt::options() = before;
}

TEST_F(InteractionOnDevice, ReplicatesAreMadeByOneLaunch) {
  ShipmentData const data = uneven_shipments(8, 5, 0.5, 8);
  expect_bootstrap_as_on_cpu({.replicates = 30}, {{.shipments = data.as_table()}});
  EXPECT_EQ(launches()["bootstrap_index"], 1);
  EXPECT_EQ(simt::launch_log().back().grid.x, 30U);
  // Shipments there in one copy, five kinds of sums back.
  std::vector<simt::CopyRecord> copies = simt::copy_log();
  ASSERT_GE(copies.size(), 6U);
  copies.erase(copies.begin(), copies.end() - 6);
  EXPECT_EQ(copies[0].kind, cudaMemcpyHostToDevice);
  std::vector<std::size_t> bytes;
  for (std::size_t c = 1; c < 6; ++c) {
    EXPECT_EQ(copies[c].kind, cudaMemcpyDeviceToHost);
    bytes.push_back(copies[c].bytes / (30 * 8));
  }
  EXPECT_THAT(bytes, ElementsAre(sizeof(double), sizeof(double), sizeof(double), sizeof(int), sizeof(int)));
}

TEST_F(InteractionOnDevice, ReplicatesTooLargeForSharedMemoryLieInGlobalMemory) {
  ShipmentData const data = uneven_shipments(12, 9, 0.8, 9);
  simt::devices()[0].sharedMemPerBlockOptin = 2048;
  expect_bootstrap_as_on_cpu({.replicates = 10}, {{.shipments = data.as_list()}});
  EXPECT_EQ(launches()["bootstrap_index"], 0);
  EXPECT_EQ(launches()["bootstrap_index_global"], 1);
  EXPECT_LE(simt::launch_log().back().grid.x, 10U);
}

TEST_F(InteractionOnDevice, ReplicatesThatTheMemoryDoesNotHoldAreDivided) {
  ShipmentData const data = uneven_shipments(8, 5, 0.5, 10);
  simt::devices()[0].totalGlobalMem = 48 * 1024;
  expect_bootstrap_as_on_cpu({.replicates = 300}, {{.shipments = data.as_table()}});
  EXPECT_GT(launches()["bootstrap_index"], 1);
}

TEST_F(InteractionOnDevice, AStopBeforeTheFirstPeriodCancels) {
  ShipmentData const data = uneven_shipments(5, 3, 0.5, 11);
  std::stop_source source;
  source.request_stop();
  BootstrapIndexOptions options;
  options.index.control.stop = source.get_token();
  Engine device = simulated_device();
  EXPECT_THAT(bootstrap_index(device, options, {{.shipments = data.as_table()}}).outcome, Each(Outcome::cancelled));
  EXPECT_TRUE(simt::launch_log().empty());
}

TEST_F(InteractionOnDevice, EveryFailingCallIsAClearErrorOrTheRightResult) {
  ShipmentData const data = uneven_shipments(6, 4, 0.5, 12);
  Problems const problems{{.shipments = data.as_table()}, {.shipments = data.as_list(true)}};
  InteractionReport const expected = on_cpu(problems);
  FailedCalls const failed = fail_at_every_call([&] {
    Engine device = simulated_device();
    EXPECT_TRUE(same_bits(interaction_index(device, {}, problems), expected));
  });
  EXPECT_GT(failed.errors, failed.calls / 2);
}

TEST_F(InteractionOnDevice, EveryFailingCallOfTheBootstrapIsAClearErrorOrTheRightResult) {
  ShipmentData const data = uneven_shipments(4, 3, 0.5, 13);
  Problems const problems{{.shipments = data.as_table()}};
  BootstrapIndexOptions const options{.replicates = 5};
  BootstrapIndexReport const expected = bootstrap_on_cpu(options, problems);
  FailedCalls const failed = fail_at_every_call([&] {
    Engine device = simulated_device();
    EXPECT_TRUE(same_bits(bootstrap_index(device, options, problems), expected));
  });
  EXPECT_GT(failed.errors, failed.calls / 2);
}

}  // namespace
}  // namespace regio
