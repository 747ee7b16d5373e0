/// Each test begins with new devices and must end with everything given back.
#pragma once

#include <gtest/gtest.h>

#include "tests/simt/fault_injection.hpp"
#include "tests/simt/simulated_devices.hpp"

class SimtTest : public ::testing::Test {
 protected:
  void SetUp() override { simt::reset_runtime(); }
  void TearDown() override {
    simt::LiveObjects const left = simt::live_objects();
    EXPECT_EQ(left.streams, 0U);
    EXPECT_EQ(left.events, 0U);
    EXPECT_EQ(left.pools, 0U);
    EXPECT_EQ(left.device_allocations, 0U);
    EXPECT_EQ(left.pinned_allocations, 0U);
    EXPECT_EQ(left.queued_work, 0U);
    EXPECT_EQ(left.blas_handles, 0U);
  }
};
