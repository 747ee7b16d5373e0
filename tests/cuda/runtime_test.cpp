// The stand-ins of the CUDA runtime refuse what CUDA refuses, and notice what CUDA lets pass.
#include <cstdint>
#include <vector>

#include "kernels/launch.cuh"
#include "tests/cuda/simt_test.hpp"

namespace {

class Runtime : public SimtTest {
 protected:
  void SetUp() override {
    SimtTest::SetUp();
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {cudaMemLocationTypeDevice, 0};
    ASSERT_EQ(cudaMemPoolCreate(&pool_, &properties), cudaSuccess);
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
  }
  void TearDown() override {
    cudaStreamDestroy(stream_);
    cudaMemPoolDestroy(pool_);
    SimtTest::TearDown();
  }

  int* device_ints(std::size_t count) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMallocFromPoolAsync(&memory, count * sizeof(int), pool_, stream_), cudaSuccess);
    return static_cast<int*>(memory);
  }

  cudaMemPool_t pool_ = nullptr;
  cudaStream_t stream_ = nullptr;
};

TEST_F(Runtime, ACopyMustGoWhereItSays) {
  int* const memory = device_ints(4);
  std::vector<int> host(4);
  auto const copy = [&](void* to, void const* from, cudaMemcpyKind kind, std::size_t bytes = 16) {
    return cudaMemcpyAsync(to, from, bytes, kind, stream_);
  };
  EXPECT_EQ(copy(memory, host.data(), cudaMemcpyHostToDevice), cudaSuccess);
  EXPECT_EQ(copy(memory, host.data(), cudaMemcpyDeviceToHost), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(copy(host.data(), memory, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(copy(host.data(), host.data(), cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(copy(memory, host.data(), cudaMemcpyDeviceToDevice), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(copy(memory + 2, memory, cudaMemcpyDeviceToDevice), cudaErrorInvalidMemcpyDirection) << "beyond the end";
  EXPECT_EQ(copy(memory + 2, memory, cudaMemcpyDeviceToDevice, 8), cudaSuccess);
  EXPECT_EQ(simt::copy_log().size(), 2U);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
}

TEST_F(Runtime, MemoryIsFreedOnceAndOnlyIfItIsAllocated) {
  int* const memory = device_ints(4);
  EXPECT_EQ(cudaFreeAsync(memory + 1, stream_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaFreeHost(memory), cudaErrorInvalidResourceHandle);
}

TEST_F(Runtime, PinnedMemoryMustOutliveItsCopies) {
  int* const memory = device_ints(1);
  void* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, sizeof(int)), cudaSuccess);
  simt::set_schedule_seed(2);
  simt::options().fail_fast = false;
  // Under some seed the copy has been made at once; it is queued until one waits.
  bool queued = false;
  for (int attempt = 0; attempt < 20 && !queued; ++attempt) {
    ASSERT_EQ(cudaMemcpyAsync(memory, pinned, sizeof(int), cudaMemcpyHostToDevice, stream_), cudaSuccess);
    queued = simt::live_objects().queued_work > 0;
  }
  ASSERT_TRUE(queued);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
  ASSERT_FALSE(simt::findings().empty());
  EXPECT_EQ(simt::findings()[0].kind, simt::FindingKind::stream_order);
  simt::findings().clear();
  simt::options().fail_fast = true;
  cudaFreeAsync(memory, stream_);
}

TEST_F(Runtime, HandlesMustBeAlive) {
  cudaStream_t const none = nullptr;
  EXPECT_EQ(cudaStreamSynchronize(none), cudaErrorInvalidResourceHandle) << "there is no default stream";
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  EXPECT_EQ(cudaEventDestroy(event), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaStreamWaitEvent(stream_, event), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventRecord(event, stream_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventSynchronize(event), cudaErrorInvalidResourceHandle);
}

TEST_F(Runtime, EventsAndLaunchesBelongToADevice) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(event, stream_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(regio::cuda::launch(
                "nothing", +[] {}, {}, stream_),
            cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
}

TEST_F(Runtime, MemoryOfAPoolIsOfThePoolsDevice) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  cudaStream_t other = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
  void* memory = nullptr;
  EXPECT_EQ(cudaMallocFromPoolAsync(&memory, 8, pool_, other), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMallocFromPoolAsync(&memory, 0, pool_, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
}

TEST_F(Runtime, LaunchShapesThatADeviceDoesNotTake) {
  auto const launched = [&](dim3 grid, dim3 block, std::size_t shared_bytes = 0) {
    return regio::cuda::launch(
        "nothing", +[] {}, {grid, block, shared_bytes}, stream_);
  };
  EXPECT_EQ(launched(1, 1024), cudaSuccess);
  EXPECT_EQ(launched(1, {1, 1, 64}), cudaSuccess);
  EXPECT_EQ(launched(0, 32), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(1, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(1, 1025), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(1, {1, 1, 65}), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched({1, 65536}, 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(1, 32, 227 * 1024), cudaSuccess);
  EXPECT_EQ(launched(1, 32, 227 * 1024 + 1), cudaErrorInvalidValue);
}

TEST_F(Runtime, SharedMemoryBeyond48KBNeedsPermission) {
  auto* const kernel = +[] {};
  auto const* const address = reinterpret_cast<void const*>(kernel);
  simt::GridLaunch const launch{"nothing", 1, 1, 49 * 1024, [] {}};
  EXPECT_EQ(simt::enqueue(stream_, address, launch), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(address, cudaFuncAttributeMaxDynamicSharedMemorySize, 49 * 1024), cudaSuccess);
  EXPECT_EQ(simt::enqueue(stream_, address, launch), cudaSuccess);
  EXPECT_EQ(cudaFuncSetAttribute(address, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 * 1024),
            cudaErrorInvalidValue);
}

TEST_F(Runtime, OccupancyIsBoundByThreadsBlocksAndSharedMemory) {
  auto* const kernel = +[] {};
  auto const blocks = [&](int threads, std::size_t shared_bytes) {
    int count = -1;
    EXPECT_EQ(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&count, kernel, threads, shared_bytes), cudaSuccess);
    return count;
  };
  EXPECT_EQ(blocks(1024, 0), 2);
  EXPECT_EQ(blocks(33, 0), 32) << "two warps each";
  EXPECT_EQ(blocks(32, 0), 32);
  EXPECT_EQ(blocks(256, 0), 8);
  EXPECT_EQ(blocks(32, 37 * 1024), 6) << "228 KB hold six of 37 + 1 KB";
  EXPECT_EQ(blocks(32, 100 * 1024), 0) << "not allowed yet";
}

TEST_F(Runtime, PoolsCountWhatTheyHoldAndUse) {
  std::uint64_t keep_all = UINT64_MAX;
  ASSERT_EQ(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep_all), cudaSuccess);
  auto const figure = [&](cudaMemPoolAttr which) {
    std::uint64_t value = 0;
    EXPECT_EQ(cudaMemPoolGetAttribute(pool_, which, &value), cudaSuccess);
    return value;
  };
  int* const memory = device_ints(100);
  EXPECT_EQ(figure(cudaMemPoolAttrUsedMemCurrent), 400U);
  ASSERT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(figure(cudaMemPoolAttrUsedMemCurrent), 0U);
  EXPECT_EQ(figure(cudaMemPoolAttrReservedMemCurrent), 400U);
  ASSERT_EQ(cudaMemPoolTrimTo(pool_, 0), cudaSuccess);
  EXPECT_EQ(figure(cudaMemPoolAttrReservedMemCurrent), 0U);
}

TEST_F(Runtime, APoolLastsUntilItsMemoryIsFreed) {
  int* const memory = device_ints(1);
  ASSERT_EQ(cudaMemPoolDestroy(pool_), cudaSuccess);
  EXPECT_EQ(cudaMemPoolDestroy(pool_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(simt::live_objects().pools, 1U);
  ASSERT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(simt::live_objects().pools, 0U);
}

TEST_F(Runtime, TheLastErrorIsAskedForOnceUnlessTheDeviceIsLost) {
  EXPECT_EQ(cudaSetDevice(5), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  simt::fail_work(simt::work_count() + 1, cudaErrorIllegalAddress);
  ASSERT_EQ(regio::cuda::launch(
                "nothing", +[] {}, {}, stream_),
            cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
}

TEST_F(Runtime, AFindingInAKernelLosesTheDevice) {
  simt::options().fail_fast = false;
  ASSERT_EQ(regio::cuda::launch(
                "divergent",
                +[] {
                  if (threadIdx.x == 0) __syncthreads();
                },
                {1, 2}, stream_),
            cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorLaunchFailure);
  EXPECT_FALSE(simt::findings().empty());
  simt::findings().clear();
  simt::options().fail_fast = true;
}

TEST_F(Runtime, ErrorsHaveTheNamesOfTheirEnumerators) {
  EXPECT_STREQ(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress");
  EXPECT_STREQ(cudaGetErrorName(cudaErrorMemoryAllocation), "cudaErrorMemoryAllocation");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorNoDevice), "no device is there");
}

}  // namespace
