/// Accesses that nothing orders. Results may be right in most orders of execution, so only the build that observes
/// accesses can be held to finding them.

#include "tests/simt/seeded_bugs/seeded_bug.hpp"

namespace simt {
namespace {

void expect_race(std::string const& words, std::function<bool()> const& launch) {
  expect_caught(only_observed(FindingKind::race), words, launch);
}

__global__ void no_barrier_between_warps(double* x) {
  __shared__ double of_warp[2];
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = 1;
  if (threadIdx.x < 2) x[threadIdx.x] = of_warp[threadIdx.x];
}

TEST(SeededBugs, NoBarrierBetweenWarps) {
  DeviceArray<double> const x(2);
  ExecutorOptions const before = options();
  options().order = Order::reverse;  // the other warp writes first: otherwise the read is of unwritten memory
  expect_race("no_barrier_between_warps(double*)::of_warp",
              [&] { return run("bug", 1, 64, 0, no_barrier_between_warps, x.data()); });
  options() = before;
}

// The second barrier of the loop is missing: the next tile is written while slower warps read the last.
__global__ void tile_without_second_barrier(double const* x, double* y) {
  __shared__ double tile[64];
  double sum = 0;
  for (unsigned round = 0; round < 4; ++round) {
    tile[threadIdx.x] = x[round * 64 + threadIdx.x];
    __syncthreads();
    for (unsigned i = 0; i < 64; ++i) sum += tile[i];
  }
  y[threadIdx.x] = sum;
}

TEST(SeededBugs, NoBarrierBeforeATileIsOverwritten) {
  DeviceArray<double> const x(std::vector<double>(256, 1)), y(64);
  expect_race("tile_without_second_barrier",
              [&] { return run("bug", 1, 64, 0, tile_without_second_barrier, x.data(), y.data()); });
}

__global__ void no_warp_barrier(double* x) {
  double* const tile = dynamic_shared<double>();
  tile[threadIdx.x] = 1;
  __syncthreads();
  tile[threadIdx.x] = 2;
  x[threadIdx.x] = tile[threadIdx.x ^ 1U];
}

TEST(SeededBugs, NoWarpBarrier) {
  DeviceArray<double> const x(32);
  expect_race("dynamic shared memory", [&] { return run("bug", 1, 32, 256, no_warp_barrier, x.data()); });
}

__global__ void shuffle_as_a_fence(double* x) {
  double* const tile = dynamic_shared<double>();
  tile[threadIdx.x] = 1;
  __syncthreads();
  tile[threadIdx.x] = 2;
  double const shuffled = __shfl_xor_sync(0xFFFFFFFFU, 1.0, 1);
  x[threadIdx.x] = tile[threadIdx.x ^ 1U] + shuffled;
}

TEST(SeededBugs, AShuffleIsNoFence) {
  DeviceArray<double> const x(32);
  expect_race("nothing orders the two", [&] { return run("bug", 1, 32, 256, shuffle_as_a_fence, x.data()); });
}

__global__ void vote_as_a_fence(int* x) {
  int* const tile = dynamic_shared<int>();
  if (threadIdx.x == 0) tile[0] = 0;
  __syncthreads();
  if (threadIdx.x == 0) tile[0] = 5;
  __ballot_sync(0xFFFFFFFFU, 1);
  x[threadIdx.x] = tile[0];
}

TEST(SeededBugs, AVoteIsNoFence) {
  DeviceArray<int> const x(32);
  expect_race("nothing orders the two", [&] { return run("bug", 1, 32, 4, vote_as_a_fence, x.data()); });
}

// Each half waits for itself, and then reads what the other half has written.
__global__ void warp_barrier_of_half_a_warp(double* x) {
  double* const tile = dynamic_shared<double>();
  tile[threadIdx.x] = 1;
  __syncthreads();
  tile[threadIdx.x] = 2;
  __syncwarp(threadIdx.x < 16 ? 0xFFFFU : 0xFFFF0000U);
  x[threadIdx.x] = tile[threadIdx.x ^ 16U];
}

TEST(SeededBugs, AWarpBarrierOfTooFewLanes) {
  DeviceArray<double> const x(32);
  expect_race("nothing orders the two", [&] { return run("bug", 1, 32, 256, warp_barrier_of_half_a_warp, x.data()); });
}

__global__ void warp_barrier_for_two_warps(double* x) {
  double* const tile = dynamic_shared<double>();
  tile[threadIdx.x] = 1;
  __syncthreads();
  tile[threadIdx.x] = 2;
  __syncwarp();
  x[threadIdx.x] = tile[threadIdx.x ^ 32U];
}

TEST(SeededBugs, AWarpBarrierOrdersOneWarp) {
  DeviceArray<double> const x(64);
  expect_race("of the same block", [&] { return run("bug", 1, 64, 512, warp_barrier_for_two_warps, x.data()); });
}

__global__ void add_without_atomic(double* x) { x[threadIdx.x] += 1; }

TEST(SeededBugs, TwoBlocksAddWithoutAtomics) {
  DeviceArray<double> const x(std::vector<double>(32, 0));
  expect_race("of another block", [&] { return run("bug", 2, 32, 0, add_without_atomic, x.data()); });
}

__global__ void write_one_address(int* x) { *x = static_cast<int>(threadIdx.x); }

TEST(SeededBugs, AllThreadsWriteOneAddress) {
  DeviceArray<int> const x(1);
  expect_race("of the same block", [&] { return run("bug", 1, 32, 0, write_one_address, x.data()); });
}

__global__ void atomic_against_plain(int* x, int* y) {
  if (threadIdx.x < 32) atomicAdd(x, 1);
  if (threadIdx.x == 40) *y = *x;
}

TEST(SeededBugs, AnAtomicAgainstAPlainRead) {
  DeviceArray<int> const x(std::vector<int>{0}), y(1);
  expect_race("race_bugs.cpp", [&] { return run("bug", 1, 64, 0, atomic_against_plain, x.data(), y.data()); });
}

__global__ void block_atomics_of_two_blocks(int* x) { atomicAdd_block(x, 1); }

TEST(SeededBugs, AtomicsOfBlockScopeFromTwoBlocks) {
  DeviceArray<int> const x(std::vector<int>{0});
  expect_race("of another block", [&] { return run("bug", 2, 32, 0, block_atomics_of_two_blocks, x.data()); });
}

/// The last block to take a ticket adds up what all blocks have written.
enum class Fences { none, only_of_the_writer, of_the_block };
template <Fences fences>
__global__ void last_block_adds(double* partial, unsigned* tickets, double* result) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = blockIdx.x;
    if constexpr (fences == Fences::only_of_the_writer) __threadfence();
    if constexpr (fences == Fences::of_the_block) __threadfence_block();
    last = atomicInc(tickets, gridDim.x - 1) == gridDim.x - 1;
    if constexpr (fences == Fences::of_the_block) __threadfence_block();
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    double sum = 0;
    for (unsigned b = 0; b < gridDim.x; ++b) sum += partial[b];
    *result = sum;
  }
}

template <Fences fences>
void expect_last_block_race() {
  DeviceArray<double> const partial(4), result(1);
  DeviceArray<unsigned> const tickets(std::vector<unsigned>{0});
  expect_race("of another block", [&] {
    return run("bug", 4, 32, 0, last_block_adds<fences>, partial.data(), tickets.data(), result.data());
  });
}

TEST(SeededBugs, ATicketWithoutFences) { expect_last_block_race<Fences::none>(); }
TEST(SeededBugs, ATicketWithAFenceOnOneSide) { expect_last_block_race<Fences::only_of_the_writer>(); }
TEST(SeededBugs, ATicketWithFencesOfBlockScope) { expect_last_block_race<Fences::of_the_block>(); }

}  // namespace
}  // namespace simt
