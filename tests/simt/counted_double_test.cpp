// What counted_double.hpp counts, against numbers found by hand.
#include <gtest/gtest.h>

#include <vector>

#include "tests/simt/device.hpp"
#include "tests/simt/test_launch.hpp"

namespace simt {
namespace {

static_assert(std::is_same_v<double, CountedDouble>, "this test is built with counted numbers");

__global__ void horner(double const* x, double* y, int terms) {
  double sum = 1;
  for (int i = 0; i < terms; ++i) sum = fma(sum, x[threadIdx.x], 0.5);
  y[threadIdx.x] = sum;
}

TEST(CountedDouble, AnOperationOfAllLanesIsOneOfTheWarp) {
  DeviceArray<double> const x(std::vector<double>(64, 0.5)), y(64);
  for (unsigned const threads : {32U, 20U, 64U}) {
    ASSERT_TRUE(run("horner", 1, threads, 0, horner, x.data(), y.data(), 7));
    EXPECT_EQ(launch_log().back().of_threads, (DoubleOperations{.arithmetic = 7 * threads}));
    EXPECT_EQ(launch_log().back().of_warps, (DoubleOperations{.arithmetic = 7U * (threads > 32 ? 2U : 1U)}));
  }
  EXPECT_EQ(static_cast<float>(y.values()[0]), 1.0F) << "0.5 x + 0.5 of 1";
}

__global__ void every_operation(double* out) {
  __shared__ double shared[32];
  shared[threadIdx.x] = threadIdx.x;
  __syncthreads();
  double const a = shared[31 - threadIdx.x], b = 3;
  double value = -(a + b) - a * b;          // 3 of arithmetic; a sign costs nothing
  value += fabs(value) / b;                 // a division, one of arithmetic
  value = fmax(value, sqrt(a));             // a root, a comparison
  if (value < 2 && value != a) value -= 1;  // comparisons: of all lanes, and of those that went on
  out[threadIdx.x] = __shfl_xor_sync(0xFFFFFFFFU, value, 1);
}

TEST(CountedDouble, EveryKindOfOperationIsCounted) {
  DeviceArray<double> const out(32);
  ASSERT_TRUE(run("every_operation", 1, 32, 0, every_operation, out.data()));
  LaunchCount const& count = launch_log().back();
  // The value is the root of a, which is 0, 1, ... 31: below 2 for four lanes, and for two of these a itself.
  EXPECT_EQ(count.of_threads, (DoubleOperations{.arithmetic = 4 * 32 + 2, .comparisons = 2 * 32 + 4, .divisions = 64}));
  EXPECT_EQ(count.of_warps, (DoubleOperations{.arithmetic = 5, .comparisons = 3, .divisions = 2}));
}

// The host's operations are not the kernel's.
TEST(CountedDouble, OnlyKernelsAreCounted) {
  double sum = 0;
  for (int i = 0; i < 10; ++i) sum += i;
  DeviceArray<double> const x(std::vector<double>(32, sum)), y(32);
  ASSERT_TRUE(run("horner", 1, 32, 0, horner, x.data(), y.data(), 0));
  EXPECT_EQ(launch_log().back().of_threads, DoubleOperations{});
}

}  // namespace
}  // namespace simt
