/// The executor's counts of memory traffic, against numbers that follow from the layout by hand. A build without access
/// hooks counts barriers and atomics alone, and says so.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/simt/device.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/test_launch.hpp"

namespace simt {
namespace {

// What g++ defines where it puts the hooks.
#if defined(__SANITIZE_THREAD__)
constexpr bool counted = true;
#else
constexpr bool counted = false;
#endif

constexpr unsigned block_threads = 128;

unsigned blocks_for(int count) { return (static_cast<unsigned>(count) + block_threads - 1) / block_threads; }

/// The figures of memory in a build that counts; in another they must be zero.
void expect_traffic(LaunchCount const& count, std::uint64_t load_bytes, std::uint64_t load_sectors,
                    std::uint64_t store_bytes, std::uint64_t store_sectors) {
  EXPECT_EQ(count.counted, counted);
  EXPECT_EQ(count.global_load_bytes, counted ? load_bytes : 0);
  EXPECT_EQ(count.global_load_sectors, counted ? load_sectors : 0);
  EXPECT_EQ(count.global_store_bytes, counted ? store_bytes : 0);
  EXPECT_EQ(count.global_store_sectors, counted ? store_sectors : 0);
}

template <class T>
__global__ void copy(T const* from, T* to, int count, int stride) {
  int const i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) to[i] = from[i * stride];
}

template <class T>
LaunchCount count_of_copy(int count, int stride) {
  DeviceArray<T> const from(std::vector<T>(static_cast<std::size_t>(count * stride + 1)));
  DeviceArray<T> const to(static_cast<std::size_t>(count + 1));
  EXPECT_TRUE(run("copy", blocks_for(count), block_threads, 0, copy<T>, from.data(), to.data(), count, stride));
  return launch_log().back();
}

TEST(AccessCounter, ACoalescedCopyOfDoublesMovesFourToASector) {
  for (int const n : {1, 31, 32, 33, 127, 5000}) {
    auto const bytes = static_cast<std::uint64_t>(8 * n);
    // The last warp may be short; allocations begin at a sector.
    std::uint64_t const sectors = (bytes + 31) / 32;
    expect_traffic(count_of_copy<double>(n, 1), bytes, sectors, bytes, sectors);
  }
}

TEST(AccessCounter, AStridedLoadTouchesASectorForEachElement) {
  for (int const stride : {4, 5, 32}) {
    auto const n = std::uint64_t{256};
    expect_traffic(count_of_copy<double>(256, stride), 8 * n, n, 8 * n, n / 4);
  }
  // A stride of two doubles uses half of each sector.
  expect_traffic(count_of_copy<double>(256, 2), 2048, 128, 2048, 64);
}

TEST(AccessCounter, AVectorLoadIsOneAccess) {
  expect_traffic(count_of_copy<double2>(256, 1), 4096, 128, 4096, 128);
  expect_traffic(count_of_copy<float4>(256, 1), 4096, 128, 4096, 128);
  expect_traffic(count_of_copy<float>(256, 1), 1024, 32, 1024, 32);
  expect_traffic(count_of_copy<unsigned char>(256, 1), 256, 8, 256, 8);
}

// All lanes read one address: one sector for a warp, in each of ten passes.
__global__ void broadcast(double const* values, double* sums) {
  double sum = 0;
  for (int i = 0; i < 10; ++i) sum += values[i * 4];
  sums[threadIdx.x] = sum;
}

TEST(AccessCounter, ABroadcastIsOneSectorAWarp) {
  DeviceArray<double> const values(std::vector<double>(40, 1.0));
  DeviceArray<double> const sums(64);
  ASSERT_TRUE(run("broadcast", 1, 64, 0, broadcast, values.data(), sums.data()));
  expect_traffic(launch_log().back(), 64 * 10 * 8, 2 * 10, 64 * 8, 16);
}

// Lanes leave the loop one after the other; pass by pass those that are left are counted together.
__global__ void triangle(double const* values, double* sums) {
  double sum = 0;
  for (unsigned i = 0; i <= threadIdx.x; ++i) sum += values[i * 32 + threadIdx.x];
  sums[threadIdx.x] = sum;
}

TEST(AccessCounter, ADivergentLoopIsCountedPassByPass) {
  DeviceArray<double> const values(std::vector<double>(32 * 32, 1.0));
  DeviceArray<double> const sums(32);
  ASSERT_TRUE(run("triangle", 1, 32, 0, triangle, values.data(), sums.data()));
  std::uint64_t sectors = 0;
  for (unsigned i = 0; i < 32; ++i) sectors += 8 - i / 4;
  expect_traffic(launch_log().back(), 32 * 33 / 2 * 8, sectors, 32 * 8, 8);
}

template <class T>
__global__ void stride_in_shared(T* out, unsigned stride, unsigned elements) {
  T* const tile = dynamic_shared<T>();
  if (threadIdx.x == 0) {
    for (unsigned i = 0; i < elements; ++i) tile[i] = T{};
  }
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x * stride];
}

template <class T>
LaunchCount count_of_stride(unsigned stride) {
  unsigned const elements = 31 * stride + 1;
  DeviceArray<T> const out(32);
  EXPECT_TRUE(run("stride_in_shared", 1, 32, elements * sizeof(T), stride_in_shared<T>, out.data(), stride, elements));
  LaunchCount count = launch_log().back();
  EXPECT_EQ(count.shared_load_bytes, counted ? 32 * sizeof(T) : 0);
  EXPECT_EQ(count.shared_store_bytes, counted ? elements * sizeof(T) : 0);
  if (counted) count.shared_passes -= elements;  // what the first thread alone writes
  return count;
}

template <class T>
std::uint64_t conflicts_of_stride(unsigned stride) {
  return count_of_stride<T>(stride).shared_conflicts;
}

template <class T>
std::uint64_t passes_of_stride(unsigned stride) {
  return count_of_stride<T>(stride).shared_passes;
}

TEST(AccessCounter, BankConflictsAreThoseOfTheTextbook) {
  auto const expected = [](std::uint64_t conflicts) { return counted ? conflicts : 0; };
  // 32 banks of four bytes: a stride of s floats folds a warp gcd(s, 32) times.
  EXPECT_EQ(conflicts_of_stride<float>(0), expected(0)) << "one word for all";
  EXPECT_EQ(conflicts_of_stride<float>(1), expected(0));
  EXPECT_EQ(conflicts_of_stride<float>(2), expected(1));
  EXPECT_EQ(conflicts_of_stride<float>(3), expected(0));
  EXPECT_EQ(conflicts_of_stride<float>(8), expected(7));
  EXPECT_EQ(conflicts_of_stride<float>(32), expected(31));
  EXPECT_EQ(conflicts_of_stride<float>(33), expected(0)) << "the padded tile";
  // Doubles go by half warps: 16 lanes over 16 pairs of banks, twice.
  EXPECT_EQ(conflicts_of_stride<double>(1), expected(0));
  EXPECT_EQ(conflicts_of_stride<double>(2), expected(2 * 1));
  EXPECT_EQ(conflicts_of_stride<double>(16), expected(2 * 15));
  EXPECT_EQ(conflicts_of_stride<double>(32), expected(2 * 15));
  EXPECT_EQ(conflicts_of_stride<double>(17), expected(0));
  // Vectors of 16 bytes go by quarters.
  EXPECT_EQ(conflicts_of_stride<double2>(1), expected(0));
  EXPECT_EQ(conflicts_of_stride<double2>(2), expected(4 * 1));
  EXPECT_EQ(conflicts_of_stride<double2>(8), expected(4 * 7));
}

TEST(AccessCounter, EachPassBringsThirtyTwoWordsAtMost) {
  auto const expected = [](std::uint64_t passes) { return counted ? passes : 0; };
  EXPECT_EQ(passes_of_stride<float>(1), expected(1));
  EXPECT_EQ(passes_of_stride<float>(2), expected(2));
  EXPECT_EQ(passes_of_stride<double>(1), expected(2));
  EXPECT_EQ(passes_of_stride<double>(2), expected(4));
  EXPECT_EQ(passes_of_stride<double2>(1), expected(4));
  // What all lanes read is brought once, however wide it is.
  EXPECT_EQ(passes_of_stride<float>(0), expected(1));
  EXPECT_EQ(passes_of_stride<double>(0), expected(1));
  EXPECT_EQ(passes_of_stride<double2>(0), expected(1));
}

// Static shared memory is counted as well, and the tile of a transposition shows what its padding is for.
template <int width>
__global__ void transpose(double const* from, double* to) {
  __shared__ double tile[32][width];
  for (unsigned row = 0; row < 32; ++row) tile[row][threadIdx.x] = from[row * 32 + threadIdx.x];
  __syncwarp();
  for (unsigned row = 0; row < 32; ++row) to[row * 32 + threadIdx.x] = tile[threadIdx.x][row];
}

TEST(AccessCounter, PaddingFreesATransposition) {
  DeviceArray<double> const from(std::vector<double>(1024, 2.0)), to(1024);
  ASSERT_TRUE(run("transpose", 1, 32, 0, transpose<32>, from.data(), to.data()));
  LaunchCount const folded = launch_log().back();
  ASSERT_TRUE(run("transpose", 1, 32, 0, transpose<33>, from.data(), to.data()));
  LaunchCount const padded = launch_log().back();
  EXPECT_EQ(folded.shared_conflicts, counted ? 32U * 30U : 0U);
  EXPECT_EQ(padded.shared_conflicts, 0U);
  expect_traffic(padded, 8192, 256, 8192, 256);
}

// What is local to a thread, even an array, is no traffic of global memory.
__global__ void rotate(double const* values, double* out, int by) {
  double own[8];
  for (int i = 0; i < 8; ++i) own[(i + by) % 8] = values[threadIdx.x * 8 + static_cast<unsigned>(i)];
  for (int i = 0; i < 8; ++i) out[threadIdx.x * 8 + static_cast<unsigned>(i)] = own[i];
}

TEST(AccessCounter, LocalArraysAreNotCounted) {
  std::vector<double> values(256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  DeviceArray<double> const input(values), out(256);
  ASSERT_TRUE(run("rotate", 1, 32, 0, rotate, input.data(), out.data(), 3));
  EXPECT_EQ(out.values()[3], 0.0);
  // Lane by lane eight doubles, so each pass touches 32 sectors of 32 lanes.
  expect_traffic(launch_log().back(), 2048, 8 * 32, 2048, 8 * 32);
}

__global__ void only_atomics(unsigned long long* counter) { atomicAdd(counter, 1ULL); }

TEST(AccessCounter, AtomicsAreCountedApart) {
  DeviceArray<unsigned long long> const counter(std::vector<unsigned long long>{0});
  ASSERT_TRUE(run("only_atomics", 3, 33, 0, only_atomics, counter.data()));
  EXPECT_EQ(launch_log().back().atomics, 99U);
  expect_traffic(launch_log().back(), 0, 0, 0, 0);
}

}  // namespace
}  // namespace simt
