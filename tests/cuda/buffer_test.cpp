#include "cuda/device_buffer.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/transfer.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {
namespace {

class Buffers : public SimtTest {
 protected:
  std::unique_ptr<CudaBackend> backend_;

  void SetUp() override {
    SimtTest::SetUp();
    simt::devices()[0].totalGlobalMem = 1'000'000;
    backend_ = CudaBackend::make(0, nullptr, 1);
  }
  void TearDown() override {
    backend_.reset();
    SimtTest::TearDown();
  }
};

TEST_F(Buffers, ValuesGoThereAndBack) {
  std::vector<double> const sent{1.5, -2, 0};
  std::vector<double> received(3);
  DeviceBuffer<double> first(backend_->stream(), 3);
  DeviceBuffer<double> second(backend_->stream(), 3);
  copy_to_device(backend_->stream(), first.data(), sent);
  copy_on_device(backend_->stream(), second.data(), first.data(), 3);
  copy_to_host(backend_->stream(), received, second.data());
  EXPECT_EQ(received, sent);
  std::vector<simt::CopyRecord> const expected{
      {cudaMemcpyHostToDevice, 24, 0}, {cudaMemcpyDeviceToDevice, 24, 0}, {cudaMemcpyDeviceToHost, 24, 0}};
  EXPECT_EQ(simt::copy_log(), expected);
}

TEST_F(Buffers, EmptyOnesAskTheDeviceForNothing) {
  std::size_t const calls = simt::call_log().size();
  DeviceBuffer<double> nothing(backend_->stream(), 0);
  PinnedBuffer<double> const no_staging(backend_->stream(), 0);
  copy_to_device(backend_->stream(), nothing.data(), std::span<double const>());
  copy_to_host(backend_->stream(), std::span<double>(), nothing.data());
  copy_on_device(backend_->stream(), nothing.data(), nothing.data(), 0);
  fill_with_zeros(backend_->stream(), nothing.data(), 0);
  EXPECT_EQ(nothing.data(), nullptr);
  EXPECT_EQ(no_staging.data(), nullptr);
  EXPECT_EQ(simt::call_log().size(), calls);
}

TEST_F(Buffers, MovedOnesAreFreedOnce) {
  DeviceBuffer<int> first(backend_->stream(), 10);
  int* const memory = first.data();
  DeviceBuffer<int> second(std::move(first));
  first = DeviceBuffer<int>(backend_->stream(), 20);
  EXPECT_EQ(second.data(), memory);
  first = std::move(second);
  EXPECT_EQ(first.data(), memory);
  EXPECT_EQ(first.size(), 10);
  EXPECT_EQ(second.data(), nullptr);
  backend_->wait();
  EXPECT_EQ(simt::live_objects().device_allocations, 1U);
}

TEST_F(Buffers, FreshMemoryIsNotZero) {
  DeviceBuffer<double> memory(backend_->stream(), 1);
  double found = 0;
  copy_to_host(backend_->stream(), std::span(&found, 1), memory.data());
  EXPECT_TRUE(found != found);
}

TEST_F(Buffers, OutOfMemorySaysWhatWasAskedAndWhatIsFree) {
  DeviceBuffer<char> const most(backend_->stream(), 900'000);
  try {
    DeviceBuffer<double> const more(backend_->stream(), 20'000);
    ADD_FAILURE() << "got memory that is not there";
  } catch (OutOfDeviceMemory const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::out_of_memory);
    EXPECT_EQ(error.bytes_asked(), 160'000U);
    EXPECT_EQ(error.bytes_free(), 100'000U);
    EXPECT_STREQ(error.what(), "device memory: 160000 bytes asked for, 100000 free");
  }
}

TEST_F(Buffers, OutOfMemoryLeavesTheBackendUsable) {
  EXPECT_THROW(backend_->run([&] { DeviceBuffer<char>(backend_->stream(), 2'000'000); }), OutOfDeviceMemory);
  EXPECT_NO_THROW(backend_->run([&] { DeviceBuffer<char>(backend_->stream(), 900'000); }));
}

TEST_F(Buffers, SizesBeyondEveryMemoryAreOutOfMemory) {
  Index const most = std::numeric_limits<Index>::max();
  EXPECT_THROW(DeviceBuffer<double>(backend_->stream(), most), OutOfDeviceMemory);
}

TEST_F(Buffers, WhatIsFreedCanBeHadAgain) {
  for (int i = 0; i < 5; ++i) DeviceBuffer<char> const memory(backend_->stream(), 600'000);
  EXPECT_EQ(backend_->free_memory(), 1'000'000U - (simt::live_objects().device_allocations * 600'000U));
  backend_->wait();
  EXPECT_EQ(backend_->free_memory(), 1'000'000U);
}

TEST_F(Buffers, AnotherEnginesIdleMemoryIsGivenUpWhenTheEngineEnds) {
  { DeviceBuffer<char> const memory(backend_->stream(), 800'000); }
  backend_->wait();
  auto const other = CudaBackend::make(0, nullptr, 1);
  EXPECT_EQ(other->free_memory(), 200'000U) << "the first engine keeps what it once had";
  backend_.reset();
  EXPECT_EQ(other->free_memory(), 1'000'000U);
}

TEST_F(Buffers, AnExceptionDoesNotFreeWhatAnotherStreamStillUses) {
  simt::options().fail_fast = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simt::set_schedule_seed(seed);
    EXPECT_THROW(backend_->run([&] {
      DeviceBuffer<int> memory(backend_->copy_stream(), 100);
      Event const allocated;
      allocated.record(backend_->copy_stream());
      backend_->stream().wait_for(allocated);
      fill_with_zeros(backend_->stream(), memory.data(), memory.size());
      throw std::runtime_error("before the copy stream was told to wait");
    }),
                 std::runtime_error);
  }
  EXPECT_TRUE(simt::findings().empty()) << simt::findings().front().text;
  simt::findings().clear();
  simt::options().fail_fast = true;
}

TEST_F(Buffers, HostCodeCannotReadDeviceMemory) {
  DeviceBuffer<int> memory(backend_->stream(), 1);
  fill_with_zeros(backend_->stream(), memory.data(), 1);
  backend_->wait();
  EXPECT_DEATH(static_cast<void>(*const_cast<int volatile*>(memory.data())), "");
}

}  // namespace
}  // namespace regio::cuda
