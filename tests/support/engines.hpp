/// The engines on which a test of an algorithm runs: the CPU and, where the build has it, the simulated CUDA device.
#pragma once

#include <regio/engine.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(REGIO_SIMT_LIBRARY)
#include "tests/simt/executor.hpp"
#endif

namespace regio {

enum class TestEngine { cpu, simt };

inline std::ostream& operator<<(std::ostream& out, TestEngine engine) {
  return out << (engine == TestEngine::cpu ? "cpu" : "simt");
}

inline std::vector<TestEngine> test_engines() {
#if defined(REGIO_SIMT_LIBRARY)
  return {TestEngine::cpu, TestEngine::simt};
#else
  return {TestEngine::cpu};
#endif
}

inline Engine make_engine(TestEngine engine) {
#if defined(REGIO_SIMT_LIBRARY)
  if (engine == TestEngine::simt) return Engine::cuda({.library = REGIO_SIMT_LIBRARY});
#endif
  if (engine == TestEngine::cpu) return Engine::cpu();
  throw std::logic_error("this build has no simulated CUDA device");
}

inline std::string test_engine_name(testing::TestParamInfo<TestEngine> const& info) {
  return info.param == TestEngine::cpu ? "cpu" : "simt";
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
