/// What the executor promises to correct kernels: CUDA's semantics, in every order.

#include "tests/simt/executor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "tests/simt/device.hpp"
#include "tests/simt/test_launch.hpp"

namespace simt {
namespace {

constexpr int sizes[] = {0, 1, 31, 32, 33, 127, 4000};

// ---- where a thread is

__global__ void write_positions(uint3* of_thread, uint3* of_block, dim3* extents) {
  unsigned const thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  unsigned const block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  unsigned const i = block * blockDim.x * blockDim.y * blockDim.z + thread;
  of_thread[i] = threadIdx;
  of_block[i] = blockIdx;
  if (i == 0) {
    extents[0] = gridDim;
    extents[1] = blockDim;
  }
}

TEST(Executor, ThreadsAndBlocksKnowWhereTheyAre) {
  dim3 const grid(3, 2, 2), block(5, 4, 3);
  DeviceArray<uint3> of_thread(12 * 60), of_block(12 * 60);
  DeviceArray<dim3> extents(2);
  ASSERT_TRUE(
      run("write_positions", grid, block, 0, write_positions, of_thread.data(), of_block.data(), extents.data()));
  auto const threads = of_thread.values(), blocks = of_block.values();
  std::size_t i = 0;
  for (unsigned bz = 0; bz < grid.z; ++bz)
    for (unsigned by = 0; by < grid.y; ++by)
      for (unsigned bx = 0; bx < grid.x; ++bx)
        for (unsigned tz = 0; tz < block.z; ++tz)
          for (unsigned ty = 0; ty < block.y; ++ty)
            for (unsigned tx = 0; tx < block.x; ++tx, ++i) {
              ASSERT_EQ(threads[i].x, tx);
              ASSERT_EQ(threads[i].y, ty);
              ASSERT_EQ(threads[i].z, tz);
              ASSERT_EQ(blocks[i].x, bx);
              ASSERT_EQ(blocks[i].y, by);
              ASSERT_EQ(blocks[i].z, bz);
            }
  EXPECT_EQ(extents.values()[0].y, 2U);
  EXPECT_EQ(extents.values()[1].z, 3U);
}

// ---- static and dynamic shared memory, barriers, shuffles, atomics, in one textbook kernel

template <class T>
__device__ T sum_of_warp(T value) {
  for (unsigned distance = 16; distance > 0; distance /= 2) value += __shfl_down_sync(0xFFFFFFFFU, value, distance);
  return value;
}

__global__ void __launch_bounds__(256) sum(double const* __restrict__ values, int count, double* __restrict__ result) {
  __shared__ double of_warp[32];
  double partial = 0;
  int const stride = static_cast<int>(gridDim.x * blockDim.x);
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < count; i += stride) {
    partial += __ldg(values + i);
  }
  partial = sum_of_warp(partial);
  unsigned const lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  if (lane == 0) of_warp[warp] = partial;
  __syncthreads();
  if (warp == 0) {
    double const total = sum_of_warp(lane < blockDim.x / 32 ? of_warp[lane] : 0.0);
    if (lane == 0) atomicAdd(result, total);
  }
}

TEST(Executor, SumOverWarpsBlocksAndGridEqualsTheSumOfIntegers) {
  for (int const size : sizes) {
    std::vector<double> values(static_cast<std::size_t>(size));
    std::iota(values.begin(), values.end(), 1.0);
    DeviceArray<double> const input(values);
    DeviceArray<double> result(std::vector<double>{0});
    ASSERT_TRUE(run("sum", 7, 256, 0, sum, input.data(), size, result.data()));
    EXPECT_EQ(result.values()[0], 0.5 * size * (size + 1)) << size;
  }
}

// Each block's static variables are its own, although several blocks are resident.
__global__ void remember_block(unsigned* remembered) {
  __shared__ unsigned number;
  __shared__ unsigned checks[64];
  if (threadIdx.x == 0) number = blockIdx.x;
  __syncthreads();
  for (unsigned round = 0; round < 20; ++round) {
    checks[threadIdx.x] = number + round;
    __syncthreads();
    if (checks[(threadIdx.x + 1) % 64] != blockIdx.x + round) number = 1000000;
    __syncthreads();
  }
  remembered[blockIdx.x * blockDim.x + threadIdx.x] = number;
}

TEST(Executor, ResidentBlocksHaveTheirOwnStaticSharedMemory) {
  DeviceArray<unsigned> remembered(10 * 64);
  ASSERT_TRUE(run("remember_block", 10, 64, 0, remember_block, remembered.data()));
  auto const values = remembered.values();
  for (unsigned i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], i / 64);
}

__global__ void reverse_blocks(int* values, int count) {
  int* const tile = dynamic_shared<int>();
  int const i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  int const here = min(static_cast<int>(blockDim.x), count - static_cast<int>(blockIdx.x * blockDim.x));
  if (i < count) tile[threadIdx.x] = values[i];
  __syncthreads();
  if (i < count) values[i] = tile[here - 1 - static_cast<int>(threadIdx.x)];
}

TEST(Executor, DynamicSharedMemoryReversesBlocks) {
  for (int const size : sizes) {
    if (size == 0) continue;
    std::vector<int> values(static_cast<std::size_t>(size));
    std::iota(values.begin(), values.end(), 0);
    DeviceArray<int> array(values);
    ASSERT_TRUE(run("reverse_blocks", static_cast<unsigned>((size + 127) / 128), 128, 128 * sizeof(int), reverse_blocks,
                    array.data(), size));
    for (auto begin = values.begin(); begin != values.end();) {
      auto const end = begin + std::min<std::ptrdiff_t>(128, values.end() - begin);
      std::reverse(begin, end);
      begin = end;
    }
    EXPECT_EQ(array.values(), values) << size;
  }
}

// ---- forms of the block barrier

__global__ void vote_in_block(int limit, int* votes) {
  int const holds = static_cast<int>(threadIdx.x) < limit ? 1 : 0;
  int const count = __syncthreads_count(holds);
  int const every = __syncthreads_and(holds);
  int const some = __syncthreads_or(holds);
  if (threadIdx.x == blockDim.x - 1) {
    votes[0] = count;
    votes[1] = every;
    votes[2] = some;
  }
}

TEST(Executor, BarriersCountAndVote) {
  for (int const threads : {1, 31, 32, 33, 127, 1024}) {
    for (int const limit : {0, 1, threads}) {
      DeviceArray<int> votes(3);
      ASSERT_TRUE(run("vote_in_block", 1, static_cast<unsigned>(threads), 0, vote_in_block, limit, votes.data()));
      EXPECT_EQ(votes.values(), (std::vector<int>{limit, limit == threads ? 1 : 0, limit > 0 ? 1 : 0}));
    }
  }
}

// ---- operations of a warp

struct WarpResults {
  unsigned ballot, matching, all_equal_lanes;
  int any, all, all_equal;
  int from_five, up_three, down_three, crossed, from_group;
  int sum, least, greatest;
  unsigned bits_of_all, bits_of_any, bits_odd;
  double shuffled_double;
  unsigned long long shuffled_word;
};

__global__ void use_warp(unsigned mask, WarpResults* results) {
  unsigned const lane = threadIdx.x;
  if ((mask >> lane & 1U) == 0) return;
  int const value = static_cast<int>(lane) * 10 - 40;
  WarpResults& r = results[lane];
  r.ballot = __ballot_sync(mask, lane % 3 == 0);
  r.any = __any_sync(mask, lane == 4);
  r.all = __all_sync(mask, lane < 40);
  r.matching = __match_any_sync(mask, static_cast<int>(lane % 4));
  r.all_equal_lanes = __match_all_sync(mask, 7.5, &r.all_equal);
  r.from_five = __shfl_sync(mask, value, 5);
  r.sum = __reduce_add_sync(mask, value);
  r.least = __reduce_min_sync(mask, value);
  r.greatest = __reduce_max_sync(mask, value);
  r.bits_of_all = __reduce_and_sync(mask, lane | 64U);
  r.bits_of_any = __reduce_or_sync(mask, lane);
  r.bits_odd = __reduce_xor_sync(mask, lane);
  if (mask == 0xFFFFFFFFU) {
    r.up_three = __shfl_up_sync(mask, value, 3);
    r.down_three = __shfl_down_sync(mask, value, 3);
    r.crossed = __shfl_xor_sync(mask, value, 9);
    r.from_group = __shfl_sync(mask, value, 11, 8);
    r.shuffled_double = __shfl_sync(mask, 0.5 * lane, 31);
    r.shuffled_word = __shfl_xor_sync(mask, (1ULL << 40) + lane, 1);
  }
}

TEST(Executor, WarpOperationsFollowTheirDefinition) {
  for (unsigned const mask : {0xFFFFFFFFU, 0x00F0F0F0U, 0x00000020U}) {
    DeviceArray<WarpResults> results(32);
    ASSERT_TRUE(run("use_warp", 1, 32, 0, use_warp, mask, results.data()));
    auto const values = results.values();
    unsigned ballot = 0, all = ~0U, any = 0, odd = 0;
    int sum_of_values = 0, least = 1000, greatest = -1000;
    auto const value_of = [](unsigned lane) { return static_cast<int>(lane) * 10 - 40; };
    for (unsigned lane = 0; lane < 32; ++lane) {
      if ((mask >> lane & 1U) == 0) continue;
      ballot |= (lane % 3 == 0 ? 1U : 0U) << lane;
      all &= lane | 64U;
      any |= lane;
      odd ^= lane;
      sum_of_values += value_of(lane);
      least = std::min(least, value_of(lane));
      greatest = std::max(greatest, value_of(lane));
    }
    for (unsigned lane = 0; lane < 32; ++lane) {
      if ((mask >> lane & 1U) == 0) continue;
      WarpResults const& r = values[lane];
      EXPECT_EQ(r.ballot, ballot);
      EXPECT_EQ(r.any, static_cast<int>(mask >> 4 & 1U));
      EXPECT_EQ(r.all, 1);
      EXPECT_EQ(r.matching, mask & 0x11111111U << lane % 4);
      EXPECT_EQ(r.all_equal_lanes, mask);
      EXPECT_EQ(r.all_equal, 1);
      EXPECT_EQ(r.from_five, 10);
      EXPECT_EQ(r.sum, sum_of_values);
      EXPECT_EQ(r.least, least);
      EXPECT_EQ(r.greatest, greatest);
      EXPECT_EQ(r.bits_of_all, all);
      EXPECT_EQ(r.bits_of_any, any);
      EXPECT_EQ(r.bits_odd, odd);
      if (mask != 0xFFFFFFFFU) continue;
      EXPECT_EQ(r.up_three, value_of(lane < 3 ? lane : lane - 3));
      EXPECT_EQ(r.down_three, value_of(lane > 28 ? lane : lane + 3));
      EXPECT_EQ(r.crossed, value_of(lane ^ 9U));
      EXPECT_EQ(r.from_group, value_of(lane / 8 * 8 + 3));
      EXPECT_EQ(r.shuffled_double, 15.5);
      EXPECT_EQ(r.shuffled_word, (1ULL << 40) + (lane ^ 1U));
    }
  }
}

// Lanes that have returned are not waited for, as on a device.
__global__ void sum_of_short_warp(int* result) {
  if (threadIdx.x >= 20) return;
  int const total = __reduce_add_sync(0xFFFFFFFFU, 1);
  if (threadIdx.x == 0) *result = total;
}

TEST(Executor, WarpOperationsDoNotWaitForThreadsThatReturned) {
  DeviceArray<int> result(1);
  ASSERT_TRUE(run("sum_of_short_warp", 1, 31, 0, sum_of_short_warp, result.data()));
  EXPECT_EQ(result.values()[0], 20);
}

// ---- atomics

struct AtomicResults {
  int sum, difference, least, greatest, exchanged, swapped;
  unsigned all_bits, any_bits, odd_bits, around, down;
  unsigned long long wide;
  long long wide_least;
  float single_sum;
  double double_sum;
};

__global__ void use_atomics(AtomicResults* r) {
  int const thread = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  atomicAdd(&r->sum, thread);
  atomicSub(&r->difference, 2);
  atomicMin(&r->least, -thread);
  atomicMax(&r->greatest, thread);
  atomicExch(&r->exchanged, 5);
  atomicCAS(&r->swapped, 0, 100 + thread);
  atomicAnd(&r->all_bits, ~(1U << thread % 8));
  atomicOr(&r->any_bits, 1U << thread % 8);
  atomicXor(&r->odd_bits, 1U << thread % 8);
  atomicInc(&r->around, 9);
  atomicDec(&r->down, 9);
  atomicAdd(&r->wide, 1ULL << 33);
  atomicMin(&r->wide_least, -(1LL << 40) - thread);
  atomicAdd(&r->single_sum, 0.5F);
  atomicAdd(&r->double_sum, 0.25);
}

TEST(Executor, AtomicsOfEveryType) {
  AtomicResults start{};
  start.all_bits = ~0U;
  DeviceArray<AtomicResults> results(std::vector<AtomicResults>{start});
  ASSERT_TRUE(run("use_atomics", 5, 33, 0, use_atomics, results.data()));
  AtomicResults const r = results.values()[0];
  int const threads = 5 * 33;
  EXPECT_EQ(r.sum, threads * (threads - 1) / 2);
  EXPECT_EQ(r.difference, -2 * threads);
  EXPECT_EQ(r.least, -(threads - 1));
  EXPECT_EQ(r.greatest, threads - 1);
  EXPECT_EQ(r.exchanged, 5);
  EXPECT_TRUE(r.swapped >= 100 && r.swapped < 100 + threads) << r.swapped;
  EXPECT_EQ(r.all_bits, ~0xFFU);
  EXPECT_EQ(r.any_bits, 0xFFU);
  EXPECT_EQ(r.odd_bits, 0x1FU ^ 0x00U) << "165 threads: bits 0 to 4 are met 21 times, the others 20 times";
  EXPECT_EQ(r.around, threads % 10);
  EXPECT_EQ(r.down, (10 - threads % 10) % 10);
  EXPECT_EQ(r.wide, static_cast<unsigned long long>(threads) << 33);
  EXPECT_EQ(r.wide_least, -(1LL << 40) - (threads - 1));
  EXPECT_EQ(r.single_sum, 0.5F * static_cast<float>(threads));
  EXPECT_EQ(r.double_sum, 0.25 * threads);
  EXPECT_EQ(launch_log().back().atomics, 15U * static_cast<unsigned>(threads));
}

// A lock by compare-and-swap, contended by threads of several resident blocks, comes free in every order.
__global__ void count_under_lock(int* lock, int* counter) {
  if (threadIdx.x % 32 != 0) return;
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  __threadfence();
  *counter = *counter + 1;
  __threadfence();
  atomicExch(lock, 0);
}

TEST(Executor, ALockBetweenResidentBlocksComesFree) {
  DeviceArray<int> lock(std::vector<int>{0}), counter(std::vector<int>{0});
  ASSERT_TRUE(run("count_under_lock", 6, 128, 0, count_under_lock, lock.data(), counter.data()));
  EXPECT_EQ(counter.values()[0], 6 * 4);
}

// ---- constant memory, vector types, arithmetic

__constant__ double const coefficients[3] = {0.5, -1.0, 2.0};

__global__ void evaluate(double2 const* points, double* results) {
  double2 const p = points[threadIdx.x];
  results[threadIdx.x] = fma(fma(coefficients[2], p.x, coefficients[1]), p.x, coefficients[0]) + p.y;
}

TEST(Executor, ConstantMemoryAndVectorLoads) {
  std::vector<double2> points;
  for (int i = 0; i < 33; ++i) points.push_back(make_double2(i, 0.25 * i));
  DeviceArray<double2> const input(points);
  DeviceArray<double> results(33);
  ASSERT_TRUE(run("evaluate", 1, 33, 0, evaluate, input.data(), results.data()));
  auto const values = results.values();
  for (int i = 0; i < 33; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], 2.0 * i * i - i + 0.5 + 0.25 * i);
}

TEST(Executor, IntegerIntrinsics) {
  EXPECT_EQ(__popc(0xF0F0U), 8);
  EXPECT_EQ(__popcll(~0ULL), 64);
  EXPECT_EQ(__ffs(0), 0);
  EXPECT_EQ(__ffs(8), 4);
  EXPECT_EQ(__ffsll(1LL << 40), 41);
  EXPECT_EQ(__clz(0), 32);
  EXPECT_EQ(__clz(1), 31);
  EXPECT_EQ(__clzll(-1), 0);
  EXPECT_EQ(__brev(1U), 0x80000000U);
  EXPECT_EQ(__umulhi(0xFFFFFFFFU, 0xFFFFFFFFU), 0xFFFFFFFEU);
  EXPECT_EQ(__mulhi(-1, 1), -1);
  EXPECT_EQ(__umul64hi(~0ULL, ~0ULL), ~0ULL - 1);
  EXPECT_EQ(__mul64hi(-1, 1), -1);
  EXPECT_EQ(__longlong_as_double(__double_as_longlong(-0.1)), -0.1);
  EXPECT_EQ(__fma_rn(3.0, 4.0, 5.0), 17.0);
  EXPECT_EQ(rsqrt(4.0), 0.5);
}

// ---- order and log

__global__ void note_order(int* ticket, int* order) {
  order[atomicAdd(ticket, 1)] = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
}

std::vector<int> order_of(Order order, std::uint64_t seed) {
  ExecutorOptions const before = options();
  options().order = order;
  options().seed = seed;
  DeviceArray<int> ticket(std::vector<int>{0}), numbers(4 * 64);
  EXPECT_TRUE(run("note_order", 4, 64, 0, note_order, ticket.data(), numbers.data()));
  options() = before;
  return numbers.values();
}

TEST(Executor, OrdersAreForwardReverseAndReproduciblyRandom) {
  std::vector<int> rising(4 * 64);
  std::iota(rising.begin(), rising.end(), 0);
  EXPECT_EQ(order_of(Order::forward, 1), rising);
  std::vector<int> const falling(rising.rbegin(), rising.rend());
  EXPECT_EQ(order_of(Order::reverse, 1), falling);
  std::vector<int> random = order_of(Order::random, 1);
  EXPECT_NE(random, rising);
  EXPECT_EQ(order_of(Order::random, 1), random);
  EXPECT_NE(order_of(Order::random, 2), random);
  std::sort(random.begin(), random.end());
  EXPECT_EQ(random, rising);
}

TEST(Executor, ResidentBlocksAreInterleavedAtRandom) {
  std::vector<int> const order = order_of(Order::random, 3);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) changes += order[i] / 64 != order[i - 1] / 64 ? 1 : 0;
  EXPECT_GT(changes, 4) << "a block after the other has 3 changes";
}

TEST(Executor, TheLogKnowsLaunchesAndBarriers) {
  launch_log().clear();
  DeviceArray<unsigned> remembered(10 * 64);
  ASSERT_TRUE(run("remember_block", 10, 64, 0, remember_block, remembered.data()));
  ASSERT_EQ(launch_log().size(), 1U);
  EXPECT_EQ(launch_log()[0].name, "remember_block");
  EXPECT_EQ(launch_log()[0].grid.x, 10U);
  EXPECT_EQ(launch_log()[0].block.x, 64U);
  EXPECT_EQ(launch_log()[0].barriers, 10U * 41U);
}

}  // namespace
}  // namespace simt
