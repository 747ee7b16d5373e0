// What happens after a call on the device has failed.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/cuda/doubling.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio::cuda {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class UnusableEngine : public SimtTest {
 protected:
  /// The text of the DeviceError that doubling ends with; empty when it does not.
  static std::string failure_of(CudaBackend& backend) {
    std::vector<double> values{1, 2, 3};
    try {
      double_on_device(backend, values);
    } catch (DeviceError const& error) {
      EXPECT_EQ(error.failure(), DeviceFailure::failed);
      return error.what();
    }
    EXPECT_EQ(values, (std::vector<double>{2, 4, 6}));
    return "";
  }
};

TEST_F(UnusableEngine, AnErrorNamesItsCallItsNameAndItsPlace) {
  auto const backend = CudaBackend::make(0, nullptr, 1);
  simt::fail_call({.error = cudaErrorInvalidValue, .function = "cudaMemsetAsync"});
  std::string const text = failure_of(*backend);
  EXPECT_THAT(text, StartsWith("cudaMemsetAsync: cudaErrorInvalidValue (an argument is not valid) at host/cuda/"));
  EXPECT_THAT(text, HasSubstr("transfer.hpp:"));
}

TEST_F(UnusableEngine, ALostDeviceIsSaidOnEveryLaterUse) {
  auto const backend = CudaBackend::make(0, nullptr, 1);
  EXPECT_EQ(failure_of(*backend), "");
  simt::fail_work(simt::work_count() + 4, cudaErrorIllegalAddress);
  std::string const first = failure_of(*backend);
  EXPECT_THAT(first, HasSubstr("cudaErrorIllegalAddress"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(failure_of(*backend), AllOf(HasSubstr("can no longer be used"), HasSubstr(first)));
  }
  EXPECT_THROW(backend->wait(), DeviceError);
  EXPECT_THAT(backend->description(), HasSubstr("no longer usable: " + first));
}

TEST_F(UnusableEngine, ANewEngineWorksWhenTheDeviceIsNotLost) {
  auto const broken = CudaBackend::make(0, nullptr, 1);
  simt::fail_call({.error = cudaErrorInvalidConfiguration, .function = "cudaLaunchKernel"});
  EXPECT_THAT(failure_of(*broken), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(failure_of(*broken), HasSubstr("can no longer be used"));
  auto const fresh = CudaBackend::make(0, nullptr, 1);
  EXPECT_EQ(failure_of(*fresh), "");
}

TEST_F(UnusableEngine, AnotherDeviceIsNotConcerned) {
  auto const lost = CudaBackend::make(0, nullptr, 1);
  auto const other = CudaBackend::make(1, nullptr, 1);
  simt::fail_work(1, cudaErrorECCUncorrectable);
  EXPECT_THAT(failure_of(*lost), HasSubstr("cudaErrorECCUncorrectable"));
  EXPECT_EQ(failure_of(*other), "");
  EXPECT_THROW(CudaBackend::make(0, nullptr, 1), DeviceError);
}

TEST_F(UnusableEngine, AnExceptionOfTheHostLeavesTheEngineUsableAndNothingQueued) {
  auto const backend = CudaBackend::make(0, nullptr, 1);
  EXPECT_THROW(backend->run([&] {
    DeviceBuffer<int> memory(backend->stream(), 100);
    fill_with_zeros(backend->copy_stream(), DeviceBuffer<int>(backend->copy_stream(), 100).data(), 100);
    throw std::runtime_error("the caller's own");
  }),
               std::runtime_error);
  EXPECT_EQ(simt::live_objects().queued_work, 0U);
  EXPECT_EQ(simt::live_objects().device_allocations, 0U);
  EXPECT_EQ(failure_of(*backend), "");
}

TEST_F(UnusableEngine, WorkThatFailsBehindAnotherExceptionIsNotForgotten) {
  auto const backend = CudaBackend::make(0, nullptr, 1);
  simt::fail_work(simt::work_count() + 3, cudaErrorLaunchFailure);
  EXPECT_THROW(backend->run([&] {
    DeviceBuffer<int> memory(backend->stream(), 100);
    fill_with_zeros(backend->stream(), memory.data(), 100);
    fill_with_zeros(backend->stream(), memory.data(), 100);
    throw std::runtime_error("the caller's own");
  }),
               std::runtime_error);
  EXPECT_THAT(failure_of(*backend), HasSubstr("work that had been given to the device failed"));
}

TEST_F(UnusableEngine, TheCallersCurrentDeviceIsPutBack) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  auto const backend = CudaBackend::make(0, nullptr, 1);
  EXPECT_EQ(failure_of(*backend), "");
  int device = -1;
  ASSERT_EQ(cudaGetDevice(&device), cudaSuccess);
  EXPECT_EQ(device, 1);
}

TEST_F(UnusableEngine, AnErrorIsNotBlamedOnLaterCalls) {
  simt::fail_call({.at = simt::call_log().size() + 1, .error = cudaErrorInvalidValue});
  int count = 0;
  EXPECT_THROW(check(cudaGetDeviceCount(&count), "cudaGetDeviceCount"), DeviceError);
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

TEST_F(UnusableEngine, ADeviceWithoutStreamOrderedMemoryIsRefused) {
  simt::devices()[0].memoryPoolsSupported = 0;
  try {
    CudaBackend::make(0, nullptr, 1);
    ADD_FAILURE() << "accepted";
  } catch (DeviceError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("has no stream-ordered memory"));
  }
}

TEST_F(UnusableEngine, AnOperationThatOnlyTheCpuHasIsRefused) {
  auto const backend = CudaBackend::make(0, nullptr, 1);
  try {
    backend->execute("no_such_algorithm", nullptr);
    ADD_FAILURE() << "ran";
  } catch (ContractError const& error) {
    EXPECT_STREQ(error.what(), "no_such_algorithm: engine is a CUDA device, and this algorithm runs on the CPU only");
  }
  EXPECT_EQ(failure_of(*backend), "") << "asking for it must not harm the engine";
}

}  // namespace
}  // namespace regio::cuda
