#include <regio/engine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "core/backend.hpp"

namespace regio {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CudaOptions with_library(std::string const& name, int ordinal = 0) {
  CudaOptions options;
  options.ordinal = ordinal;
  options.library = std::string(REGIO_BINARY_DIR) + "/fake-cuda/fake_cuda_" + name + ".so";
  return options;
}

struct Refusal {
  DeviceFailure failure;
  std::string message;
};

Refusal refusal(CudaOptions const& options) {
  try {
    Engine::cuda(options);
  } catch (DeviceError const& error) {
    return {error.failure(), error.what()};
  }
  ADD_FAILURE() << "Engine::cuda did not throw";
  return {};
}

TEST(Engine, CpuUsesTheThreadsAskedFor) {
  Engine const engine = Engine::cpu(3);
  EXPECT_EQ(engine.device(), Device::cpu);
  EXPECT_EQ(engine.threads(), 3);
  EXPECT_THAT(engine.description(), HasSubstr("CPU, 3 threads"));
}

TEST(Engine, CpuWithZeroThreadsTakesAllCores) { EXPECT_GE(Engine::cpu().threads(), 1); }

TEST(Engine, NegativeThreadsBreakTheContract) {
  try {
    Engine::cpu(-2);
    FAIL() << "accepted -2 threads";
  } catch (ContractError const& error) {
    EXPECT_STREQ(error.what(), "Engine::cpu: threads is -2; expected 0 (all cores) or more");
  }
}

TEST(Engine, MovesKeepTheBackend) {
  Engine first = Engine::cpu(2);
  Backend* const backend = &first.backend();
  Engine const second = std::move(first);
  EXPECT_EQ(&second.backend(), backend);
}

#if !REGIO_WITH_CUDA
TEST(CudaFailures, BuiltWithoutCuda) {
  Refusal const r = refusal({});
  EXPECT_EQ(r.failure, DeviceFailure::built_without_cuda);
  EXPECT_THAT(r.message, HasSubstr("no CUDA backend"));
}

TEST(Engine, AutomaticFallsBackToTheCpuAndSaysWhy) {
  Engine const engine = Engine::automatic(1);
  EXPECT_EQ(engine.device(), Device::cpu);
  EXPECT_THAT(engine.description(), HasSubstr("CUDA is not usable: this build of regio has no CUDA backend"));
}
#endif

TEST(CudaFailures, LibraryMissing) {
  CudaOptions options;
  options.library = "/nowhere/libregio_cuda.so";
  Refusal const r = refusal(options);
  EXPECT_EQ(r.failure, DeviceFailure::library_missing);
  EXPECT_THAT(r.message, HasSubstr("/nowhere/libregio_cuda.so"));
}

TEST(CudaFailures, AbiNumberMismatch) {
  Refusal const r = refusal(with_library("abi_mismatch"));
  EXPECT_EQ(r.failure, DeviceFailure::abi_mismatch);
  EXPECT_THAT(r.message, HasSubstr("speaks interface 7, this regio speaks 1"));
}

TEST(CudaFailures, ForeignLibraryIsAnAbiMismatch) {
  Refusal const r = refusal(with_library("foreign"));
  EXPECT_EQ(r.failure, DeviceFailure::abi_mismatch);
  EXPECT_THAT(r.message, HasSubstr("regio_cuda_backend"));
}

TEST(CudaFailures, DriverMissing) {
  Refusal const r = refusal(with_library("driver_missing"));
  EXPECT_EQ(r.failure, DeviceFailure::driver_missing);
  EXPECT_THAT(r.message, HasSubstr("no usable CUDA driver: cudaErrorInsufficientDriver"));
}

TEST(CudaFailures, NoDevice) {
  Refusal const r = refusal(with_library("no_device"));
  EXPECT_EQ(r.failure, DeviceFailure::no_device);
  EXPECT_THAT(r.message, HasSubstr("reports no device"));
}

TEST(CudaFailures, OrdinalBeyondTheDevices) {
  Refusal const r = refusal(with_library("ready", 5));
  EXPECT_EQ(r.failure, DeviceFailure::no_device);
  EXPECT_THAT(r.message, HasSubstr("no CUDA device 5"));
}

TEST(CudaFailures, NegativeOrdinalBreaksTheContract) {
  EXPECT_THROW(Engine::cuda(with_library("ready", -1)), ContractError);
}

TEST(CudaFailures, OtherFailureIsNamed) { EXPECT_EQ(refusal(with_library("failed")).failure, DeviceFailure::failed); }

TEST(Engine, UsableCudaLibraryGivesACudaEngine) {
  Engine const engine = Engine::cuda(with_library("ready", 1));
  EXPECT_EQ(engine.device(), Device::cuda);
  EXPECT_EQ(engine.description(), "fake CUDA device 1");
}

TEST(Probe, ListsTheCpuAndEveryCudaDevice) {
  auto const probes = probe_devices(with_library("ready"));
  ASSERT_EQ(probes.size(), 3u);
  EXPECT_EQ(probes[0].device, Device::cpu);
  EXPECT_FALSE(probes[0].failure.has_value());
  EXPECT_EQ(probes[2].ordinal, 1);
  EXPECT_EQ(probes[2].description, "fake CUDA device 1");
}

TEST(Probe, SaysWhyThereIsNoCudaDevice) {
  auto const probes = probe_devices(with_library("no_device"));
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[1].failure, DeviceFailure::no_device);
}

TEST(Engine, AnOperationThatTheBackendDoesNotHaveIsADefect) {
  Engine const engine = Engine::cpu(1);
  EXPECT_THROW(engine.backend().execute("no such operation", nullptr), std::logic_error);
}

}  // namespace
}  // namespace regio
