/// Correct kernels of the kinds that a careless checker objects to. No build may find anything, in any order.

#include <cstddef>
#include <numeric>

#include "tests/simt/seeded_bugs/seeded_bug.hpp"

namespace simt {
namespace {

TEST(CorrectKernels, FailFastIsOn) {
  ASSERT_TRUE(options().fail_fast) << "a finding in the tests below ends the program";
}

__global__ void exchange_in_warp(double* x) {
  __shared__ double tile[64];
  for (unsigned round = 0; round < 3; ++round) {
    tile[threadIdx.x] = threadIdx.x + round;
    __syncwarp();
    x[threadIdx.x] = tile[threadIdx.x ^ 1U];
    __syncwarp();
  }
}

TEST(CorrectKernels, LanesExchangeThroughSharedMemory) {
  DeviceArray<double> const x(64);
  ASSERT_TRUE(run("exchange_in_warp", 1, 64, 0, exchange_in_warp, x.data()));
}

__global__ void exchange_in_half_warps(double* x) {
  __shared__ double tile[32];
  unsigned const mask = threadIdx.x < 16 ? 0xFFFFU : 0xFFFF0000U;
  tile[threadIdx.x] = threadIdx.x;
  __syncwarp(mask);
  x[threadIdx.x] = tile[threadIdx.x ^ 8U];
}

TEST(CorrectKernels, HalfWarpsExchangeAmongThemselves) {
  DeviceArray<double> const x(32);
  ASSERT_TRUE(run("exchange_in_half_warps", 1, 32, 0, exchange_in_half_warps, x.data()));
  EXPECT_EQ(x.values()[3], 11.0);
}

// One lane writes, all read, and it writes again, with a barrier of the warp each time.
__global__ void broadcast_through_shared(int* x) {
  __shared__ int value[2];
  unsigned const warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int sum = 0;
  for (int round = 0; round < 5; ++round) {
    if (lane == 0) value[warp] = round;
    __syncwarp();
    sum += value[warp];
    __syncwarp();
  }
  x[threadIdx.x] = sum;
}

TEST(CorrectKernels, OneLaneWritesForItsWarp) {
  DeviceArray<int> const x(64);
  ASSERT_TRUE(run("broadcast_through_shared", 1, 64, 0, broadcast_through_shared, x.data()));
  EXPECT_EQ(x.values()[63], 10);
}

// Two tiles in turn need one barrier a round.
__global__ void two_tiles(double const* x, double* y) {
  __shared__ double tile[2][64];
  double sum = 0;
  for (unsigned round = 0; round < 4; ++round) {
    tile[round % 2][threadIdx.x] = x[round * 64 + threadIdx.x];
    __syncthreads();
    for (unsigned i = 0; i < 64; ++i) sum += tile[round % 2][i];
  }
  y[threadIdx.x] = sum;
}

TEST(CorrectKernels, TwoTilesInTurn) {
  DeviceArray<double> const x(std::vector<double>(256, 1)), y(64);
  ASSERT_TRUE(run("two_tiles", 1, 64, 0, two_tiles, x.data(), y.data()));
  EXPECT_EQ(y.values()[5], 256.0);
}

// The pattern of the CUDA programming guide: partial results are volatile, and the ticket follows a fence.
__global__ void last_block_volatile(double volatile* partial, unsigned* tickets, double* result) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = blockIdx.x;
    __threadfence();
    last = atomicInc(tickets, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    double sum = 0;
    for (unsigned b = 0; b < gridDim.x; ++b) sum += partial[b];
    *result = sum;
  }
}

TEST(CorrectKernels, TheLastBlockReadsVolatileResults) {
  DeviceArray<double> const partial(7), result(1);
  DeviceArray<unsigned> const tickets(std::vector<unsigned>{0});
  double volatile* const results = partial.data();
  ASSERT_TRUE(run("last_block", 7, 64, 0, last_block_volatile, results, tickets.data(), result.data()));
  EXPECT_EQ(result.values()[0], 21.0);
}

// Plain results with a fence on each side; all threads of a block write, and all of the last block read.
template <bool every_thread_fences>
__global__ void last_block_fenced(double* partial, unsigned* tickets, double* result) {
  __shared__ bool last;
  partial[blockIdx.x * blockDim.x + threadIdx.x] = 1;
  if constexpr (every_thread_fences) __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    if constexpr (!every_thread_fences) __threadfence();
    last = atomicInc(tickets, gridDim.x - 1) == gridDim.x - 1;
    if constexpr (!every_thread_fences) __threadfence();
  }
  __syncthreads();
  if (!last) return;
  if constexpr (every_thread_fences) __threadfence();
  double sum = 0;
  for (unsigned b = 0; b < gridDim.x; ++b) sum += partial[b * blockDim.x + (threadIdx.x + b) % blockDim.x];
  result[threadIdx.x] = sum;
}

TEST(CorrectKernels, TheLastBlockReadsFencedResults) {
  for (auto* const kernel : {last_block_fenced<true>, last_block_fenced<false>}) {
    DeviceArray<double> const partial(5 * 64), result(64);
    DeviceArray<unsigned> const tickets(std::vector<unsigned>{0});
    ASSERT_TRUE(run("last_block", 5, 64, 0, kernel, partial.data(), tickets.data(), result.data()));
    EXPECT_EQ(result.values(), std::vector<double>(64, 5.0));
  }
}

// Chains of tickets: each block adds to what the one before it has left.
__global__ void chain(double* total, unsigned* turn) {
  if (threadIdx.x != 0) return;
  while (atomicAdd(turn, 0U) != blockIdx.x) __nanosleep(50);
  __threadfence();
  *total += blockIdx.x;
  __threadfence();
  atomicAdd(turn, 1U);
}

TEST(CorrectKernels, BlocksInTurn) {
  DeviceArray<double> const total(std::vector<double>{0});
  DeviceArray<unsigned> const turn(std::vector<unsigned>{0});
  ExecutorOptions const before = options();
  options().resident_blocks = 4;
  ASSERT_TRUE(run("chain", 4, 32, 0, chain, total.data(), turn.data()));
  options() = before;
  EXPECT_EQ(total.values()[0], 6.0);
}

// A flag in volatile memory, waited for.
__global__ void hand_over(double* value, int volatile* flag, double* result) {
  if (blockIdx.x == 0) {
    *value = 42;
    __threadfence();
    *flag = 1;
  } else {
    while (*flag == 0) __nanosleep(20);
    __threadfence();
    *result = *value;
  }
}

TEST(CorrectKernels, AVolatileFlagHandsOver) {
  DeviceArray<double> const value(1), result(1);
  DeviceArray<int> const flag(std::vector<int>{0});
  int volatile* const watched = flag.data();
  ASSERT_TRUE(run("hand_over", 2, 1, 0, hand_over, value.data(), watched, result.data()));
  EXPECT_EQ(result.values()[0], 42.0);
}

__global__ void histogram(unsigned char const* values, int count, unsigned* bins) {
  __shared__ unsigned of_block[8];
  if (threadIdx.x < 8) of_block[threadIdx.x] = 0;
  __syncthreads();
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < count;
       i += static_cast<int>(gridDim.x * blockDim.x)) {
    atomicAdd_block(&of_block[values[i] % 8], 1U);
  }
  __syncthreads();
  if (threadIdx.x < 8) atomicAdd(bins + threadIdx.x, of_block[threadIdx.x]);
}

TEST(CorrectKernels, AHistogramByAtomics) {
  std::vector<unsigned char> values(1000);
  std::iota(values.begin(), values.end(), static_cast<unsigned char>(0));
  DeviceArray<unsigned char> const input(values);
  DeviceArray<unsigned> const bins(std::vector<unsigned>(8, 0));
  ASSERT_TRUE(run("histogram", 3, 96, 0, histogram, input.data(), 1000, bins.data()));
  EXPECT_EQ(bins.values(), std::vector<unsigned>(8, 125));
}

// Neighbours write neighbouring bytes.
__global__ void write_bytes(unsigned char* labels, short* halves) {
  labels[threadIdx.x] = static_cast<unsigned char>(threadIdx.x);
  halves[threadIdx.x] = static_cast<short>(threadIdx.x);
}

TEST(CorrectKernels, NeighboursWriteBytes) {
  DeviceArray<unsigned char> const labels(127);
  DeviceArray<short> const halves(127);
  ASSERT_TRUE(run("write_bytes", 1, 127, 0, write_bytes, labels.data(), halves.data()));
  EXPECT_EQ(labels.values()[126], 126);
}

struct Summary {
  double sum, largest;
  int count;
  int padding;
};

__device__ void add_to(Summary& summary, double value) {
  summary.sum += value;
  summary.largest = max(summary.largest, value);
  ++summary.count;
}

// Local structs passed by reference, copied whole to shared and global memory and back; arguments passed by value.
__global__ void copy_structs(Summary start, double const* values, Summary* out) {
  __shared__ Summary of_thread[32];
  Summary own = start;
  for (unsigned i = 0; i < 4; ++i) add_to(own, values[i * 32 + threadIdx.x]);
  of_thread[threadIdx.x] = own;
  __syncthreads();
  Summary const other = of_thread[31 - threadIdx.x];
  out[threadIdx.x] = other;
}

TEST(CorrectKernels, StructsAreCopiedWhole) {
  std::vector<double> values(128);
  std::iota(values.begin(), values.end(), 0.0);
  DeviceArray<double> const input(values);
  DeviceArray<Summary> const out(32);
  ASSERT_TRUE(run("copy_structs", 1, 32, 0, copy_structs, Summary{1, -1, 0, 0}, input.data(), out.data()));
  EXPECT_EQ(out.values()[31].sum, 1.0 + 0 + 32 + 64 + 96);
  EXPECT_EQ(out.values()[31].largest, 96.0);
  EXPECT_EQ(out.values()[31].count, 4);
}

// A queue of tickets from which warps take work of uneven length; a shuffle tells the lanes their ticket.
__global__ void work_queue(unsigned* next, unsigned items, double* results) {
  unsigned const lane = threadIdx.x % 32;
  while (true) {
    unsigned item = 0;
    if (lane == 0) item = atomicAdd(next, 1U);
    item = __shfl_sync(0xFFFFFFFFU, item, 0);
    if (item >= items) return;
    double sum = 0;
    for (unsigned i = lane; i < 10 * item; i += 32) sum += i;
    for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xFFFFFFFFU, sum, distance);
    if (lane == 0) results[item] = sum;
  }
}

TEST(CorrectKernels, WarpsTakeTicketsFromAQueue) {
  DeviceArray<unsigned> const next(std::vector<unsigned>{0});
  DeviceArray<double> const results(20);
  ASSERT_TRUE(run("work_queue", 3, 96, 0, work_queue, next.data(), 20U, results.data()));
  for (std::size_t item = 0; item < 20; ++item) {
    double const count = 10.0 * static_cast<double>(item);
    EXPECT_EQ(results.values()[item], count * (count - 1) / 2);
  }
}

// One launch may use what the launch before it has written.
TEST(CorrectKernels, LaunchesAreOrdered) {
  DeviceArray<double> const x(64);
  for (int launch = 0; launch < 3; ++launch) {
    ASSERT_TRUE(run("exchange_in_warp", 1, 64, 0, exchange_in_warp, x.data()));
  }
}

}  // namespace
}  // namespace simt
