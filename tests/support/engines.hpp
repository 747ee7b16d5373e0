/// The engines on which a test of an algorithm runs: the CPU, where the build has it the simulated CUDA device, and a
/// CUDA device where there is one. The variable REGIO_TEST_ENGINE names one of them to run alone.
#pragma once

#include <regio/engine.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if defined(REGIO_SIMT_LIBRARY)
#include "tests/simt/executor.hpp"
#endif

namespace regio {

enum class TestEngine { cpu, simt, cuda };

inline std::string_view name(TestEngine engine) {
  switch (engine) {
    case TestEngine::simt: return "simt";
    case TestEngine::cuda: return "cuda";
    case TestEngine::cpu: break;
  }
  return "cpu";
}

inline std::ostream& operator<<(std::ostream& out, TestEngine engine) { return out << name(engine); }

inline std::vector<TestEngine> test_engines() {
  std::vector<TestEngine> engines{TestEngine::cpu};
#if defined(REGIO_SIMT_LIBRARY)
  engines.push_back(TestEngine::simt);
#endif
  std::vector<DeviceProbe> const probes = probe_devices();
  if (std::any_of(probes.begin(), probes.end(),
                  [](DeviceProbe const& probe) { return probe.device == Device::cuda && !probe.failure; })) {
    engines.push_back(TestEngine::cuda);
  }
  if (char const* const only = std::getenv("REGIO_TEST_ENGINE")) {
    std::erase_if(engines, [only](TestEngine engine) { return name(engine) != only; });
    if (engines.empty()) throw std::invalid_argument(std::string("REGIO_TEST_ENGINE: no engine '") + only + "' here");
  }
  return engines;
}

inline Engine make_engine(TestEngine engine) {
#if defined(REGIO_SIMT_LIBRARY)
  if (engine == TestEngine::simt) {
    char const* const elsewhere = std::getenv("REGIO_SIMT_LIBRARY");  // scripts/gpu-check in a pack
    return Engine::cuda({.library = elsewhere != nullptr ? elsewhere : REGIO_SIMT_LIBRARY});
  }
#endif
  if (engine == TestEngine::cuda) return Engine::cuda();
  if (engine == TestEngine::cpu) return Engine::cpu();
  throw std::logic_error("this build has no simulated CUDA device");
}

inline std::string test_engine_name(testing::TestParamInfo<TestEngine> const& info) {
  return std::string(name(info.param));
}

/// A test on each engine. On the simulated device kernels must have run when it ends: a backend that leaves the work to
/// the CPU fails.
class EngineTest : public testing::TestWithParam<TestEngine> {
 protected:
  void SetUp() override {
#if defined(REGIO_SIMT_LIBRARY)
    simt::launch_log().clear();
#endif
  }
  void TearDown() override {
#if defined(REGIO_SIMT_LIBRARY)
    if (GetParam() != TestEngine::simt || !expects_kernels) return;
    EXPECT_FALSE(simt::launch_log().empty()) << "no kernel ran";
#endif
  }

  Engine engine = make_engine(GetParam());
  bool expects_kernels = true;  ///< false where a test's work ends before it reaches the device
};

#define REGIO_TEST_ON_ENGINES(Suite) \
  INSTANTIATE_TEST_SUITE_P(Engines, Suite, testing::ValuesIn(test_engines()), test_engine_name)

}  // namespace regio
