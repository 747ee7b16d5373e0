/// Mistakes with addresses: outside of allocations, misaligned, of the wrong kind of memory, never written.

#include "tests/simt/seeded_bugs/seeded_bug.hpp"

namespace simt {
namespace {

constexpr char poisoned[] = "AddressSanitizer: use-after-poison";

/// Overwrites leave a mark even where accesses are not observed.
Answers out_of_bounds_write() {
  return {.plain = FindingKind::red_zone, .observed = FindingKind::out_of_bounds, .sanitizer = poisoned};
}
Answers out_of_bounds_read() { return {.observed = FindingKind::out_of_bounds, .sanitizer = poisoned}; }

__global__ void write_one_too_far(double* x) { x[threadIdx.x + 1] = 1; }

TEST(SeededBugs, AWriteBeyondAnAllocation) {
  DeviceArray<double> const x(64);
  expect_caught(out_of_bounds_write(), "after the end of",
                [&] { return run("bug", 1, 64, 0, write_one_too_far, x.data()); });
}

__global__ void read_one_too_far(float const* x, float* y) { y[threadIdx.x] = x[threadIdx.x + 1]; }

TEST(SeededBugs, AReadBeyondAnAllocation) {
  DeviceArray<float> const x(std::vector<float>(33, 1)), y(33);
  expect_caught(out_of_bounds_read(), "0 bytes after the end of the nearest allocation (132 bytes)",
                [&] { return run("bug", 1, 33, 0, read_one_too_far, x.data(), y.data()); });
}

__global__ void read_before_the_start(int const* x, int* y) { y[threadIdx.x] = x[static_cast<int>(threadIdx.x) - 1]; }

TEST(SeededBugs, AReadBeforeAnAllocation) {
  DeviceArray<int> const x(std::vector<int>(32, 1)), y(32);
  expect_caught(out_of_bounds_read(), "4 bytes before the start of the nearest allocation (128 bytes)",
                [&] { return run("bug", 1, 32, 0, read_before_the_start, x.data(), y.data()); });
}

__global__ void read_wide_at_the_end(double const* x, double2* y) {
  y[threadIdx.x] = *reinterpret_cast<double2 const*>(x + 2 * threadIdx.x);
}

TEST(SeededBugs, AVectorLoadThatReachesBeyondAnAllocation) {
  DeviceArray<double> const x(std::vector<double>(63, 1));
  DeviceArray<double2> const y(32);
  expect_caught({.observed = FindingKind::out_of_bounds, .sanitizer = poisoned}, "goes beyond its end",
                [&] { return run("bug", 1, 32, 0, read_wide_at_the_end, x.data(), y.data()); });
}

TEST(SeededBugs, AccessToFreedMemory) {
  DeviceArray<float> const y(32);
  float* freed = nullptr;
  {
    DeviceArray<float> const x(std::vector<float>(4096, 1));
    freed = x.data();
  }
  expect_caught(out_of_bounds_read(), "reads 4 bytes at memory_bugs.cpp:", [&] {
    return run("bug", 1, 32, 0, read_one_too_far, static_cast<float const*>(freed), y.data());
  });
}

__global__ void atomic_beyond(int* x) { atomicAdd(x + threadIdx.x + 1, 1); }

TEST(SeededBugs, AnAtomicBeyondAnAllocation) {
  DeviceArray<int> const x(std::vector<int>(32, 1));
  expect_caught(out_of_bounds_write(), "end of", [&] { return run("bug", 1, 32, 0, atomic_beyond, x.data()); });
}

__global__ void dynamic_shared_overrun(double* x) {
  double* const tile = dynamic_shared<double>();
  tile[threadIdx.x + 1] = 1;
  x[threadIdx.x] = 1;
}

TEST(SeededBugs, AnOverrunOfDynamicSharedMemory) {
  DeviceArray<double> const x(64);
  expect_caught(out_of_bounds_write(), "dynamic shared memory",
                [&] { return run("bug", 1, 64, 64 * sizeof(double), dynamic_shared_overrun, x.data()); });
}

__global__ void static_shared_overrun(double* x) {
  __shared__ double tile[64];
  double* const own = tile + threadIdx.x;
  own[1] = 1;
  x[threadIdx.x] = own[1];
}

TEST(SeededBugs, AnOverrunOfStaticSharedMemory) {
  DeviceArray<double> const x(64);
  expect_caught({.plain = FindingKind::red_zone,
                 .observed = FindingKind::out_of_bounds,
                 .sanitizer = "use-after-poison|with insufficient space"},
                "static_shared_overrun(double*)::tile",
                [&] { return run("bug", 1, 64, 0, static_shared_overrun, x.data()); });
}

template <int size>
__global__ void static_shared_overrun_in_template(float* x) {
  __shared__ float tile[size];
  __shared__ float other[size];
  other[threadIdx.x] = 0;
  float* const own = tile + threadIdx.x;
  own[1] = 1;
  x[threadIdx.x] = other[threadIdx.x] + own[1];
}

TEST(SeededBugs, AnOverrunOfStaticSharedMemoryInATemplate) {
  DeviceArray<float> const x(32);
  expect_caught({.plain = FindingKind::red_zone,
                 .observed = FindingKind::out_of_bounds,
                 .sanitizer = "use-after-poison|with insufficient space"},
                "static_shared_overrun_in_template<32>",
                [&] { return run("bug", 1, 32, 0, static_shared_overrun_in_template<32>, x.data()); });
}

__global__ void static_shared_index(int* x, unsigned offset) {
  __shared__ int tile[32];
  tile[threadIdx.x + offset] = 1;
  __syncthreads();
  x[threadIdx.x] = tile[max(threadIdx.x, 1U)];
}

TEST(SeededBugs, AnIndexBeyondAStaticArray) {
  DeviceArray<int> const x(32);
  expect_caught({.plain = FindingKind::red_zone,
                 .observed = FindingKind::out_of_bounds,
                 .sanitizer = "index 32 out of bounds|index .* out of bounds"},
                "tile", [&] { return run("bug", 1, 32, 0, static_shared_index, x.data(), 1U); });
}

__global__ void unwritten_static(double* x) {
  __shared__ double tile[64];
  if (threadIdx.x < 32) tile[threadIdx.x] = 1;
  __syncthreads();
  x[threadIdx.x] = tile[threadIdx.x];
}

TEST(SeededBugs, AReadOfUnwrittenStaticSharedMemory) {
  DeviceArray<double> const x(64);
  expect_caught(only_observed(FindingKind::uninitialised_shared), "unwritten_static(double*)::tile",
                [&] { return run("bug", 1, 64, 0, unwritten_static, x.data()); });
}

__global__ void unwritten_dynamic(int* x) {
  int* const tile = dynamic_shared<int>();
  tile[threadIdx.x] += 1;
  x[threadIdx.x] = tile[threadIdx.x];
}

TEST(SeededBugs, AReadOfUnwrittenDynamicSharedMemory) {
  DeviceArray<int> const x(32);
  expect_caught(only_observed(FindingKind::uninitialised_shared), "dynamic shared memory (128 bytes)",
                [&] { return run("bug", 1, 32, 32 * sizeof(int), unwritten_dynamic, x.data()); });
}

// What the block before it left there is nothing that a block may rely on.
__global__ void rely_on_the_block_before(int* x) {
  __shared__ int count;
  if (blockIdx.x == 0) count = 0;
  x[blockIdx.x] = ++count;
}

TEST(SeededBugs, SharedMemoryDoesNotOutliveItsBlock) {
  DeviceArray<int> const x(4);
  ExecutorOptions const before = options();
  options().resident_blocks = 1;
  expect_caught(only_observed(FindingKind::uninitialised_shared), "count",
                [&] { return run("bug", 4, 1, 0, rely_on_the_block_before, x.data()); });
  options() = before;
}

__global__ void misaligned_double(double* x) {
  auto* const misaligned = reinterpret_cast<double*>(reinterpret_cast<char*>(x) + 4);
  misaligned[threadIdx.x] = 1;
}

TEST(SeededBugs, AMisalignedAccess) {
  DeviceArray<double> const x(64);
  expect_caught({.observed = FindingKind::misaligned, .sanitizer = "store to misaligned address"}, "no multiple of 8",
                [&] { return run("bug", 1, 32, 0, misaligned_double, x.data()); });
}

// clang checks the alignment of members, not of copies; the hooks know the access of the copy.
__global__ void read_wide_misaligned(double const* x, double2* y) {
  auto const* const from = reinterpret_cast<double2 const*>(x + 2 * threadIdx.x);
  double2 const copied = *from;
  y[threadIdx.x] = make_double2(copied.x, from->y);
}

TEST(SeededBugs, AMisalignedVectorLoad) {
  DeviceArray<double> const x(std::vector<double>(65, 1));
  DeviceArray<double2> const y(32);
  expect_caught({.observed = FindingKind::misaligned, .sanitizer = "misaligned address"}, "no multiple of 16", [&] {
    return run("bug", 1, 32, 0, read_wide_misaligned, static_cast<double const*>(x.data() + 1), y.data());
  });
}

__global__ void misaligned_atomic(int* x) { atomicAdd(reinterpret_cast<int*>(reinterpret_cast<char*>(x) + 2), 1); }

TEST(SeededBugs, AMisalignedAtomic) {
  DeviceArray<int> const x(std::vector<int>(2, 0));
  expect_caught(in_every_build(FindingKind::misaligned), "misaligned address",
                [&] { return run("bug", 1, 1, 0, misaligned_atomic, x.data()); });
}

__global__ void read_value(double const* from, double* to) { to[threadIdx.x] = *from; }

TEST(SeededBugs, AHostPointerInAKernel) {
  DeviceArray<double> const x(32);
  std::vector<double> const host(1, 1.0);
  expect_caught(only_observed(FindingKind::foreign_memory), "memory of the host",
                [&] { return run("bug", 1, 32, 0, read_value, host.data(), x.data()); });
}

__global__ void pass_local_address(double** x) {
  double own = threadIdx.x;
  if (threadIdx.x == 0) *x = &own;
  __syncthreads();
  own += **x;
  __syncthreads();
}

TEST(SeededBugs, TheLocalMemoryOfAnotherThread) {
  DeviceArray<double*> const x(1);
  expect_caught(only_observed(FindingKind::foreign_memory), "the local memory of another thread",
                [&] { return run("bug", 1, 32, 0, pass_local_address, x.data()); });
}

__constant__ double constant_value = 1;

__global__ void write_constant(double* value) { *value = 2; }

TEST(SeededBugs, AWriteToConstantMemory) {
  expect_caught(only_observed(FindingKind::foreign_memory), "device code may not write there",
                [&] { return run("bug", 1, 1, 0, write_constant, &constant_value); });
}

__global__ void overflow(int const* x, int* y) { y[threadIdx.x] = x[threadIdx.x] + 1000000000; }

TEST(SeededBugs, AnIntegerOverflow) {
  DeviceArray<int> const x(std::vector<int>(32, 2000000000)), y(32);
  expect_caught({.sanitizer = "signed integer overflow"}, "",
                [&] { return run("bug", 1, 32, 0, overflow, x.data(), y.data()); });
}

// Not instrumented, so that what is met is the guard page and not a sanitizer's own check of the stack.
[[gnu::noinline]] __device__ __attribute__((no_sanitize("address", "undefined"))) double deep(double volatile* x,
                                                                                              int depth) {
  double volatile own[64] = {};
  own[depth % 64] = *x;
  return depth == 0 ? own[0] : deep(own, depth - 1) + own[depth % 64];
}
__global__ void recurse(double* x, int depth) { x[0] = deep(x, depth); }

TEST(SeededBugs, AStackOverflow) {
  DeviceArray<double> const x(std::vector<double>(1, 1));
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)run("bug", 1, 1, 0, recurse, x.data(), 100000), "stack overflow of a CUDA thread");
}

TEST(SeededBugs, HostCodeThatFollowsADevicePointer) {
  DeviceArray<double> const x(std::vector<double>(1, 1));
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(std::printf("%f\n", *x.data()), "host code accesses device memory");
}

}  // namespace
}  // namespace simt
