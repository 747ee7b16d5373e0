// The backend as programs meet it: through Engine, from the library that the main one loads.
#include <dlfcn.h>

#include <gmock/gmock.h>
#include <tbb/global_control.h>

#include <string>
#include <thread>
#include <vector>

#include <regio/engine.hpp>
#include <regio/kmeans.hpp>

#include "core/backend.hpp"
#include "core/cuda_library.hpp"
#include "tests/cluster/kmeans_data.hpp"
#include "tests/cuda/simt_test.hpp"

namespace regio {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CudaLibrary : public SimtTest {
 protected:
  static CudaOptions options(int ordinal = 0, void* stream = nullptr) {
    return {.ordinal = ordinal, .stream = stream, .library = REGIO_SIMT_LIBRARY};
  }

  static void expect_refused(CudaOptions const& options, DeviceFailure failure, std::string const& text) {
    try {
      Engine::cuda(options);
      ADD_FAILURE() << "Engine::cuda did not throw";
    } catch (DeviceError const& error) {
      EXPECT_EQ(error.failure(), failure);
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }

  static CudaBackendFunction* entry() {
    void* const library = dlopen(REGIO_SIMT_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    return reinterpret_cast<CudaBackendFunction*>(dlsym(library, "regio_cuda_backend"));
  }
};

TEST_F(CudaLibrary, GivesAnEngineThatSaysWhatItIs) {
  CudaOptions one_thread = options(1);
  one_thread.threads = 1;
  Engine engine = Engine::cuda(one_thread);
  EXPECT_EQ(engine.device(), Device::cuda);
  EXPECT_EQ(engine.description(),
            "simulated device, CUDA device 1, compute capability 9.0, 4 multiprocessors, 1.0 GiB, 1 thread of the CPU");
  EXPECT_NO_THROW(engine.wait());
}

TEST_F(CudaLibrary, HasTheThreadsThatWereAskedFor) {
  // oneTBB gives more threads than cores only where the process allows them.
  tbb::global_control const allow(tbb::global_control::max_allowed_parallelism, 5);
  CudaOptions three = options();
  three.threads = 3;
  EXPECT_EQ(Engine::cuda(three).threads(), 3);
  EXPECT_THAT(Engine::cuda(three).description(), HasSubstr(", 3 threads of the CPU"));
  EXPECT_EQ(Engine::automatic(three).threads(), 3);
  EXPECT_EQ(Engine::automatic(three, 2).threads(), 2);
  EXPECT_GE(Engine::cuda(options()).threads(), 1) << "every core";
}

TEST_F(CudaLibrary, NegativeThreadsAreTheCallersMistake) {
  CudaOptions negative = options();
  negative.threads = -1;
  try {
    Engine::cuda(negative);
    ADD_FAILURE() << "accepted";
  } catch (ContractError const& error) {
    EXPECT_STREQ(error.what(), "Engine::cuda: threads is -1; expected 0 or more");
  }
}

TEST_F(CudaLibrary, ListsEveryDevice) {
  simt::devices().resize(3, simt::devices()[0]);
  auto const probes = probe_devices(options());
  ASSERT_EQ(probes.size(), 4U);
  EXPECT_EQ(probes[3].ordinal, 2);
  EXPECT_FALSE(probes[3].failure.has_value());
  EXPECT_THAT(probes[3].description, HasSubstr("CUDA device 2"));
}

TEST_F(CudaLibrary, AnotherInterfaceIsRefusedWithoutTouchingTheRuntime) {
  CudaBackendRequest request;
  request.abi = cuda_abi_number + 1;
  EXPECT_EQ(entry()(&request), static_cast<std::int32_t>(CudaLibraryStatus::abi_mismatch));
  EXPECT_EQ(request.library_abi, cuda_abi_number);
  EXPECT_EQ(request.backend, nullptr);
  EXPECT_TRUE(simt::call_log().empty());
}

TEST_F(CudaLibrary, AShorterRequestIsRefusedAndNotWrittenTo) {
  CudaBackendRequest request;
  request.size = 8;
  EXPECT_EQ(entry()(&request), static_cast<std::int32_t>(CudaLibraryStatus::abi_mismatch));
  EXPECT_EQ(request.library_abi, 0U);
}

TEST_F(CudaLibrary, NoDriver) {
  for (cudaError_t const error : {cudaErrorInsufficientDriver, cudaErrorStubLibrary, cudaErrorSystemDriverMismatch}) {
    simt::reset_runtime();
    simt::fail_call({.error = error, .function = "cudaGetDeviceCount"});
    expect_refused(options(), DeviceFailure::driver_missing, cudaGetErrorName(error));
  }
}

TEST_F(CudaLibrary, NoDevice) {
  simt::devices().clear();
  expect_refused(options(), DeviceFailure::no_device, "reports no device");
}

TEST_F(CudaLibrary, OrdinalBeyondTheDevices) {
  expect_refused(options(2), DeviceFailure::no_device,
                 "there is no CUDA device 2: the driver reports 2, counted from 0");
}

TEST_F(CudaLibrary, ADeviceThatCannotBeUsedIsNamed) {
  simt::fail_call({.error = cudaErrorDevicesUnavailable, .function = "cudaMemPoolCreate"});
  expect_refused(options(), DeviceFailure::failed, "cudaMemPoolCreate: cudaErrorDevicesUnavailable");
}

TEST_F(CudaLibrary, TheCallersStreamReachesTheBackend) {
  cudaStream_t callers = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&callers, cudaStreamNonBlocking), cudaSuccess);
  {
    Engine engine = Engine::cuda(options(0, callers));
    engine.wait();
    EXPECT_EQ(simt::live_objects().streams, 2U) << "the caller's and the one for copies";
    expect_refused(options(1, callers), DeviceFailure::failed, "belongs to CUDA device 0, the engine to 1");
  }
  EXPECT_EQ(cudaStreamDestroy(callers), cudaSuccess);
}

TEST_F(CudaLibrary, ALostDeviceIsADeviceErrorOfTheMainLibrary) {
  Engine engine = Engine::cuda(options());
  simt::fail_call({.error = cudaErrorIllegalAddress, .device_lost = true, .function = "cudaStreamSynchronize"});
  for (std::string const text : {"cudaErrorIllegalAddress", "can no longer be used"}) {
    try {
      engine.wait();
      ADD_FAILURE() << "the device is lost";
    } catch (DeviceError const& error) {
      EXPECT_EQ(error.failure(), DeviceFailure::failed);
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }
}

TEST_F(CudaLibrary, AnAlgorithmWithoutCudaIsTheCallersMistake) {
  Engine engine = Engine::cuda(options());
  EXPECT_THROW(engine.backend().execute("no_such_algorithm", nullptr), ContractError);
}

TEST_F(CudaLibrary, EnginesOnTwoHostThreadsDoNotDisturbEachOther) {
  Points const points = normal_points(40, 3, 1);
  std::vector<KmeansProblem> const problems(4, KmeansProblem{.points = points.view(), .clusters = 3, .restarts = 2});
  Engine cpu = Engine::cpu(1);
  KmeansReport const expected = kmeans_fit(cpu, {}, problems);
  for (int const other : {0, 1}) {  // on one device and on two
    auto const fit = [&](int ordinal) {
      for (int i = 0; i < 5; ++i) {
        Engine engine = Engine::cuda(options(ordinal));
        KmeansReport const report = kmeans_fit(engine, {}, problems);
        EXPECT_EQ(report.all_labels, expected.all_labels);
        EXPECT_EQ(report.inertia, expected.inertia);
      }
    };
    std::jthread const first(fit, 0);
    std::jthread const second(fit, other);
  }
}

TEST_F(CudaLibrary, WorkGoesToTheDeviceThatWasAskedFor) {
  Points const points = normal_points(40, 3, 1);
  Engine engine = Engine::cuda(options(1));
  kmeans_fit(engine, {}, {{.points = points.view(), .clusters = 3}});
  ASSERT_FALSE(simt::copy_log().empty());
  for (simt::CopyRecord const& copy : simt::copy_log()) EXPECT_EQ(copy.device, 1);
  int device = -1;
  ASSERT_EQ(cudaGetDevice(&device), cudaSuccess);
  EXPECT_EQ(device, 0) << "the caller's current device";
}

}  // namespace
}  // namespace regio
