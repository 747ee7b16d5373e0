/// Mistakes with barriers and operations of a warp.

#include "tests/simt/seeded_bugs/seeded_bug.hpp"

namespace simt {
namespace {

__global__ void barriers_in_both_branches(double* x) {
  if (threadIdx.x < 16) {
    x[threadIdx.x] = 1;
    __syncthreads();
  } else {
    x[threadIdx.x] = 2;
    __syncthreads();
  }
}

TEST(SeededBugs, BarriersInBothBranches) {
  DeviceArray<double> const x(64);
  expect_caught(in_every_build(FindingKind::barrier_divergence), "waits at the block barrier at barrier_bugs.cpp",
                [&] { return run("bug", 1, 64, 0, barriers_in_both_branches, x.data()); });
}

__global__ void return_before_barrier(double* x) {
  if (threadIdx.x >= 40) return;
  __syncthreads();
  x[threadIdx.x] = 1;
}

TEST(SeededBugs, AReturnBeforeABarrier) {
  DeviceArray<double> const x(64);
  expect_caught(in_every_build(FindingKind::barrier_not_reached), "40 of 64 threads",
                [&] { return run("bug", 1, 64, 0, return_before_barrier, x.data()); });
}

__global__ void barrier_in_uneven_loop(double* x) {
  for (unsigned i = 0; i <= threadIdx.x / 32; ++i) {
    x[threadIdx.x] = i;
    __syncthreads();
  }
}

TEST(SeededBugs, ABarrierInALoopOfUnevenLength) {
  DeviceArray<double> const x(64);
  expect_caught(in_every_build(FindingKind::barrier_not_reached), "32 of 64 threads",
                [&] { return run("bug", 1, 64, 0, barrier_in_uneven_loop, x.data()); });
}

__global__ void two_kinds_of_barrier(int* x) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    x[threadIdx.x] = __syncthreads_count(1);
  }
}

TEST(SeededBugs, TwoKindsOfBarrier) {
  DeviceArray<int> const x(64);
  expect_caught(in_every_build(FindingKind::barrier_divergence), "waits at the block barrier",
                [&] { return run("bug", 1, 64, 0, two_kinds_of_barrier, x.data()); });
}

__global__ void barrier_against_shuffle(double* x) {
  double value = threadIdx.x;
  if (threadIdx.x % 2 == 1) {
    __syncthreads();
  } else {
    value = __shfl_xor_sync(0xFFFFFFFFU, value, 1);
  }
  x[threadIdx.x] = value;
}

TEST(SeededBugs, ABarrierAgainstAShuffle) {
  DeviceArray<double> const x(64);
  expect_caught(in_every_build(FindingKind::deadlock), "__shfl_xor_sync at barrier_bugs.cpp",
                [&] { return run("bug", 1, 64, 0, barrier_against_shuffle, x.data()); });
}

__global__ void warp_barrier_against_block_barrier(double* x) {
  if (threadIdx.x < 8) {
    __syncwarp();
  } else {
    __syncthreads();
  }
  x[threadIdx.x] = 1;
}

TEST(SeededBugs, AWarpBarrierAgainstABlockBarrier) {
  DeviceArray<double> const x(32);
  expect_caught(in_every_build(FindingKind::deadlock), "__syncwarp",
                [&] { return run("bug", 1, 32, 0, warp_barrier_against_block_barrier, x.data()); });
}

__global__ void lanes_in_two_operations(int* x) {
  if (threadIdx.x < 16) {
    x[threadIdx.x] = __any_sync(0xFFFFFFFFU, 1);
  } else {
    x[threadIdx.x] = __all_sync(0xFFFFFFFFU, 1);
  }
}

TEST(SeededBugs, LanesInTwoOperations) {
  DeviceArray<int> const x(32);
  expect_caught(in_every_build(FindingKind::warp_divergence), "each needs the other",
                [&] { return run("bug", 1, 32, 0, lanes_in_two_operations, x.data()); });
}

__global__ void lanes_with_two_masks(int* x) {
  unsigned const mask = threadIdx.x < 16 ? 0xFFFFFFFFU : 0xFFFF0001U;
  x[threadIdx.x] = __shfl_sync(mask, 1, 16);
}

TEST(SeededBugs, LanesWithTwoMasks) {
  DeviceArray<int> const x(32);
  expect_caught(in_every_build(FindingKind::warp_divergence), "__shfl_sync",
                [&] { return run("bug", 1, 32, 0, lanes_with_two_masks, x.data()); });
}

__global__ void shuffle_in_a_branch(double* x) {
  double value = threadIdx.x;
  if (threadIdx.x < 8) value += __shfl_down_sync(0xFFFFFFFFU, value, 4);
  x[threadIdx.x] = value;
}

TEST(SeededBugs, AShuffleInABranch) {
  DeviceArray<double> const x(32);
  expect_caught(in_every_build(FindingKind::absent_lane), "which takes no part",
                [&] { return run("bug", 1, 32, 0, shuffle_in_a_branch, x.data()); });
}

__global__ void shuffle_from_outside_the_mask(double* x) {
  double value = threadIdx.x;
  if (threadIdx.x < 8) value += __shfl_down_sync(0xFFU, value, 4);
  x[threadIdx.x] = value;
}

TEST(SeededBugs, AShuffleFromOutsideTheMask) {
  DeviceArray<double> const x(32);
  expect_caught(in_every_build(FindingKind::absent_lane), "lane 4 reads lane 8",
                [&] { return run("bug", 1, 32, 0, shuffle_from_outside_the_mask, x.data()); });
}

__global__ void mask_without_the_caller(unsigned* x) { x[threadIdx.x] = __ballot_sync(0xFFFFU, 1); }

TEST(SeededBugs, AMaskWithoutTheCaller) {
  DeviceArray<unsigned> const x(32);
  expect_caught(in_every_build(FindingKind::warp_mask), "is not in the mask",
                [&] { return run("bug", 1, 32, 0, mask_without_the_caller, x.data()); });
}

__global__ void width_of_twelve(int* x) { x[threadIdx.x] = __shfl_sync(0xFFFFFFFFU, 1, 0, 12); }

TEST(SeededBugs, AShuffleOfAnOddWidth) {
  DeviceArray<int> const x(32);
  expect_caught(in_every_build(FindingKind::warp_mask), "width 12",
                [&] { return run("bug", 1, 32, 0, width_of_twelve, x.data()); });
}

__global__ void wait_for_nobody(int* flag) {
  while (atomicAdd(flag, 0) == 0) {
  }
}

TEST(SeededBugs, WaitingForAFlagThatNobodySets) {
  DeviceArray<int> const flag(std::vector<int>{0});
  expect_caught(in_every_build(FindingKind::no_progress), "only wait",
                [&] { return run("bug", 2, 32, 0, wait_for_nobody, flag.data()); });
}

// The last of five blocks would set the flag, but no more than three are resident.
__global__ void wait_for_the_last_block(int* flag, unsigned last) {
  if (blockIdx.x == last) atomicExch(flag, 1);
  while (atomicAdd(flag, 0) == 0) __nanosleep(100);
}

TEST(SeededBugs, WaitingForABlockThatIsNotResident) {
  DeviceArray<int> const flag(std::vector<int>{0});
  ExecutorOptions const before = options();
  options().order = Order::forward;
  expect_caught(in_every_build(FindingKind::no_progress), "not resident",
                [&] { return run("bug", 5, 1, 0, wait_for_the_last_block, flag.data(), 4U); });
  options() = before;
}

__global__ void do_nothing() {}

TEST(SeededBugs, ShapesThatCudaDoesNotTake) {
  struct Shape {
    dim3 grid, block;
  };
  for (Shape const& shape : {Shape{0, 32}, Shape{1, 0}, Shape{1, 1025}, Shape{1, dim3(33, 32)},
                             Shape{1, dim3(1, 1, 65)}, Shape{dim3(1, 65536), 1}}) {
    expect_caught(in_every_build(FindingKind::launch_shape), "kernel bug",
                  [&] { return run("bug", shape.grid, shape.block, 0, do_nothing); });
  }
}

TEST(SeededBugs, MoreSharedMemoryThanABlockMayHave) {
  expect_caught(in_every_build(FindingKind::shared_memory_limit), "232449 bytes",
                [&] { return run("bug", 1, 32, 227 * 1024 + 1, do_nothing); });
}

}  // namespace
}  // namespace simt
